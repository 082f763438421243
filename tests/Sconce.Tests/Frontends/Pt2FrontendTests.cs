using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graph;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Passes.Functionalisation;
using ValueType = Sconce.Compiler.Graph.ValueType;

namespace Sconce.Tests.Frontends;

public sealed class Pt2FrontendTests
{
    [Fact]
    public void EveryModelFileReadsToAGraphThatBecomesPure()
    {
        foreach (var path in ModelFiles.All)
        {
            foreach (var graph in Pt2Frontend.ReadAll(File.ReadAllBytes(path), Path.GetFileName(path)))
            {
                Assert.NotEmpty(graph.Outputs);
                Assert.All(GraphWalk.Nodes(graph.Body).SelectMany(node => node.Outputs), value =>
                    Assert.True(value.Type is not ValueType.Tensor { Shape: null }, $"{path}: {value} has no shape"));
                GraphVerifier.Verify(graph, "reading", functional: false);
                Functionalise.Run(graph);
                GraphVerifier.Verify(graph, "functionalise", functional: true);
                DeadCode.Run(graph);
                GraphVerifier.Verify(graph, "dead code", functional: true);
            }
        }
    }

    [Fact]
    public void SeveralModelsAreAskedForByName()
    {
        var file = Archive("several");
        Assert.Equal(["first", "second"], Pt2Frontend.ModelNames(ModelBytes.Of(file), "several.pt2"));
        Assert.Equal("second", Pt2Frontend.Read(file, "several.pt2", "second").Name);
        Assert.Contains("2 models: first, second", Assert.Throws<SconceException>(() => Pt2Frontend.Read(file, "several.pt2")).Message);
        Assert.Contains("(first, second), but got 'third'", Assert.Throws<SconceException>(() => Pt2Frontend.Read(file, "several.pt2", "third")).Message);
    }

    [Fact]
    public void AStreamIsReadFromWhereItStands()
    {
        using var stream = new MemoryStream([1, 2, 3, .. Archive("untouched")]) { Position = 3 };
        Assert.Single(Pt2Frontend.Read(stream, "untouched.pt2").Outputs);
    }

    [Fact]
    public void TensorsStoredByPickleAreTheOnesStoredAsBytes()
    {
        var graph = Pt2Frontend.Read(Archive("pickled"), "pickled.pt2");
        var data = graph.Inputs.Where(input => input.Data is not null).ToDictionary(input => input.Name, input => input.Data!);
        Assert.Equal("bfloat16[5]", Text(data["scale"]));
        Assert.Equal("int32[3,5]", Text(data["table"]));
        Assert.Equal([1, 0, 1], data["kept"].ToDense().ToArray());
        Assert.Equal(2.5, BitConverter.ToDouble(data["number"].ToDense().Span));
        Assert.Equal(0, data["empty"].ElementCount);
        Assert.Equal([1L, 10], data["view"].Strides);
        Assert.Equal([30L, 2], data["strided"].Strides);

        static string Text(Sconce.Compiler.Types.TensorData tensor) => $"{Sconce.Compiler.Types.DTypes.Name(tensor.Type)}[{string.Join(',', tensor.Shape)}]";
    }

    [Fact]
    public void EveryNodeOfAModelExportedWithTracesKnowsItsPythonLine()
    {
        var graph = Pt2Frontend.Read(Archive("untouched"), "untouched.pt2");
        Assert.All(graph.Body.Nodes, node =>
        {
            Assert.Equal("plain.py", node.Source?.File);
            Assert.Equal("forward", node.Source?.Function);
        });
        Assert.Contains(graph.Body.Nodes, node => node.Source?.Module == "layer");
    }

    private static byte[] Archive(string name) => File.ReadAllBytes(Path.Combine(ModelFiles.Repository, "tests", "models", "archives", name + ".pt2"));
}
