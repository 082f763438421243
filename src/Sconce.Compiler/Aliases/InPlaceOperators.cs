using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Aliases;

/// <summary>The operators that write one of their arguments, and the pure computation of what they write.</summary>
internal static class InPlaceOperators
{
    private static readonly HashSet<string> Comparisons =
    [
        "aten::eq", "aten::ne", "aten::lt", "aten::le", "aten::gt", "aten::ge", "aten::not_equal", "aten::less", "aten::less_equal", "aten::greater",
        "aten::greater_equal", "aten::logical_and", "aten::logical_or", "aten::logical_xor", "aten::logical_not",
    ];

    /// <summary>In-place operators that change a tensor's shape and strides, and leave its elements.</summary>
    public static bool IsReshapeInPlace(Node node) =>
        node.Operator is "aten::unsqueeze_" or "aten::squeeze_" or "aten::transpose_" or "aten::t_" or "aten::swapaxes_" or "aten::swapdims_" or "aten::as_strided_"
        || (node.Operator is "aten::resize_" or "aten::resize_as_" && node.Self()?.Shape() is { } before && node.Outputs is [{ Type: GraphType.Tensor { Shape: { } after } }]
            && Dim.Product(before).Equals(Dim.Product(after)));

    /// <summary>True for <c>add_</c>, <c>__iadd__</c> and <c>add.out</c>; false for <c>__and__</c>, which is pure.</summary>
    public static bool Writes(Node node) => PureName(node.Operator) is not null || IsOut(node);

    /// <summary>The tensor that is written.</summary>
    public static Value? Target(Node node) => IsOut(node) ? (node.Find("out", int.MaxValue) as Argument.OfValue)?.Value : node.Self();

    /// <summary>Emits what the target holds afterwards. The arguments are those of the pure graph, and current is the target's value before.</summary>
    public static Argument Emit(NodeEmitter emitter, Node node, IReadOnlyList<NamedArgument> arguments, Value target, Argument current)
    {
        // An out-variant may give its target another shape: that of its result.
        var type = target.Type as GraphType.Tensor ?? new GraphType.Tensor(null, null);
        type = IsOut(node) && node.Outputs is [{ Type: GraphType.Tensor result }] ? result with { Type = type.Type } : type;
        switch (node.Operator)
        {
            case "aten::copy_":
                return Fit(emitter, Given("src", 1), type);
            case "aten::fill_" when Given("value", 1) is Argument.OfValue { Value.Type: GraphType.Tensor }:
                return Fit(emitter, Given("value", 1), type);
            case "aten::fill_":
                return emitter.Emit("aten::full_like", "default", NodeEmitter.Plain(type), new("self", current), new("fill_value", Given("value", 1)));
            case "aten::zero_":
                return emitter.Emit("aten::zeros_like", "default", NodeEmitter.Plain(type), new NamedArgument("self", current));
            case "aten::_index_put_impl_":
                return emitter.Emit(
                    "aten::index_put", "default", NodeEmitter.Plain(type), [.. arguments.Where((argument, i) => argument.Name is not "unsafe" && i < 4)]);
            case "aten::normal_":
                return emitter.Emit("aten::normal_functional", "default", NodeEmitter.Plain(type), [.. arguments]);
            case "aten::dropout_" or "aten::feature_dropout_" or "aten::alpha_dropout_" or "aten::feature_alpha_dropout_":
                return emitter.Emit(PureName(node.Operator)!, "default", NodeEmitter.Plain(type), [new("input", current), .. arguments.Skip(1)]);
            case "aten::set_" or "aten::resize_" or "aten::resize_as_" or "aten::swap_":
                throw SconceException.Unsupported($"{node.FullName} gives a tensor other memory", hint: "assign a new tensor instead");
        }

        var pure = PureName(node.Operator) ?? node.Operator;
        var inputs = arguments.Where(argument => argument.Name != "out").ToArray();
        if (!MayPromote(pure, inputs, type))
        {
            return emitter.Emit(pure, PureOverload(node), NodeEmitter.Plain(type), inputs);
        }

        // The pure operator may give another element type than the tensor that is written has.
        var promoted = emitter.Emit(pure, PureOverload(node), new GraphType.Tensor(null, type.Shape), inputs);
        return type.Type is { } element ? emitter.Cast(promoted, element) : promoted;

        Argument Given(string name, int position) =>
            arguments.FirstOrDefault(argument => argument.Name == name)?.Argument ?? arguments.ElementAtOrDefault(position)?.Argument
            ?? throw new SconceException($"{node.FullName} is not given its argument '{name}'");
    }

    /// <summary>The operator without what makes it write: <c>aten::add_</c> is <c>aten::add</c>, <c>aten::__iadd__</c> is <c>aten::__add__</c>; null for pure ones.</summary>
    public static string? PureName(string op)
    {
        var name = op.AsSpan(op.IndexOf(':') + 1).TrimStart(':');
        return !op.StartsWith("aten::", StringComparison.Ordinal) ? null
            : name.StartsWith("__i", StringComparison.Ordinal) && name.EndsWith("__", StringComparison.Ordinal) ? $"aten::__{name[3..]}"
            : name.EndsWith('_') && !name.EndsWith("__", StringComparison.Ordinal) ? op[..^1]
            : null;
    }

    private static bool IsOut(Node node) => node.Find("out", int.MaxValue) is Argument.OfValue;

    /// <summary>Out-variants are found by their arguments: nothing says which of the pure overloads they belong to.</summary>
    private static string PureOverload(Node node) => IsOut(node) ? "" : node.Overload;

    private static bool MayPromote(string op, NamedArgument[] arguments, GraphType.Tensor type) =>
        Comparisons.Contains(op)
            ? type.Type != DType.Bool
            : arguments.Any(a => a is { Name: not ("index" or "indices" or "mask"), Argument: Argument.OfValue { Value: var value } } && value.ElementType() != type.Type);

    /// <summary>A value in the shape and element type of the tensor it is written to.</summary>
    private static Argument Fit(NodeEmitter emitter, Argument value, GraphType.Tensor type)
    {
        var cast = type.Type is { } element ? emitter.Cast(value, element) : value;
        return type.Shape is null ? cast : emitter.Expand(cast, type);
    }
}
