using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Quantised numbers as torchao's <c>quantize_</c> writes them (<c>torchao/quantization/quant_primitives.py</c>): a block of so many elements along each dim has a scale and
/// a zero point of its own.
/// </summary>
internal static class AffineQuantisation
{
    public static OperatorFamily Family { get; } = new("quantisation")
    {
        { "torchao::choose_qparams_affine(Tensor input, str mapping_type, SymInt[] block_size, ScalarType target_dtype, Scalar? quant_min=None, Scalar? quant_max=None, float? eps=None, ScalarType? scale_dtype=None, ScalarType? zero_point_dtype=None, bool keepdim=False) -> (Tensor, Tensor)", Choose },
        { "torchao::quantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? zero_point, ScalarType output_dtype, Scalar? quant_min=None, Scalar? quant_max=None) -> Tensor", Quantise },
        { "torchao::dequantize_affine(Tensor input, SymInt[] block_size, Tensor scale, Tensor? zero_point, ScalarType input_dtype, Scalar? quant_min=None, Scalar? quant_max=None, ScalarType output_dtype=6) -> Tensor", Dequantise },
    };

    /// <summary>How many blocks there are along each dim, and which one an element is in.</summary>
    private sealed record Blocks(Dims Sizes, Dims Counts)
    {
        public static Blocks Of(Call call, TensorBuffer input)
        {
            var sizes = call.Ints("block_size");
            if (sizes.Length != input.Rank)
            {
                throw call.Expected($"{input.Rank} numbers for 'block_size'", $"{sizes.Length}");
            }

            return new(sizes, [.. input.Dims.Zip(sizes, (dim, size) => dim.Equals(size) ? 1 : dim.FloorDiv(size))]);
        }

        public Dims At(Dims index) => [.. index.Select((place, i) => Counts[i].Equals(1) ? Dim.Zero : Sizes[i].Equals(1) ? place : place.FloorDiv(Sizes[i]))];

        /// <summary>The numbers of a tensor that has one for each block, in whatever shape.</summary>
        public SharedNumber Shared(Call call, TensorBuffer numbers)
        {
            var shaped = call.Context.Reshape(numbers, Counts);
            return SharedNumber.Of(shaped, At);
        }
    }

    private static SharedNumber? ZeroPoint(Call call, Blocks blocks) =>
        call.OptionalTensor("zero_point") is { } zero && !zero.Dims.Any(dim => dim.Equals(0)) && !Quantised.AreZero(zero) ? blocks.Shared(call, zero) : null;

    private static (double Low, double High) Range(Call call, DType type)
    {
        var (low, high) = type.Limits();
        return (call.Has("quant_min") ? call.Number("quant_min") : low, call.Has("quant_max") ? call.Number("quant_max") : high);
    }

    private static Lowered Quantise(Call call)
    {
        var input = call.Tensor("input");
        var (blocks, type) = (Blocks.Of(call, input), call.TypeOr(DType.Int8, "output_dtype"));
        var (low, high) = Range(call, type);
        return Quantised.Quantise(call.Context, input, blocks.Shared(call, call.Tensor("scale")), ZeroPoint(call, blocks), low, high, type);
    }

    private static Lowered Dequantise(Call call)
    {
        var input = call.Tensor("input");
        var (blocks, type) = (Blocks.Of(call, input), call.TypeOr(TypePromotion.DefaultFloat, "output_dtype"));
        return Quantised.Dequantise(call.Context, input, blocks.Shared(call, call.Tensor("scale")), ZeroPoint(call, blocks), type, type);
    }

    /// <summary>A scale and a zero point for each block, by its smallest and largest number.</summary>
    private static Lowered Choose(Call call)
    {
        var input = call.Tensor("input");
        var (type, blocks, mapping) = (input.Type, Blocks.Of(call, input), call.Text("mapping_type"));
        if (mapping is not ("SYMMETRIC" or "SYMMETRIC_NO_CLIPPING_ERR" or "ASYMMETRIC"))
        {
            throw call.Expected("SYMMETRIC, SYMMETRIC_NO_CLIPPING_ERR or ASYMMETRIC for 'mapping_type'", $"'{mapping}'");
        }

        var (low, high) = Range(call, call.TypeOr(DType.Int8, "target_dtype"));
        var least = call.Has("eps") ? call.Number("eps") : SmallestNormal(type);
        var asymmetric = mapping == "ASYMMETRIC";
        var zeroType = call.TypeOr(asymmetric ? DType.Int32 : type, "zero_point_dtype");
        Dims inBlock = [.. blocks.Sizes.Where((_, i) => !blocks.Sizes[i].Equals(1))];
        Expr Rounded(Expr value) => Quantised.Rounded(value, type);
        var found = call.Context.Reduce(
            [call.TypeOr(type, "scale_dtype"), zeroType], blocks.Counts, inBlock,
            (o, r) =>
            {
                var value = input.ValueAt(Element(o, r));
                return [new(Combiner.Min, value), new(Combiner.Max, value)];
            },
            (_, ends) =>
            {
                var (negative, positive) = (ends[0].Min(ends[0].Zero), ends[1].Max(ends[1].Zero));
                if (asymmetric)
                {
                    var step = Rounded(Rounded(positive - negative) / positive.Like(high - low)).Max(Expr.Const(positive.Type, least));
                    return [step, (step.Like(low) - Rounded(negative / step).Apply(UnaryOp.Round)).Clamp(low, high)];
                }

                var symmetric = mapping == "SYMMETRIC"
                    ? Rounded((-negative).Max(positive) / positive.Like((high - low) / 2))
                    : Larger(Rounded(negative / negative.Like(low)), Rounded(positive / positive.Like(high)));
                return [symmetric.Max(Expr.Const(symmetric.Type, least)), Expr.Const(symmetric.Type, Math.Truncate((high + low + 1) / 2))];
            });
        return call.Flag("keepdim") ? new Lowered.List([.. found]) : new Lowered.List([.. found.Select(Squeezed)]);

        Dims Element(Dims block, Dims inner)
        {
            var next = 0;
            return [.. blocks.Sizes.Select((size, i) => size.Equals(1) ? block[i] : (block[i] * size) + inner[next++])];
        }

        // Dims that are one block are left out, as amin leaves them out.
        Lowered Squeezed(TensorBuffer numbers) =>
            call.Context.Squeeze(numbers, axis => blocks.Counts[axis].Equals(1) && !blocks.Sizes[axis].Equals(1));
    }

    private static Expr Larger(Expr a, Expr b) => Expr.Select(a > b, a, b);

    /// <summary><c>torch.finfo(dtype).smallest_normal</c>.</summary>
    private static double SmallestNormal(DType type) => type switch
    {
        DType.Float16 => 6.103515625e-05,
        DType.Float64 => 2.2250738585072014e-308,
        _ => 1.1754943508222875e-38,
    };
}
