using Sconce.Compiler.Frontends;
using ValueType = Sconce.Compiler.Graph.ValueType;

namespace Sconce.Tests.Frontends;

public sealed class Pt2FrontendTests
{
    [Fact]
    public void EveryModelFileReadsToAGraph()
    {
        foreach (var path in ModelFiles.All)
        {
            var graph = Pt2Frontend.Read(File.ReadAllBytes(path), Path.GetFileName(path));
            Assert.NotEmpty(graph.Outputs);
            Assert.All(graph.Body.Nodes.SelectMany(node => node.Outputs), value =>
                Assert.True(value.Type is not ValueType.Tensor { Shape: null }, $"{path}: {value} has no shape"));
        }
    }
}
