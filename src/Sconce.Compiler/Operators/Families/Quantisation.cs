using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Quantised numbers as PT2E writes them (<c>torch/ao/quantization/fx/_decomposed.py</c>), and PyTorch's own operators on them.</summary>
internal static class Quantisation
{
    public static OperatorFamily Family { get; } = new("quantisation")
    {
        { "quantized_decomposed::quantize_per_tensor(Tensor input, float scale, int zero_point, int quant_min, int quant_max, ScalarType dtype) -> Tensor", PerTensor },
        { "quantized_decomposed::quantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor zero_point, int quant_min, int quant_max, ScalarType dtype) -> Tensor", PerTensor },
        { "quantized_decomposed::quantize_per_tensor.tensor2(Tensor input, Tensor scale, Tensor zero_point, Tensor quant_min, Tensor quant_max, ScalarType dtype) -> Tensor", PerTensor },
        { "quantized_decomposed::dequantize_per_tensor(Tensor input, float scale, int zero_point, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", FromPerTensor },
        { "quantized_decomposed::dequantize_per_tensor.tensor(Tensor input, Tensor scale, Tensor zero_point, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", FromPerTensor },
        { "quantized_decomposed::dequantize_per_tensor.tensor2(Tensor input, Tensor scale, Tensor zero_point, Tensor quant_min, Tensor quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", FromPerTensor },
        { "quantized_decomposed::choose_qparams.tensor(Tensor input, int quant_min, int quant_max, float eps, ScalarType dtype) -> (Tensor, Tensor)", call => Choose(call, symmetric: false) },
        { "quantized_decomposed::choose_qparams_symmetric.tensor(Tensor input, int quant_min, int quant_max, float eps, ScalarType dtype) -> (Tensor, Tensor)", call => Choose(call, symmetric: true) },
        { "quantized_decomposed::quantize_per_channel(Tensor input, Tensor scales, Tensor zero_points, int axis, int quant_min, int quant_max, ScalarType dtype) -> Tensor", call => Quantise(call, Widened(call), AlongAxis(call)) },
        { "quantized_decomposed::dequantize_per_channel(Tensor input, Tensor scales, Tensor? zero_points, int axis, int quant_min, int quant_max, ScalarType dtype, *, ScalarType? out_dtype=None) -> Tensor", call => Dequantise(call, AlongAxis(call), "out_dtype") },
        { "quantized_decomposed::choose_qparams_per_token(Tensor input, ScalarType dtype) -> (Tensor, Tensor)", ChoosePerToken },
        { "quantized_decomposed::choose_qparams_per_token_asymmetric(Tensor input, ScalarType dtype) -> (Tensor, Tensor)", ChooseAsymmetricPerToken },
        { "quantized_decomposed::_choose_qparams_per_token_asymmetric_impl(Tensor input, ScalarType dtype) -> (Tensor, Tensor)", ChooseAsymmetricPerToken },
        { "quantized_decomposed::quantize_per_token(Tensor input, Tensor scales, Tensor zero_points, int quant_min, int quant_max, ScalarType dtype) -> Tensor", call => Quantise(call, call.Tensor("input"), PerToken(call), roundLast: true) },
        { "quantized_decomposed::dequantize_per_token(Tensor input, Tensor scales, Tensor zero_points, int quant_min, int quant_max, ScalarType dtype, ScalarType output_dtype) -> Tensor", call => Dequantise(call, PerToken(call), "output_dtype") },
        { "quantized_decomposed::quantize_per_channel_group(Tensor input, Tensor scales, Tensor zero_points, int quant_min, int quant_max, ScalarType dtype, int group_size) -> Tensor", call => Quantise(call, call.Tensor("input"), InGroups(call), roundLast: true) },
        { "quantized_decomposed::dequantize_per_channel_group(Tensor input, Tensor scales, Tensor? zero_points, int quant_min, int quant_max, ScalarType dtype, int group_size, ScalarType output_dtype) -> Tensor", call => Dequantise(call, InGroups(call), "output_dtype") },
        { "quantized_decomposed::fake_quant_per_channel(Tensor input, Tensor scales, Tensor zero_points, int axis, int quant_min, int quant_max) -> Tensor", call => Fake(call, "input", "scales", "zero_points", AlongAxis(call))[0] },
        { "quantized_decomposed::convert_element_type.no_fuse(Tensor input, ScalarType dtype) -> Tensor", call => call.Context.Convert(call.Tensor(0), call.TypeOr(call.Tensor(0).Type)) },

        { "aten::fake_quantize_per_tensor_affine(Tensor self, float scale, int zero_point, int quant_min, int quant_max) -> Tensor", call => Fake(call, "self", "scale", "zero_point", null)[0] },
        { "aten::fake_quantize_per_tensor_affine.tensor_qparams(Tensor self, Tensor scale, Tensor zero_point, int quant_min, int quant_max) -> Tensor", call => Fake(call, "self", "scale", "zero_point", null)[0] },
        { "aten::fake_quantize_per_tensor_affine_cachemask(Tensor self, float scale, int zero_point, int quant_min, int quant_max) -> (Tensor output, Tensor mask)", call => new Lowered.List([.. Fake(call, "self", "scale", "zero_point", null)]) },
        { "aten::fake_quantize_per_channel_affine(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, int quant_max) -> Tensor", call => Fake(call, "self", "scale", "zero_point", AlongAxis(call))[0] },
        { "aten::fake_quantize_per_channel_affine_cachemask(Tensor self, Tensor scale, Tensor zero_point, int axis, int quant_min, int quant_max) -> (Tensor output, Tensor mask)", call => new Lowered.List([.. Fake(call, "self", "scale", "zero_point", AlongAxis(call))]) },

        { "aten::_weight_int8pack_mm(Tensor self, Tensor mat2, Tensor scales) -> Tensor", MultiplyScaled },
    };

