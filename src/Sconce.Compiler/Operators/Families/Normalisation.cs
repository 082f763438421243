using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Normalisation over batches, layers, groups, instances and neighbouring channels.</summary>
internal static class Normalisation
{
    public static OperatorFamily Family { get; } = new("normalisation", DTypeSet.Floats)
    {
        { "aten::batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps, bool cudnn_enabled) -> Tensor", BatchNorm },
        { "aten::_native_batch_norm_legit_no_training(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::_native_batch_norm_legit(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, Tensor(b!) running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::_native_batch_norm_legit_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor running_mean_out, Tensor running_var_out)", WithNextStatistics },
        { "aten::native_batch_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::_native_batch_norm_legit.no_stats(Tensor input, Tensor? weight, Tensor? bias, bool training, float momentum, float eps) -> (Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::_batch_norm_with_update(Tensor input, Tensor? weight, Tensor? bias, Tensor(a!) running_mean, Tensor(b!) running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::_batch_norm_with_update_functional(Tensor input, Tensor? weight, Tensor? bias, Tensor running_mean, Tensor running_var, float momentum, float eps) -> (Tensor, Tensor, Tensor, Tensor, Tensor running_mean_out, Tensor running_var_out)", WithNextStatistics },
        { "aten::cudnn_batch_norm(Tensor input, Tensor weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool training, float exponential_average_factor, float epsilon) -> (Tensor, Tensor, Tensor, Tensor)", call => WithStatistics(call, BatchNorm(call)) },
        { "aten::layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enable=True) -> Tensor", call => LayerNorm(call, call.Number("eps")).Output },
        { "aten::native_layer_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight, Tensor? bias, float eps) -> (Tensor, Tensor, Tensor)", NativeLayerNorm },
        { "aten::rms_norm(Tensor input, SymInt[] normalized_shape, Tensor? weight=None, float? eps=None) -> Tensor", RmsNorm },
        { "aten::_fused_rms_norm(Tensor input, int[] normalized_shape, Tensor? weight, float? eps) -> (Tensor, Tensor)", FusedRmsNorm },
        { "aten::group_norm(Tensor input, int num_groups, Tensor? weight=None, Tensor? bias=None, float eps=1.0000000000000001e-05, bool cudnn_enabled=True) -> Tensor", call => GroupNorm(call, call.Tensor("input"), call.Int("num_groups")).Output },
        { "aten::native_group_norm(Tensor input, Tensor? weight, Tensor? bias, SymInt N, SymInt C, SymInt HxW, int group, float eps) -> (Tensor, Tensor, Tensor)", NativeGroupNorm },
        { "aten::instance_norm(Tensor input, Tensor? weight, Tensor? bias, Tensor? running_mean, Tensor? running_var, bool use_input_stats, float momentum, float eps, bool cudnn_enabled) -> Tensor", InstanceNorm },
        { "aten::_weight_norm(Tensor v, Tensor g, int dim=0) -> Tensor", call => WeightNorm(call) },
        { "aten::_weight_norm_interface(Tensor v, Tensor g, int dim=0) -> (Tensor, Tensor)", call => Lowered.Of(WeightNorm(call), WeightNorms(call)) },
        { "aten::norm_except_dim(Tensor v, int pow=2, int dim=0) -> Tensor", NormExcept },
    };

    /// <summary>A normalised tensor, and the statistics it was made with, in the dtype they are computed in.</summary>
    private sealed record Normalised(TensorBuffer Output, TensorBuffer Mean, TensorBuffer InverseDeviation);

    private static Lowered BatchNorm(Call call)
    {
        var context = call.Context;
        var input = call.Tensor("input");
        var schema = call.Operator.Schema;
        var training = schema.Name.StartsWith("aten::_batch_norm_with_update", StringComparison.Ordinal) || (schema.IndexOf("training") >= 0 && call.Flag("training"));
        if (input.Rank < 2)
        {
            // PyTorch lets an empty vector through.
            return input;
        }

        var (mean, variance) = (call.OptionalTensor("running_mean"), call.OptionalTensor("running_var"));
        if (training || mean is null || variance is null)
        {
            var axes = new ReducedAxes(input, [.. Enumerable.Range(0, input.Rank).Where(axis => axis != 1)], keep: false);
            (variance, mean) = context.Variance(input, axes);
        }

        var (scale, shift) = ScaleAndShift(context, mean, variance, call.OptionalTensor("weight"), call.OptionalTensor("bias"), Epsilon(call));
        return context.Map(input.Type, input.Dims, i => (input.ValueAt(i).As(scale.Type) * scale.At([i[1]])) + shift.At([i[1]]));
    }

    private static double Epsilon(Call call) => call.Number(call.Operator.Schema.IndexOf("eps") >= 0 ? "eps" : "epsilon");

