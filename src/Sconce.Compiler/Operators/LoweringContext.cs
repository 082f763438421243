using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Builds a tensor program: every method adds steps with buffers of their own and returns what they compute. Bodies are given an index and
/// return an expression of any dtype; it is converted when stored.
/// </summary>
public sealed partial class LoweringContext(TensorProgram program)
{
    private readonly Dictionary<(ReadOnlyMemory<byte> Storage, DType Type, long Offset, string Layout), TensorBuffer> constants = [];
    private readonly Dictionary<object, TensorBuffer> made = [];
    private SizeFacts? facts;
    private TracedSizes? traced;
    private int loops;
    private bool perhaps;
    private Batching? batching;

    /// <summary>Where steps are being added: the program's, or a block of a region.</summary>
    internal List<Step> Steps { get; private set; } = program.Steps;

    /// <summary>The runs of vmap that are under way.</summary>
    internal Batching Batching => batching ??= new Batching(this);

    /// <summary>Told of each step that is added.</summary>
    internal Action<Step>? Added { get; set; }

    /// <summary>The origin of the steps that are being added.</summary>
    public Origin? Origin { get; set; }

    /// <summary>The name of new buffers.</summary>
    public string Name { get; set; } = "";

    /// <summary>Facts about sizes in every run.</summary>
    public SizeFacts Facts => facts ??= new SizeFacts(program.Symbols, program.Checks.Select(check => check.Condition));

    /// <summary>Facts about sizes as PyTorch traces them; null where nobody asked yet.</summary>
    internal TracedSizes? TracedSizes => traced;

    /// <summary>Whether sizes that PyTorch recorded are left out where they hold of larger inputs only.</summary>
    internal bool Small { get; init; }

    /// <summary>Whether a size is not demanded to be as PyTorch recorded it.</summary>
    internal bool LeavesOut(Dim made, Dim recorded) =>
        !made.Equals(recorded) && Facts.Equal(made, recorded) is null && (traced ??= new TracedSizes(program)).AreSameInLargerOnly(made, recorded) && Small;

    /// <summary>The results that the node being lowered has in the graph.</summary>
    public ImmutableArray<Value> Results { get; set; } = [];

    /// <summary>Demands a condition that a lowering needs of every run: what is not known already is looked at before a run begins.</summary>
    /// <exception cref="SconceException">No sizes meet it, or it hangs on more than the inputs' sizes.</exception>
    public void Require(SizeCheck check)
    {
        check = check.Source is null ? check with { Source = Origin?.Source } : check;
        switch (Facts.Holds(check.Condition))
        {
            case true:
                return;
            case false:
                throw SizeChecks.Never(check);
            default:
                var found = false;
                check.Condition.VisitLeaves(leaf =>
                {
                    found |= leaf is FoundSymbol or LoadedIndex;
                    if (leaf is not (FoundSymbol or LoadedIndex) && (leaf is not Symbol symbol || !program.Symbols.Contains(symbol)))
                    {
                        throw SconceException.Unsupported(
                            $"a size that only the run can tell: {check.Text} must hold, for {check.Why}",
                            hint: "Sizes may depend on the sizes of inputs, and on what steps before have found.");
                    }
                });

                // What a branch demands counts where the branch is taken.
                if (found || perhaps)
                {
                    RequireFound(check);
                    return;
                }

                program.Checks.Add(check);
                Facts.Assume(check.Condition);
                return;
        }
    }

    /// <summary>Demands that two sizes are the same, and gives them in one form, in which they are found from now on.</summary>
    public Dim Same(Dim a, Dim b, string why)
    {
        if (a.IsConstant && b.IsConstant && !a.Equals(b))
        {
            throw SconceException.Expected($"sizes that are the same, for {why}", $"{a} and {b}");
        }

        if (!a.Equals(b) && !Facts.Simplify(a).Equals(Facts.Simplify(b)))
        {
            var equal = SizeCheck.Equal(a, b, why);
            Require(equal);
            Facts.Assume(equal.Condition);
        }

        return a.IsConstant ? a : Facts.Simplify(b);
    }

