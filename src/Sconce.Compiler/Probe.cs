using Sconce.Compiler.Graphs;

namespace Sconce.Compiler;

/// <summary>A tensor that a node of the graph gives, as an output more: for finding where numbers go wrong.</summary>
public sealed record Probe(string Name, Node Node, Value Value)
{
    /// <summary>One for each tensor of the graph's nodes, in order; alike for every reading of the same file.</summary>
    public static IReadOnlyList<Probe> AllOf(Graph graph)
    {
        var probes = new List<Probe>();
        foreach (var node in graph.Body.Nodes)
        {
            foreach (var output in node.Outputs)
            {
                if (output.Type is GraphType.Tensor { Type: not null })
                {
                    probes.Add(new($"probe.{probes.Count}", node, output));
                }
            }
        }

        return probes;
    }
}
