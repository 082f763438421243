using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Where a step writes: at each point of its index space, this element of this buffer.</summary>
public sealed record Target(Buffer Buffer, ImmutableArray<Dim> Index)
{
    /// <summary>The whole buffer, its dims being the axes in order.</summary>
    public static Target Whole(Buffer buffer, ImmutableArray<Axis> axes) => new(buffer, [.. axes.Select(axis => Dim.Of(axis))]);

    /// <summary>True where the index is exactly these axes in order.</summary>
    public bool IsWhole(ImmutableArray<Axis> axes) =>
        Index.Length == axes.Length && Index.Zip(axes).All(pair => ReferenceEquals(pair.First.AsAtom, pair.Second));

    public override string ToString() => $"{Buffer}[{string.Join(", ", Index)}]";
}

/// <summary>What a step was lowered from: shown by the profiler, by verify and in errors.</summary>
public sealed record Origin(string Operator, string? Source);

/// <summary>One computation that writes to memory. Steps run in order; each is computed over an index space.</summary>
public abstract class Step
{
    public Origin? Origin { get; set; }

    /// <summary>Memory that the chosen kernel needs while the step runs: planned like any other buffer.</summary>
    public ImmutableArray<Buffer> Scratch { get; set; } = [];

    /// <summary>Memory that the chosen kernel needs once for each thread that runs tiles of the step; it holds nothing between two tiles.</summary>
    public Buffer? ThreadScratch { get; set; }

    /// <summary>What the step writes.</summary>
    public abstract ImmutableArray<Target> Targets { get; }

    /// <summary>Every expression of the step, for passes that look for loads.</summary>
    public abstract ImmutableArray<Expr> Expressions { get; }

    /// <summary>A copy whose expressions, and whose targets' indices, have been mapped.</summary>
    public abstract Step Rewrite(Func<Expr, Expr> expr);

    /// <summary>A copy that writes elsewhere; as many targets as there were.</summary>
    public abstract Step Retarget(ImmutableArray<Target> targets);
}

/// <summary>An expression per element: everything pointwise, every view that must be copied, gathers.</summary>
public sealed class MapStep(Target target, ImmutableArray<Axis> axes, Expr body) : Step
{
    public Target Target { get; } = target;

    public ImmutableArray<Axis> Axes { get; } = axes;

    public Expr Body { get; } = body.Type == target.Buffer.Type ? body : throw new ArgumentException(
        $"A map into {target.Buffer} of {target.Buffer.Type.Name()} computes {body.Type.Name()}.");

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> Expressions => [Body];

    public override Step Rewrite(Func<Expr, Expr> expr) => new MapStep(Target, Axes, expr(Body)) { Origin = Origin };

    public override Step Retarget(ImmutableArray<Target> targets) => new MapStep(targets[0], Axes, Body) { Origin = Origin };
}

/// <summary>How a reduction or scan joins two values. Min and Max are NaN where any value is.</summary>
public enum Combiner
{
    Sum, Product, Min, Max, And, Or,

    /// <summary>The index (int64, along the reduced axes in row-major order) of the first smallest value; NaN counts as smallest.</summary>
    ArgMin,

    /// <summary>The index of the first largest value; NaN counts as largest.</summary>
    ArgMax,
}

/// <summary>One accumulator of a reduction: what is combined, and how. Sums of floats are kept in the value's type; of integers in int64.</summary>
public sealed record Reducer(Combiner Combiner, Expr Value)
{
    /// <summary>The accumulator's dtype, which <see cref="AccumulatorExpr"/> has in the results.</summary>
    public DType Type => Combiner is Combiner.ArgMin or Combiner.ArgMax ? DType.Int64 : Value.Type;
}

/// <summary>Combines values over some axes: for each point of <see cref="Axes"/>, over all points of <see cref="Reduced"/>; an empty range gives the combiner's neutral value.</summary>
public sealed class ReduceStep(
    ImmutableArray<Target> targets, ImmutableArray<Axis> axes, ImmutableArray<Axis> reduced, ImmutableArray<Reducer> reducers, ImmutableArray<Expr> results) : Step
{
    public ImmutableArray<Axis> Axes { get; } = axes;

    public ImmutableArray<Axis> Reduced { get; } = reduced;

    public ImmutableArray<Reducer> Reducers { get; } = reducers;

    /// <summary>One per target: expressions over the axes and <see cref="AccumulatorExpr"/>s.</summary>
    public ImmutableArray<Expr> Results { get; } = results;

    public override ImmutableArray<Target> Targets { get; } = targets;

    public override ImmutableArray<Expr> Expressions => [.. Reducers.Select(r => r.Value), .. Results];

    public override Step Rewrite(Func<Expr, Expr> expr) =>
        new ReduceStep(Targets, Axes, Reduced, [.. Reducers.Select(r => r with { Value = expr(r.Value) })], [.. Results.Select(expr)]) { Origin = Origin };

    public override Step Retarget(ImmutableArray<Target> targets) => new ReduceStep(targets, Axes, Reduced, Reducers, Results) { Origin = Origin };
}

