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
    public static Tiling For(PanelProduct product, int rowsPerStrip)
    {
        var depth = product.Depth;
        var rows = depth.IsConstant ? Math.Clamp(TileSizes.Product.ElementsPerTile / Math.Max(depth.Value, 1), TileSizes.Product.FewestRows, TileSizes.Product.MostRows) : TileSizes.Product.UsualRows;
        var count = product.Rows.Extent;
        if (!count.IsConstant)
        {
            rows = Math.Min(rows, TileSizes.Product.UsualRows);
        }
        else if (count.Value > 0)
        {
            // Equal parts, so that no thread is left with a small rest.
            rows = (count.Value + ((count.Value + rows - 1) / rows) - 1) / ((count.Value + rows - 1) / rows);
        }

        var strips = (rows + rowsPerStrip - 1) / rowsPerStrip;
        var batch = Dim.Product(product.Batch.Select(axis => axis.Extent));
        var batches = batch.IsConstant ? batch.Value : 1;
        if (count.IsConstant && batches % 2 == 1)
        {
            strips = Evenly(Rounding.CeilDiv(count.Value, rowsPerStrip), strips);
        }

        var panels = product.Panel.Extent;
        if (!panels.IsConstant)
        {
            return new(strips, TileSizes.Product.UsualPanels);
        }

        var others = batches * (count.IsConstant ? Rounding.CeilDiv(count.Value, strips * rowsPerStrip) : 1);
        var parts = Math.Max(1, (TileSizes.WantedTiles + others - 1) / Math.Max(others, 1));
        var work = Math.Max(1, strips * rowsPerStrip * product.Right.Width * (depth.IsConstant ? depth.Value : TileSizes.Product.UsualDepth));
        var fewest = Math.Max(1, (TileSizes.Product.FewestMultiplyAdds + work - 1) / work);
        var each = Math.Clamp(Rounding.CeilDiv(panels.Value, parts), Math.Min(fewest, panels.Value), Math.Max(panels.Value, 1));
        return new(strips, others % 2 == 1 ? Evenly(panels.Value, each) : each);
    }

    /// <summary>
    /// How many of a number of things a tile takes, at most so many and more than half of that, so that two threads end together: 120 panels by 8 are
    /// 15 tiles, of which one thread does 8; by 6 they are 20. With nine such products the busier thread did 1.5 % more than half of MobileNetV2.
    /// </summary>
    private static long Evenly(long total, long most)
    {
        var (best, load) = (most, long.MaxValue);
        for (var size = most; 2 * size > most && total > most; size--)
        {
            var tiles = Rounding.CeilDiv(total, size);
            var busier = tiles % 2 == 1 ? (tiles + 1) / 2 * size : Math.Max(tiles / 2 * size, 1);
            if (busier < load)
            {
                (best, load) = (size, busier);
            }
        }

        return best;
    }
}
