using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Dropout: in training elements, or whole channels, become zero at random, and the others grow for them; else it does nothing.</summary>
internal static class Dropout
{
    /// <summary>What zero is of a scaled exponential linear unit: its lowest value, without the sign.</summary>
    private const double Alpha = 1.7580993408473766;

    public static OperatorFamily Family { get; } = new("dropout")
    {
        { "aten::dropout(Tensor input, float p, bool train) -> Tensor", call => InTraining(call, (input, p) => Of(call.Context, input, p)) },
        { "aten::feature_dropout(Tensor input, float p, bool train) -> Tensor", call => InTraining(call, (input, p) => Of(call.Context, input, p, channels: true)) },
        { "aten::alpha_dropout(Tensor input, float p, bool train) -> Tensor", call => InTraining(call, (input, p) => OfAlpha(call.Context, input, p, channels: false)) },
        { "aten::feature_alpha_dropout(Tensor input, float p, bool train) -> Tensor", call => InTraining(call, (input, p) => OfAlpha(call.Context, input, p, channels: true)) },
        { "aten::native_dropout(Tensor input, float p, bool? train) -> (Tensor, Tensor)", WithMask },
        { "aten::_fused_dropout(Tensor self, float p, Generator? generator=None) -> (Tensor, Tensor)", DTypeSet.Floats, call => WithMask(call, 1 - call.Number("p")) },
    };

    /// <summary>Elements become zero with a probability, and the others are divided by that of the opposite.</summary>
    public static TensorBuffer Of(LoweringContext context, TensorBuffer input, double p, bool channels = false) =>
        p == 0 ? input : Masked(context, input, p, Kept(context, input.Dims, p, channels));

    /// <summary>The same with a mask that is given. As PyTorch has it, what is infinite becomes NaN and not zero.</summary>
    public static TensorBuffer Masked(LoweringContext context, TensorBuffer input, double p, Func<Dims, Expr> kept) => context.Map(input.Type, input.Dims, i =>
    {
        var x = input.ValueAt(i);
        return x * Expr.Select(kept(i), x.Like(p < 1 ? 1 / (1 - p) : 0), x.Zero);
    });

    /// <summary>Which elements stay; or which of the first two dims' places, for all of the others.</summary>
    private static Func<Dims, Expr> Kept(LoweringContext context, Dims dims, double p, bool channels)
    {
        var bits = context.Draw();
        var drawn = channels ? dims[..2] : dims;
        return i => bits.Chance(RandomBits.Place(drawn, i[..drawn.Length]), 1 - p);
    }

    private static Lowered InTraining(Call call, Func<TensorBuffer, double, TensorBuffer> lower)
    {
        var (input, p) = (call.Tensor("input"), call.Number("p"));
        return p is < 0 or > 1 || double.IsNaN(p) ? throw call.Expected("a probability from 0 to 1", $"{p}")
            : !call.Flag("train") || p == 0 ? input
            : call.Operator.FullName.Contains("feature", StringComparison.Ordinal) && input.Rank < 2 ? throw call.Expected("a tensor of two dims at least", $"{input.Rank}")
            : lower(input, p);
    }

    /// <summary>What is dropped becomes the lowest value of <c>selu</c>, and all is scaled and moved so that mean and variance stay.</summary>
    private static TensorBuffer OfAlpha(LoweringContext context, TensorBuffer input, double p, bool channels)
    {
        if (p == 1)
        {
            return Of(context, input, p, channels);
        }

        var kept = Kept(context, input.Dims, p, channels);
        var scale = 1 / Math.Sqrt(((Alpha * Alpha * p) + 1) * (1 - p));
        return context.Map(input.Type, input.Dims, i =>
        {
            var x = input.ValueAt(i);
            return (x * Expr.Select(kept(i), x.Like(scale), x.Zero)) + Expr.Select(kept(i), x.Like(Alpha * scale * p), x.Like(Alpha * scale * (p - 1)));
        });
    }

    /// <summary>Where it is not said whether this is training, it is.</summary>
    private static Lowered WithMask(Call call) => call.Has("train") && !call.Flag("train")
        ? Lowered.Of(call.Tensor(0), call.Context.Fill(DType.Bool, call.Tensor(0).Dims, Expr.Const(DType.Bool, 1L)))
        : WithMask(call, call.Number("p"));

    private static Lowered WithMask(Call call, double p)
    {
        var (context, input) = (call.Context, call.Tensor(0));
        var kept = Kept(context, input.Dims, p, channels: false);
        var mask = context.Map(DType.Bool, input.Dims, kept);
        return Lowered.Of(Masked(context, input, p, mask.At), mask);
    }
}
