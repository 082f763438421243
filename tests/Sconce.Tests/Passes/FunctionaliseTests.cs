using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Passes.Functionalisation;
using Sconce.Compiler.Types;
using Sconce.Tests.Graphs;

namespace Sconce.Tests.Passes;

/// <summary>Graphs with writes, and the pure ones they become, as text.</summary>
public sealed class FunctionaliseTests
{
    private readonly GraphBuilder b = new();

    [Fact]
    public void AWriteIsSeenByTheTensorsViewsAndAViewsByTheTensor()
    {
        var x = b.Input("x", 4, 6);
        var own = b.Node("own", "clone", [4, 6], ("self", x));
        var row = b.Node("row", "select.int", [6], ("self", own), ("dim", 0), ("index", 1));
        var part = b.Node("part", "slice.Tensor", [4, 2], ("self", own), ("dim", 1), ("start", 2), ("end", 4));
        b.Node("added", "add_.Tensor", [6], ("self", row), ("other", 1));
        b.Output(own, part, row);
        AssertBecomes("""
            %row: float32[6] = aten::select.int(self=%x, dim=0, index=1)
            %add: float32[6] = aten::add.Tensor(self=%row, other=1)
            %select_scatter: float32[4, 6] = aten::select_scatter.default(self=%x, src=%add, dim=0, index=1)
            %slice: float32[4, 2] = aten::slice.Tensor(self=%select_scatter, dim=1, start=2, end=4)
            output "output.0" = %select_scatter
            output "output.1" = %slice
            output "output.2" = %add
            """);
    }

    [Fact]
    public void AWriteGoesBackThroughAChainOfViews()
    {
        var x = b.Input("x", 2, 3, 4);
        var own = b.Node("own", "clone", [2, 3, 4], ("self", x));
        var turned = b.Node("turned", "transpose.int", Strided([2, 4, 3], 12, 1, 4), ("self", own), ("dim0", 1), ("dim1", -1));
        var row = b.Node("row", "select.int", [2, 3], ("self", turned), ("dim", 1), ("index", 3));
        var flat = b.Node("flat", "unsqueeze", [1, 2, 3], ("self", row), ("dim", 0));
        b.Node("zeroed", "zero_", [1, 2, 3], ("self", flat));
        b.Output(own);
        AssertBecomes("""
            %turned: float32[2, 4, 3] = aten::transpose.int(self=%x, dim0=1, dim1=-1)
            %row: float32[2, 3] = aten::select.int(self=%turned, dim=1, index=3)
            %flat: float32[1, 2, 3] = aten::unsqueeze.default(self=%row, dim=0)
            %zeros_like: float32[1, 2, 3] = aten::zeros_like.default(self=%flat)
            %reshape: float32[2, 3] = aten::reshape.default(self=%zeros_like, shape=[2, 3])
            %select_scatter: float32[2, 4, 3] = aten::select_scatter.default(self=%turned, src=%reshape, dim=1, index=3)
            %permute: float32[2, 3, 4] = aten::permute.default(self=%select_scatter, dims=[0, 2, 1])
            output "output.0" = %permute
            """);
    }

    [Fact]
    public void APermutationOfManyDimsIsUndoneByItsInverse()
    {
        var x = b.Input("x", 2, 3, 4);
        var own = b.Node("own", "clone", [2, 3, 4], ("self", x));
        var turned = b.Node("turned", "permute", Strided([4, 2, 3], 1, 12, 4), ("self", own), ("dims", new long[] { 2, 0, 1 }));
        b.Node("filled", "fill_.Scalar", [4, 2, 3], ("self", turned), ("value", 5));
        b.Output(own);
        Run();
        Assert.Equal("[1, 2, 0]", GraphPrinter.Text(b.Graph.Body.Nodes[^1].Find("dims", 1)!));
    }

    [Fact]
    public void PartsOfASplitAreWritten()
    {
        var x = b.Input("x", 5, 2);
        var own = b.Node("own", "clone", [5, 2], ("self", x));
        var parts = b.Nodes("split.Tensor", [("p0", Tensor(DType.Float32, 3, 2)), ("p1", Tensor(DType.Float32, 2, 2))], ("self", own), ("split_size", 3));
        b.Node("n", "neg_", [2, 2], ("self", parts[1]));
        b.Output(own, parts[0]);
        AssertBecomes("""
            %p0: float32[3, 2], %p1: float32[2, 2] = aten::split.Tensor(self=%x, split_size=3)
            %neg: float32[2, 2] = aten::neg.default(self=%p1)
            %slice_scatter: float32[5, 2] = aten::slice_scatter.default(self=%x, src=%neg, dim=0, start=3, end=5, step=1)
            %slice: float32[3, 2] = aten::slice.Tensor(self=%slice_scatter, dim=0, start=0, end=3, step=1)
            output "output.0" = %slice_scatter
            output "output.1" = %slice
            """);
    }

