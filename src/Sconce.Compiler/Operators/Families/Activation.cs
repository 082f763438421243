using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using static Sconce.Compiler.Operators.Families.Pointwise;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Activation functions.</summary>
internal static class Activation
{
    private const double SeluAlpha = 1.6732632423543772848170429916717;
    private const double SeluScale = 1.0507009873554804934193349852946;

    public static OperatorFamily Family { get; } = new("activation")
    {
        { "aten::relu(Tensor self) -> Tensor", Same(x => x.Max(x.Zero)) },
        { "aten::relu6(Tensor self) -> Tensor", Same(x => x.Clamp(0, 6)) },
        { "aten::sigmoid(Tensor self) -> Tensor", Float(x => x.Sigmoid()) },
        { "aten::special_expit(Tensor self) -> Tensor", Float(x => x.Sigmoid()) },
        { "aten::silu(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x * x.Sigmoid()) },
        { "aten::mish(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x * x.Exp().Log1p().Tanh()) },
        { "aten::gelu(Tensor self, *, str approximate=\"none\") -> Tensor", DTypeSet.Floats, call => Map(call, x => x.Gelu(call.Text("approximate") == "tanh")) },
        { "aten::hardtanh(Tensor self, Scalar min_val=-1, Scalar max_val=1) -> Tensor", DTypeSet.Numbers, call => Map(call, x => x.Clamp(call.Number("min_val"), call.Number("max_val"))) },
        { "aten::hardswish(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x * (x + x.Like(3)).Clamp(0, 6) * x.Like(1.0 / 6)) },
        { "aten::hardsigmoid(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x.HardSigmoid()) },
        { "aten::leaky_relu(Tensor self, Scalar negative_slope=0.01) -> Tensor", DTypeSet.Floats, call => Map(call, x => x.LeakyRelu(x.Like(call.Number("negative_slope")))) },
        { "aten::elu(Tensor self, Scalar alpha=1, Scalar scale=1, Scalar input_scale=1) -> Tensor", DTypeSet.Floats, call => Map(call, x => x.Elu(call.Number("alpha"), call.Number("scale"), call.Number("input_scale"))) },
        { "aten::celu(Tensor self, Scalar alpha=1.) -> Tensor", DTypeSet.Floats, call => Map(call, x => x.Elu(call.Number("alpha"), 1, 1 / call.Number("alpha"))) },
        { "aten::selu(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x.Elu(SeluAlpha, SeluScale, 1)) },
        { "aten::softplus(Tensor self, Scalar beta=1, Scalar threshold=20) -> Tensor", DTypeSet.Floats, call => Map(call, x => x.Softplus(call.Number("beta"), call.Number("threshold"))) },
        { "aten::log_sigmoid(Tensor self) -> Tensor", DTypeSet.Floats, Same(x => x.LogSigmoid()) },
        { "aten::log_sigmoid_forward(Tensor self) -> (Tensor output, Tensor buffer)", DTypeSet.Floats, call => Lowered.Of(Map(call, x => x.LogSigmoid()), Map(call, x => (-x.Abs()).Exp())) },
        { "aten::softshrink(Tensor self, Scalar lambd=0.5) -> Tensor", DTypeSet.Floats, call => Map(call, x => Softshrink(x, x.Like(call.Number("lambd")))) },
        { "aten::hardshrink(Tensor self, Scalar lambd=0.5) -> Tensor", DTypeSet.Floats, call => Map(call, x => Hardshrink(x, call.Number("lambd"))) },
        { "aten::threshold(Tensor self, Scalar threshold, Scalar value) -> Tensor", DTypeSet.Numbers, call => Map(call, x => Expr.Select(x <= x.Like(call.Number("threshold")), x.Like(call.Number("value")), x)) },
        { "aten::prelu(Tensor self, Tensor weight) -> Tensor", DTypeSet.Floats, Prelu },
        { "aten::_prelu_kernel(Tensor self, Tensor weight) -> Tensor", DTypeSet.Floats, call => call.Context.Pointwise(
            call.Tensor(0).Type, call.Tensor(0).Type, [call.Tensor("self"), call.Tensor("weight")], x => x[0].LeakyRelu(x[1])) },
        { "aten::rrelu(Tensor self, Scalar lower=0.125, Scalar upper=0.33333333333333331, bool training=False, Generator? generator=None) -> Tensor", DTypeSet.Floats, call => RandomizedLeakyRelu(call, null).Result },
        { "aten::rrelu_with_noise_functional(Tensor self, Tensor noise, Scalar lower=0.125, Scalar upper=0.33333333333333331, bool training=False, Generator? generator=None) -> (Tensor, Tensor noise_out)", DTypeSet.Floats, call => RandomizedLeakyRelu(call, call.Tensor("noise")) is var (result, noise) ? Lowered.Of(result, noise!) : null! },
        { "aten::glu(Tensor self, int dim=-1) -> Tensor", DTypeSet.Floats, Glu },
    };

    private static TensorBuffer Map(Call call, Func<Expr, Expr> function) => call.Context.Pointwise(call.Tensor(0), function);

    private static Expr Softshrink(Expr x, Expr lambda) =>
        Expr.Select(x > lambda, x - lambda, Expr.Select(x < -lambda, x + lambda, x * x.Zero));

    private static Expr Hardshrink(Expr x, double lambda) =>
        Expr.Select((x >= x.Like(-lambda)) & (x <= x.Like(lambda)), x.Zero, x);

    /// <summary>A weight for each channel (dim 1), or one for all.</summary>
    private static Lowered Prelu(Call call)
    {
        var (self, weight) = (call.Tensor("self"), call.Tensor("weight"));
        var perChannel = self.Rank > 1 && Dim.Product(weight.Dims) is not { IsOne: true };
        return call.Context.Map(self.Type, self.Dims, i => self.ValueAt(i).LeakyRelu(
            weight.ValueAt([.. weight.Dims.Select(_ => perChannel ? i[1] : Dim.Zero)])));
    }

    /// <summary>In training each negative number gets a slope of its own, which the noise tells; elsewhere all get the mean slope.</summary>
    private static (TensorBuffer Result, TensorBuffer? Noise) RandomizedLeakyRelu(Call call, TensorBuffer? noise)
    {
        var (lower, upper) = (call.Number("lower"), call.Number("upper"));
        if (!call.Flag("training"))
        {
            return (Map(call, x => x.LeakyRelu(x.Like((lower + upper) / 2))), noise);
        }

        var (context, self) = (call.Context, call.Tensor("self"));
        var slopes = RandomNumbers.Map(context, self.Type.Compute(), self.Dims, (bits, place, i) =>
        {
            var x = self.ValueAt(i);
            return Expr.Select(x <= x.Zero, x.Like(lower) + (x.Like(upper - lower) * bits.Uniform(self.Type, place)), x.One);
        });
        return (context.Map(self.Type, self.Dims, i => self.ValueAt(i) * slopes.At(i)), noise is null ? null : context.Convert(slopes, noise.Type));
    }

    private static Lowered Glu(Call call)
    {
        var self = call.Tensor("self");
        var axis = call.Axis("dim", self.Rank);
        var half = self.Dims[axis].FloorDiv(2);
        return call.Context.Map(self.Type, self.Dims.SetItem(axis, half), i =>
            self.ValueAt(i) * self.ValueAt(i.SetItem(axis, i[axis] + half)).Sigmoid());
    }
}