/// <summary>Inclusive running combination along one axis (the order of <see cref="Scanned"/>): cumsum, cumprod, cummax with indices. Sum of exponentials for logcumsumexp is built of these.</summary>
public sealed class ScanStep(
    ImmutableArray<Target> targets, ImmutableArray<Axis> axes, Axis scanned, ImmutableArray<Reducer> reducers, ImmutableArray<Expr> results) : Step
{
    /// <summary>The axes without the scanned one; targets' indices use both.</summary>
    public ImmutableArray<Axis> Axes { get; } = axes;

    public Axis Scanned { get; } = scanned;

    public ImmutableArray<Reducer> Reducers { get; } = reducers;

    public ImmutableArray<Expr> Results { get; } = results;

    public override ImmutableArray<Target> Targets { get; } = targets;

    public override ImmutableArray<Expr> Expressions => [.. Reducers.Select(r => r.Value), .. Results];

    public override Step Rewrite(Func<Expr, Expr> expr) =>
        new ScanStep(Targets, Axes, Scanned, [.. Reducers.Select(r => r with { Value = expr(r.Value) })], [.. Results.Select(expr)]) { Origin = Origin };

    public override Step Retarget(ImmutableArray<Target> targets) => new ScanStep(targets, Axes, Scanned, Reducers, Results) { Origin = Origin };
}

/// <summary>What a scatter does where it meets a value.</summary>
public enum ScatterMode
{
    Set, Add, Multiply, Min, Max,
}

/// <summary>
/// Writes values to computed places of a buffer that an earlier step has filled: points in row-major order of the axes, so that the last
/// of several writers wins. The target's index holds <see cref="LoadedIndex"/>es; it lies within the buffer wherever the condition holds.
/// </summary>
public sealed class ScatterStep(Target target, ImmutableArray<Axis> axes, Expr value, ScatterMode mode, Expr? condition = null) : Step
{
    public Target Target { get; } = target;

    public ImmutableArray<Axis> Axes { get; } = axes;

    public Expr Value { get; } = value;

    public ScatterMode Mode { get; } = mode;

    public Expr? Condition { get; } = condition;

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> Expressions => Condition is null ? [Value] : [Value, Condition];

    public override Step Rewrite(Func<Expr, Expr> expr)
    {
        var index = new ExprRewriter(loads: load => expr(load) is var to && ReferenceEquals(to, load) ? null : to);
        var probe = (LoadExpr)index.Rewrite(new LoadExpr(Target.Buffer, Target.Index));
        return new ScatterStep(Target with { Index = probe.Index }, Axes, expr(Value), Mode, Condition is null ? null : expr(Condition)) { Origin = Origin };
    }

    public override Step Retarget(ImmutableArray<Target> targets) => new ScatterStep(targets[0], Axes, Value, Mode, Condition) { Origin = Origin };
}

/// <summary>Sorts along one axis, stably; NaN is the largest value. Writes values and int64 indices; targets that hold fewer places take the first ones (topk).</summary>
public sealed class SortStep(Target values, Target indices, ImmutableArray<Axis> axes, Axis sorted, Axis kept, Expr key, bool descending) : Step
{
    public Target Values { get; } = values;

    public Target Indices { get; } = indices;

    /// <summary>The axes without the sorted one.</summary>
    public ImmutableArray<Axis> Axes { get; } = axes;

    /// <summary>The axis of the key.</summary>
    public Axis Sorted { get; } = sorted;

    /// <summary>The axis of the targets: its extent is at most the sorted one's.</summary>
    public Axis Kept { get; } = kept;

    public Expr Key { get; } = key;

    public bool Descending { get; } = descending;

    public override ImmutableArray<Target> Targets => [Values, Indices];

    public override ImmutableArray<Expr> Expressions => [Key];

    public override Step Rewrite(Func<Expr, Expr> expr) => new SortStep(Values, Indices, Axes, Sorted, Kept, expr(Key), Descending) { Origin = Origin };

    public override Step Retarget(ImmutableArray<Target> targets) => new SortStep(targets[0], targets[1], Axes, Sorted, Kept, Key, Descending) { Origin = Origin };
}

