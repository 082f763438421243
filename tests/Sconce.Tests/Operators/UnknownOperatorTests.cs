using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Operators;

namespace Sconce.Tests.Operators;

public sealed class UnknownOperatorTests
{
    [Fact]
    public void AreAllNamedAtOnceWithTheirLines()
    {
        var graph = new Graph();
        graph.Body.Nodes.AddRange([Node("mine::widget", 3), Node("mine::gadget", 5), Node("mine::gadget", 7), Node("mine::gadget", 7), Node("aten::relu", 9)]);

        var error = Assert.Throws<SconceException>(() => GraphLowering.Lower(graph));

        Assert.Equal(ErrorKind.Unsupported, error.Kind);
        Assert.Contains("uses 2 operators", error.Message);
        Assert.Contains("mine::widget.default (1 time)\n    at model.py:3", error.Message);
        Assert.Contains("mine::gadget.default (3 times)\n    at model.py:5\n    at model.py:7\n", error.Message);
        Assert.DoesNotContain("aten::relu", error.Message);
        Assert.Contains("what to do:", error.Message);
    }

    [Theory]
    [InlineData("aten::_weight_int4pack_mm_for_cpu", "IntxWeightOnlyConfig")]
    [InlineData("mine::widget", "run_decompositions")]
    public void OfPackedWeightsItIsSaidHowToKeepThemUnpacked(string name, string said)
    {
        var graph = new Graph();
        graph.Body.Nodes.Add(Node(name, 3));
        Assert.Contains(said, Assert.Throws<SconceException>(() => GraphLowering.Lower(graph)).Message, StringComparison.Ordinal);
    }

    private static Node Node(string name, int line) => new()
    {
        Operator = name,
        Overload = "default",
        Arguments = [],
        Outputs = [],
        Source = new("model.py", line, null, null, null),
    };
}
