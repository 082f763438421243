using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Scaled dot-product attention: scores by one product, softmax, values by another.</summary>
internal static class Attention
{
    public static OperatorFamily Family { get; } = new("attention", DTypeSet.Floats)
    {
        { "aten::scaled_dot_product_attention(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., bool is_causal=False, *, float? scale=None, bool enable_gqa=False) -> Tensor", DTypeSet.Floats | DTypeSet.Bool, call => Attend(call, call.OptionalTensor("attn_mask")).Output },
        { "aten::_scaled_dot_product_flash_attention_for_cpu(Tensor query, Tensor key, Tensor value, float dropout_p=0., bool is_causal=False, *, Tensor? attn_mask=None, float? scale=None) -> (Tensor output, Tensor logsumexp)", DTypeSet.Floats | DTypeSet.Bool, Flash },
        { "aten::_scaled_dot_product_attention_math(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., bool is_causal=False, Tensor? dropout_mask=None, *, float? scale=None, bool enable_gqa=False) -> (Tensor, Tensor)", DTypeSet.Floats | DTypeSet.Bool, WithWeights },
        { "aten::_scaled_dot_product_attention_math_for_mps(Tensor query, Tensor key, Tensor value, Tensor? attn_mask=None, float dropout_p=0., bool is_causal=False, Tensor? dropout_mask=None, *, float? scale=None, bool enable_gqa=False) -> (Tensor, Tensor)", DTypeSet.Floats | DTypeSet.Bool, WithWeights },
    };

    private static (TensorBuffer Output, TensorBuffer Weights, TensorBuffer Scores) Attend(Call call, TensorBuffer? mask)
    {
        var context = call.Context;
        var rank = Math.Max(call.Tensor("query").Rank, call.Tensor("key").Rank);
        var (query, key, value) = (Lifted("query"), Lifted("key"), Lifted("value"));
        var scale = call.Has("scale") ? call.Operand("scale").At([], query.Type) : ScaleOf(query.Dims[^1], query.Type.Compute());
        var causal = call.Flag("is_causal");
        var compute = query.Type.Compute();
        var (batch, keyBatch) = (query.Dims[..^2], key.Dims[..^2]);
        batch = query.Rank > 2 && key.Rank == query.Rank ? [.. context.Broadcast(batch[..^1], keyBatch[..^1]), batch[^1]] : batch;

        context.Same(query.Dims[^1], key.Dims[^1], "a query is as long as a key");
        context.Same(key.Dims[^2], value.Dims[^2], "there is a value for each key");
        if (mask is not null)
        {
            context.Fits(mask.Dims, [.. batch, query.Dims[^2], key.Dims[^2]]);
        }

        // Several heads of the query may share one head of keys and values.
        Dims KeyPlace(TensorBuffer source, Dims p) => source.Rank < 3 ? [] : context.Facts.Equal(source.Dims[^3], batch[^1]) == true || source.Dims[^3].IsOne
            ? Broadcasting.IndexInto(source.Dims[..^2], p)
            : [.. Broadcasting.IndexInto(source.Dims[..^3], p[..^1]), p[^1].FloorDiv(batch[^1].FloorDiv(source.Dims[^3]))];

        var scores = context.Contract(
            compute, batch, query.Dims[^2], key.Dims[^2], query.Dims[^1],
            (p, m, k) => query.ValueAt([.. Broadcasting.IndexInto(query.Dims[..^2], p), m, k]),
            (p, n, k) => key.ValueAt([.. KeyPlace(key, p), n, k]),
            (i, sum) => Masked(sum * scale, mask, causal, i));
        var weights = mask is null ? Softmax.Compute(context, scores, scores.Rank - 1, compute) : Softmax.SafeSoftmax(context, scores, scores.Rank - 1);
        weights = call.Number("dropout_p") is var p && call.Operator.Schema.IndexOf("dropout_mask") >= 0 && call.OptionalTensor("dropout_mask") is { } kept
            ? Dropout.Masked(context, weights, p, i => kept.At(Broadcasting.IndexInto(kept.Dims, i)))
            : Dropout.Of(context, weights, p);
        var output = context.Contract(
            query.Type, batch, query.Dims[^2], value.Dims[^1], key.Dims[^2],
            (p, m, k) => weights.At([.. p, m, k]),
            (p, n, k) => value.ValueAt([.. KeyPlace(value, p), k, n]));
        return (output, context.Convert(weights, query.Type), scores);

        // As in a product of matrices, dims of size 1 stand before those of the one that has fewer.
        TensorBuffer Lifted(string name) => call.Tensor(name) is var given && given.Rank >= rank ? given
            : context.View(given, [.. Enumerable.Repeat(Dim.One, rank - given.Rank), .. given.Dims], i => i[(rank - given.Rank)..]);
    }

    private static Lowered WithWeights(Call call) => Attend(call, call.OptionalTensor("attn_mask")) is var (output, weights, _) ? Lowered.Of(output, weights) : null!;

    private static Expr ScaleOf(Dim size, DType type) => size.IsConstant
        ? Expr.Const(type, 1 / Math.Sqrt(size.Value))
        : Expr.Const(type, 1L) / Expr.Of(size).As(type).Sqrt();

    private static Expr Masked(Expr score, TensorBuffer? mask, bool causal, Dims index)
    {
        var hidden = score.Like(double.NegativeInfinity);
        if (causal)
        {
            score = Expr.Select(Expr.Of(index[^1]) <= Expr.Of(index[^2]), score, hidden);
        }

        if (mask is null)
        {
            return score;
        }

        var element = mask.ValueAt(Broadcasting.IndexInto(mask.Dims, index));
        return mask.Type == DType.Bool ? Expr.Select(element, score, hidden) : score + element.As(score.Type);
    }

    /// <summary>With the logarithm of each row's sum of exponentials as second result.</summary>
    private static Lowered Flash(Call call)
    {
        var (output, _, scores) = Attend(call, call.OptionalTensor("attn_mask"));
        var axes = new ReducedAxes(scores, [scores.Rank - 1], keep: false);
        var max = call.Context.Reduce(scores, axes, Combiner.Max, scores.Type, x => x);
        var logarithm = call.Context.Reduce(scores.Type, axes.Result, axes.Reduced, Combiner.Sum,
            (o, r) => (scores.At(axes.Index(o, r)) - max.At(o)).Exp(), (o, sum) => sum.Log() + max.At(o));
        return Lowered.Of(output, logarithm);
    }
}
