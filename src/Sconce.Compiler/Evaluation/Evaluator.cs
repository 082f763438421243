using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>
/// Runs tensor programs plainly: the second opinion in tests and in <c>sconce verify</c>, and what folds constants. Shares no code with the kernels.
/// States keep their values from run to run of one evaluator.
/// </summary>
/// <param name="sum">What sums products; where null, the evaluator itself.</param>
public sealed partial class Evaluator(SumProducts? sum = null)
{
    /// <summary>Rows shorter than this are not worth going through one by one.</summary>
    private const long LeastRow = 64;

    /// <summary>Of fewer points each is computed by itself.</summary>
    private const long ShortestRow = 4;

    private readonly Dictionary<TensorBuffer, TensorValue> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Symbol, long> symbols = [];
    private readonly SumProducts sum = sum ?? PlainSums.Of;

    /// <summary>Gives a symbol its value; before the buffers and steps that use it.</summary>
    public void Bind(Symbol symbol, long value) => symbols[symbol] = value;

    public void Set(TensorBuffer buffer, TensorValue value) => values[buffer] = value;

    /// <summary>The buffer's present value; a constant's or a state's data where no step has written it; zeros where nothing has.</summary>
    public TensorValue Get(TensorBuffer buffer)
    {
        if (!values.TryGetValue(buffer, out var value))
        {
            value = buffer switch
            {
                { Data: null } => new TensorValue(buffer.Type, ShapeOf(buffer)),
                { Kind: BufferKind.Constant } => TensorValue.Sharing(buffer.Data),
                _ => TensorValue.Of(buffer.Data),
            };
            values.Add(buffer, value);
        }

        return value;
    }

    /// <summary>Frees a buffer's value.</summary>
    public void Forget(TensorBuffer buffer) => values.Remove(buffer);

