using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// Quantised weights as the right operand of a product: words of codes in panels, and where there are some, scales and zeros in panels of their own, which hold those of one group
/// of K after the other.
/// </summary>
internal sealed record IntegerPanels(Panels Words, Storage.Integers Elements, TensorBuffer? Scales, TensorBuffer? Zeros, double Zero)
{
    /// <summary>Products with fewer columns than a panel has, or sums shorter than this, are not worth it.</summary>
    private const int Fewest = 8;

    /// <summary>The operand, packed, with the steps that pack it; null where it is no constant of quantised weights.</summary>
    public static (ImmutableArray<Step> Packing, IntegerPanels Panels)? Pack(string name, ImmutableArray<Axis> outer, Axis columns, Axis k, Expr right)
    {
        if (k.Extent is not { IsConstant: true, Value: >= Fewest } || columns.Extent is not { IsConstant: true, Value: >= Fewest } || right.Type != DType.Float32
            || QuantisedOperand.Of(right) is not { } operand || ElementsOf(operand, k) is not var (elements, offset))
        {
            return null;
        }

        var width = TileSizes.Strip.PanelWidth(columns.Extent);
        var (panel, lane) = (new Axis(columns.Extent.CeilDiv(width), "panel"), new Axis(width, "lane"));
        var column = (Dim.Of(panel) * width) + Dim.Of(lane);
        var steps = new List<Step>();
        var word = new Axis(k.Extent.CeilDiv(elements.PerWord), "word");
        var words = Filled($"{name}.words", word, elements.Word(Enumerable.Range(0, elements.PerWord).Select(place =>
        {
            var at = (Dim.Of(word) * elements.PerWord) + place;
            return OperandExpr.ZeroOutside(At(operand.Steps, at).As(DType.Int32) + Expr.Const(DType.Int32, (long)offset), at, k.Extent);
        })));
        var group = new Axis(elements.Group == 0 ? 1 : k.Extent.FloorDiv(elements.Group), "group");
        var first = Dim.Of(group) * Math.Max(elements.Group, 1);
        var scales = operand.Scale is null ? null : Filled($"{name}.scales", group, At(operand.Scale, first));
        var zeros = operand.Zero is null ? null : Filled($"{name}.zeros", group, At(operand.Zero, first) + Expr.Const(DType.Float32, (long)offset));
        return ([.. steps], new(new(words, width, elements), elements, scales, zeros, offset));

        Expr At(Expr expr, Dim place) => expr.Substitute(new Dictionary<Atom, Dim> { [columns] = column, [k] = place });

        TensorBuffer Filled(string called, Axis along, Expr body)
        {
            ImmutableArray<Axis> axes = [.. outer, panel, along, lane];
            var buffer = new TensorBuffer(called, body.Type, [.. axes.Select(axis => axis.Extent)]);
            steps.Add(new MapStep(Target.Whole(buffer, axes), axes, OperandExpr.ZeroOutside(body, column, columns.Extent)));
            return buffer;
        }
    }

    /// <summary>How many bits the integers need, and what makes codes of them that are not negative; null where groups do not fill words.</summary>
    private static (Storage.Integers Elements, int Offset)? ElementsOf(QuantisedOperand operand, Axis k)
    {
        if (operand.Group(k, least: Fewest) is not { } group)
        {
            return null;
        }

        var (low, high) = operand.Range();
        var (bits, offset) = (low, high) switch
        {
            (>= -8, <= 7) when group % 8 == 0 => (4, 8),
            (>= 0, <= 15) when group % 8 == 0 => (4, 0),
            (>= 0, _) => (8, 0),
            _ => (8, 128),
        };
        return group % (32 / bits) == 0 ? (new(bits, group), offset) : null;
    }

    /// <summary>The element at a column and a place along K.</summary>
    public Expr Load(ImmutableArray<Dim> outer, Dim column, Dim k)
    {
        Dim place = column.FloorDiv(Words.Width), lane = column.Mod(Words.Width), group = Elements.Group == 0 ? 0 : k.FloorDiv(Elements.Group);
        LoadExpr At(TensorBuffer buffer, Dim along) => new(buffer, [.. outer, place, along, lane]);
        return Elements.Widen(
            At(Words.Buffer, k.FloorDiv(Elements.PerWord)), k.Mod(Elements.PerWord),
            Zeros is null ? Expr.Const(DType.Float32, Zero) : At(Zeros, group), Scales is null ? null : At(Scales, group));
    }
}