    [Fact]
    public void ACopyTakesTheShapeAndTypeOfItsTarget()
    {
        var x = b.Input("x", 4, 6);
        var y = b.Input("y", Tensor(DType.Int64, 6));
        var own = b.Node("own", "clone", [4, 6], ("self", x));
        var copied = b.Node("copied", "copy_", [4, 6], ("self", own), ("src", y));
        b.Output(copied);
        AssertBecomes("""
            %to: float32[6] = aten::to.dtype(self=%y, dtype=float32)
            %expand: float32[4, 6] = aten::expand.default(self=%to, size=[4, 6])
            output "output.0" = %expand
            """);
    }

    [Fact]
    public void ATensorKeepsItsTypeWhateverIsWritten()
    {
        var x = b.Input("x", Tensor(DType.Float16, 4));
        var y = b.Input("y", 4);
        var own = b.Node("own", "clone", Tensor(DType.Float16, 4), ("self", x));
        b.Node("sum", "add_.Tensor", Tensor(DType.Float16, 4), ("self", own), ("other", y));
        b.Node("less", "lt_.Scalar", Tensor(DType.Float16, 4), ("self", own), ("other", 3));
        b.Output(own);
        AssertBecomes("""
            %add: tensor[4] = aten::add.Tensor(self=%x, other=%y)
            %to: float16[4] = aten::to.dtype(self=%add, dtype=float16)
            %lt: tensor[4] = aten::lt.Scalar(self=%to, other=3)
            %to_1: float16[4] = aten::to.dtype(self=%lt, dtype=float16)
            output "output.0" = %to_1
            """);
    }

    [Fact]
    public void AWrittenBufferEndsInTheMutationsAndTheCallersTensorAmongTheOutputs()
    {
        var x = b.Input("x", 3);
        var state = b.Buffer("state", Data(3));
        b.Buffer("kept", Data(3));
        b.Node("twice", "mul_.Tensor", [3], ("self", x), ("other", 2));
        var next = b.Node("next", "add_.Tensor", [3], ("self", state), ("other", x));
        b.Output(next);
        AssertBecomes("""
            %mul: float32[3] = aten::mul.Tensor(self=%x, other=2)
            %add: float32[3] = aten::add.Tensor(self=%state, other=%mul)
            %state <- %add
            output "output.0" = %add
            output "x.written" = %mul
            """);
        Assert.Equal(["x", "state"], b.Graph.Inputs.Select(input => input.Name));
    }

    [Fact]
    public void ABufferWithTwoNamesIsOneBuffer()
    {
        var data = Data(3);
        var (first, second) = (b.Buffer("first", data), b.Buffer("second", data));
        b.Node("next", "add_.Tensor", [3], ("self", first), ("other", 1));
        b.Output(second);
        AssertBecomes("""
            %add: float32[3] = aten::add.Tensor(self=%first, other=1)
            %first <- %add
            output "output.0" = %add
            """);
    }

    [Fact]
    public void BuffersThatOverlapOtherwiseAreRefusedOnceOneIsWritten()
    {
        var data = Data(3);
        var (first, second) = (b.Buffer("first", data), b.Buffer("second", new TensorData(DType.Float32, [2], [1], 1, data.Storage)));
        b.Node("next", "add_.Tensor", [3], ("self", first), ("other", 1));
        b.Output(second);
        Assert.Contains("share its memory", Assert.Throws<SconceException>(Run).Message);
    }

    [Fact]
    public void AConstantThatIsWrittenIsState()
    {
        b.Node("next", "add_.Tensor", [3], ("self", b.Buffer("c", Data(3), InputKind.Constant)), ("other", 1));
        b.Output(b.Input("x", 3));
        Run();
        Assert.Equal(InputKind.Buffer, Assert.Single(b.Graph.Inputs, input => input.Name == "c").Kind);
        Assert.Equal("c", Assert.Single(b.Graph.Mutations).Buffer.Name);
    }

