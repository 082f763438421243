using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Types;
using Sconce.Tests.Graphs;

namespace Sconce.Tests.Passes;

public sealed class GraphVerifierTests
{
    private readonly GraphBuilder b = new();

    [Fact]
    public void AGoodGraphPasses()
    {
        b.Output(b.Node("y", "relu", [3], ("self", b.Input("x", 3))));
        GraphVerifier.Verify(b.Graph, "a pass", GraphRules.All);
    }

    [Fact]
    public void AValueMustBeDefinedBeforeItsUse()
    {
        var later = new Value("later", GraphBuilder.Tensor(DType.Float32, 3));
        b.Output(b.Node("y", "relu", [3], ("self", later)));
        Refused("%later is used where it is not defined");
    }

    [Fact]
    public void AValueOfABranchStaysThere()
    {
        var x = b.Input("x", 3);
        Value inner = x;
        var block = b.Block(() => inner = b.Node("inner", "sin", [3], ("self", x)));
        b.Branch("y", GraphBuilder.Tensor(DType.Float32, 3), b.Input("c", GraphBuilder.Tensor(DType.Bool)), block);
        b.Output(inner);
        Refused("%inner is used where it is not defined");
    }

    [Fact]
    public void AValueIsDefinedOnce()
    {
        var x = b.Input("x", 3);
        var y = b.Node("y", "relu", [3], ("self", x));
        b.Graph.Body.Nodes.Add(b.Graph.Body.Nodes[0]);
        b.Output(y);
        Refused("%y is defined twice");
    }

    [Fact]
    public void NamesAreUnique()
    {
        b.Output(b.Node("x", "relu", [3], ("self", b.Input("x", 3))));
        Refused("two values are called %x");
    }

    [Fact]
    public void NothingWritesInAPureGraph()
    {
        b.Output(b.Node("y", "relu_", [3], ("self", b.Input("x", 3))));
        GraphVerifier.Verify(b.Graph, "reading", []);
        Refused("since functionalise every node writes none of its arguments, and aten::relu_.default does not hold to it");
    }

    [Fact]
    public void IntegersDependOnTheInputsSizesAlone()
    {
        var x = b.Input("x", 3);
        b.Graph.Body.Nodes.Add(new Node
        {
            Operator = "aten::select",
            Arguments = [new("self", x), new("index", new Argument.Int(new Symbol("u0", 0, null)))],
            Outputs = [new Value("y", GraphBuilder.Tensor(DType.Float32))],
        });
        Refused("u0 is no symbol of the graph's inputs");
    }

    [Fact]
    public void ABufferKeepsItsType()
    {
        var state = b.Buffer("state", TensorData.Dense(DType.Float32, [3], new byte[12]));
        b.Graph.Mutations.Add((state, b.Node("y", "sum", [], ("self", state))));
        Refused("%state is overwritten by a value of another type");
    }

    [Fact]
    public void DeadCodeKeepsWhatIsNeededAndTheUsersInputs()
    {
        var (x, unused) = (b.Input("x", 3), b.Input("unused", 3));
        var weight = b.Buffer("weight", TensorData.Dense(DType.Float32, [3], new byte[12]), InputKind.Parameter);
        b.Buffer("idle", TensorData.Dense(DType.Float32, [3], new byte[12]), InputKind.Parameter);
        var y = b.Node("y", "add.Tensor", [3], ("self", x), ("other", weight));
        b.Node("dead", "neg", [3], ("self", b.Node("also_dead", "neg", [3], ("self", unused))));
        b.Output(y);
        b.Node("asserts", "_assert_async.msg", [3], ("self", b.Node("condition", "gt", [], ("self", x))));
        DeadCode.Run(b.Graph);
        Assert.Equal(["y", "condition", "asserts"], b.Graph.Body.Nodes.Select(node => node.Outputs[0].Name));
        Assert.Equal(["x", "unused", "weight"], b.Graph.Inputs.Select(input => input.Name));
    }

    [Fact]
    public void AGraphIsPrintedAsText()
    {
        var batch = new Symbol("s0", 1, 64);
        b.Graph.Symbols.Add(batch);
        var x = b.Input("x", new GraphType.Tensor(DType.Float16, [batch, 3]));
        b.Output(b.Node("y", "add.Scalar", new GraphType.Tensor(DType.Float16, [batch, 3]), ("self", x), ("other", 1.0)));
        Assert.Equal(
            """
            graph model
              symbol s0 in [1, 64]
              input %x: float16[s0, 3] "x"
              %y: float16[s0, 3] = aten::add.Scalar(self=%x, other=1.0)
              output "output.0" = %y

            """.ReplaceLineEndings("\n"), GraphPrinter.Print(b.Graph));
    }

    private void Refused(string problem)
    {
        var error = Assert.Throws<SconceException>(() => GraphVerifier.Verify(b.Graph, "a pass", GraphRules.All));
        Assert.StartsWith($"internal error: after a pass: {problem}", error.Message);
        Assert.Equal(ErrorKind.Internal, error.Kind);
    }
}
