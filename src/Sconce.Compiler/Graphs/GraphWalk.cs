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
    public static IEnumerable<Value> Definitions(Graph graph) => graph.Inputs.Select(input => input.Value).Concat(Definitions(graph.Body));

    /// <summary>All values of a block: its parameters, the results of nodes, what blocks inside define.</summary>
    public static IEnumerable<Value> Definitions(Block block) =>
        block.Parameters.Concat(Nodes(block).SelectMany(node => node.Outputs.Concat(node.Blocks.SelectMany(inner => inner.Parameters))));
}
