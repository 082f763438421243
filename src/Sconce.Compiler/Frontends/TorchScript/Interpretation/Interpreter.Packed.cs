using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Layers whose parameters are packed into an object: quantised ones, and those that mobile devices run.
internal sealed partial class Interpreter
{
    private const string PackedLinear = "__torch__.torch.classes.quantized.LinearPackedParamsBase";

    /// <summary>What an object of floats' packed parameters is called here: the archive has a class for each layer, which nothing asks for.</summary>
    private const string Clamping = "__torch__.torch.classes.xnnpack";

    public static IEnumerable<(string Name, Builtin Run)> PackedBuiltins =>
    [
        ("quantized::conv1d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::conv1d_relu", (it, a) => it.Convolve(a, relu: true)),
        ("quantized::conv2d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::conv2d_relu", (it, a) => it.Convolve(a, relu: true)),
        ("quantized::conv3d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::conv3d_relu", (it, a) => it.Convolve(a, relu: true)),
        ("quantized::conv_transpose1d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::conv_transpose2d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::conv_transpose3d", (it, a) => it.Convolve(a, relu: false)),
        ("quantized::linear", (it, a) => it.RequantisedSums(a, it.Linear(a[0], a[1]), relu: false)),
        ("quantized::linear_relu", (it, a) => it.RequantisedSums(a, it.Linear(a[0], a[1]), relu: true)),
        ("quantized::linear_dynamic", (it, a) => it.DynamicLinear(a[0], a[1])),
        ("quantized::linear_relu_dynamic", (it, a) => it.CallOperator("aten::relu", [it.DynamicLinear(a[0], a[1])], [])),
        ("quantized::linear_dynamic_fp16", (it, a) => it.DynamicLinear(a[0], a[1])),
        ("quantized::linear_relu_dynamic_fp16", (it, a) => it.CallOperator("aten::relu", [it.DynamicLinear(a[0], a[1])], [])),
        ("quantized::linear_prepack", (_, a) => Packed(PackedLinear, a[0], a.Find(1, "B"))),
        ("quantized::linear_unpack", (it, a) => Datum.TupleOf(ItemsOf(StateOf(a[0])).Take(2))),
        ("quantized::linear_unpack_fp16", (it, a) => Datum.TupleOf(ItemsOf(StateOf(a[0])).Take(2))),
        ("quantized::conv2d_prepack", (it, a) => it.PackedOfConvolution(a)),
        ("quantized::conv3d_prepack", (it, a) => it.PackedOfConvolution(a)),
        ("quantized::conv2d_unpack", (_, a) => PackedConvolution.Read(StateOf(a[0]), ItemsOf) is var packed ? Datum.TupleOf(packed.Weight, packed.Bias) : null),
        ("prepacked::conv2d_clamp_prepack", (_, a) => Packed(Clamping, a[0], a[1], a[2], a[3], a[4], a[5], a.Find(6, "output_min"), a.Find(7, "output_max"))),
        ("prepacked::conv2d_transpose_clamp_prepack", (_, a) => Packed(Clamping, a[0], a[1], a[2], a[3], a[4], a[5], a[6], a.Find(7, "output_min"), a.Find(8, "output_max"))),
        ("prepacked::linear_clamp_prepack", (_, a) => Packed(Clamping, a[0], a.Find(1, "B"), a.Find(2, "output_min"), a.Find(3, "output_max"))),
        ("prepacked::conv2d_clamp_run", (it, a) => it.ConvolveClamped(a, isTransposed: false)),
        ("prepacked::conv2d_transpose_clamp_run", (it, a) => it.ConvolveClamped(a, isTransposed: true)),
        ("prepacked::linear_clamp_run", (it, a) => ItemsOf(StateOf(a[1])) is [var weight, var bias, var low, var high]
            ? it.Clamped(it.CallOperator("aten::linear", [a[0], weight, bias], []), low, high) : throw Strange(a[1])),

        // What freezing and optimising put in the place of two operators.
        ("aten::_add_relu", (it, a) => it.CallOperator("aten::relu", [it.CallOperator("aten::add", a.Given, a.Named)], [])),
        ("aten::_add_relu_", (it, a) => it.CallOperator("aten::relu_", [it.CallOperator("aten::add_", a.Given, a.Named)], [])),
        ("aten::cudnn_convolution_relu", (it, a) => it.CallOperator("aten::relu", [it.Convolution([a[0], a[1], a[2], a[3], a[4], a[5]], a[6])], [])),
        ("aten::cudnn_convolution_add_relu", (it, a) => it.CallOperator("aten::relu", [it.CallOperator(
            "aten::add", [it.Convolution([a[0], a[1], a[4], a[5], a[6], a[7]], a[8]), a[2]], a[3] is Datum.None ? [] : [("alpha", a[3])])], [])),
    ];

