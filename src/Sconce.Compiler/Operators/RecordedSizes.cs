using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>What a graph says of the symbols that PyTorch made for numbers which only the data tell.</summary>
internal static class RecordedSizes
{
    /// <summary>The symbols by which tensors are sized.</summary>
    public static HashSet<Atom> Sizing(Graph graph)
    {
        var found = new HashSet<Atom>();
        foreach (var value in GraphWalk.Definitions(graph))
        {
            foreach (var size in value.Type is GraphType.Tensor { Shape: { } shape } ? shape : [])
            {
                size.VisitLeaves(leaf => found.Add(leaf));
            }
        }

        return found;
    }

    /// <summary>The largest values that the model asserts of symbols.</summary>
    public static Dictionary<Symbol, Dim> Asserted(Graph graph)
    {
        var (bounds, claims) = (new Dictionary<Symbol, Dim>(), new Dictionary<Value, (Dim Less, Dim More)>(ReferenceEqualityComparer.Instance));
        foreach (var node in GraphWalk.Nodes(graph.Body))
        {
            if (node is { Outputs: [var claim], Arguments: [{ Argument: var a }, { Argument: var b }] } && SizeOf(a) is { } left && SizeOf(b) is { } right)
            {
                switch (node.Operator)
                {
                    case "_operator::le":
                        claims[claim] = (left, right);
                        break;
                    case "_operator::lt":
                        claims[claim] = (left, right - 1);
                        break;
                    case "_operator::ge":
                        claims[claim] = (right, left);
                        break;
                    case "_operator::gt":
                        claims[claim] = (right, left - 1);
                        break;
                }
            }

            if (node is { Operator: "aten::_assert_scalar", Arguments: [{ Argument: Argument.OfValue { Value: var asserted } }, ..] }
                && claims.TryGetValue(asserted, out var order) && order.Less.AsAtom is Symbol symbol && !order.More.DependsOn(symbol))
            {
                bounds.TryAdd(symbol, order.More);
            }
        }

        return bounds;
    }

    private static Dim? SizeOf(Argument argument) => argument switch
    {
        Argument.Int number => number.Value,
        Argument.OfValue { Value.Type: GraphType.Int { Known: { } size } } => size,
        _ => null,
    };
}
