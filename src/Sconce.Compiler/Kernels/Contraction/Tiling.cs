using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// How a product is cut into tiles, one call of the kernel each: few enough rows that they stay in the caches while all panels pass by, but
/// many, since each panel comes from memory once for all rows of a tile; and tiles enough for several threads.
/// </summary>
/// <param name="StripsPerTile">A strip is as many rows as the inner loop takes at once.</param>
/// <param name="PanelsPerTile">Panels that a tile's rows are multiplied with.</param>
internal sealed record Tiling(long StripsPerTile, Dim PanelsPerTile)
{
    /// <summary>
    /// Elements of the left operand in a tile: 1 MiB of float32. Rows come one after the other, which a processor foresees, so that the third-level
    /// cache will do: 128 x 768 x 3072 has 55 GFLOP/s with it, and 49 with 256 KiB, for which panels come from memory six times.
    /// </summary>
    private const long ElementsPerTile = 1 << 18;

    private const long MostRows = 256;
    private const long FewestRows = 16;

    /// <summary>Rows in a tile where K or the number of rows is known only when the model runs.</summary>
    private const long UsualRows = 64;

    /// <summary>Enough for a few threads to end at about the same time.</summary>
    private const long WantedTiles = 16;

    /// <summary>Less work than this is not worth sharing.</summary>
    private const long FewestMultiplyAdds = 1 << 17;

    public static Tiling For(PanelProduct product, int rowsPerStrip)
    {
        var depth = product.Depth;
        var rows = depth.IsConstant ? Math.Clamp(ElementsPerTile / Math.Max(depth.Value, 1), FewestRows, MostRows) : UsualRows;
        var count = product.Rows.Extent;
        if (!count.IsConstant)
        {
            rows = Math.Min(rows, UsualRows);
        }
        else if (count.Value > 0)
        {
            // Equal parts, so that no thread is left with a small rest.
            rows = (count.Value + ((count.Value + rows - 1) / rows) - 1) / ((count.Value + rows - 1) / rows);
        }

        var strips = (rows + rowsPerStrip - 1) / rowsPerStrip;
        var panels = product.Panel.Extent;
        if (!panels.IsConstant)
        {
            return new(strips, 16);
        }

        var batch = Dim.Product(product.Batch.Select(axis => axis.Extent));
        var others = (batch.IsConstant ? batch.Value : 1) * (count.IsConstant ? (count.Value + rows - 1) / rows : 1);
        var parts = Math.Max(1, (WantedTiles + others - 1) / Math.Max(others, 1));
        var work = Math.Max(1, strips * rowsPerStrip * product.Right.Width * (depth.IsConstant ? depth.Value : 64));
        var fewest = Math.Max(1, (FewestMultiplyAdds + work - 1) / work);
        return new(strips, Math.Clamp((panels.Value + parts - 1) / parts, Math.Min(fewest, panels.Value), Math.Max(panels.Value, 1)));
    }
}
