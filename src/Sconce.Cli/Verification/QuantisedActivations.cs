using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Models that round what they compute to steps of a scale and go on with these, as quantisation of activations does. A number that lies between two steps is rounded either way by the
/// last bit of a sum, in whichever order that was summed: one step more or less upstream is no wrong kernel.
/// </summary>
internal static class QuantisedActivations
{
    /// <summary>What such a flip may move an output by, of its scale: a step of 8 bits is 0.4 % of its tensor's range, and several may meet.</summary>
    public const double Absolute = 1e-2;

    public static bool In(Graph graph)
    {
        var nodes = GraphNodes(graph.Body).ToList();
        return nodes.Exists(Rounds) && nodes.Exists(node => node.Operator is "aten::linear" or "aten::mm" or "aten::addmm" or "aten::bmm" or "aten::_int_mm" or "aten::matmul"
            || node.Operator.StartsWith("aten::conv", StringComparison.Ordinal));
    }

    private static bool Rounds(Compiler.Graphs.Node node) =>
        node.Operator is "torchao::quantize_affine" || node.Operator.StartsWith("quantized_decomposed::quantize_", StringComparison.Ordinal)
        || (node.Operator is "aten::to" or "aten::_to_copy" && TypeOf(node.Outputs[0]) is DType.Int8 or DType.UInt8
            && node.Arguments is [{ Argument: Argument.OfValue { Value: var from } }, ..] && TypeOf(from)?.IsFloat() == true);

    private static DType? TypeOf(Value value) => (value.Type as GraphType.Tensor)?.Type;

    private static IEnumerable<Compiler.Graphs.Node> GraphNodes(Block block) => block.Nodes.Concat(block.Nodes.SelectMany(node => node.Blocks).SelectMany(GraphNodes));
}
