using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>One running value of a reduction or a scan, in locals.</summary>
internal sealed class ScalarAccumulator
{
    private readonly FunctionBuilder f;
    private readonly Reducer reducer;
    private readonly DType type;
    private readonly Local value;
    private readonly LocalI32? index;

    public ScalarAccumulator(FunctionBuilder f, Reducer reducer)
    {
        (this.f, this.reducer) = (f, reducer);
        type = reducer.Value.Type;
        value = f.NewLocal(type.ScalarType(), "sum");
        index = reducer.Combiner.FindsIndex() ? f.I32("index") : null;
    }

    /// <summary>The value that an <see cref="AccumulatorExpr"/> stands for.</summary>
    public Code Result => index is null ? value.Get : I64.ExtendI32S(index);

    public void Reset()
    {
        var neutral = reducer.Combiner.Neutral(type);
        f.Set(value, WasmTypes.Constant(type, neutral.Bits, neutral.Value));
        if (index is not null)
        {
            f.Set(index, 0);
        }
    }

    /// <summary>Takes the value at a point; its place along the reduced axes counts only where an index is looked for.</summary>
    public void Take(ExprEmitter at, Expr expr, Dim place) => Take(at, at.Scalar(expr), () => at.Index(place));

    public void Take(ExprEmitter at, Code next, Func<I32> place)
    {
        var op = reducer.Combiner.Operator();
        if (index is null)
        {
            f.Set(value, at.Apply(op, type, value.Get, next));
            return;
        }

        var v = f.Let(next).Get;
        var better = at.Apply(op, type, v, value.Get).AsI32();
        if (type.IsFloat())
        {
            better |= at.Apply(BinaryOp.Ne, type, v, v).AsI32() & at.Apply(BinaryOp.Eq, type, value.Get, value.Get).AsI32();
        }

        f.If(better, () =>
        {
            f.Set(value, v);
            f.Set(index, place());
        });
    }
}
