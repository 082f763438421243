using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>
/// Says what each node of a graph gives while the graph is being made, for frontends whose files record no types. What it answers comes from the operators' own lowerings.
/// </summary>
public interface IGraphTyper
{
    /// <summary>An input that nodes may use from now on.</summary>
    void Define(GraphInput input);

    /// <summary>What a loop carries, of which only the type of its first value is known, and the dims whose sizes a turn may change.</summary>
    GraphType Parameter(Value parameter, Argument first, IReadOnlyCollection<int> open);

    /// <summary>The types of a node's results. A node that gives a list has as many as the list has items.</summary>
    (ImmutableArray<GraphType> Types, bool IsList) TypesOf(Node node);

    /// <summary>Takes in the node that <see cref="TypesOf"/> was asked about last, with its outputs.</summary>
    void Append(ImmutableArray<Value> outputs);

    /// <summary>A node with blocks, whose outputs get their types.</summary>
    void AppendRegion(Node node);

    /// <summary>What is typed from here on is inside a block.</summary>
    void BeginBlock();

    void EndBlock();

    /// <summary>A number, or the one element of a tensor, where it is known when compiling: a constant, or an integer over the sizes of inputs.</summary>
    Argument? KnownOf(Value value);

    /// <summary>Whether a size hangs on sizes of inputs alone, so that it can stand for itself.</summary>
    bool IsOfInputs(Dim size);

    /// <summary>Whether a condition on sizes of inputs holds in every run, or in none.</summary>
    bool? Holds(SizeCondition condition);

    /// <summary>Whether there is an operator of a name.</summary>
    bool Has(string op);
}