    private static Datum StateOf(Datum packed) => packed is Datum.Object { Instance.State: { } state } ? state.Value : throw SconceException.Expected("packed parameters", packed.Kind);

    private static SconceException Strange(Datum packed) => SconceException.Unsupported(
        $"{packed.Kind} in a form that Sconce does not know", hint: "save the model with a newer PyTorch");

    private static Datum.Object Packed(string className, params Datum[] state) => new(new Instance(className) { State = new(Datum.TupleOf(state)) });

    private Datum.Object PackedOfConvolution(BuiltinCall a)
    {
        var (stride, padding, dilation) = (ItemsOf(a[2]), ItemsOf(a[3]), ItemsOf(a[4]));
        var numbers = NewList([Datum.Of(stride.Count), .. stride, .. padding, .. dilation, .. stride.Select(_ => Datum.Of(0)), a[5], Datum.Of(0)]);
        return Packed("__torch__.torch.classes.quantized.Conv2dPackedParamsBase", Datum.Of(3), numbers, NewList([Datum.Nothing, a[0], a[1]]));
    }

    /// <summary>A convolution of quantised numbers: one of floats, whose result is quantised.</summary>
    private Datum Convolve(BuiltinCall a, bool relu)
    {
        var packed = PackedConvolution.Read(StateOf(a[1]), ItemsOf);
        var (input, weight) = ((Datum.Quantised)a[0], (Datum.Quantised)packed.Weight);

        // One dim is packed as two, of which the first is 1.
        var isFlat = ShapeOf(input.Steps).Length == packed.Rank + 1;
        Datum steps = StepsFromZero(input);
        steps = isFlat ? CallOperator("aten::unsqueeze", [steps, Datum.Of(2)], []) : steps;
        Datum List(IEnumerable<long> numbers) => NewList(numbers.Select(number => (Datum)Datum.Of(number)));
        var sums = CallOperator("aten::convolution", [steps, StepsFromZero(weight), Datum.Nothing, List(packed.Stride), List(packed.Padding), List(packed.Dilation),
            Datum.Of(packed.IsTransposed), List(packed.OutputPadding), Datum.Of(packed.Groups)], []);
        var result = Scaled(sums, input.Quantiser, weight.Quantiser, packed.Bias, packed.Rank);
        return RequantisedSums(a, isFlat ? CallOperator("aten::squeeze", [result, Datum.Of(2)], []) : result, relu);
    }

    /// <summary>Floats of sums of products of integers. The sums are exact in floats up to 2 to the power of 24, as PyTorch's are, which are integers.</summary>
    /// <param name="sums">The sums, less what zero points add.</param>
    /// <param name="input">What the input's integers stand for.</param>
    /// <param name="weight">What the weight's do.</param>
    /// <param name="bias">Floats for each channel, or None.</param>
    /// <param name="rank">How many dims come after the channels.</param>
    private Datum Scaled(Datum sums, Quantiser input, Quantiser weight, Datum bias, int rank)
    {
        // One after the other, as onednn does it.
        var result = CallOperator(
            "aten::mul", [CallOperator("aten::mul", [sums, OfScale(input.Factor ?? input.Scale)], []), OfChannels(weight.Factor ?? weight.Scale)], []);
        return bias is Datum.None ? result : CallOperator("aten::add", [result, OfChannels(ToArgument(bias))], []);

        Datum OfScale(Argument value) => value is Argument.Float ? new Datum.Float(value) : CallOperator("aten::to", [new Datum.Tensor(NewTensor(value)), Datum.Of(DType.Float32.Number())], []);

        Datum OfChannels(Argument value) => value is Argument.Float || rank == 0 ? OfScale(value)
            : CallOperator("aten::reshape", [OfScale(value), NewList([Datum.Of(-1), .. Enumerable.Repeat<Datum>(Datum.Of(1), rank)])], []);
    }

