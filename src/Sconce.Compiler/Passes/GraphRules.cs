using Sconce.Compiler.Aliases;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Passes;

/// <summary>A form of nodes that a pass leaves none of behind, and that no later pass brings back.</summary>
/// <param name="After">The pass from whose run on it holds.</param>
/// <param name="Must">What must hold of every node, as a sentence about it.</param>
/// <param name="Holds">Whether it does.</param>
internal sealed record GraphRule(string After, string Must, Func<Node, bool> Holds);

/// <summary>The table of these rules.</summary>
internal static class GraphRules
{
    public static IReadOnlyList<GraphRule> All { get; } =
    [
        new("functionalise", "writes none of its arguments", node => !InPlaceOperators.Writes(node)),
    ];
}
