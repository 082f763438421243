using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// Quantised weights as the right operand of a product: words of codes in panels, and where there are some, scales and zeros in panels of their own, which hold those of one group
/// of K after the other.
/// </summary>
internal sealed record IntegerPanels(Panels Words, Storage.Integers Elements, TensorBuffer? Scales, TensorBuffer? Zeros, Expr Zero)
{
    /// <summary>Whether integers are above 127.</summary>
    private bool HasLargeSteps { get; init; }

    /// <summary>Products with fewer columns than a panel has, or sums shorter than this, are not worth it.</summary>
    private const int Fewest = 8;

    /// <summary>The operand, packed, with the steps that pack it; null where it is no constant of quantised weights.</summary>
    /// <param name="name">What the buffers are called.</param>
    /// <param name="outer">Axes around all of it.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="taps">Axes of K around the runs.</param>
    /// <param name="run">Axes of K whose points lie one after the other in the left operand. Each run fills words of its own.</param>
    /// <param name="right">Over all of these: float32, or int32 where sums are of integers.</param>
    public static (ImmutableArray<MapStep> Packing, IntegerPanels Panels)? Pack(
        string name, ImmutableArray<Axis> outer, Axis columns, ImmutableArray<Axis> taps, ImmutableArray<Axis> run, Expr right)
    {
        var length = Dim.Product(run.Select(axis => axis.Extent));
        if (Dim.Product(taps.Select(axis => axis.Extent)) * length is not { IsConstant: true, Value: >= Fewest } || columns.Extent is not { IsConstant: true, Value: >= Fewest }
            || (right.Type == DType.Int32 ? QuantisedOperand.OfIntegers(right) : right.Type == DType.Float32 ? QuantisedOperand.Of(right) : null) is not { } operand
            || ElementsOf(operand, taps, run) is not var (elements, offset))
        {
            return null;
        }

        var width = TileSizes.Strip.PanelWidth(columns.Extent);
        var (panel, lane) = (new Axis(columns.Extent.CeilDiv(width), "panel"), new Axis(width, "lane"));
        var column = (Dim.Of(panel) * width) + Dim.Of(lane);
        var steps = new List<MapStep>();
        var word = new Axis(length.CeilDiv(elements.PerWord), "word");
        var words = Filled($"{name}.words", [.. taps, word], elements.Word(Enumerable.Range(0, elements.PerWord).Select(place =>
        {
            var at = (Dim.Of(word) * elements.PerWord) + place;
            return OperandExpr.Outside(At(operand.Steps, at).As(DType.Int32) + Expr.Const(DType.Int32, (long)offset), at, length, offset);
        })));
        var group = new Axis(elements.Group == 0 ? 1 : length.FloorDiv(elements.Group), "group");
        var first = Dim.Of(group) * Math.Max(elements.Group, 1);
        var scales = operand.Scale is null ? null : Filled($"{name}.scales", [group], At(operand.Scale, first));
        var zeros = operand.Zero is null ? null : Filled($"{name}.zeros", [group], At(operand.Zero, first) + Expr.Const(DType.Float32, (long)offset));
        return ([.. steps], new(new(words, width, elements), elements, scales, zeros, Expr.Const(right.Type, (long)offset)) { HasLargeSteps = operand.Range().High > sbyte.MaxValue });

        Expr At(Expr expr, Dim place)
        {
            var map = new Dictionary<Atom, Dim> { [columns] = column };
            foreach (var axis in run.Reverse())
            {
                map.Add(axis, ReferenceEquals(axis, run[0]) ? place : place.Mod(axis.Extent));
                place = place.FloorDiv(axis.Extent);
            }

            return expr.Substitute(map);
        }

        TensorBuffer Filled(string called, ImmutableArray<Axis> along, Expr body)
        {
            ImmutableArray<Axis> axes = [.. outer, panel, .. along, lane];
            var buffer = new TensorBuffer(called, body.Type, [.. axes.Select(axis => axis.Extent)]);
            steps.Add(new MapStep(Target.Whole(buffer, axes), axes, OperandExpr.ZeroOutside(body, column, columns.Extent)));
            return buffer;
        }
    }

    /// <summary>Whether there is a kernel that multiplies bytes with such weights.</summary>
    /// <param name="weight">The weights.</param>
    /// <param name="columns">How many columns there are.</param>
    /// <param name="k">The axes that are summed over.</param>
    public static bool MultipliesBytes(QuantisedOperand weight, Dim columns, ImmutableArray<Axis> k) =>
        Dim.Product(k.Select(axis => axis.Extent)) is { IsConstant: true, Value: >= Fewest } && columns is { IsConstant: true, Value: >= Fewest } && weight.Zero is null
        && ElementsOf(weight, [], k) is not null && weight.Range().High <= sbyte.MaxValue;

    /// <summary>How many bits the integers need, and what makes codes of them that are not negative; null where groups do not fill words.</summary>
    private static (Storage.Integers Elements, int Offset)? ElementsOf(QuantisedOperand operand, ImmutableArray<Axis> taps, ImmutableArray<Axis> run)
    {
        var isShared = !taps.Concat(run).Any(operand.IsScaledAlong);
        if ((isShared ? 0 : taps.IsEmpty && run is [var k] ? operand.Group(k, least: Fewest) : null) is not { } group)
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

    /// <summary>What a product of bytes with these is made with, and so many rows on the left; null where a step is no signed byte, or zeros are stored.</summary>
    public KernelChoice.Panels? ChoiceForBytes(Dim rows) => Zeros is not null || HasLargeSteps ? null
        : new(Storage.Bytes.Instance, Elements, Zero.Type, Words.Width, (Words.Width == TileSizes.Strip.WidePanel ? TileSizes.Bytes.OfTwoVectors : TileSizes.Bytes.OfOneVector).AtMost(rows));

    /// <summary>The element at a column, taps, and a place in the run.</summary>
    public Expr Load(ImmutableArray<Dim> outer, Dim column, ImmutableArray<Dim> taps, Dim place)
    {
        Dim panel = column.FloorDiv(Words.Width), lane = column.Mod(Words.Width), group = Elements.Group == 0 ? 0 : place.FloorDiv(Elements.Group);
        LoadExpr At(TensorBuffer buffer, params ReadOnlySpan<Dim> along) => new(buffer, [.. outer, panel, .. along, lane]);
        return Elements.Widen(
            At(Words.Buffer, [.. taps, place.FloorDiv(Elements.PerWord)]), place.Mod(Elements.PerWord),
            Zeros is null ? Zero : At(Zeros, group), Scales is null ? null : At(Scales, group));
    }
}