    /// <summary>
    /// What a convolution or a product gives, in steps: onednn adds the zero point before it rounds, where quantising rounds first. Halves that go to the even number go to another one then.
    /// </summary>
    private Datum RequantisedSums(BuiltinCall a, Datum sums, bool relu)
    {
        var form = new Quantiser(a[0] is Datum.Quantised { Quantiser.Type: var type } ? type : DType.UInt8, Single(a[a.Count - 2]), Single(a[a.Count - 1]));
        if (form is not { Scale: Argument.Float { Value: var scale }, Zero: Argument.Int { Value: { IsConstant: true } } zero })
        {
            return Requantised(a, sums, relu);
        }

        var steps = CallOperator("aten::mul", [relu ? CallOperator("aten::relu", [sums], []) : sums, Datum.Of((double)Quantiser.FactorOf(1 / scale))], []);
        steps = CallOperator("aten::round", [CallOperator("aten::add", [steps, new Datum.Int(zero)], [])], []);
        return new Datum.Quantised((Datum.Tensor)InType(steps, form), form.Narrowed());
    }

    /// <summary>Floats that are integers, in a quantised dtype's range and type.</summary>
    private Datum InType(Datum steps, Quantiser form) =>
        CallOperator("aten::to", [CallOperator("aten::clamp", [steps, Datum.Of((double)form.Low), Datum.Of((double)form.High)], []), Datum.Of(form.Type.Number())], []);

    private Datum Linear(Datum input, Datum packed)
    {
        if (ItemsOf(StateOf(packed)) is not [var weight, var bias, ..])
        {
            throw Strange(packed);
        }

        return input is Datum.Quantised x && weight is Datum.Quantised w
            ? Scaled(CallOperator("aten::linear", [StepsFromZero(x), StepsFromZero(w), Datum.Nothing], []), x.Quantiser, w.Quantiser, bias, 0)
            : CallOperator("aten::linear", [input, weight, bias], []);
    }

    /// <summary>Floats times quantised weights: the floats are quantised by their own range; where the weights are floats, they stay as they are.</summary>
    private Datum DynamicLinear(Datum input, Datum packed) => Linear(
        ItemsOf(StateOf(packed))[0] is Datum.Quantised ? QuantisedByRange((Datum.Tensor)input, DType.UInt8) : input, packed);

    private Datum Convolution(IReadOnlyList<Datum> given, Datum groups) => CallOperator(
        "aten::convolution", [.. given, Datum.Of(false), NewList(ItemsOf(given[3]).Select(_ => (Datum)Datum.Of(0))), groups], []);

    private Datum ConvolveClamped(BuiltinCall a, bool isTransposed)
    {
        var none = NewList([Datum.Of(0), Datum.Of(0)]);
        var (weight, bias, stride, padding, more, dilation, groups, low, high) = (ItemsOf(StateOf(a[1])), isTransposed) switch
        {
            ([var w, var b, var s, var p, var d, var g, var l, var h], false) => (w, b, s, p, none, d, g, l, h),
            ([var w, var b, var s, var p, var o, var d, var g, var l, var h], true) => (w, b, s, p, o, d, g, l, h),
            _ => throw Strange(a[1]),
        };
        return Clamped(CallOperator("aten::convolution", [a[0], weight, bias, stride, padding, dilation, Datum.Of(isTransposed), more, groups], []), low, high);
    }

    private Datum Clamped(Datum result, Datum low, Datum high) => low is Datum.None && high is Datum.None ? result : CallOperator("aten::clamp", [result, low, high], []);
}