    [Fact]
    public void ReshapeOfDenseMemoryIsAView()
    {
        var x = b.Node("own", "clone", [4, 6], ("self", b.Input("x", 4, 6)));
        var flat = b.Node("flat", "reshape", [24], ("self", x), ("shape", new long[] { -1 }));
        b.Node("n", "neg_", [24], ("self", flat));
        b.Output(x);
        AssertBecomes("""
            %flat: float32[24] = aten::reshape.default(self=%x, shape=[-1])
            %neg: float32[24] = aten::neg.default(self=%flat)
            %reshape: float32[4, 6] = aten::reshape.default(self=%neg, shape=[4, 6])
            output "output.0" = %reshape
            """);
    }

    [Fact]
    public void ReshapeOfTurnedMemoryIsACopy()
    {
        var x = b.Node("own", "clone", Strided([4, 6], 1, 4), ("self", b.Input("x", Strided([4, 6], 1, 4))));
        var flat = b.Node("flat", "reshape", [24], ("self", x), ("shape", new long[] { -1 }));
        var joined = b.Node("joined", "reshape", Strided([2, 2, 6], 1, 2, 4), ("self", x), ("shape", new long[] { 2, 2, 6 }));
        b.Node("n", "neg_", [24], ("self", flat));
        b.Node("e", "exp_", Strided([2, 2, 6], 2, 1, 4), ("self", joined));
        b.Output(x);
        AssertBecomes("""
            %joined: float32[2, 2, 6] = aten::reshape.default(self=%x, shape=[2, 2, 6])
            %exp: float32[2, 2, 6] = aten::exp.default(self=%joined)
            %reshape: float32[4, 6] = aten::reshape.default(self=%exp, shape=[4, 6])
            output "output.0" = %reshape
            """);
    }

    [Fact]
    public void WhereNothingTellsAViewFromACopyOnlyTheUseAfterAWriteIsRefused()
    {
        GraphType unknown = new GraphType.Tensor(DType.Float32, [4, 6]);
        var x = b.Node("own", "clone", unknown, ("self", b.Input("x", 4, 6)));
        var flat = b.Node("flat", "reshape", new GraphType.Tensor(DType.Float32, [24]), ("self", x), ("shape", new long[] { -1 }));
        var before = b.Node("before", "sin", unknown, ("self", x));
        b.Node("n", "neg_", [24], ("self", flat));
        b.Output(before, flat);
        Run();

        var c = new GraphBuilder();
        x = c.Node("own", "clone", unknown, ("self", c.Input("x", 4, 6)));
        flat = c.Node("flat", "reshape", new GraphType.Tensor(DType.Float32, [24]), ("self", x), ("shape", new long[] { -1 }));
        c.Node("n", "neg_", [24], ("self", flat));
        c.Output(x);
        Assert.Contains(".clone()", Assert.Throws<SconceException>(() => Functionalise.Run(c.Graph)).Message);
    }

    [Fact]
    public void ContiguousIsTheTensorItselfWhereItIsContiguous()
    {
        var x = b.Node("own", "clone", [4, 6], ("self", b.Input("x", 4, 6)));
        var same = b.Node("same", "contiguous", [4, 6], ("self", x));
        b.Node("n", "neg_", [4, 6], ("self", same));
        var turned = b.Node("turned", "t", Strided([6, 4], 1, 6), ("self", x));
        var copy = b.Node("copy", "contiguous", [6, 4], ("self", turned));
        b.Node("e", "exp_", [6, 4], ("self", copy));
        b.Output(x, copy);
        AssertBecomes("""
            %neg: float32[4, 6] = aten::neg.default(self=%x)
            %turned: float32[6, 4] = aten::t.default(self=%neg)
            %exp: float32[6, 4] = aten::exp.default(self=%turned)
            output "output.0" = %neg
            output "output.1" = %exp
            """);
    }

    [Fact]
    public void DropoutOutsideTrainingIsItsInput()
    {
        var x = b.Input("x", 3);
        b.Output(b.Node("d", "dropout", [3], ("input", x), ("p", 0.5), ("train", false)));
        AssertBecomes("""output "output.0" = %x""");
    }

    [Fact]
    public void ATensorCanChangeItsShapeInPlace()
    {
        var x = b.Node("own", "clone", [4, 6], ("self", b.Input("x", 4, 6)));
        b.Node("wide", "unsqueeze_", [1, 4, 6], ("self", x), ("dim", 0));
        b.Output(b.Node("n", "neg", [1, 4, 6], ("self", x)));
        AssertBecomes("""
            %unsqueeze: float32[1, 4, 6] = aten::unsqueeze.default(self=%x, dim=0)
            %n: float32[1, 4, 6] = aten::neg.default(self=%unsqueeze)
            output "output.0" = %n
            """);
    }