    /// <summary>Whether a size hangs on nothing but the sizes of inputs: it is known before anything is computed.</summary>
    public bool IsOfInputs(Dim size)
    {
        var known = true;
        size.VisitLeaves(leaf => known &= leaf is Symbol symbol && program.Symbols.Contains(symbol));
        return known;
    }

    /// <summary>A size as people write it, by the inputs that its symbols come from: <c>2*x.shape[1]</c>.</summary>
    public string Describe(Dim size) => size.Substitute(atom => atom is Symbol symbol ? Dim.Of(Named(symbol)) : null).ToString();

    public void Add(Step step)
    {
        StepCheck.Check(step, program.Found.Count == 0 ? program.Symbols : [.. program.Symbols, .. program.Found], Require);
        Budget.Spend(Budget.Step);
        step = step with { Origin = Origin };
        Steps.Add(step);
        Added?.Invoke(step);
    }

    public TensorBuffer Temporary(DType type, Dims dims) => type.IsComplex()
        ? throw SconceException.Unsupported($"a tensor of {type.Name()} made here", hint: "Make it of two real ones with torch.complex.")
        : new(Name, type, Settle(dims));

    /// <summary>The same constant bytes are one buffer.</summary>
    public TensorBuffer Constant(TensorData data, string? name = null)
    {
        var key = (data.Storage, data.Type, data.Offset, $"{string.Join(',', data.Shape)}/{string.Join(',', data.Strides)}");
        if (!constants.TryGetValue(key, out var buffer))
        {
            buffer = new TensorBuffer(name ?? Name, data.Type, [.. data.Shape.Select(size => (Dim)size)], BufferKind.Constant, data);
            constants.Add(key, buffer);
        }

        return buffer;
    }

    /// <summary>A constant that is made of what the key says, once.</summary>
    public TensorBuffer Made<TKey>(TKey key, Func<TensorData> make)
        where TKey : notnull
    {
        if (!made.TryGetValue(key, out var buffer))
        {
            var data = make();
            buffer = new TensorBuffer($"{Name}.table", data.Type, [.. data.Shape.Select(size => (Dim)size)], BufferKind.Constant, data);
            made.Add(key, buffer);
        }

        return buffer;
    }

    /// <summary>A buffer that kernels fill with what the key says, once for all runs with the same sizes.</summary>
    public TensorBuffer Kept<TKey>(TKey key, DType type, Dim count)
        where TKey : notnull
    {
        if (!made.TryGetValue(key, out var buffer))
        {
            made.Add(key, buffer = new TensorBuffer($"{Name}.table", type, [count], BufferKind.Kept));
        }

        return buffer;
    }

    /// <summary>A constant table of int64 numbers in row-major order.</summary>
    public TensorBuffer Integers(ImmutableArray<long> shape, ReadOnlySpan<long> numbers) =>
        Constant(TensorData.Dense(DType.Int64, shape, MemoryMarshal.AsBytes(numbers).ToArray()));

    /// <summary>An expression for each element.</summary>
    public TensorBuffer Map(DType type, Dims dims, Func<Dims, Expr> body)
    {
        var result = Temporary(type, dims);
        MapInto(result, dims, index => index, body);
        return result;
    }

    /// <summary>Writes a part of a buffer: at each index within the dims, the element whose place in the buffer is given.</summary>
    public void MapInto(TensorBuffer target, Dims dims, Func<Dims, Dims> place, Func<Dims, Expr> body)
    {
        var (axes, index) = Axes(dims);
        Add(new MapStep(new Target(target, place(index)), axes, body(index).As(target.Type)));
    }

    /// <summary>The elements of a buffer in other places: no computation.</summary>
    public TensorBuffer View(TensorBuffer source, Dims dims, Func<Dims, Dims> place) => Map(source.Type, dims, index => source.At(place(index)));

    /// <summary>A tensor of one value.</summary>
    public TensorBuffer Fill(DType type, Dims dims, Expr value) => Map(type, dims, _ => value);

    public TensorBuffer Copy(TensorBuffer source) => View(source, source.Dims, index => index);

    /// <summary>Broadcasts operands to a common shape, converts them to one dtype (16-bit floats: to float32), and computes with them.</summary>
    public TensorBuffer Pointwise(DType result, DType operandType, ReadOnlySpan<Operand> operands, Func<ImmutableArray<Expr>, Expr> function)
    {
        var array = operands.ToArray();
        var dims = this.Broadcast([.. array.Select(operand => operand.Dims)]);
        return Map(result, dims, index => function([.. array.Select(operand => operand.At(index, operandType))]));
    }

