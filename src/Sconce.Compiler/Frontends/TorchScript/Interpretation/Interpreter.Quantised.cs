using System.Collections.Immutable;
using System.Collections.Frozen;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Quantised tensors: what moves integers works on them as they are; arithmetic is done in floats, and its result is quantised again.
internal sealed partial class Interpreter
{
    private const double StepOfByte = 1.0 / 256;

    /// <summary>What the integers answer as the tensor would.</summary>
    private static readonly FrozenSet<string> questions = FrozenSet.Create(
        "aten::size", "prim::shape", "aten::sizes", "aten::dim", "aten::ndimension", "prim::ndim", "aten::numel", "aten::stride", "aten::is_floating_point", "aten::is_complex",
        "aten::element_size", "aten::is_contiguous", "prim::device", "prim::layout", "prim::requires_grad", "aten::requires_grad", "prim::is_cuda", "prim::is_sparse", "prim::is_mkldnn",
        "prim::is_meta", "prim::is_cpu");

    /// <summary>What moves numbers and computes none: the result stands for what the tensor's integers stand for.</summary>
    private static readonly FrozenSet<string> moves = FrozenSet.Create(
        "aten::view", "aten::reshape", "aten::flatten", "aten::permute", "aten::transpose", "aten::t", "aten::slice", "aten::select", "aten::squeeze", "aten::unsqueeze", "aten::narrow",
        "aten::expand", "aten::unbind", "aten::chunk", "aten::split", "aten::split_with_sizes", "aten::contiguous", "aten::clone", "aten::detach", "aten::max_pool1d", "aten::max_pool2d",
        "aten::max_pool3d", "aten::index_select", "aten::flip", "aten::repeat", "aten::channel_shuffle", "aten::pixel_shuffle", "aten::pixel_unshuffle", "aten::upsample_nearest1d",
        "aten::upsample_nearest2d", "aten::upsample_nearest3d", "aten::view_as", "aten::expand_as", "aten::reshape_as", "aten::movedim", "aten::unflatten", "aten::dropout",
        "aten::feature_dropout");

    /// <summary>Functions whose results PyTorch quantises as their input is.</summary>
    private static readonly FrozenSet<string> kept = FrozenSet.Create(
        "aten::mean", "aten::adaptive_avg_pool1d", "aten::adaptive_avg_pool2d", "aten::adaptive_avg_pool3d", "aten::avg_pool1d", "aten::avg_pool2d", "aten::avg_pool3d", "aten::hardtanh",
        "aten::clamp", "aten::relu6", "aten::leaky_relu", "aten::threshold");

    public static IEnumerable<(string Name, Builtin Run)> QuantisedBuiltins =>
    [
        ("aten::quantize_per_tensor", (it, a) => it.Quantised((Datum.Tensor)a[0], it.Single(a[1]), it.Single(a[2]), Quantiser.TypeOf(it.Whole(a[3])))),
        ("aten::quantize_per_tensor_dynamic", (it, a) => it.QuantisedByRange((Datum.Tensor)a[0], Quantiser.TypeOf(it.Whole(a[1])))),
        ("aten::dequantize", (it, a) => a[0] is Datum.List list ? it.NewList(ListItems(list).Select(it.Dequantised)) : it.Dequantised(a[0])),
        ("prim::is_quantized", (_, a) => Datum.Of(a[0] is Datum.Quantised)),
        ("quantized::cat", (it, a) => it.JoinedAs(a, relu: false)),
        ("quantized::cat_relu", (it, a) => it.JoinedAs(a, relu: true)),
        ("quantized::add", Computed("aten::add", 2)),
        ("quantized::add_relu", Computed("aten::add", 2, relu: true)),
        ("quantized::mul", Computed("aten::mul", 2)),
        ("quantized::mul_relu", Computed("aten::mul", 2, relu: true)),
        ("quantized::matmul", Computed("aten::matmul", 2)),
        ("quantized::hardswish", (it, a) => it.Requantised(a, it.HardSwish(it.Dequantised(a[0])), relu: false)),
        ("quantized::sigmoid", Computed("aten::sigmoid", 1)),
        ("quantized::leaky_relu", Computed("aten::leaky_relu", 2)),
        ("quantized::softmax", Computed("aten::softmax", 2)),
        ("quantized::layer_norm", Computed("aten::layer_norm", 5)),
        ("quantized::group_norm", Computed("aten::group_norm", 5)),
        ("quantized::batch_norm", (it, a) => it.Normalised(a, relu: false)),
        ("quantized::batch_norm_relu", (it, a) => it.Normalised(a, relu: true)),
        ("quantized::batch_norm1d", (it, a) => it.Normalised(a, relu: false)),
        ("quantized::batch_norm1d_relu", (it, a) => it.Normalised(a, relu: true)),
        ("quantized::batch_norm2d", (it, a) => it.Normalised(a, relu: false)),
        ("quantized::batch_norm2d_relu", (it, a) => it.Normalised(a, relu: true)),
        ("quantized::batch_norm3d", (it, a) => it.Normalised(a, relu: false)),
        ("quantized::batch_norm3d_relu", (it, a) => it.Normalised(a, relu: true)),
    ];

