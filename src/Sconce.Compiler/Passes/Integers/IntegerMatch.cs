using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>The attempt to read a step as a sum of integers times integers.</summary>
internal abstract class IntegerMatch(Step step, ProgramUses uses)
{
    /// <summary>What makes integers from 0 to 255 of int8.</summary>
    private const long Offset = 128;

    /// <summary>Longer sums of the largest products may not fit int32.</summary>
    private const long LongestSum = int.MaxValue / (byte.MaxValue * Offset);

    private readonly ProgramUses.Use place = uses.Writers(step.Targets[0].Buffer).First(use => ReferenceEquals(use.Step, step));

    /// <summary>Steps that the rewritten one needs.</summary>
    protected List<Step> Before { get; } = [];

    /// <summary>The steps that take the place of this one; null where it stays.</summary>
    public abstract IEnumerable<Step>? Rewritten();

    protected static bool IsShort(ImmutableArray<Axis> axes) => Dim.Product(axes.Select(axis => axis.Extent)) is { IsConstant: true, Value: <= LongestSum };

    /// <summary>An activation's integers from 0 to 255, and which of them stands for zero.</summary>
    protected static (Expr Bytes, Expr Zero) Bytes(QuantisedActivation activation)
    {
        var zero = activation.Zero ?? Expr.Const(DType.Int32, 0L);
        if (activation.Integers.Type == DType.UInt8)
        {
            return (activation.Integers, zero);
        }

        var offset = Expr.Const(DType.Int32, Offset);
        return ((activation.Integers.As(DType.Int32) + offset).As(DType.UInt8), zero is ConstExpr known ? Expr.Const(DType.Int32, (long)known.Value + Offset) : zero + offset);
    }

    /// <summary>The step's own sum, less what zero was counted for.</summary>
    /// <param name="weights">What is multiplied with bytes: int32, or float32 with scales.</param>
    /// <param name="zero">Which byte stands for zero.</param>
    /// <param name="columns">The axes of a weights' sum.</param>
    /// <param name="index">Where the result finds it.</param>
    /// <param name="k">What is summed over.</param>
    /// <param name="sum">The sum, where it is not the step's accumulator.</param>
    protected Expr Centred(Expr weights, Expr zero, ImmutableArray<Axis> columns, ImmutableArray<Dim> index, ImmutableArray<Axis> k, Expr? sum = null)
    {
        sum ??= new AccumulatorExpr(0, weights.Type);
        if (zero is ConstExpr { Value: 0 })
        {
            return sum;
        }

        var name = $"{step.Targets[0].Buffer.Name}.total";
        if (WeightTotals.Of(name, weights, columns, k) is not { } total)
        {
            var type = weights.Type.IsFloat() ? weights.Type : DType.Int64;
            total = new TensorBuffer(name, weights.Type, [.. columns.Select(axis => axis.Extent)]);
            Before.Add(new ReduceStep([Target.Whole(total, columns)], columns, k, [new Reducer(Combiner.Sum, weights.As(type))], [new AccumulatorExpr(0, type).As(weights.Type)]));
        }

        return sum - (zero.As(sum.Type) * new LoadExpr(total, index));
    }

    /// <summary>A sum as a float, times the scales of both sides where they have any.</summary>
    protected static Expr Scaled(Expr sum, Expr? one, Expr? other) =>
        (one, other) is ({ }, { }) ? sum.As(DType.Float32) * (one * other) : (one ?? other) is { } scale ? sum.As(DType.Float32) * scale : sum.As(DType.Float32);

    /// <summary>An epilogue that takes this for the accumulator.</summary>
    protected static Expr Finish(Expr epilogue, Expr sum) => new ExprRewriter(accumulators: _ => sum).Rewrite(epilogue);

    /// <summary>The body of the map that makes what an expression loads, where it can as well be made here.</summary>
    protected Expr Expanded(Expr expr) =>
        expr is LoadExpr load && uses.Writers(load.Buffer) is [{ Step: MapStep map } writer] && map.Target.IsWhole(map.Axes)
        && load.Buffer.Kind == BufferKind.Temporary && uses.MayMove(writer, place)
            ? Expanded(map.Body.Substitute(map.Axes.Zip(load.Index).ToDictionary(pair => (Atom)pair.First, pair => pair.Second)))
            : expr;

    /// <summary>Weights, with the maps of constants expanded.</summary>
    protected Expr Whole(Expr expr) =>
        new ExprRewriter(loads: load => IsMadeOfConstants(load.Buffer) && Expanded(load) is var body && !ReferenceEquals(body, load) ? Whole(body) : null).Rewrite(expr);

    private bool IsMadeOfConstants(TensorBuffer buffer) =>
        buffer.Kind == BufferKind.Constant || (uses.Writers(buffer) is [{ Step: MapStep map }] && map.BuffersRead.All(IsMadeOfConstants));
}