    [Fact]
    public void AnOutVariantWritesItsOut()
    {
        var x = b.Input("x", 3);
        var target = b.Node("target", "clone", [3], ("self", x));
        b.Node("sum", "add.out", [3], ("self", x), ("other", x), ("out", target));
        b.Output(target);
        AssertBecomes("""
            %add: float32[3] = aten::add(self=%x, other=%x)
            output "output.0" = %add
            """);
    }

    [Fact]
    public void OperatorsBetweenUnderscoresArePure()
    {
        var (x, y) = (b.Input("x", Tensor(DType.Bool, 3)), b.Input("y", Tensor(DType.Bool, 3)));
        var both = b.Node("both", "__and__.Tensor", Tensor(DType.Bool, 3), ("self", x), ("other", y));
        var own = b.Node("own", "clone", Tensor(DType.Bool, 3), ("self", x));
        b.Node("either", "__ior__.Tensor", Tensor(DType.Bool, 3), ("self", own), ("other", y));
        b.Output(both, own);
        AssertBecomes("""
            %both: bool[3] = aten::__and__.Tensor(self=%x, other=%y)
            %__or__: bool[3] = aten::__or__.Tensor(self=%x, other=%y)
            output "output.0" = %both
            output "output.1" = %__or__
            """);
    }

    [Fact]
    public void WhatABranchReadsAnewStaysInTheBranch()
    {
        var x = b.Node("own", "clone", [4, 6], ("self", b.Input("x", 4, 6)));
        var row = b.Node("row", "select.int", [6], ("self", x), ("dim", 0), ("index", 1));
        b.Node("n", "neg_", [4, 6], ("self", x));
        var condition = b.Input("c", Tensor(DType.Bool));
        var chosen = b.Branch(
            "chosen", Tensor(DType.Float32, 6), condition,
            b.Block(() => b.Node("s", "sin", [6], ("self", row))), b.Block(() => b.Node("k", "cos", [6], ("self", row))));
        b.Output(chosen, row);
        Run();
        Assert.Equal(3, GraphWalk.Nodes(b.Graph.Body).Count(node => node.Operator == "aten::select"));
    }

    [Fact]
    public void ABranchMustNotWriteOutside()
    {
        var x = b.Node("own", "clone", [6], ("self", b.Input("x", 6)));
        var condition = b.Input("c", Tensor(DType.Bool));
        b.Output(b.Branch("chosen", Tensor(DType.Float32, 6), condition, b.Block(() => x), b.Block(() => b.Node("s", "sin_", [6], ("self", x)))));
        Assert.Contains("from outside it", Assert.Throws<SconceException>(Run).Message);
    }

    [Fact]
    public void AnExpandedTensorMustNotBeWritten()
    {
        var x = b.Node("own", "clone", [6], ("self", b.Input("x", 6)));
        var wide = b.Node("wide", "expand", Strided([4, 6], 0, 1), ("self", x), ("size", new long[] { 4, 6 }));
        b.Node("n", "neg_", [4, 6], ("self", wide));
        b.Output(x);
        var error = Assert.Throws<SconceException>(Run);
        Assert.Contains("expand", error.Message);
        Assert.Equal(ErrorKind.Unsupported, error.Kind);
    }

    private static TensorData Data(int count) => TensorData.Dense(DType.Float32, [count], new byte[4 * count]);

    private static GraphType.Tensor Tensor(DType type, params long[] shape) => GraphBuilder.Tensor(type, shape);

    private static GraphType.Tensor Strided(long[] shape, params long[] strides) => GraphBuilder.Strided(shape, strides);

    private void Run()
    {
        GraphVerifier.Verify(b.Graph, "building", []);
        Functionalise.Run(b.Graph);
        GraphVerifier.Verify(b.Graph, "functionalise", GraphRules.All);
        DeadCode.Run(b.Graph);
        GraphVerifier.Verify(b.Graph, "dead code", GraphRules.All);
    }

    /// <summary>Compares everything after the inputs.</summary>
    private void AssertBecomes(string expected)
    {
        Run();
        var lines = GraphPrinter.Print(b.Graph).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        string[] skipped = ["graph", "input", "parameter", "buffer", "constant"];
        Assert.Equal(expected.ReplaceLineEndings("\n"), string.Join('\n', lines.Where(line => !skipped.Contains(line.Split(' ')[0]))));
    }
}