    /// <summary>A program's whole run. Inputs in the program's order; symbols are read off their shapes. Gives the outputs in order.</summary>
    public IReadOnlyList<TensorValue> Run(TensorProgram program, IReadOnlyList<TensorValue> inputs)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            BindSymbols(program.Inputs[i].Buffer.Sizes, program.Inputs[i].Buffer.Value is null ? inputs[i].Shape : [inputs[i].GetInteger(0)]);
            Set(program.Inputs[i].Buffer, inputs[i]);
        }

        CheckSizes(program.Checks);
        Run(program.Steps);

        return [.. program.Outputs.Select(output => Get(output.Buffer))];
    }

    public long Evaluate(Dim dim) => dim.Evaluate(ValueOf);

    /// <summary>Throws where the symbols' values break a condition.</summary>
    public void CheckSizes(SizeChecks checks)
    {
        foreach (var check in checks)
        {
            if (!check.Condition.Holds(ValueOf))
            {
                throw new SconceException(
                    $"the inputs' sizes break a condition of the model: {check.Text}: {check.Why}", new Where(Python: check.Source), "give inputs of sizes that meet it");
            }
        }
    }

    private long ValueOf(Atom leaf) => leaf is Symbol symbol && symbols.TryGetValue(symbol, out var value)
        ? value
        : throw new InvalidOperationException($"{leaf} has no value here.");

    /// <summary>One step; what it reads must have been set or computed.</summary>
    public void Run(Step step)
    {
        foreach (var target in step is RegionStep ? [] : step.Targets)
        {
            // A buffer's first writer makes it anew: its size may differ from the last run's.
            if (values.TryGetValue(target.Buffer, out var old) && !old.Shape.AsSpan().SequenceEqual(ShapeOf(target.Buffer).AsSpan()))
            {
                values.Remove(target.Buffer);
            }
        }

        RunAny(step);
        foreach (var target in step is RegionStep ? [] : step.Targets)
        {
            if (target.Buffer.Symbol is { } symbol)
            {
                symbols[symbol] = Get(target.Buffer).GetInteger(0);
            }
        }
    }

    private void RunAny(Step step)
    {
        switch (step)
        {
            case MapStep map:
                RunMap(map);
                break;
            case ReduceStep reduce:
                RunReduce(reduce);
                break;
            case ScanStep scan:
                RunScan(scan);
                break;
            case ScatterStep scatter:
                RunScatter(scatter);
                break;
            case SortStep sort:
                RunSort(sort);
                break;
            case CheckStep check:
                RunCheck(check);
                break;
            case ContractionStep contraction:
                RunContraction(contraction);
                break;
            case AttentionStep attention:
                RunAttention(attention);
                break;
            case FourierStep fourier:
                RunFourier(fourier);
                break;
            case MatrixStep matrix:
                RunMatrix(matrix);
                break;
            case ConvolutionStep convolution:
                RunConvolution(convolution);
                break;
            case LoopStep loop:
                for (var (turn, count) = (0L, Evaluate(loop.Count)); turn < count; turn++)
                {
                    symbols[loop.Counter] = turn;
                    Run(loop.Body);
                }

                break;
            case IfStep branch:
                Run(Holds(branch.Condition) ? branch.Then : branch.Else);
                break;
            case WhileStep loop:
                Run(loop.Test);
                while (Holds(loop.Condition))
                {
                    Run(loop.Body);
                    Run(loop.Test);
                }

                break;
            default:
                throw new NotSupportedException($"No evaluation of {step.GetType().Name}.");
        }
    }

    private void Run(IEnumerable<Step> steps)
    {
        foreach (var step in steps)
        {
            Run(step);
        }
    }

    private bool Holds(Expr condition) => new ExprCompiler(NewFrame()).Integer(condition)() != 0;

    private void BindSymbols(ImmutableArray<Dim> dims, ImmutableArray<long> shape)
    {
        for (var i = 0; i < dims.Length; i++)
        {
            Symbol? symbol = null;
            dims[i].VisitLeaves(leaf => symbol ??= leaf as Symbol);
            if (symbol is not null && dims[i].LinearIn(symbol) is ({ IsConstant: true, Value: not 0 } scale, { IsConstant: true } offset))
            {
                Bind(symbol, (shape[i] - offset.Value) / scale.Value);
            }
        }
    }

    private ImmutableArray<long> ShapeOf(TensorBuffer buffer) => [.. buffer.Dims.Select(Evaluate)];

    private Frame NewFrame()
    {
        var frame = new Frame(Get);
        foreach (var (symbol, value) in symbols)
        {
            frame.Set(frame.Slot(symbol), value);
        }

        return frame;
    }

    /// <summary>Visits every point of the axes, the last axis fastest.</summary>
    private void ForEach(Frame frame, ImmutableArray<Axis> axes, Action body)
    {
        var slots = axes.Select(frame.Slot).ToArray();
        var extents = axes.Select(axis => Evaluate(axis.Extent)).ToArray();
        var index = new long[axes.Length];
        if (extents.Any(extent => extent <= 0))
        {
            return;
        }

        foreach (var slot in slots)
        {
            frame.Set(slot, 0);
        }

        while (true)
        {
            body();
            var axis = axes.Length - 1;
            for (; axis >= 0; axis--)
            {
                if (++index[axis] < extents[axis])
                {
                    frame.Set(slots[axis], index[axis]);
                    break;
                }

                index[axis] = 0;
                frame.Set(slots[axis], 0);
            }

            if (axis < 0)
            {
                return;
            }
        }
    }

    private Action Store(Frame frame, ExprCompiler compiler, Target target, Expr value)
    {
        var to = Get(target.Buffer);
        var place = compiler.Place(to, target.Index);
        if (value.Type.IsFloat())
        {
            var real = compiler.Float(value);
            return () => to.SetFloat(place(), real());
        }

        var whole = compiler.Integer(value);
        return () => to.SetInteger(place(), whole());
    }

    private void RunMap(MapStep map)
    {
        if (TryCopy(map))
        {
            return;
        }

        var frame = NewFrame();
        if (Rows(frame, RowsFirst(map.Axes).FirstOrDefault()) is { } rows)
        {
            ForEachRow(frame, map.Axes, rows, rows.Store(Get(map.Target.Buffer), map.Target.Index, map.Body));
            return;
        }

        ForEach(frame, map.Axes, Store(frame, new ExprCompiler(frame), map.Target, map.Body));
    }

    /// <summary>The points along an axis together; null where there is none, or it is short.</summary>
    private RowCompiler? Rows(Frame frame, Axis? axis, bool accumulates = false) =>
        axis is not null && Evaluate(axis.Extent) is >= ShortestRow and var count ? new(frame, axis, (int)count) { Accumulates = accumulates } : null;

    private void ForEachRow(Frame frame, ImmutableArray<Axis> axes, RowCompiler rows, Action body) => ForEach(frame, axes.Remove(rows.Axis), () =>
    {
        rows.Begin();
        body();
    });

    /// <summary>
    /// The axes along which rows may be taken, best first. The last axis lies side by side, mostly. In packed weights it is as short as a tile, and each row costs as much as many elements do.
    /// </summary>
    private IEnumerable<Axis> RowsFirst(ImmutableArray<Axis> axes) =>
        axes is [.., var last] && Evaluate(last.Extent) >= LeastRow ? [last] : axes.OrderByDescending(axis => Evaluate(axis.Extent));

    /// <summary>A plain copy (a view, weights being packed) by rows along one axis: models have hundreds of millions of weights.</summary>
    private bool TryCopy(MapStep map)
    {
        if (map.Body is not LoadExpr load || map.Axes.IsEmpty)
        {
            return false;
        }

        var (from, to) = (Get(load.Buffer), Get(map.Target.Buffer));
        var (fromPlace, toPlace) = (from.Offset(load.Index), to.Offset(map.Target.Index));
        foreach (var row in RowsFirst(map.Axes))
        {
            if (fromPlace.LinearIn(row) is ({ IsConstant: true } fromStep, var fromStart) && toPlace.LinearIn(row) is ({ IsConstant: true } toStep, var toStart))
            {
                var frame = NewFrame();
                var compiler = new ExprCompiler(frame);
                var (source, destination, count) = (compiler.Dim(fromStart), compiler.Dim(toStart), Evaluate(row.Extent));
                ForEach(frame, map.Axes.Remove(row), () => CopyRow(from, source(), fromStep.Value, to, destination(), toStep.Value, count));
                return true;
            }
        }

        return false;
    }

    private static void CopyRow(TensorValue from, long source, long fromStep, TensorValue to, long destination, long toStep, long count)
    {
        if (count <= 0)
        {
            return;
        }

        var size = from.Type.Size();
        if (fromStep == 1 && toStep == 1)
        {
            from.Bytes.Slice(checked((int)(source * size)), checked((int)(count * size))).CopyTo(to.Bytes[checked((int)(destination * size))..]);
            return;
        }

        switch (size)
        {
            case sizeof(byte):
                CopyElements<byte>(from, source, fromStep, to, destination, toStep, count);
                break;
            case sizeof(ushort):
                CopyElements<ushort>(from, source, fromStep, to, destination, toStep, count);
                break;
            case sizeof(uint):
                CopyElements<uint>(from, source, fromStep, to, destination, toStep, count);
                break;
            case sizeof(ulong):
                CopyElements<ulong>(from, source, fromStep, to, destination, toStep, count);
                break;
            default:
                CopyElements<UInt128>(from, source, fromStep, to, destination, toStep, count);
                break;
        }
    }

    /// <summary>The ends of the row are looked at before it, so that nothing has to be looked at within.</summary>
    private static void CopyElements<T>(TensorValue from, long source, long fromStep, TensorValue to, long destination, long toStep, long count)
        where T : unmanaged
    {
        var x = MemoryMarshal.Cast<byte, T>(from.Bytes);
        var y = MemoryMarshal.Cast<byte, T>(to.Bytes);
        _ = x[checked((int)(source + ((count - 1) * fromStep)))];
        _ = y[checked((int)(destination + ((count - 1) * toStep)))];
        ref var read = ref x[checked((int)source)];
        ref var written = ref y[checked((int)destination)];
        var (readStep, writeStep) = ((nint)fromStep, (nint)toStep);
        for (var i = (nint)(count - 1); i > 0; i--)
        {
            written = read;
            read = ref Unsafe.Add(ref read, readStep);
            written = ref Unsafe.Add(ref written, writeStep);
        }

        written = read;
    }

    private void RunCheck(CheckStep check)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var (wrong, value, limit) = (compiler.Integer(check.Wrong), compiler.Integer(check.Value), compiler.Dim(check.Limit));
        ForEach(frame, check.Axes, () =>
        {
            if (wrong() != 0)
            {
                throw new SconceException(
                    check.Message.Replace("{value}", $"{value()}").Replace("{limit}", $"{limit()}"),
                    new Where(Operator: check.Origin?.Operator, Python: check.Origin?.Source));
            }
        });
    }

    private void RunScatter(ScatterStep scatter)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var old = new LoadExpr(scatter.Target.Buffer, scatter.Target.Index);
        var value = scatter.Mode switch
        {
            ScatterMode.Set => scatter.Value,
            ScatterMode.Add => old + scatter.Value,
            ScatterMode.Multiply => old * scatter.Value,
            ScatterMode.Min => old.Apply(BinaryOp.Min, scatter.Value),
            _ => old.Apply(BinaryOp.Max, scatter.Value),
        };
        var store = Store(frame, compiler, scatter.Target, value);
        var condition = scatter.Condition is null ? null : compiler.Integer(scatter.Condition);
        ForEach(frame, scatter.Axes, () =>
        {
            if (condition is null || condition() != 0)
            {
                store();
            }
        });
    }
}
