using System.Diagnostics.CodeAnalysis;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// The names of one graph of the file, and what they stand for: a value, or a constant where a number is known already. A subgraph has names
/// of its own, which may repeat those of the graph around it.
/// </summary>
internal sealed class Scope(GraphJson graph)
{
    private readonly Dictionary<string, Argument> names = [];

    /// <summary>The graph whose names these are: it knows their types.</summary>
    public GraphJson Graph { get; } = graph;

    public bool TryFind(string name, [NotNullWhen(true)] out Argument? argument) => names.TryGetValue(name, out argument);

    /// <summary>False where the name is taken.</summary>
    public bool TryDefine(string name, Argument argument) => names.TryAdd(name, argument);
}
