using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>
/// What a scan has combined so far, in all lanes, and its next four results: combined among themselves first, so that from one four to the next there is a
/// single operation.
/// </summary>
internal sealed class RunningVector
{
    private readonly FunctionBuilder f;
    private readonly DType type;
    private readonly BinaryOp op;
    private readonly ConstExpr neutral;
    private readonly LocalV128 low;
    private readonly LocalV128? high;
    private readonly LocalV128 nothing;

    public RunningVector(FunctionBuilder f, Reducer reducer)
    {
        this.f = f;
        (type, op) = (reducer.Type, reducer.Combiner.Operator());
        neutral = reducer.Combiner.Neutral(type);
        low = f.V128("running");
        high = Vector.IsWide(type) ? f.V128("running") : null;
        nothing = f.V128("neutral");
    }

    private Vector Value => new(low, high);

    public void Reset()
    {
        f.Set(nothing, VectorOps.Constant(type, neutral.Bits, neutral.Value).Low);
        Set(new(nothing, high is null ? null : nothing));
    }

    /// <summary>The results at four points in a row.</summary>
    public Vector Take(ExprEmitter at, Vector next)
    {
        var four = at.Let(high is null ? Combined(at, next) : CombinedPairs(at, next));
        var results = at.Let(at.Apply(op, type, Value, four));
        Set(at.Apply(op, type, Value, Last(four)));
        return results;
    }

    /// <summary>The result at one point.</summary>
    public Code Take(ExprEmitter at, Code next)
    {
        var result = f.Let(at.Apply(op, type, VectorOps.Lane(type, Value, 0), next)).Get;
        Set(at.Splat(type, result));
        return result;
    }

    private Vector Combined(ExprEmitter at, Vector next)
    {
        var single = f.Let(next.Low);
        var pairs = f.Let(at.Apply(op, type, new Vector(Lanes.After(nothing, single, 1)), new Vector(single)).Low);
        return at.Apply(op, type, new Vector(Lanes.After(nothing, pairs, 2)), new Vector(pairs));
    }

    private Vector CombinedPairs(ExprEmitter at, Vector next)
    {
        var single = at.Let(next);
        var pairs = at.Let(at.Apply(op, type, single.Map(half => Lanes.After(nothing, half, 2)), single));
        return at.Apply(op, type, new Vector(nothing, Lanes.HighHalves(pairs.Low, pairs.Low)), pairs);
    }

    private Vector Last(Vector four) => high is null
        ? new(Lanes.Splat(four.Low, Vector.Lanes - 1))
        : f.Let(Lanes.HighHalves(four.Upper, four.Upper)) is var last ? new(last, last) : default;

    private void Set(Vector value)
    {
        f.Set(low, value.Low);
        if (high is not null)
        {
            f.Set(high, value.Upper);
        }
    }
}