    /// <summary>A function of each element, computed in the tensor's dtype (16-bit floats: in float32) and kept in it.</summary>
    public TensorBuffer Pointwise(TensorBuffer source, Func<Expr, Expr> function) =>
        Map(source.Type, source.Dims, index => function(source.ValueAt(index)));

    public TensorBuffer Convert(TensorBuffer source, DType type) =>
        source.Type == type ? source : Map(type, source.Dims, index => source.At(index));

    /// <summary>Combines values over reduced dims, for each index of the outer dims.</summary>
    public TensorBuffer Reduce(DType type, Dims outer, Dims reduced, Combiner combiner, Func<Dims, Dims, Expr> value, Func<Dims, Expr, Expr>? result = null) =>
        Reduce([type], outer, reduced, (o, r) => [new Reducer(combiner, value(o, r))], (o, sums) => [result is null ? sums[0] : result(o, sums[0])])[0];

    /// <summary>Several combinations at once, with a result for each dtype given.</summary>
    public ImmutableArray<TensorBuffer> Reduce(
        ImmutableArray<DType> types, Dims outer, Dims reduced,
        Func<Dims, Dims, ImmutableArray<Reducer>> reducers, Func<Dims, ImmutableArray<Expr>, ImmutableArray<Expr>> results)
    {
        var (axes, index) = Axes(outer);
        var (inner, innerIndex) = Axes(reduced, "r");
        var combined = reducers(index, innerIndex);
        var values = results(index, [.. combined.Select((reducer, i) => new AccumulatorExpr(i, reducer.Type))]);
        var buffers = types.Select(type => Temporary(type, outer)).ToImmutableArray();
        Add(new ReduceStep(
            [.. buffers.Select(buffer => Target.Whole(buffer, axes))], axes, inner, combined,
            [.. values.Zip(types, (value, type) => value.As(type))]));
        return buffers;
    }

    /// <summary>Running combinations along one axis of a shape: as <see cref="Reduce(ImmutableArray{DType}, Dims, Dims, Func{Dims, Dims, ImmutableArray{Reducer}}, Func{Dims, ImmutableArray{Expr}, ImmutableArray{Expr}})"/>, with whole indices.</summary>
    public ImmutableArray<TensorBuffer> Scan(
        ImmutableArray<DType> types, Dims dims, int along,
        Func<Dims, ImmutableArray<Reducer>> reducers, Func<Dims, ImmutableArray<Expr>, ImmutableArray<Expr>> results)
    {
        var (axes, index) = Axes(dims);
        var combined = reducers(index);
        var values = results(index, [.. combined.Select((reducer, i) => new AccumulatorExpr(i, reducer.Type))]);
        var buffers = types.Select(type => Temporary(type, dims)).ToImmutableArray();
        Add(new ScanStep(
            [.. buffers.Select(buffer => Target.Whole(buffer, axes))], axes.RemoveAt(along), axes[along], combined,
            [.. values.Zip(types, (value, type) => value.As(type))]));
        return buffers;
    }

    /// <summary>
    /// A matrix product for each point of the batch: the sum over k of left(batch, m, k) · right(batch, n, k), then the result function on
    /// (batch, m, n) and the sum. The buffer's dims are batch, m, n.
    /// </summary>
    public TensorBuffer Contract(
        DType type, Dims batch, Dim m, Dim n, Dim k,
        Func<Dims, Dim, Dim, Expr> left, Func<Dims, Dim, Dim, Expr> right, Func<Dims, Expr, Expr>? result = null)
    {
        var (batchAxes, batchIndex) = Axes(batch);
        var (axisM, axisN, axisK) = (new Axis(Settle(m), "m"), new Axis(Settle(n), "n"), new Axis(Settle(k), "k"));
        var leftValue = left(batchIndex, axisM, axisK);
        var sum = new AccumulatorExpr(0, leftValue.Type);
        Dims index = [.. batchIndex, axisM, axisN];
        var buffer = Temporary(type, [.. batch, m, n]);
        Add(new ContractionStep(
            new Target(buffer, index), batchAxes, axisM, axisN, axisK, leftValue, right(batchIndex, axisN, axisK),
            (result is null ? sum : result(index, sum)).As(type)));
        return buffer;
    }

