using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>
/// Runs tensor programs plainly: the second opinion in tests and in <c>sconce verify</c>, and what folds constants. Shares no code with the kernels.
/// States keep their values from run to run of one evaluator.
/// </summary>
public sealed partial class Evaluator
{
    private readonly Dictionary<TensorBuffer, TensorValue> values = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Symbol, long> symbols = [];

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
        ForEach(frame, map.Axes, Store(frame, new ExprCompiler(frame), map.Target, map.Body));
    }

    /// <summary>A plain copy (a view, weights being packed) by rows along the last axis: models have hundreds of millions of weights.</summary>
    private bool TryCopy(MapStep map)
    {
        if (map.Body is not LoadExpr load || map.Axes.IsEmpty)
        {
            return false;
        }

        var (from, to) = (Get(load.Buffer), Get(map.Target.Buffer));
        var row = map.Axes[^1];
        if (Offset(from, load.Index).LinearIn(row) is not ({ IsConstant: true } fromStep, var fromStart)
            || Offset(to, map.Target.Index).LinearIn(row) is not ({ IsConstant: true } toStep, var toStart))
        {
            return false;
        }

        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var (source, destination, count) = (compiler.Dim(fromStart), compiler.Dim(toStart), Evaluate(row.Extent));
        ForEach(frame, map.Axes.RemoveAt(map.Axes.Length - 1), () =>
            CopyRow(from, source(), fromStep.Value, to, destination(), toStep.Value, count));
        return true;

        static Dim Offset(TensorValue value, ImmutableArray<Dim> index)
        {
            var total = Dim.Zero;
            for (var i = 0; i < index.Length; i++)
            {
                total += index[i] * value.Strides[i];
            }

            return total;
        }
    }

    private static void CopyRow(TensorValue from, long source, long fromStep, TensorValue to, long destination, long toStep, long count)
    {
        if (count <= 0)
        {
            return;
        }

        var size = from.Type.Size();
        var a = from.Bytes;
        var b = to.Bytes;
        if (fromStep == 1 && toStep == 1)
        {
            a.Slice(checked((int)(source * size)), checked((int)(count * size))).CopyTo(b[checked((int)(destination * size))..]);
        }
        else if (size == sizeof(float))
        {
            var x = MemoryMarshal.Cast<byte, float>(a);
            var y = MemoryMarshal.Cast<byte, float>(b);
            for (var i = 0L; i < count; i++)
            {
                y[(int)(destination + (i * toStep))] = x[(int)(source + (i * fromStep))];
            }
        }
        else
        {
            for (var i = 0L; i < count; i++)
            {
                a.Slice((int)((source + (i * fromStep)) * size), size).CopyTo(b[(int)((destination + (i * toStep)) * size)..]);
            }
        }
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
