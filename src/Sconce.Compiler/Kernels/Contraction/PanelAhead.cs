using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// Fetches the next panel while the sums of this one are computed: now and then a load of the next line, whose value nobody needs. From loads at even
/// distances a processor knows what will be read, so that memory works ahead; many at once would only wait for it.
/// </summary>
/// <param name="Segment">Steps of K from one touch to the next.</param>
/// <param name="Lines">Lines at each touch.</param>
/// <param name="Reach">Panels that a tile's touches go through, the last of them perhaps in part.</param>
/// <param name="PanelBytes">The size of a panel.</param>
/// <param name="Panels">How many there are.</param>
internal sealed record PanelAhead(int Segment, int Lines, int Reach, int PanelBytes, int Panels)
{
    /// <summary>Null where sizes are not known, or nothing would be gained.</summary>
    public static PanelAhead? For(PanelProduct product, Tiling tiling)
    {
        if (product.Run is not { IsConstant: true, Value: var run } || product.Depth is not { IsConstant: true, Value: var depth }
            || product.Panel.Extent is not { IsConstant: true, Value: var panels }
            || product.Right.Elements is Storage.Integers || tiling.StripsPerTile < 2 || depth * product.Right.Step * panels is < TileSizes.Ahead.FewestBytes or > int.MaxValue)
        {
            return null;
        }

        var bytes = (int)(depth * product.Right.Step);
        PanelAhead? best = null;

        // The inner loop stands once, so segments are equal parts of a run. Rather often one line than seldom several.
        for (var segment = TileSizes.Ahead.LongestSegment; segment >= TileSizes.Ahead.ShortestSegment; segment -= TileSizes.Strip.Unroll)
        {
            if (run < segment || TileProduct.WithoutRest(run) % segment != 0)
            {
                continue;
            }

            var touches = depth / run * (run / segment) * tiling.StripsPerTile;
            var lines = Rounding.CeilDiv(bytes, touches * TileSizes.Ahead.Line);
            var reach = Rounding.CeilDiv(lines * touches * TileSizes.Ahead.Line, bytes);
            if (2 * reach <= panels && (best is null || lines < best.Lines || (lines == best.Lines && reach <= best.Reach)))
            {
                best = new(segment, (int)lines, (int)reach, bytes, (int)panels);
            }
        }

        return best;
    }

    /// <summary>Where to touch first, for a panel's number and place. The last panels, after which nothing is to be read, touch those before them.</summary>
    public LocalI32 Start(FunctionBuilder f, I32 panel, I32 panelStart) =>
        f.Let(panelStart + panel.LtS(Panels - Reach).Select(PanelBytes, -Reach * PanelBytes), "ahead");

    public void Touch(FunctionBuilder f, LocalI32 pointer)
    {
        for (var line = 0; line < Lines; line++)
        {
            f.Drop(Memory.LoadI32(pointer, (uint)(line * TileSizes.Ahead.Line)));
        }

        f.Set(pointer, pointer + (Lines * TileSizes.Ahead.Line));
    }
}