    /// <summary>Normalising and the affine map after it as one product and one sum for each channel, computed from the (mostly constant) statistics.</summary>
    private static (TensorBuffer Scale, TensorBuffer Shift) ScaleAndShift(
        LoweringContext context, TensorBuffer mean, TensorBuffer variance, TensorBuffer? weight, TensorBuffer? bias, double epsilon)
    {
        var type = mean.Type.Compute();
        var scale = context.Map(type, mean.Dims, i =>
        {
            var spread = variance.ValueAt(i);
            var inverse = spread.One / (spread + spread.Like(epsilon)).Sqrt();
            return weight is null ? inverse : inverse * weight.ValueAt(i).As(type);
        });
        var shift = context.Map(type, mean.Dims, i =>
        {
            var shifted = -mean.ValueAt(i) * scale.At(i);
            return bias is null ? shifted : bias.ValueAt(i).As(type) + shifted;
        });
        return (scale, shift);
    }

    /// <summary>The result with the statistics of the batch, which are empty outside training.</summary>
    private static Lowered WithStatistics(Call call, Lowered output)
    {
        var (context, input, schema) = (call.Context, call.Tensor("input"), call.Operator.Schema);
        var reserve = schema.Returns.Length is 4 or 6;
        var type = (call.OptionalTensor("running_mean") ?? input).Type;
        var statistics = schema.Name != "aten::_native_batch_norm_legit_no_training" && (schema.IndexOf("training") < 0 || call.Flag("training"));
        if (!statistics)
        {
            var none = context.Fill(type, [0], Expr.Const(type, 0L));
            return reserve
                ? new Lowered.List([output, none, none, Reserve(context)])
                : new Lowered.List([output, none, none]);
        }

        var axes = new ReducedAxes(input, [.. Enumerable.Range(0, input.Rank).Where(axis => axis != 1)], keep: false);
        var (variance, mean) = context.Variance(input, axes);
        ImmutableArray<Lowered> results = [output, context.Convert(mean, type), context.Convert(InverseDeviation(context, variance, Epsilon(call)), type)];
        return new Lowered.List(reserve ? results.Add(Reserve(context)) : results);
    }

    /// <summary>Also the running statistics as they are afterwards, which other forms write in place.</summary>
    private static Lowered WithNextStatistics(Call call)
    {
        var (context, input) = (call.Context, call.Tensor("input"));
        var (mean, variance) = (call.Tensor("running_mean"), call.Tensor("running_var"));
        var results = ((Lowered.List)WithStatistics(call, BatchNorm(call))).Items;
        if (call.Operator.Schema.IndexOf("training") >= 0 && !call.Flag("training"))
        {
            return new Lowered.List([.. results, mean, variance]);
        }

        var axes = new ReducedAxes(input, [.. Enumerable.Range(0, input.Rank).Where(axis => axis != 1)], keep: false);
        var (spread, center) = context.Variance(input, axes, Expr.Const(DType.Int64, 1L));
        return new Lowered.List([.. results, Next(mean, center), Next(variance, spread)]);

        TensorBuffer Next(TensorBuffer running, TensorBuffer batch) => context.Map(running.Type, running.Dims, i =>
        {
            var before = running.ValueAt(i);
            return before + (before.Like(call.Number("momentum")) * (batch.At(i).As(before.Type) - before));
        });
    }

    /// <summary>What a GPU keeps for the derivative: nothing here.</summary>
    private static TensorBuffer Reserve(LoweringContext context) => context.Fill(DType.UInt8, [0], Expr.Const(DType.UInt8, 0L));

    private static TensorBuffer InverseDeviation(LoweringContext context, TensorBuffer variance, double epsilon) =>
        context.Map(variance.Type, variance.Dims, i => variance.At(i).One / (variance.At(i) + variance.At(i).Like(epsilon)).Sqrt());

    private static Normalised LayerNorm(Call call, double epsilon)
    {
        var context = call.Context;
        var input = call.Tensor("input");
        var axes = Trailing(input, call.Ints("normalized_shape").Length);
        var (variance, mean) = context.Variance(input, axes);
        var inverse = InverseDeviation(context, variance, epsilon);
        var (weight, bias) = (call.OptionalTensor("weight"), call.OptionalTensor("bias"));
        var output = context.Map(input.Type, input.Dims, i =>
        {
            var place = axes.ResultIndex(i);
            var normal = (input.ValueAt(i) - mean.At(place)) * inverse.At(place);
            return Affine(normal, weight, bias, i);
        });
        return new(output, mean, inverse);
    }

    private static ReducedAxes Trailing(TensorBuffer input, int count) => new(input, [.. Enumerable.Range(input.Rank - count, count)], keep: true);

    /// <summary>Weight and bias over the last dims of the index.</summary>
    private static Expr Affine(Expr x, TensorBuffer? weight, TensorBuffer? bias, Dims index)
    {
        x = weight is null ? x : x * weight.ValueAt(index[^weight.Rank..]).As(x.Type);
        return bias is null ? x : x + bias.ValueAt(index[^bias.Rank..]).As(x.Type);
    }

