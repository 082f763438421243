using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What PyTorch's layers of attention call in one piece when no gradients are asked for, which is how they are traced: here what it is made of.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> AttentionBuiltins =>
    [
        ("aten::scaled_dot_product_attention", (it, a) => it.DecidedAttention(a)),
        ("aten::_native_multi_head_attention", (it, a) => it.MultiHeadAttention(a)),
        ("aten::_transformer_encoder_layer_fwd", (it, a) => it.EncoderLayer(a)),
    ];

    /// <summary>Whether it is causal may hang on the numbers of a mask: then it is gone through both ways.</summary>
    private Datum? DecidedAttention(BuiltinCall a)
    {
        if (a.Find(5, "is_causal") is not Datum.Bool { Known: null } flag)
        {
            return null;
        }

        var isCausal = Decided(flag).Known ?? throw new UndecidedException(DecisionOf(flag.Value));
        var mask = a.Find(3, "attn_mask");
        if (isCausal && (mask is Datum.Tensor || (mask is Datum.Optional optional && (Decided(new Datum.Bool(optional.Has)).Known ?? throw new UndecidedException(DecisionOf(optional.Has))))))
        {
            throw new RaisedException("attention that is causal and has a mask");
        }

        return TensorOperator(a.Operator, [a[0], a[1], a[2], isCausal ? Datum.Nothing : mask, a.Find(4, "dropout_p") is Datum.None ? Datum.Of(0.0) : a.Find(4, "dropout_p"), Datum.Of(isCausal)],
            [.. a.Named.Where(argument => argument.Name is "scale" or "enable_gqa")]);
    }

    private Datum MultiHeadAttention(BuiltinCall a)
    {
        var (needsWeights, averages) = (a.Find(10, "need_weights") is not Datum.Bool { Known: false }, a.Find(11, "average_attn_weights") is not Datum.Bool { Known: false });
        var (result, weights) = Attend([a[0], a[1], a[2]], Whole(a[3]), Whole(a[4]), a[5], a[6], a[7], a[8], Unmasked(a, 9, 12), needsWeights);
        return Datum.TupleOf(result, weights is null ? new Datum.Unusable("weights of an attention that was called without them")
            : averages ? CallOperator("aten::mean", [weights, NewList([Datum.Of(1)])], []) : weights);
    }

    private Datum EncoderLayer(BuiltinCall a)
    {
        var source = a[0];
        var normalisesFirst = a[8] is Datum.Bool { Known: true };
        var attended = normalisesFirst ? Normalised(source, 10) : source;
        var sum = Sum(source, Attend([attended, attended, attended], Whole(a[1]), Whole(a[2]), a[3], a[4], a[5], a[6], Unmasked(a, 18, 19), needsWeights: false).Result);
        return normalisesFirst ? Sum(sum, Forward(Normalised(sum, 12))) : After(Normalised(sum, 10));

        Datum After(Datum x) => Normalised(Sum(x, Forward(x)), 12);
        Datum Sum(Datum x, Datum y) => CallOperator("aten::add", [x, y], []);
        Datum Normalised(Datum x, int weight) => CallOperator("aten::layer_norm", [x, NewList([a[1]]), a[weight], a[weight + 1], a[9]], []);
        Datum Forward(Datum x) => CallOperator(
            "aten::linear", [CallOperator(a[7] is Datum.Bool { Known: true } ? "aten::gelu" : "aten::relu", [CallOperator("aten::linear", [x, a[14], a[15]], [])], []), a[16], a[17]], []);
    }

    /// <summary>Attention of heads, over inputs of batch, length and width.</summary>
    private (Datum Result, Datum? Weights) Attend(Datum[] inputs, long width, long heads, Datum weight, Datum bias, Datum outWeight, Datum outBias, Datum mask, bool needsWeights)
    {
        // Of one input all three are one product.
        var whole = inputs.All(inputs[0].Equals) ? CallOperator("aten::linear", [inputs[0], weight, bias], []) : null;
        var projected = inputs.Select((input, i) => Heads(whole is null ? CallOperator("aten::linear", [input, Third(weight, i, 0), Third(bias, i, 0)], []) : Third(whole, i, 2))).ToList();
        var attended = CallOperator(needsWeights ? "aten::_scaled_dot_product_attention_math" : "aten::scaled_dot_product_attention", [.. projected, mask], []);
        var (values, weights) = attended is Datum.Tuple { Items: [var first, var second] } ? (first, second) : (attended, null);
        var joined = CallOperator("aten::flatten", [CallOperator("aten::transpose", [values, Datum.Of(1), Datum.Of(2)], []), Datum.Of(2)], []);
        return (CallOperator("aten::linear", [joined, outWeight, outBias], []), weights);

        Datum Third(Datum all, int place, int dim) => CallOperator("aten::narrow", [all, Datum.Of(dim), Datum.Of(place * width), Datum.Of(width)], []);
        Datum Heads(Datum x) => CallOperator(
            "aten::transpose", [CallOperator("aten::unflatten", [x, Datum.Of(2), NewList([Datum.Of(heads), Datum.Of(width / heads)])], []), Datum.Of(1), Datum.Of(2)], []);
    }

    /// <summary>Where attention looks, by a mask that says where it does not: of pairs of places (kind 0), of each batch's places (1), or of both (2).</summary>
    private Datum Unmasked(BuiltinCall a, int place, int kind)
    {
        if (a.Find(place, "mask") is not Datum.Tensor mask)
        {
            return Datum.Nothing;
        }

        var shape = ShapeOf(mask);
        var looks = CallOperator("aten::eq", [mask, Datum.Of(0)], []);
        return (a.Find(kind, "mask_type"), shape.Length) switch
        {
            (Datum.Int { Known: 1 }, 2) => CallOperator("aten::unsqueeze", [CallOperator("aten::unsqueeze", [looks, Datum.Of(1)], []), Datum.Of(1)], []),
            (Datum.Int { Known: 0 }, 2) or (Datum.Int { Known: 2 }, 4) => looks,
            _ => throw SconceException.Unsupported(
                $"{a.Operator} with a mask of {shape.Length} dims",
                hint: "call torch.backends.mha.set_fastpath_enabled(False) before the model is traced: attention is then written with operators that Sconce has"),
        };
    }
}
