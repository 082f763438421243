namespace Sconce.Compiler.Graphs;

/// <summary>Visits a graph's parts, blocks inside blocks.</summary>
internal static class GraphWalk
{
    /// <summary>All nodes, each before those of its blocks.</summary>
    public static IEnumerable<Node> Nodes(Block block)
    {
        foreach (var node in block.Nodes)
        {
            yield return node;
            foreach (var inner in node.Blocks.SelectMany(Nodes))
            {
                yield return inner;
            }
        }
    }

    /// <summary>All values: the inputs, the results of nodes, the parameters of blocks.</summary>
    public static IEnumerable<Value> Definitions(Graph graph) =>
        graph.Inputs.Select(input => input.Value)
            .Concat(Nodes(graph.Body).SelectMany(node => node.Outputs.Concat(node.Blocks.SelectMany(block => block.Parameters))));
}
