using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>
/// Four running values of a reduction. The smallest and largest of float32 are found by the instructions that pass over NaN, with the NaN
/// noted beside: those that keep it are several times slower.
/// </summary>
internal sealed class VectorAccumulator
{
    private readonly FunctionBuilder f;
    private readonly Reducer reducer;
    private readonly DType type;
    private readonly LocalV128 low;
    private readonly LocalV128? high;
    private readonly LocalV128? notANumber;
    private readonly LocalV128? index;

    public VectorAccumulator(FunctionBuilder f, Reducer reducer)
    {
        (this.f, this.reducer) = (f, reducer);
        type = reducer.Value.Type;
        low = f.V128("sum");
        high = Vector.IsWide(type) ? f.V128("sum") : null;
        notANumber = reducer.Combiner is Combiner.Min or Combiner.Max && type.IsFloat32() ? f.V128("nan") : null;
        index = reducer.Combiner.FindsIndex() ? f.V128("index") : null;
    }

    /// <summary>The value that an <see cref="AccumulatorExpr"/> stands for.</summary>
    public Vector Result(ExprEmitter at) =>
        index is not null ? at.Cast(DType.Int32, DType.Int64, new Vector(index))
        : notANumber is not null ? new(low | notANumber)
        : Value;

    private Vector Value => new(low, high);

    public void Reset()
    {
        var neutral = reducer.Combiner.Neutral(type);
        var start = VectorOps.Constant(type, neutral.Bits, neutral.Value);
        Set(start);
        if (notANumber is not null)
        {
            f.Set(notANumber, V128.Zero);
        }

        if (index is not null)
        {
            f.Set(index, V128.Zero);
        }
    }

    /// <summary>Takes the values at four points, which (with their places) lie along the vector's axis.</summary>
    public void Take(ExprEmitter at, Expr expr, Dim place)
    {
        if (reducer.Combiner == Combiner.Sum && at.FusedSum(expr, low) is { } sum)
        {
            f.Set(low, sum);
            return;
        }

        Take(at, at.Vector(expr), () => at.Places(place));
    }

    public void Take(ExprEmitter at, Vector next, Func<V128> place)
    {
        var op = reducer.Combiner.Operator();
        if (notANumber is not null)
        {
            var v = f.Let(next.Low);
            f.Set(notANumber, notANumber | F32x4.Ne(v, v));
            f.Set(low, op == BinaryOp.Min ? F32x4.Pmin(low, v) : F32x4.Pmax(low, v));
        }
        else if (index is null)
        {
            Set(at.Apply(op, type, Value, next));
        }
        else
        {
            var v = at.Let(next);
            var better = at.Apply(op, type, v, Value).Low;
            if (type.IsFloat())
            {
                better |= at.Apply(BinaryOp.Ne, type, v, v).Low & at.Apply(BinaryOp.Eq, type, Value, Value).Low;
            }

            var mask = f.Let(better);
            Set(at.Choose(type, new(mask), v, Value));
            f.Set(index, V128.Bitselect(place(), index, mask));
        }
    }

    /// <summary>Takes what another has gathered.</summary>
    public void Join(ExprEmitter at, VectorAccumulator other)
    {
        Take(at, other.Value, () => throw new NotSupportedException("Indices are joined by no one."));
        if (notANumber is not null)
        {
            f.Set(notANumber, notANumber | other.notANumber!);
        }
    }

    /// <summary>Gives the four values to a single one.</summary>
    public void JoinInto(ExprEmitter at, ScalarAccumulator single)
    {
        var kept = notANumber is null ? Value : new Vector(f.Let(low | notANumber));
        for (var lane = 0; lane < Vector.Lanes; lane++)
        {
            single.Take(at, VectorOps.Lane(type, kept, lane), () => throw new NotSupportedException("Indices are joined by no one."));
        }
    }

    private void Set(Vector value)
    {
        f.Set(low, value.Low);
        if (high is not null)
        {
            f.Set(high, value.Upper);
        }
    }
}