    private static Lowered NativeLayerNorm(Call call)
    {
        var (output, mean, inverse) = LayerNorm(call, call.Number("eps"));
        // The statistics come in the dtype of the weights where these are wider than the input.
        var type = call.OptionalTensor("weight")?.Type ?? output.Type;
        return Lowered.Of(output, call.Context.Convert(mean, type), call.Context.Convert(inverse, type));
    }

    private static Lowered RmsNorm(Call call) => RootMeanSquare(call).Output;

    private static Lowered FusedRmsNorm(Call call)
    {
        var (output, inverse) = RootMeanSquare(call);
        return Lowered.Of(output, inverse);
    }

    private static (TensorBuffer Output, TensorBuffer Inverse) RootMeanSquare(Call call)
    {
        var context = call.Context;
        var input = call.Tensor("input");
        var compute = input.Type.Compute();
        var epsilon = call.Has("eps") ? call.Number("eps") : compute == DType.Float64 ? Math.Pow(2, -52) : Math.Pow(2, -23);
        var axes = Trailing(input, call.Ints("normalized_shape").Length);
        var inverse = context.Reduce(input, axes, Combiner.Sum, compute, x => x * x,
            sum => sum.One / ((sum / Expr.Of(axes.Count).As(compute)) + sum.Like(epsilon)).Sqrt());
        var weight = call.OptionalTensor("weight");
        var type = weight is null ? input.Type : TypePromotion.Promote(input.Type, weight.Type);
        var output = context.Map(type, input.Dims, i => Affine(input.ValueAt(i) * inverse.At(axes.ResultIndex(i)), weight, null, i));
        return (output, inverse);
    }

    private static Lowered NativeGroupNorm(Call call)
    {
        var input = call.Tensor("input");
        var groups = call.Int("group");
        var (output, mean, inverse) = GroupNorm(call, input, groups);
        return Lowered.Of(output, call.Context.Convert(mean, input.Type), call.Context.Convert(inverse, input.Type));
    }

    private static Normalised GroupNorm(Call call, TensorBuffer input, Dim groups)
    {
        var context = call.Context;
        var channels = input.Dims[1];
        var perGroup = channels.FloorDiv(groups);
        Dims grouped = [input.Dims[0], groups, perGroup, .. input.Dims[2..]];
        var split = context.Reshape(input, grouped);
        var (variance, mean) = context.Variance(split, new(split, [.. Enumerable.Range(2, split.Rank - 2)], keep: false));
        var inverse = InverseDeviation(context, variance, call.Number("eps"));
        var (weight, bias) = (call.OptionalTensor("weight"), call.OptionalTensor("bias"));

        // One product and one sum for each channel, as PyTorch has it: their neighbours lie side by side, which groups' statistics do not.
        Dims Group(Dims i) => [i[0], i[1].FloorDiv(perGroup)];
        var scale = context.Map(inverse.Type, [input.Dims[0], channels], i => Affine(inverse.At(Group(i)), weight, null, [i[1]]));
        var shift = context.Map(inverse.Type, [input.Dims[0], channels], i =>
        {
            var shifted = -mean.At(Group(i)) * scale.At(i);
            return bias is null ? shifted : bias.ValueAt([i[1]]).As(shifted.Type) + shifted;
        });
        var output = context.Map(input.Type, input.Dims, i =>
            (input.ValueAt(i).As(scale.Type) * scale.At([i[0], i[1]])) + shift.At([i[0], i[1]]));
        return new(output, mean, inverse);
    }

    private static Lowered InstanceNorm(Call call)
    {
        var input = call.Tensor("input");
        if (call.Flag("use_input_stats"))
        {
            return GroupNorm(call, input, input.Dims[1]).Output;
        }

        var (scale, shift) = ScaleAndShift(
            call.Context, call.Tensor("running_mean"), call.Tensor("running_var"), call.OptionalTensor("weight"), call.OptionalTensor("bias"), call.Number("eps"));
        return call.Context.Map(input.Type, input.Dims, i => (input.ValueAt(i) * scale.At([i[1]])) + shift.At([i[1]]));
    }

    /// <summary>v · g / |v|, the norm taken over all dims but one.</summary>
    private static TensorBuffer WeightNorm(Call call)
    {
        var (v, g) = (call.Tensor("v"), call.Tensor("g"));
        var norms = WeightNorms(call);
        return call.Context.Map(v.Type, v.Dims, i =>
        {
            var place = Broadcasting.IndexInto(g.Dims, i);
            return v.ValueAt(i) * (g.ValueAt(place) / norms.ValueAt(Broadcasting.IndexInto(norms.Dims, i)));
        });
    }

    private static Lowered NormExcept(Call call)
    {
        var norms = WeightNorms(call, call.Number("pow"));
        return call.Constant("dim") == -1 ? call.Context.Reshape(norms, []) : norms;
    }

    private static TensorBuffer WeightNorms(Call call, double power = 2)
    {
        var v = call.Tensor("v");
        var kept = call.Constant("dim");
        var axes = new ReducedAxes(v, [.. Enumerable.Range(0, v.Rank).Where(axis => axis != kept)], keep: true);
        return Reduction.Norm(call.Context, v, axes, v.Type, power);
    }
}