/// <summary>Matrix product: for each point of batch × M × N, the sum over K of left (over batch, M, K) times right (over batch, K, N), then the epilogue.</summary>
public sealed class ContractionStep(
    Target target, ImmutableArray<Axis> batch, Axis m, Axis n, Axis k, Expr left, Expr right, Expr epilogue) : Step
{
    public Target Target { get; } = target;

    public ImmutableArray<Axis> Batch { get; } = batch;

    public Axis M { get; } = m;

    public Axis N { get; } = n;

    public Axis K { get; } = k;

    public Expr Left { get; } = left;

    public Expr Right { get; } = right;

    /// <summary>Over batch, M and N, with <see cref="AccumulatorExpr"/> 0 for the sum.</summary>
    public Expr Epilogue { get; } = epilogue;

    public ImmutableArray<Axis> Axes => [.. Batch, M, N];

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> Expressions => [Left, Right, Epilogue];

    public override Step Rewrite(Func<Expr, Expr> expr) =>
        With(Target, expr(Left), expr(Right), expr(Epilogue));

    public override Step Retarget(ImmutableArray<Target> targets) => With(targets[0], Left, Right, Epilogue);

    /// <summary>The same sums of other operands, stored otherwise.</summary>
    public ContractionStep With(Target target, Expr left, Expr right, Expr epilogue) =>
        new(target, Batch, M, N, K, left, right, epilogue) { Origin = Origin, Scratch = Scratch, ThreadScratch = ThreadScratch };
}

/// <summary>
/// Convolution without padding (pads are guards in the input expression), in 1 to 3 spatial dims:
/// out[n, o, s…] = Σ over c in the group and taps t… of input(n, g·C + c, s·stride + t·dilation) · weight(o, c, t…), then the epilogue.
/// </summary>
public sealed class ConvolutionStep(
    Target target, ImmutableArray<Axis> axes, ImmutableArray<Axis> inputAxes, Expr input, ImmutableArray<Axis> weightAxes, Expr weight,
    ImmutableArray<int> stride, ImmutableArray<int> dilation, int groups, Expr epilogue) : Step
{
    public Target Target { get; } = target;

    /// <summary>N, O and the spatial output axes.</summary>
    public ImmutableArray<Axis> Axes { get; } = axes;

    /// <summary>N, C (of all groups) and the spatial axes of the padded input.</summary>
    public ImmutableArray<Axis> InputAxes { get; } = inputAxes;

    public Expr Input { get; } = input;

    /// <summary>O, C / groups and the taps.</summary>
    public ImmutableArray<Axis> WeightAxes { get; } = weightAxes;

    public Expr Weight { get; } = weight;

    public ImmutableArray<int> Stride { get; } = stride;

    public ImmutableArray<int> Dilation { get; } = dilation;

    public int Groups { get; } = groups;

    /// <summary>Outputs along each side of a tile of Winograd's algorithm; 0 for another. Settled with the operands' order.</summary>
    public int WinogradTile { get; init; }

    /// <summary>Over the output axes, with <see cref="AccumulatorExpr"/> 0 for the sum.</summary>
    public Expr Epilogue { get; } = epilogue;

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> Expressions => [Input, Weight, Epilogue];

    /// <summary>Set where the input is zero but for a grid of places, as in transposed convolutions.</summary>
    public SpreadInput? Spread { get; init; }

    public override Step Rewrite(Func<Expr, Expr> expr) => With(Target, expr(Input), expr(Weight), expr(Epilogue));

    public override Step Retarget(ImmutableArray<Target> targets) => With(targets[0], Input, Weight, Epilogue);

    /// <summary>The same sums of other operands, stored otherwise.</summary>
    public ConvolutionStep With(Target target, Expr input, Expr weight, Expr epilogue) =>
        new(target, Axes, InputAxes, input, WeightAxes, weight, Stride, Dilation, Groups, epilogue)
        {
            Origin = Origin, WinogradTile = WinogradTile, Spread = Spread, Scratch = Scratch, ThreadScratch = ThreadScratch,
        };
}

/// <summary>
/// Elements of a convolution's padded input that may be other than zero: in each spatial dim, those at <paramref name="First"/> plus a multiple of
/// <paramref name="Step"/>.
/// </summary>
public sealed record SpreadInput(ImmutableArray<int> Step, ImmutableArray<int> First);

/// <summary>Runs its body for <see cref="Counter"/> = 0 … count - 1: recurrent layers. Buffers that carry values from turn to turn are written by steps before the loop and in its body.</summary>
public sealed class LoopStep(Symbol counter, Dim count, ImmutableArray<Step> body) : Step
{
    public Symbol Counter { get; } = counter;

    public Dim Count { get; } = count;

    public ImmutableArray<Step> Body { get; } = body;

    public override ImmutableArray<Target> Targets => [.. Body.SelectMany(step => step.Targets)];

    public override ImmutableArray<Expr> Expressions => [.. Body.SelectMany(step => step.Expressions)];

    public override Step Rewrite(Func<Expr, Expr> expr) => new LoopStep(Counter, Count, [.. Body.Select(step => step.Rewrite(expr))]) { Origin = Origin };

    public override Step Retarget(ImmutableArray<Target> targets) => throw new NotSupportedException("A loop's steps are retargeted one by one.");
}
