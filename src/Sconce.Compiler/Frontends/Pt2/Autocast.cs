using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// What <c>torch.autocast</c> does to the operators inside it: those that gain from a short float are given their operands in it, a few that would lose
/// too much get float32. The graph records neither cast, only the types that come out.
/// </summary>
internal static class Autocast
{
    public const string Target = "torch.ops.higher_order.wrap_with_autocast";

    /// <summary>PyTorch's list for the CPU (aten/src/ATen/autocast_mode.h).</summary>
    private static readonly HashSet<string> LowerPrecision =
    [
        "aten::conv1d", "aten::conv2d", "aten::conv3d", "aten::conv_tbc", "aten::conv_transpose1d", "aten::conv_transpose2d",
        "aten::conv_transpose3d", "aten::_convolution", "aten::convolution", "aten::linear", "aten::matmul", "aten::mm", "aten::bmm", "aten::addmm",
        "aten::addbmm", "aten::baddbmm", "aten::linalg_matmul", "aten::linalg_vecdot", "aten::chain_matmul", "aten::linalg_multi_dot",
        "aten::scaled_dot_product_attention", "aten::_native_multi_head_attention",
    ];

    /// <summary>Casts the operands of the nodes from <paramref name="start"/> on, where the wrapper turns autocast on: (device, dtype, enabled, cache, subgraph, …).</summary>
    public static void Apply(NodeJson wrapper, List<Node> nodes, int start, Func<string, string> unique)
    {
        if (wrapper.Target != Target
            || wrapper.Inputs is not [_, { Arg: ArgumentJson.ScalarType { Value: var number } }, { Arg: ArgumentJson.Bool { Value: true } }, ..])
        {
            return;
        }

        var low = ScalarTypes.ToDType(number, new(Operator: wrapper.Target));
        var body = nodes[start..];
        nodes.RemoveRange(start, nodes.Count - start);
        foreach (var node in body)
        {
            var outputs = node.Outputs.Select(value => (value.Type as GraphType.Tensor)?.Type).ToHashSet();

            // What came out says whether the cast was made: autocast may be off again in a part of the body.
            DType? wanted = LowerPrecision.Contains(node.Operator) && outputs.Contains(low) ? low
                : outputs.Contains(DType.Float32) && TensorTypes(node).Contains(low) && !Casts.Contains(node.Operator) ? DType.Float32
                : null;
            if (wanted is { } type)
            {
                node.Arguments = [.. node.Arguments.Select(a => a with { Argument = Cast(a.Argument, type, nodes, node, unique) })];
            }

            nodes.Add(node);
        }
    }

    private static readonly HashSet<string> Casts = ["aten::to", "aten::_to_copy", "aten::type_as", "aten::copy", "aten::copy_"];

    private static IEnumerable<DType?> TensorTypes(Node node) =>
        node.Arguments.Select(a => ((a.Argument as Argument.OfValue)?.Value.Type as GraphType.Tensor)?.Type);

    private static Argument Cast(Argument argument, DType type, List<Node> nodes, Node user, Func<string, string> unique)
    {
        if (argument is Argument.List { Items: var items })
        {
            return new Argument.List([.. items.Select(item => Cast(item, type, nodes, user, unique))]);
        }

        if (argument is not Argument.OfValue { Value: { Type: GraphType.Tensor { Type: { } from } tensor } value }
            || from == type || from == DType.Float64 || !from.IsFloat())
        {
            return argument;
        }

        var cast = new Value(unique(value.Name + "_cast"), tensor with { Type = type });
        nodes.Add(new Node
        {
            Operator = "aten::to",
            Overload = "dtype",
            Arguments = ImmutableArray.Create<NamedArgument>(new("self", value), new("dtype", new Argument.ScalarType(type))),
            Outputs = [cast],
            Source = user.Source,
        });
        return cast;
    }
}
