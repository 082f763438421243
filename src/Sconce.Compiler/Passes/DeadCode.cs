using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Passes;

/// <summary>Removes the nodes, and the weights, that no output, no overwritten buffer and no assertion needs. The graph must be pure.</summary>
public static class DeadCode
{
    public static void Run(Graph graph)
    {
        var used = new HashSet<Value>(ReferenceEqualityComparer.Instance);
        foreach (var argument in graph.Outputs.Select(output => output.Value).Concat(graph.Mutations.Select(mutation => mutation.NewValue)))
        {
            used.UnionWith(argument.Values());
        }

        used.UnionWith(graph.Mutations.Select(mutation => mutation.Buffer));
        Sweep(graph.Body, used);
        graph.Inputs.RemoveAll(input => input.Kind != InputKind.User && !used.Contains(input.Value));
    }

    private static void Sweep(Block block, HashSet<Value> used)
    {
        foreach (var result in block.Results)
        {
            used.UnionWith(result.Values());
        }

        for (var i = block.Nodes.Count - 1; i >= 0; i--)
        {
            var node = block.Nodes[i];
            if (!node.Outputs.Any(used.Contains) && !Asserts(node) && !CustomOperators.MayWrite(node))
            {
                block.Nodes[i] = null!;
                continue;
            }

            foreach (var inner in node.Blocks)
            {
                Sweep(inner, used);
            }

            foreach (var argument in node.Arguments)
            {
                used.UnionWith(argument.Argument.Values());
            }
        }

        block.Nodes.RemoveAll(node => node is null);
    }

    private static bool Asserts(Node node) => Assertions.IsOfValues(node) || node.Blocks.Any(block => block.Nodes.Any(Asserts));
}
