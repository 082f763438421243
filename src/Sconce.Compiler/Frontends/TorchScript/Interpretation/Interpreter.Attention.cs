using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What PyTorch's layers of attention call in one piece when no gradients are asked for, which is how they are traced: here what it is made of.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> AttentionBuiltins =>
    [
        ("aten::_native_multi_head_attention", (it, a) => it.MultiHeadAttention(a)),
        ("aten::_transformer_encoder_layer_fwd", (it, a) => it.EncoderLayer(a)),
    ];

    private Datum MultiHeadAttention(BuiltinCall a)
    {
        RefuseMask(a, 9);
        var (needsWeights, averages) = (a.Find(10, "need_weights") is not Datum.Bool { Known: false }, a.Find(11, "average_attn_weights") is not Datum.Bool { Known: false });
        var (result, weights) = Attend([a[0], a[1], a[2]], Whole(a[3]), Whole(a[4]), a[5], a[6], a[7], a[8], needsWeights);
        return Datum.TupleOf(result, weights is null ? new Datum.Unusable("weights of an attention that was called without them")
            : averages ? CallOperator("aten::mean", [weights, NewList([Datum.Of(1)])], []) : weights);
    }

    private Datum EncoderLayer(BuiltinCall a)
    {
        RefuseMask(a, 18);
        var source = a[0];
        var normalisesFirst = a[8] is Datum.Bool { Known: true };
        var attended = normalisesFirst ? Normalised(source, 10) : source;
        var sum = Sum(source, Attend([attended, attended, attended], Whole(a[1]), Whole(a[2]), a[3], a[4], a[5], a[6], needsWeights: false).Result);
        return normalisesFirst ? Sum(sum, Forward(Normalised(sum, 12))) : After(Normalised(sum, 10));

        Datum After(Datum x) => Normalised(Sum(x, Forward(x)), 12);
        Datum Sum(Datum x, Datum y) => CallOperator("aten::add", [x, y], []);
        Datum Normalised(Datum x, int weight) => CallOperator("aten::layer_norm", [x, NewList([a[1]]), a[weight], a[weight + 1], a[9]], []);
        Datum Forward(Datum x) => CallOperator(
            "aten::linear", [CallOperator(a[7] is Datum.Bool { Known: true } ? "aten::gelu" : "aten::relu", [CallOperator("aten::linear", [x, a[14], a[15]], [])], []), a[16], a[17]], []);
    }

    /// <summary>Attention of heads, over inputs of batch, length and width.</summary>
    private (Datum Result, Datum? Weights) Attend(Datum[] inputs, long width, long heads, Datum weight, Datum bias, Datum outWeight, Datum outBias, bool needsWeights)
    {
        var projected = inputs.Select((input, i) => Heads(CallOperator("aten::linear", [input, Third(weight, i), Third(bias, i)], []))).ToList();
        var attended = CallOperator(needsWeights ? "aten::_scaled_dot_product_attention_math" : "aten::scaled_dot_product_attention", projected, []);
        var (values, weights) = attended is Datum.Tuple { Items: [var first, var second] } ? (first, second) : (attended, null);
        var joined = CallOperator("aten::flatten", [CallOperator("aten::transpose", [values, Datum.Of(1), Datum.Of(2)], []), Datum.Of(2)], []);
        return (CallOperator("aten::linear", [joined, outWeight, outBias], []), weights);

        Datum Third(Datum whole, int place) => CallOperator("aten::narrow", [whole, Datum.Of(0), Datum.Of(place * width), Datum.Of(width)], []);
        Datum Heads(Datum x) => CallOperator(
            "aten::transpose", [CallOperator("aten::unflatten", [x, Datum.Of(2), NewList([Datum.Of(heads), Datum.Of(width / heads)])], []), Datum.Of(1), Datum.Of(2)], []);
    }

    private static void RefuseMask(BuiltinCall a, int place)
    {
        if (a.Find(place, "mask") is not Datum.None)
        {
            throw SconceException.Unsupported(
                $"{a.Operator} with a mask", hint: "call torch.backends.mha.set_fastpath_enabled(False) before the model is traced: attention is then written with operators that Sconce has");
        }
    }
}