    /// <summary>An operator on a quantised tensor; null for one that is not about its numbers.</summary>
    private Datum? OfQuantised(string op, Datum.Quantised self, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        var quantiser = self.Quantiser;
        IReadOnlyList<Datum> On(Datum tensor) => [tensor, .. arguments.Skip(1)];
        if (questions.Contains(op))
        {
            return CallOperator(op, On(self.Steps), named);
        }

        if (moves.Contains(op) && quantiser.Axis is null)
        {
            return Like(CallOperator(op, On(self.Steps), named), quantiser);
        }

        if (kept.Contains(op) && quantiser.Axis is null)
        {
            return Quantised(CallOperator(op, On(Dequantised(self)), named), quantiser.Scale, quantiser.Zero, quantiser.Type);
        }

        switch (op)
        {
            case "aten::upsample_bilinear2d" when quantiser is { Axis: null, Zero: Argument.Int zero }:
                // Between integers, which are rounded again.
                var between = CallOperator(op, On(CallOperator("aten::to", [self.Steps, Datum.Of(DType.Float32.Number())], [])), named);
                var above = CallOperator("aten::round", [CallOperator("aten::sub", [between, new Datum.Int(zero)], [])], []);
                return Like(InType(CallOperator("aten::add", [above, new Datum.Int(zero)], []), quantiser), quantiser);
            case "prim::dtype":
                return Datum.Of(quantiser.Number);
            case "aten::int_repr":
                return new Datum.Tensor(NewTensor(self.Steps.Reference.Read(builder)));
            case "aten::q_scale" when quantiser.Scale is Argument.Float:
                return new Datum.Float(quantiser.Scale);
            case "aten::q_zero_point" when quantiser.Zero is Argument.Int:
                return new Datum.Int(quantiser.Zero);
            case "aten::relu" or "aten::relu_" when quantiser.Zero is Argument.Int:
                return Like(CallOperator(op == "aten::relu" ? "aten::clamp_min" : "aten::clamp_min_", [self.Steps, new Datum.Int(quantiser.Zero)], named), quantiser);
            case "aten::to" or "aten::cpu" when !arguments.Skip(1).Any(argument => argument is Datum.Int):
                return self;
            case "aten::sigmoid" or "aten::hardsigmoid" when quantiser.Type == DType.UInt8:
                return Quantised(CallOperator(op, [Dequantised(self)], []), new Argument.Float(StepOfByte), new Argument.Int(0), quantiser.Type);
            case "aten::tanh" when quantiser.Type == DType.UInt8:
                return Quantised(CallOperator(op, [Dequantised(self)], []), new Argument.Float(2 * StepOfByte), new Argument.Int(128), quantiser.Type);
            case var name when Builtins.Find(name) is not null:
                return null;
            default:
                throw SconceException.Unsupported($"{op} of a quantised tensor", hint: "dequantise the tensor before, with torch.dequantize");
        }
    }

    /// <summary>With a division by 6 as PyTorch does it here, not a product with its reciprocal.</summary>
    private Datum HardSwish(Datum x) => CallOperator(
        "aten::div", [CallOperator("aten::mul", [x, CallOperator("aten::clamp", [CallOperator("aten::add", [x, Datum.Of(3)], []), Datum.Of(0), Datum.Of(6)], [])], []), Datum.Of(6)], []);

    /// <summary>Tensors of integers as quantised ones.</summary>
    private Datum Like(Datum steps, Quantiser quantiser) => steps switch
    {
        Datum.Tensor tensor => new Datum.Quantised(tensor, quantiser),
        Datum.List list => NewList(ListItems(list).Select(item => Like(item, quantiser))),
        Datum.Tuple tuple => Datum.TupleOf(tuple.Items.Select(item => Like(item, quantiser))),
        var other => other,
    };

    /// <summary>Floats, of a quantised tensor; what is none stays as it is.</summary>
    private Datum Dequantised(Datum datum) => datum is Datum.Quantised { Quantiser: var form, Steps.Reference: var steps }
        ? new Datum.Tensor(NewTensor(form.FromSteps(builder, steps.Read(builder)))) : datum;