    private static Lowered PerTensor(Call call) => Quantised.Quantise(
        call.Context, Widened(call), Single(call, "scale"), Single(call, "zero_point"), call.Operand("quant_min"), call.Operand("quant_max"), call.TypeOr(DType.Int8));

    private static Lowered FromPerTensor(Call call)
    {
        var type = call.TypeOr(TypePromotion.DefaultFloat, "out_dtype");
        return Quantised.Dequantise(call.Context, call.Tensor("input"), Single(call, "scale"), Single(call, "zero_point"), type, type);
    }

    /// <summary>A number or the only element of a tensor: PyTorch takes it out of one, so that its dtype counts for nothing.</summary>
    private static SharedNumber Single(Call call, string name)
    {
        var operand = call.Operand(name);
        foreach (var dim in operand.Dims)
        {
            call.Context.Same(dim, 1, $"'{name}' is one number for the whole tensor");
        }

        Dims first = [.. operand.Dims.Select(_ => Dim.Zero)];
        return new(null, (_, type) => operand.At(first, type));
    }

    /// <summary>PyTorch quantises 16-bit floats as float32.</summary>
    private static TensorBuffer Widened(Call call) => call.Context.Convert(call.Tensor("input"), call.Tensor("input").Type.Compute());

    private static Lowered Quantise(Call call, TensorBuffer input, Func<Dims, Dims> place, bool roundLast = false) => Quantised.Quantise(
        call.Context, input, SharedNumber.Of(call.Tensor("scales"), place), SharedNumber.Of(call.Tensor("zero_points"), place),
        call.Operand("quant_min"), call.Operand("quant_max"), call.TypeOr(DType.Int8), roundLast);

    private static Lowered Dequantise(Call call, Func<Dims, Dims> place, string outputType)
    {
        var input = call.Tensor("input");
        var zero = call.OptionalTensor("zero_points") is { } given && !Quantised.AreZero(given) ? given : null;
        return Quantised.Dequantise(
            call.Context, input, SharedNumber.Of(call.Tensor("scales"), place), zero is null ? null : SharedNumber.Of(zero, place),
            zero is null ? input.Type : TypePromotion.Promote(input.Type, zero.Type), call.TypeOr(TypePromotion.DefaultFloat, outputType));
    }

    /// <summary>One number for each index of a dim.</summary>
    private static Func<Dims, Dims> AlongAxis(Call call)
    {
        var axis = call.Axis("axis", call.Tensor(0).Rank);
        return index => [index[axis]];
    }

    /// <summary>One number for each row of the last dim, however the numbers are shaped.</summary>
    private static Func<Dims, Dims> PerToken(Call call)
    {
        var (dims, scales) = (call.Tensor("input").Dims, call.Tensor("scales").Dims);
        return index => Reshaping.MapIndex(call.Context.Facts, scales, dims[..^1], index[..^1]);
    }

    /// <summary>One number for each group of numbers that lie side by side in a row.</summary>
    private static Func<Dims, Dims> InGroups(Call call)
    {
        var (dims, scales, size) = (call.Tensor("input").Dims, call.Tensor("scales").Dims, call.Int("group_size"));
        Dims groups = [.. dims[..^1], dims[^1].FloorDiv(Dim.Min(size, dims[^1]))];
        return index => Reshaping.MapIndex(call.Context.Facts, scales, groups, [.. index[..^1], index[^1].FloorDiv(Dim.Min(size, dims[^1]))]);
    }

