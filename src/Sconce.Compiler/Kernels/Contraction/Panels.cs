using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// A right operand packed as the inner loop reads it: panels of a few columns, within a panel K after K, the columns of one K side by side;
/// columns past the last are zero. A panel has 4 or 8 columns.
/// </summary>
internal sealed record Panels(TensorBuffer Buffer, int Width, PanelElements Elements)
{
    /// <summary>Bytes from one K to the next.</summary>
    public int Step => Width * Elements.Size;

    /// <summary>Vectors in which the products with the columns are.</summary>
    public int Vectors => Width / Elements.Lanes;

    /// <summary>Tiles of 6 x 8 are the fastest with relaxed SIMD, 4 x 8 without, so that both builds of a model share its packed weights. Few columns take panels of 4, as does float64: two vectors there too.</summary>
    public static int WidthFor(Dim columns, DType type = DType.Float32) => type == DType.Float64 || (columns.IsConstant && columns.Value is <= 4 or (> 8 and <= 12)) ? 4 : 8;

    /// <summary>Packs into [outer…, panel, inner…, lane]; <paramref name="element"/> gives the expression at a column.</summary>
    public static (MapStep Packing, Panels Panels) Pack(string name, ImmutableArray<Axis> outer, Axis columns, ImmutableArray<Axis> inner, Func<Dim, Expr> element)
    {
        var width = WidthFor(columns.Extent, element(Dim.Zero).Type);
        var (panel, lane) = (new Axis(columns.Extent.CeilDiv(width), "panel"), new Axis(width, "lane"));
        var column = (Dim.Of(panel) * width) + Dim.Of(lane);
        ImmutableArray<Axis> axes = [.. outer, panel, .. inner, lane];
        var (elements, stored) = PanelElements.For(element(column));
        var buffer = new TensorBuffer(name, elements.Type, [.. axes.Select(axis => axis.Extent)]);
        var body = OperandExpr.ZeroOutside(stored, column, columns.Extent);
        return (new MapStep(Target.Whole(buffer, axes), axes, body), new Panels(buffer, width, elements));
    }

    /// <summary>The element at a column as a plain load, perhaps widened, which every reader of the step understands.</summary>
    public Expr Load(ImmutableArray<Dim> outer, Dim column, ImmutableArray<Dim> inner) =>
        Elements.Widen(new LoadExpr(Buffer, [.. outer, column.FloorDiv(Width), .. inner, column.Mod(Width)]));

    /// <summary>The panels that an operand loads from, if its index is what <see cref="Load"/> gives.</summary>
    public static Panels? Of(Expr expr, Dim column, ImmutableArray<Dim> inner)
    {
        if (Of(expr) is not { } panels || panels.Buffer.Dims.Length < inner.Length + 2)
        {
            return null;
        }

        var outer = PanelElements.Of(expr)!.Value.Load.Index[..^(inner.Length + 2)];
        return panels.Load(outer, column, inner).Equals(expr) ? panels : null;
    }

    /// <summary>The panels that an operand may load from, whatever its index is.</summary>
    public static Panels? Of(Expr expr) =>
        PanelElements.Of(expr) is var (elements, load) && !load.Buffer.Dims.IsEmpty && load.Buffer.Dims[^1] is { IsConstant: true, Value: 4 or 8 } width
            ? new(load.Buffer, (int)width.Value, elements)
            : null;

    /// <summary>Where a panel begins, for an operand that loads from these panels.</summary>
    public Dim Offset(Expr operand, Axis column, Axis panel, ImmutableArray<Axis> inner) =>
        Buffer.Offset(PanelElements.Of(operand)!.Value.Load.Index).Substitute(leaf =>
            ReferenceEquals(leaf, column) ? Dim.Of(panel) * Width : leaf is Axis axis && inner.Contains(axis) ? Dim.Zero : null);
}
