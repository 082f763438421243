using Sconce.Compiler.Tensors;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Derivatives that programs call by name: of a model that computes gradients, or a layer that was written with its own.</summary>
internal static class Backward
{
    public static OperatorFamily Family { get; } = new("backward", DTypeSet.Floats)
    {
        { "aten::_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor", call => OfSoftmax(call, (gradient, output, sum) => (gradient - sum) * output, (gradient, output) => gradient * output) },
        { "aten::_log_softmax_backward_data(Tensor grad_output, Tensor output, int dim, ScalarType input_dtype) -> Tensor", call => OfSoftmax(call, (gradient, output, sum) => gradient - (output.Exp() * sum), (gradient, _) => gradient) },
        { "aten::native_dropout_backward(Tensor grad_output, Tensor mask, float scale) -> Tensor", DTypeSet.Real, OfDropout },
        { "aten::max_pool2d_with_indices_backward(Tensor grad_output, Tensor self, int[2] kernel_size, int[2] stride, int[2] padding, int[2] dilation, bool ceil_mode, Tensor indices) -> Tensor", DTypeSet.Floats | DTypeSet.Integers, OfMaxPool },
        { "aten::sigmoid_backward(Tensor grad_output, Tensor output) -> Tensor", Pointwise((gradient, y) => gradient * (y.One - y) * y) },
        { "aten::tanh_backward(Tensor grad_output, Tensor output) -> Tensor", Pointwise((gradient, y) => gradient * (y.One - (y * y))) },
    };

    private static Lowering Pointwise(Func<Expr, Expr, Expr> function) => call =>
    {
        Operand gradient = call.Tensor(0), output = call.Tensor(1);
        var type = TypePromotion.Result(gradient, output);
        return call.Context.Pointwise(type, type, [gradient, output], x => function(x[0], x[1]));
    };

    private static Lowered OfSoftmax(Call call, Func<Expr, Expr, Expr, Expr> result, Func<Expr, Expr, Expr> summed)
    {
        var (context, gradient, output) = (call.Context, call.Tensor("grad_output"), call.Tensor("output"));
        var (type, compute) = (call.TypeOr(gradient.Type, "input_dtype"), gradient.Type.Compute());
        if (gradient.Rank == 0)
        {
            return context.Map(type, [], i => result(gradient.ValueAt(i), output.ValueAt(i), summed(gradient.ValueAt(i), output.ValueAt(i))));
        }

        var axes = new ReducedAxes(gradient, [call.Axis("dim", gradient.Rank)], keep: true);
        var sum = context.Reduce(compute, axes.Result, axes.Reduced, Combiner.Sum, (o, r) =>
            summed(gradient.ValueAt(axes.Index(o, r)), output.ValueAt(axes.Index(o, r))));
        return context.Map(type, gradient.Dims, i => result(gradient.ValueAt(i), output.ValueAt(i), sum.At(axes.ResultIndex(i))));
    }

    private static Lowered OfDropout(Call call)
    {
        Operand gradient = call.Tensor("grad_output"), mask = call.Tensor("mask");
        var type = gradient.Type.ToFloat();
        return call.Context.Pointwise(type, type, [gradient, mask], x => x[0] * x[1] * x[0].Like(call.Number("scale")));
    }

    /// <summary>Each gradient goes to the element that was the largest of its window.</summary>
    private static Lowered OfMaxPool(Call call)
    {
        var (context, gradient, self, indices) = (call.Context, call.Tensor("grad_output"), call.Tensor("self"), call.Tensor("indices"));
        Dims outer = self.Dims[..^2];
        var size = self.Dims[^2] * self.Dims[^1];
        call.CheckIndices(indices, size, "the elements of a plane of 'self'");
        var flat = context.Fill(self.Type, [.. outer, size], Expr.Const(self.Type, 0L));
        context.Scatter(flat, gradient.Dims, i => [.. i[..^2], indices.IndexAt(i, size)], gradient.ValueAt, ScatterMode.Add);
        return context.Reshape(flat, self.Dims);
    }
}
