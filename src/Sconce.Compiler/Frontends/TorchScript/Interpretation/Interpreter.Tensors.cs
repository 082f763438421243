using System.Buffers.Binary;
using System.Collections.Immutable;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What is asked of a tensor, and tensors made of numbers.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> TensorBuiltins =>
    [
        ("aten::size", (it, a) => it.SizeOf(a)),
        ("prim::shape", (it, a) => it.SizeOf(a)),
        ("aten::sizes", (it, a) => it.SizeOf(a)),
        ("aten::dim", (it, a) => Datum.Of(it.ShapeOf(a[0]).Length)),
        ("aten::ndimension", (it, a) => Datum.Of(it.ShapeOf(a[0]).Length)),
        ("prim::ndim", (it, a) => Datum.Of(it.ShapeOf(a[0]).Length)),
        ("aten::numel", (it, a) => it.CountOf((Datum.Tensor)a[0])),
        ("aten::stride", (it, a) => it.StrideOf(a)),
        ("aten::is_floating_point", (it, a) => Datum.Of(it.DTypeOf(a[0]).IsFloat())),
        ("aten::is_complex", (it, a) => Datum.Of(it.DTypeOf(a[0]).IsComplex())),
        ("aten::element_size", (it, a) => Datum.Of(it.DTypeOf(a[0]).Size())),
        ("aten::is_contiguous", (it, a) => it.IsContiguous(a)),
        ("aten::is_nonzero", (it, a) => it.ToBool(a[0])),
        ("prim::dtype", (it, a) => Datum.Of(it.DTypeOf(a[0]).Number())),
        ("prim::device", (_, _) => new Datum.Device("cpu")),
        ("aten::device", (_, a) => a[0] is Datum.Device ? a[0] : new Datum.Device(a[0] is Datum.Text text ? text.Value : "cpu")),
        ("prim::layout", (_, _) => Datum.Of(0)),
        ("aten::get_device", (_, _) => Datum.Of(-1)),
        ("prim::type", (_, a) => Datum.Of(a[0] is Datum.Device { Name: var name } ? name.Split(':')[0] : "cpu")),
        ("prim::is_cuda", No), ("prim::is_sparse", No), ("prim::is_mkldnn", No), ("prim::is_meta", No), ("prim::is_mps", No), ("prim::is_vulkan", No),
        ("prim::is_xpu", No), ("prim::is_nested", No), ("prim::is_ort", No), ("prim::is_maia", No), ("prim::is_mtia", No), ("prim::is_xla", No), ("prim::is_ipu", No), ("prim::is_sparse_csr", No),
        ("prim::requires_grad", WithGradients), ("aten::requires_grad", WithGradients), ("aten::is_grad_enabled", Yes), ("aten::is_autocast_enabled", No), ("aten::is_autocast_cpu_enabled",
            No), ("aten::is_inference", No),
        ("aten::is_scripting", Yes), ("aten::is_tracing", No), ("aten::_is_tracing", No), ("prim::is_cpu", Yes), ("aten::is_leaf", Yes), ("aten::cudnn_is_acceptable", No),
            ("aten::_is_zerotensor", No),
        ("aten::is_conj", No), ("aten::is_neg", No), ("aten::is_inference_mode_enabled", No), ("prim::AutogradAnyNonZero", No), ("aten::is_pinned", No), ("aten::has_torch_function", No),
        ("aten::__is_scripting", Yes), ("aten::jit_is_scripting", Yes), ("aten::jit_is_tracing", No),
        ("aten::manual_seed", (_, _) => Datum.Nothing), ("aten::set_grad_enabled", (_, _) => Datum.Nothing), ("aten::backward", (_, _) => Datum.Nothing),
        ("aten::requires_grad_", (_, a) => a[0]), ("aten::retain_grad", (_, _) => Datum.Nothing), ("aten::set_num_threads", (_, _) => Datum.Nothing), ("aten::_assert_tensor_metadata", (_,
            _) => Datum.Nothing),
        ("prim::data", (it, a) => a[0]),
        ("prim::grad", (_, _) => Datum.Nothing),
        ("prim::BroadcastSizes", (it, a) => null),
        ("aten::cpu", (_, a) => a[0]), ("aten::cuda", (_, a) => a[0]), ("aten::pin_memory", (_, a) => a[0]),
        ("prim::NumToTensor", (it, a) => it.TensorOf(a[0], a[0] is Datum.Float ? DType.Float32 : a[0] is Datum.Bool ? DType.Bool : DType.Int64)),
        ("aten::as_tensor", (it, a) => a[0] is Datum.Tensor ? it.Converted((Datum.Tensor)a[0], a.Find(1, "dtype")) : it.TensorRun(a) ?? it.MadeTensor(a)),
        ("aten::tensor", (it, a) => it.TensorRun(a) ?? it.MadeTensor(a)),
        ("aten::_infer_size", (it, a) => it.InferSize(a)),
        ("aten::to", (it, a) => it.To(a)),
        ("aten::type_as", (it, a) => it.Converted((Datum.Tensor)a[0], Datum.Of(it.DTypeOf(a[1]).Number()))),
        ("aten::float", (it, a) => a[0] is Datum.Tensor tensor ? it.Converted(tensor, Datum.Of(6)) : null),
        ("aten::double", (it, a) => a[0] is Datum.Tensor tensor ? it.Converted(tensor, Datum.Of(7)) : null),
        ("aten::long", (it, a) => a[0] is Datum.Tensor tensor ? it.Converted(tensor, Datum.Of(4)) : null),
        ("aten::tolist", (it, a) => it.ToList((Datum.Tensor)a[0])),
        ("prim::tolist", (it, a) => it.ToList((Datum.Tensor)a[0])),
        ("aten::detach", (it, a) => a[0]),
        ("aten::expand", (it, a) => a[0] is Datum.Tensor tensor && a[1] is Datum.List sizes ? it.TensorOperator("aten::expand", [tensor, sizes], []) : null),
        ("aten::einsum", (it, a) => it.TensorOperator("aten::einsum", [a[0], a[1]], [])),
    ];

    private static Datum.Bool No(Interpreter interpreter, BuiltinCall arguments) => Datum.Of(false);

    /// <summary>
    /// PyTorch's layers have a fast way for runs without gradients, by operators of its own that give the same numbers: programs are gone through as if gradients were asked for.
    /// </summary>
    private static Datum.Bool WithGradients(Interpreter interpreter, BuiltinCall a) => Datum.Of(a[0] is Datum.Tensor { Reference.Stored: not null });

    private static Datum.Bool Yes(Interpreter interpreter, BuiltinCall arguments) => Datum.Of(true);

    private static DType? TypeOfNumber(Datum number) => number switch
    {
        Datum.Int { Known: { } known } => TypeNumbers.Of(known) ?? throw SconceException.Unsupported($"the dtype with the number {known}"),
        Datum.Member member => TypeOfNumber(member.Value),
        _ => null,
    };

    private ImmutableArray<Dim> ShapeOf(Datum tensor) => tensor is Datum.Tensor { Reference: var reference } ? GraphBuilder.ShapeOf(reference.Read(builder))
        : throw SconceException.Expected("a tensor", tensor.Kind);

    private DType DTypeOf(Datum tensor) => tensor is Datum.Tensor { Reference: var reference } ? GraphBuilder.TypeOf(reference.Read(builder)) : throw SconceException.Expected("a tensor", tensor.Kind);

    private Datum SizeOf(BuiltinCall a)
    {
        var tensor = a[0] as Datum.Tensor ?? throw SconceException.Expected("a tensor", a[0].Kind);
        var shape = ShapeOf(tensor);
        if (a.Find(1, "dim") is Datum.Int given)
        {
            return Size(tensor, Place(given, Math.Max(shape.Length, 1)));
        }

        return NewList(Enumerable.Range(0, shape.Length).Select(axis => (Datum)Size(tensor, axis)));
    }

    /// <summary>A size: known by the inputs' sizes, or one that the run finds.</summary>
    private Datum.Int Size(Datum.Tensor tensor, int axis)
    {
        var value = tensor.Reference.Read(builder);
        var size = GraphBuilder.ShapeOf(value)[axis];
        return builder.Typer.IsOfInputs(size) ? Datum.Of(size) : (Datum.Int)ToDatum(builder.Single("aten::sym_size", new(null, value), new(null, new Argument.Int(axis))));
    }

    private Datum CountOf(Datum.Tensor tensor) => Enumerable.Range(0, ShapeOf(tensor).Length).Select(axis => (Datum)Size(tensor, axis))
        .Aggregate((Datum)Datum.Of(1), (a, b) => CallOperator("aten::mul", [a, b], []));

    private Datum StrideOf(BuiltinCall a)
    {
        var tensor = (Datum.Tensor)a[0];
        var strides = (tensor.Reference.Strides ?? throw NotFollowed()).Select(stride => builder.Typer.IsOfInputs(stride) ? (Datum)Datum.Of(stride) : throw NotFollowed()).ToList();
        return a.Find(1, "dim") is Datum.Int given ? strides[Place(given, strides.Count)] : NewList(strides);
    }

    private Datum.Bool IsContiguous(BuiltinCall a)
    {
        var tensor = (Datum.Tensor)a[0];
        var shape = ShapeOf(tensor);
        int[]? order = a.Find(1, "memory_format") is Datum.Int { Known: var format } ? (format, shape.Length) switch
        {
            (2, 4) => [0, 2, 3, 1],
            (3, 5) => [0, 2, 3, 4, 1],
            (2 or 3, _) => [],
            _ => null,
        } : null;
        return order is [] ? Datum.Of(false) : Datum.Of((tensor.Reference.Strides is { } strides ? MemoryOrder.IsDense(shape, strides, order) : null) ?? throw NotFollowed());
    }

    private static SconceException NotFollowed() => SconceException.Unsupported(
        "the program asks how a tensor lies in memory, which is not followed through all operators, branches and loops", hint: "call .contiguous() on the tensor before");

    /// <summary>A tensor without dims that holds a number.</summary>
    public Datum.Tensor TensorOf(Datum number, DType type)
    {
        if (number is Datum.Tensor tensor)
        {
            return Converted(tensor, Datum.Of(type.Number())) as Datum.Tensor ?? tensor;
        }

        return new(NewTensor(builder.Single("aten::scalar_tensor", new(null, ToArgument(number)), new("dtype", new Argument.ScalarType(type)))));
    }

    /// <summary><c>torch.tensor</c> of a number, or of lists of numbers.</summary>
    private Datum MadeTensor(BuiltinCall a)
    {
        var data = a[0];
        var shape = new List<long>();
        var items = new List<Datum>();
        Flatten(data, 0);
        var type = TypeOfNumber(a.Find(1, "dtype")) ?? (items.Exists(item => item is Datum.Float) ? DType.Float32 : items.Exists(item => item is Datum.Int) ? DType.Int64
            : items.Count > 0 && items.TrueForAll(item => item is Datum.Bool) ? DType.Bool
            : items is [Datum.Tensor only, ..] ? DTypeOf(only) : DType.Float32);
        if (items.TrueForAll(item => item is Datum.Int { Known: not null } or Datum.Float { Known: not null } or Datum.Bool { Known: not null }) && !type.IsComplex() && !type.IsHalf())
        {
            return shape.Count == 0 ? TensorOf(items[0], type) : MadeConstant(items, [.. shape], type);
        }

        if (shape.Count == 0)
        {
            return TensorOf(data, type);
        }

        var flat = CallOperator("aten::stack", [NewList(items.Select(item => (Datum)TensorOf(item, type)))], []);
        return shape.Count == 1 ? flat : CallOperator("aten::reshape", [flat, NewList(shape.Select(size => (Datum)Datum.Of(size)))], []);

        void Flatten(Datum datum, int depth)
        {
            if (datum is not (Datum.List or Datum.Tuple))
            {
                items.Add(datum);
                return;
            }

            var inner = ItemsOf(datum);
            if (shape.Count == depth)
            {
                shape.Add(inner.Count);
            }

            if (shape[depth] != inner.Count)
            {
                throw SconceException.Expected($"lists of {shape[depth]} items", $"one of {inner.Count}");
            }

            foreach (var item in inner)
            {
                Flatten(item, depth + 1);
            }
        }
    }

    private Datum.Tensor MadeConstant(List<Datum> items, ImmutableArray<long> shape, DType type)
    {
        var bytes = new byte[items.Count * type.Size()];
        Budget.Take(bytes.Length);
        for (var i = 0; i < items.Count; i++)
        {
            var at = bytes.AsSpan(i * type.Size());
            switch (type)
            {
                case DType.Float32:
                    BinaryPrimitives.WriteSingleLittleEndian(at, (float)Known(items[i]));
                    break;
                case DType.Float64:
                    BinaryPrimitives.WriteDoubleLittleEndian(at, Known(items[i]));
                    break;
                case DType.Bool:
                    at[0] = Known(items[i]) != 0 ? (byte)1 : (byte)0;
                    break;
                default:
                    var value = items[i] is Datum.Float { Known: { } number } ? (long)number : Whole(items[i]);
                    for (var b = 0; b < type.Size(); b++)
                    {
                        at[b] = (byte)(value >> (8 * b));
                    }

                    break;
            }
        }

        return attributes.Made(TensorData.Dense(type, shape, bytes));
    }

    private Datum InferSize(BuiltinCall a)
    {
        var (x, y) = (ItemsOf(a[0]), ItemsOf(a[1]));
        var rank = Math.Max(x.Count, y.Count);
        return NewList(Enumerable.Range(0, rank).Select(axis =>
        {
            var (p, q) = (axis - (rank - x.Count), axis - (rank - y.Count));
            return p < 0 ? y[q] : q < 0 || x[p] is not Datum.Int { Known: 1 } ? x[p] : y[q];
        }));
    }

    /// <summary>The overloads of <c>to</c>: a dtype, a device, both, or another tensor.</summary>
    private Datum? To(BuiltinCall a)
    {
        if (a[0] is not Datum.Tensor tensor)
        {
            return null;
        }

        Datum type = Datum.Nothing;
        var copy = a.Find(-1, "copy") is Datum.Bool { Known: true };
        var flags = 0;
        foreach (var argument in a.Given.Skip(1))
        {
            switch (argument)
            {
                case Datum.Int when type is Datum.None && flags == 0:
                    type = argument;
                    break;
                case Datum.Tensor other:
                    type = Datum.Of(DTypeOf(other).Number());
                    break;

                // non_blocking, then copy.
                case Datum.Bool flag:
                    copy |= ++flags == 2 && flag.Known == true;
                    break;
            }
        }

        type = a.Find(-1, "dtype") is Datum.Int named ? named : type;
        var converted = Converted(tensor, type);
        return copy && ReferenceEquals(((Datum.Tensor)converted).Reference, tensor.Reference) ? new Datum.Tensor(NewTensor(tensor.Reference.Read(builder))) : converted;
    }

    /// <summary>The tensor in another dtype; itself where it has it already.</summary>
    private Datum Converted(Datum.Tensor tensor, Datum type) => TypeOfNumber(type) is not { } wanted || wanted == DTypeOf(tensor) ? tensor
        : new Datum.Tensor(NewTensor(builder.Single("aten::to", new(null, tensor.Reference.Read(builder)), new("dtype", new Argument.ScalarType(wanted)))));

    private Datum ToList(Datum.Tensor tensor)
    {
        var shape = ShapeOf(tensor);
        if (shape.IsEmpty)
        {
            return ToNumber(tensor);
        }

        if (!shape[0].IsConstant)
        {
            throw Unknown("a list of as many numbers as a tensor has");
        }

        return NewList(Enumerable.Range(0, Sane(shape[0].Value, 1)).Select(row => ToList((Datum.Tensor)CallOperator("aten::select", [tensor, Datum.Of(0), Datum.Of(row)], []))));
    }
}