    /// <summary>Writes values to computed places of a buffer that is filled already.</summary>
    public void Scatter(TensorBuffer target, Dims dims, Func<Dims, Dims> place, Func<Dims, Expr> value, ScatterMode mode, Func<Dims, Expr>? condition = null)
    {
        var (axes, index) = Axes(dims);
        Add(new ScatterStep(new Target(target, place(index)), axes, value(index).As(target.Type), mode, condition?.Invoke(index)));
    }

    /// <summary>Ends the run where the condition holds at an index within the dims.</summary>
    public void Check(Dims dims, Func<Dims, Expr> wrong, Func<Dims, Expr> value, Dim limit, string message)
    {
        var (axes, index) = Axes(dims);
        var condition = wrong(index);
        if (IndexConditions.Decide(condition) != false)
        {
            Add(new CheckStep(new Target(CheckStep.FaultBuffer(Name), [FaultFields.Found]), axes, condition, value(index).As(DType.Int64), limit, message));
        }
    }

    /// <summary>Runs what the body adds for each value of a counter.</summary>
    public void Loop(Dim count, Action<Dim> body)
    {
        var counter = Symbol.Counter($"t{loops++}", count);
        List<Step> steps = [];
        Turn(steps, () => Within(steps, () => body(Dim.Of(counter))));
        Add(new LoopStep(counter, count, [.. steps]));
    }

    /// <summary>Lets the body add its steps to a block.</summary>
    internal void Within(List<Step> block, Action body, bool perhaps = false) => Within(
        block,
        () =>
        {
            body();
            return true;
        },
        perhaps);

    /// <summary>Lets the body add its steps to a block, and gives what it gives.</summary>
    /// <param name="block">Where its steps go.</param>
    /// <param name="body">Adds them.</param>
    /// <param name="perhaps">Whether a run may leave the block out: what it demands of sizes holds inside it alone.</param>
    internal T Within<T>(List<Step> block, Func<T> body, bool perhaps = false)
    {
        var outer = Open(block, perhaps);
        var result = body();
        Close(outer);
        return result;
    }

    /// <summary>Lets the body add its steps where steps are being added, with facts about sizes that hold for these alone.</summary>
    internal void WithFacts(Action body) => Within(Steps, body, perhaps: true);

    /// <summary>Steps are added to a block from now on.</summary>
    /// <inheritdoc cref="Within{T}" path="/param"/>
    internal OpenBlock Open(List<Step> block, bool perhaps)
    {
        // What a region finds is not known after it.
        var outer = new OpenBlock(Steps, settled, Facts, this.perhaps);
        (Steps, settled, facts, this.perhaps) = (block, new(settled), perhaps ? Facts.Copy() : Facts, this.perhaps || perhaps);
        return outer;
    }

    /// <summary>Steps are added again to what they were added to before.</summary>
    internal void Close(OpenBlock outer) => (Steps, settled, facts, perhaps) = (outer.Steps, outer.Settled, outer.Facts, outer.Perhaps);

    /// <summary>What steps were added to when a block was opened.</summary>
    internal readonly record struct OpenBlock(List<Step> Steps, Dictionary<Dim, Dim> Settled, SizeFacts Facts, bool Perhaps);

    private Symbol Named(Symbol symbol)
    {
        foreach (var (name, buffer) in program.Inputs)
        {
            if (buffer.Dims.IndexOf(Dim.Of(symbol)) is >= 0 and var axis)
            {
                return new($"{name}.shape[{axis}]", symbol.Min, symbol.Max);
            }
        }

        return symbol;
    }

    /// <summary>Axes over dims, and the index they form.</summary>
    public (ImmutableArray<Axis> Axes, Dims Index) Axes(Dims dims, string prefix = "i")
    {
        var axes = Settle(dims).Select((dim, i) => new Axis(dim, $"{prefix}{i}")).ToImmutableArray();
        return (axes, [.. axes.Select(axis => Dim.Of(axis))]);
    }
}
