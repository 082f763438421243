using System.Collections.Immutable;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends;

/// <summary>What of a file is to be read, and what it does not say itself.</summary>
public sealed record FrontendOptions
{
    public static FrontendOptions Usual { get; } = new();

    /// <summary>Which model of an archive that holds several; null for the only one.</summary>
    public string? Model { get; init; }

    /// <summary>Dtypes and shapes of the inputs, where the file records none (TorchScript), or of one of the methods where it leaves them open.</summary>
    public ImmutableArray<InputSpec> Inputs { get; init; } = [];

    /// <summary>Methods beside <c>forward</c>, by their names: of TorchScript its own, of a .pt2 the same program for other <see cref="Inputs"/>.</summary>
    public ImmutableArray<string> Methods { get; init; } = [];

    /// <summary>What types the nodes of a graph while it is made, where the file records no types.</summary>
    public Func<Graph, IGraphTyper>? Typer { get; init; }
}
