using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Checks what must hold of every graph, and what no pass may leave behind. An error here is one of Sconce's own.</summary>
internal sealed class GraphVerifier
{
    private readonly Graph graph;
    private readonly string after;
    private readonly IReadOnlyList<GraphRule> rules;
    private readonly HashSet<Value> defined = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<Value> inScope = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> names = [];
    private readonly HashSet<Symbol> symbols;

    private GraphVerifier(Graph graph, string after, IReadOnlyList<GraphRule> rules)
    {
        (this.graph, this.after, this.rules) = (graph, after, rules);
        symbols = [.. graph.Symbols];
    }

    /// <summary>Throws where the graph is not well formed, or breaks one of the rules.</summary>
    public static void Verify(Graph graph, string after, IReadOnlyList<GraphRule> rules) => new GraphVerifier(graph, after, rules).Verify();

    private void Verify()
    {
        foreach (var input in graph.Inputs)
        {
            Define(input.Value, null);
            Require((input.Kind == InputKind.User) == (input.Data is null), $"the input '{input.Name}' is a user's and has data, or is stored and has none", null);
        }

        Verify(graph.Body);
        foreach (var output in graph.Outputs)
        {
            Use(output.Value, null);
        }

        Require(graph.Outputs.DistinctBy(output => output.Name).Count() == graph.Outputs.Count, "two outputs have one name", null);
        Require(graph.Mutations.DistinctBy(mutation => mutation.Buffer).Count() == graph.Mutations.Count, "a buffer is overwritten twice", null);
        foreach (var (buffer, value) in graph.Mutations)
        {
            Use(value, null);
            Require(graph.Inputs.Exists(input => input.Value == buffer && input.Kind != InputKind.User), $"{buffer}, which is overwritten, is no stored input", null);
            Require(value is not Argument.OfValue { Value: var result } || IsSame(buffer.Type, result.Type), $"{buffer} is overwritten by a value of another type", null);
        }
    }

    private void Verify(Block block)
    {
        var local = new List<Value>();
        foreach (var parameter in block.Parameters)
        {
            Define(parameter, null);
            local.Add(parameter);
        }

        foreach (var node in block.Nodes)
        {
            foreach (var rule in rules)
            {
                Require(rule.Holds(node), $"since {rule.After} every node {rule.Must}, and {node.FullName} does not hold to it", node);
            }

            foreach (var argument in node.Arguments)
            {
                Use(argument.Argument, node);
            }

            node.Blocks.ToList().ForEach(Verify);
            foreach (var output in node.Outputs)
            {
                Define(output, node);
                local.Add(output);
            }
        }

        block.Results.ForEach(result => Use(result, null));
        if (block != graph.Body)
        {
            local.ForEach(value => inScope.Remove(value));
        }
    }

    private void Define(Value value, Node? node)
    {
        Require(defined.Add(value), $"{value} is defined twice", node);
        Require(names.Add(value.Name), $"two values are called {value}", node);
        if (value.Type is GraphType.Tensor { Shape: { } shape })
        {
            // Sizes that only the run can know are symbols too, so nothing else may occur in one.
            foreach (var dim in shape)
            {
                dim.VisitLeaves(leaf => Require(leaf is Symbol, $"the shape of {value} depends on {leaf}", node));
                Require(dim.Bounds.Max >= 0, $"{value} has a size below zero: {dim}", node);
            }
        }

        inScope.Add(value);
    }

    private void Use(Argument argument, Node? node)
    {
        switch (argument)
        {
            case Argument.OfValue { Value: var value }:
                Require(inScope.Contains(value), $"{value} is used where it is not defined", node);
                break;
            case Argument.List { Items: var items }:
                foreach (var item in items)
                {
                    Use(item, node);
                }

                break;
            case Argument.Int { Value: var dim }:
                dim.VisitLeaves(leaf => Require(leaf is Symbol symbol && symbols.Contains(symbol), $"{leaf} is no symbol of the graph's inputs", node));
                break;
        }
    }

    private static bool IsSame(GraphType a, GraphType b) =>
        (a, b) is not (GraphType.Tensor left, GraphType.Tensor right)
        || ((left.Type is null || right.Type is null || left.Type == right.Type)
            && (left.Shape is not { } before || right.Shape is not { } now || before.SequenceEqual(now)));

    private void Require(bool holds, string problem, Node? node)
    {
        if (!holds)
        {
            throw SconceException.Internal($"after {after}: {problem}", new Where(Operator: node is null ? null : GraphPrinter.Print(node), Python: node?.Source?.ToString()));
        }
    }
}