    /// <summary>A scale and a zero point for the whole tensor, by its smallest and largest number (<c>determine_qparams</c>).</summary>
    private static Lowered Choose(Call call, bool symmetric)
    {
        var input = call.Tensor("input");
        var (type, low, high) = (input.Type, call.Number("quant_min"), call.Number("quant_max"));
        var flat = call.Context.Reshape(input, [Dim.Product(input.Dims)]);
        var (compute, unsigned) = (type.Compute(), call.TypeOr(DType.Int8) == DType.UInt8);
        var found = call.Context.Reduce(
            [DType.Float64, DType.Int64], [1], flat.Dims,
            (_, r) => [new(Combiner.Min, flat.ValueAt(r)), new(Combiner.Max, flat.ValueAt(r))],
            (_, ends) =>
            {
                var (least, most) = (ends[0].Min(ends[0].Zero), ends[1].Max(ends[1].Zero));
                var range = symmetric ? (-least).Max(most) : Quantised.Rounded(most - least, type);
                var scale = Quantised.Rounded(range / range.Like(symmetric ? (high - low) / 2 : high - low), type).Max(Expr.Const(compute, (float)call.Number("eps")));
                var zero = symmetric ? Expr.Const(compute, unsigned ? 128L : 0L)
                    : (least.Like(low) - Quantised.Rounded(least / scale, type).Apply(UnaryOp.Round)).Clamp(low, high);
                return [scale, zero];
            });
        return new Lowered.List([.. found]);
    }

    private static Lowered ChoosePerToken(Call call)
    {
        var input = call.Tensor("input");
        var axes = new ReducedAxes(input, [input.Rank - 1], keep: true);
        var scales = call.Context.Reduce(
            DType.Float64, axes.Result, axes.Reduced, Combiner.Max, (o, r) => input.ValueAt(axes.Index(o, r)).Abs(),
            (_, most) => most.Max(most.Like((float)1e-5)) / most.Like(sbyte.MaxValue));
        return new Lowered.List([scales, call.Context.Fill(DType.Int64, scales.Dims, Expr.Const(DType.Int64, 0L))]);
    }

    private static Lowered ChooseAsymmetricPerToken(Call call)
    {
        const double low = sbyte.MinValue, high = sbyte.MaxValue, least = 1.1920928955078125e-07;
        var input = call.Tensor("input");
        var axes = new ReducedAxes(input, [input.Rank - 1], keep: true);
        Expr Rounded(Expr value) => Quantised.Rounded(value, input.Type);
        return new Lowered.List([.. call.Context.Reduce(
            [DType.Float64, DType.Int64], axes.Result, axes.Reduced,
            (o, r) => [new(Combiner.Min, input.ValueAt(axes.Index(o, r))), new(Combiner.Max, input.ValueAt(axes.Index(o, r)))],
            (_, ends) =>
            {
                var (negative, positive) = (ends[0].Min(ends[0].Zero), ends[1].Max(ends[1].Zero));
                var scale = Rounded(Rounded(positive - negative) / positive.Like(high - low)).Max(positive.Like(least));
                var (from, to) = (Rounded(negative / scale), Rounded(positive / scale));
                var zero = Expr.Select(
                    Rounded(Rounded(from.Like(low) + from) + Rounded(to.Like(high) + to)) > from.Zero, Rounded(from.Like(low) - from), Rounded(to.Like(high) - to));
                return [scale, zero.Clamp(low, high).Apply(UnaryOp.Round)];
            })]);
    }

    /// <summary>Quantised and back, as training does it, and which numbers lay within the range (<c>fake_quant_tensor_cachemask_kernel_cpu</c>).</summary>
    private static TensorBuffer[] Fake(Call call, string input, string scale, string zero, Func<Dims, Dims>? place)
    {
        var self = call.Tensor(input);
        var (low, high) = (call.Number("quant_min"), call.Number("quant_max"));
        Expr Shared(string name, Dims index) => place is null ? Single(call, name).At(index, DType.Float32) : call.Tensor(name).At(place(index)).As(DType.Float32);
        Expr Steps(Dims index)
        {
            var step = Shared(scale, index);
            return Shared(zero, index) + (self.At(index).As(DType.Float32) * (step.One / step)).Apply(UnaryOp.Round);
        }

        return
        [
            call.Context.Map(self.Type, self.Dims, index => (Steps(index).Clamp(low, high) - Shared(zero, index)) * Shared(scale, index)),
            call.Context.Map(DType.Bool, self.Dims, index => (Steps(index) >= Expr.Const(DType.Float32, low)) & (Steps(index) <= Expr.Const(DType.Float32, high))),
        ];
    }

    /// <summary>Floats times the rows of an int8 matrix, each of which has a scale.</summary>
    private static Lowered MultiplyScaled(Call call)
    {
        var (self, weight, scales) = (call.Tensor("self"), call.Tensor("mat2"), call.Tensor("scales"));
        return Matrix.Multiply(
            call.Context, self, call.Context.MatrixTranspose(call.Context.Convert(weight, self.Type)), (index, sum) => sum * scales.At([index[^1]]).As(sum.Type));
    }
}