    /// <summary>Integers less their zero point, as floats.</summary>
    private Datum.Tensor StepsFromZero(Datum.Quantised tensor) => new(NewTensor((tensor.Quantiser with
    {
        Scale = tensor.Quantiser.Axis is null || tensor.Quantiser.Zero is Argument.None ? new Argument.Float(1) : builder.Single("aten::ones_like", new NamedArgument(null, tensor.Quantiser.Scale)),
        Axis = tensor.Quantiser.Zero is Argument.None ? null : tensor.Quantiser.Axis,
    }).FromSteps(builder, tensor.Steps.Reference.Read(builder))));

    private Datum.Quantised Quantised(Datum datum, Argument scale, Argument zero, DType type)
    {
        var form = new Quantiser(type, scale, zero).Narrowed();
        return new(new(NewTensor(form.ToSteps(builder, ToArgument(datum)))), form);
    }

    /// <summary>
    /// Quantised by the smallest and the largest of its own numbers, to all integers of the dtype. With <c>reduce_range</c> onednn and fbgemm take half of them, for the sake of
    /// instructions that we do not use, and qnnpack does not; the file does not say which engine its numbers were for.
    /// </summary>
    private Datum.Quantised QuantisedByRange(Datum.Tensor tensor, DType type)
    {
        const double SmallestScale = 6.1e-5f;
        var form = new Quantiser(type, Argument.Nothing, Argument.Nothing);
        var (made, _) = builder.Append("quantized_decomposed::choose_qparams", "tensor", [new(null, tensor.Reference.Read(builder)), new(null, new Argument.Int(form.Low)),
            new(null, new Argument.Int(form.High)), new(null, new Argument.Float(SmallestScale)), new(null, new Argument.ScalarType(type))]);
        return Quantised(tensor, made.Outputs[0], made.Outputs[1], type);
    }

    /// <summary>A scale or a zero point, of a number or of a tensor of one.</summary>
    private Argument Single(Datum datum) => ToArgument(datum is Datum.Tensor tensor ? ToNumber(tensor) : datum);

    private bool Flag(Datum datum) => ToBool(datum).Known ?? throw Unknown("a bool");

    /// <summary>An operator of <c>quantized::</c> that is one of floats, and whose last two arguments are the scale and the zero point of its result.</summary>
    private static Builtin Computed(string op, int count, bool relu = false) =>
        (it, a) => it.Requantised(a, it.CallOperator(op, [.. Enumerable.Range(0, count).Select(i => it.Dequantised(a[i]))], []), relu);

    private Datum Requantised(BuiltinCall a, Datum result, bool relu) => Quantised(
        relu ? CallOperator("aten::relu", [result], []) : result, Single(a[a.Count - 2]), Single(a[a.Count - 1]), a[0] is Datum.Quantised { Quantiser.Type: var type } ? type : DType.UInt8);

    private Datum Normalised(BuiltinCall a, bool relu) => Requantised(a, CallOperator(
        "aten::batch_norm", [Dequantised(a[0]), a[1], a[2], a[3], a[4], Datum.Of(false), Datum.Of(0.0), a[5], Datum.Of(false)], []), relu);

    private Datum JoinedAs(BuiltinCall a, bool relu)
    {
        var first = ListItems((Datum.List)a[0])[0] as Datum.Quantised ?? throw SconceException.Expected("quantised tensors", a[0].Kind);
        var (scale, zero) = (a.Find(2, "scale"), a.Find(3, "zero_point"));
        var joined = Joined(a, scale is Datum.None ? first.Quantiser.Scale : Single(scale), zero is Datum.None ? first.Quantiser.Zero : Single(zero));
        return relu ? CallOperator("aten::relu", [joined], []) : joined;
    }

    /// <summary>Quantised tensors side by side; null for other tensors.</summary>
    private Datum? JoinQuantised(BuiltinCall a) =>
        a[0] is Datum.List { Items.Now: ImmutableList<Datum> and [Datum.Quantised { Quantiser: var first }, ..] } ? Joined(a, first.Scale, first.Zero) : null;

    private Datum Joined(BuiltinCall a, Argument scale, Argument zero)
    {
        var items = ListItems((Datum.List)a[0]);
        var wanted = new Quantiser(((Datum.Quantised)items[0]).Quantiser.Type, scale, zero);
        return items.TrueForAll(item => item is Datum.Quantised { Quantiser: var form } && form == wanted)
            ? Like(CallOperator("aten::cat", [NewList(items.Select(item => ((Datum.Quantised)item).Steps)), a.Find(1, "dim")], []), wanted)
            : Quantised(CallOperator("aten::cat", [NewList(items.Select(Dequantised)), a.Find(1, "dim")], []), scale, zero, wanted.Type);
    }
}
