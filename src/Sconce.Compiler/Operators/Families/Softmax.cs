using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Softmax and its logarithm.</summary>
internal static class Softmax
{
    public static OperatorFamily Family { get; } = new("softmax")
    {
        { "aten::softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", call => Normalise(call, call.TypeOr(call.Tensor(0).Type)) },
        { "aten::special_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", call => Normalise(call, call.TypeOr(call.Tensor(0).Type)) },
        { "aten::_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", call => Normalise(call, call.Flag("half_to_float") ? DType.Float32 : call.Tensor(0).Type) },
        { "aten::_safe_softmax(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", call => SafeSoftmax(call.Context, call.Context.Convert(call.Tensor(0), call.TypeOr(call.Tensor(0).Type)), Axis(call)) },
        { "aten::log_softmax.int(Tensor self, int dim, ScalarType? dtype=None) -> Tensor", call => Logarithm(call, call.TypeOr(call.Tensor(0).Type)) },
        { "aten::special_log_softmax(Tensor self, int dim, *, ScalarType? dtype=None) -> Tensor", call => Logarithm(call, call.TypeOr(call.Tensor(0).Type)) },
        { "aten::_log_softmax(Tensor self, int dim, bool half_to_float) -> Tensor", call => Logarithm(call, call.Flag("half_to_float") ? DType.Float32 : call.Tensor(0).Type) },
    };

    private static int Axis(Call call) => call.Axis("dim", call.Tensor(0).Rank);

    private static Lowered Normalise(Call call, DType type) => Compute(call.Context, call.Tensor(0), Axis(call), type);

    /// <summary>exp(x - max) over its sum along one dim.</summary>
    internal static TensorBuffer Compute(LoweringContext context, TensorBuffer self, int axis, DType type)
    {
        self = context.Convert(self, type);
        if (self.Rank == 0)
        {
            return context.Pointwise(self, x => (x - x).Exp());
        }

        var compute = type.Compute();
        var axes = new ReducedAxes(self, [axis], keep: true);
        var max = context.Reduce(self, axes, Combiner.Max, compute, x => x);
        var exponentials = context.Map(compute, self.Dims, i => (self.ValueAt(i) - max.At(axes.ResultIndex(i))).Exp());
        var sum = context.Sum(exponentials, axes, compute);
        return context.Map(type, self.Dims, i => exponentials.At(i) / sum.At(axes.ResultIndex(i)));
    }

    /// <summary>As softmax, but 0 where every element is minus infinity: a row that a mask covers whole.</summary>
    internal static TensorBuffer SafeSoftmax(LoweringContext context, TensorBuffer self, int axis)
    {
        var compute = self.Type.Compute();
        var axes = new ReducedAxes(self, [axis], keep: true);
        var max = context.Reduce(self, axes, Combiner.Max, compute, x => x);
        Expr Covered(Dims i) => max.At(axes.ResultIndex(i)).EqualTo(max.At(axes.ResultIndex(i)).Like(double.NegativeInfinity));
        var exponentials = context.Map(compute, self.Dims, i => Expr.Select(
            Covered(i), Expr.Const(compute, 0L), (self.ValueAt(i) - max.At(axes.ResultIndex(i))).Exp()));
        var sum = context.Sum(exponentials, axes, compute);
        return context.Map(self.Type, self.Dims, i => Expr.Select(
            Covered(i), Expr.Const(compute, 0L), exponentials.At(i) / sum.At(axes.ResultIndex(i))));
    }

    private static Lowered Logarithm(Call call, DType type) => Logarithm(call.Context, call.Tensor(0), Axis(call), type);

    /// <summary>x - max less the logarithm of the sum of exponentials: no exponential overflows, and none is taken the logarithm of alone.</summary>
    internal static TensorBuffer Logarithm(LoweringContext context, TensorBuffer self, int axis, DType type)
    {
        self = context.Convert(self, type);
        if (self.Rank == 0)
        {
            return context.Pointwise(self, x => x - x);
        }

        var axes = new ReducedAxes(self, [axis], keep: true);
        var compute = type.Compute();
        var max = context.Reduce(self, axes, Combiner.Max, compute, x => x);
        var logarithm = context.Reduce(compute, axes.Result, axes.Reduced, Combiner.Sum,
            (o, r) => (self.ValueAt(axes.Index(o, r)) - max.At(o)).Exp(), (_, sum) => sum.Log());
        return context.Map(type, self.Dims, i =>
            self.ValueAt(i) - max.At(axes.ResultIndex(i)) - logarithm.At(axes.ResultIndex(i)));
    }
}
