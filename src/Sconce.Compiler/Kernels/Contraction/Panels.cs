using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// A right operand packed as the inner loop reads it: panels of a few columns, within a panel K after K, the columns of one K side by side;
/// columns past the last are zero. A panel has 4 or 8 columns.
/// </summary>
internal sealed record Panels(TensorBuffer Buffer, int Width, Storage Elements)
{
    private const int VectorBytes = 16;

    /// <summary>Elements from one K to the next.</summary>
    public int Apart { get; init; } = Width;

    /// <summary>Elements that are read one by one, as all but those of quantised weights are.</summary>
    public Storage.Elementwise Each => (Storage.Elementwise)Elements;

    /// <summary>Bytes from one K to the next.</summary>
    public int Step => Apart * Elements.Bits / 8;

    /// <summary>What a product with these is made with, and so many rows on the left.</summary>
    public KernelChoice.Panels ChoiceFor(Dim rows) => new(new Storage.Plain(Elements.Computed), Elements, Elements.Computed, Width, StripRows.AtMost(rows));

    /// <summary>Rows that the inner loop takes at once, where there are enough.</summary>
    public StripRows StripRows => Width * Elements.Computed.Size() == 2 * VectorBytes ? TileSizes.Strip.OfTwoVectors : TileSizes.Strip.OfOneVector;

    /// <summary>Packs into [outer…, panel, inner…, lane]; <paramref name="element"/> gives the expression at a column.</summary>
    public static (MapStep Packing, Panels Panels) Pack(string name, ImmutableArray<Axis> outer, Axis columns, ImmutableArray<Axis> inner, Func<Dim, Expr> element)
    {
        var width = TileSizes.Strip.PanelWidth(columns.Extent, element(Dim.Zero).Type);
        var (panel, lane) = (new Axis(columns.Extent.CeilDiv(width), "panel"), new Axis(width, "lane"));
        var column = (Dim.Of(panel) * width) + Dim.Of(lane);
        ImmutableArray<Axis> axes = [.. outer, panel, .. inner, lane];
        var (elements, stored) = StorageChoice.For(element(column));
        var buffer = new TensorBuffer(name, elements.Type, [.. axes.Select(axis => axis.Extent)]);
        var body = OperandExpr.ZeroOutside(stored, column, columns.Extent);
        return (new MapStep(Target.Whole(buffer, axes), axes, body), new Panels(buffer, width, elements));
    }

    /// <summary>The element at a column as a plain load, perhaps widened, which every reader of the step understands.</summary>
    public Expr Load(ImmutableArray<Dim> outer, Dim column, ImmutableArray<Dim> inner) =>
        Each.Widen(new LoadExpr(Buffer, [.. outer, column.FloorDiv(Width), .. inner, column.Mod(Width)]));

    /// <summary>The panels from which an operand loads that has been chosen to be stored so.</summary>
    public static Panels In(Expr operand, Storage elements, int width) => new(elements.LoadIn(operand).Buffer, width, elements);

    /// <summary>The panels that an operand happens to load from: its index is what <see cref="Load"/> gives.</summary>
    public static Panels? Of(Expr expr, Dim column, ImmutableArray<Dim> inner)
    {
        if (Of(expr) is not { } panels || panels.Buffer.Dims.Length < inner.Length + 2)
        {
            return null;
        }

        var outer = Storage.OfElement(expr)!.Value.Load.Index[..^(inner.Length + 2)];
        return panels.Load(outer, column, inner).Equals(expr) ? panels : null;
    }

    /// <summary>The panels that an operand may load from, whatever its index is.</summary>
    public static Panels? Of(Expr expr) =>
        Storage.OfElement(expr) is var (elements, load) && !load.Buffer.Dims.IsEmpty
        && load.Buffer.Dims[^1] is { IsConstant: true, Value: TileSizes.Strip.NarrowPanel or TileSizes.Strip.WidePanel } width
            ? new(load.Buffer, (int)width.Value, elements)
            : null;

    /// <summary>Where a panel begins, for an operand that loads from these panels.</summary>
    public Dim Offset(Expr operand, Axis column, Axis panel, ImmutableArray<Axis> inner) =>
        Buffer.Offset(Elements.LoadIn(operand).Index).Substitute(leaf =>
            ReferenceEquals(leaf, column) ? Dim.Of(panel) * Width : leaf is Axis axis && inner.Contains(axis) ? Dim.Zero : null);
}
