using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>The type of a value: what TorchScript's type system and torch.export's argument kinds have in common.</summary>
public abstract record GraphType
{
    private GraphType()
    {
    }

    /// <summary>A tensor; shape and dtype are null until they are known (TorchScript does not record them).</summary>
    public sealed record Tensor(DType? Type, ImmutableArray<Dim>? Shape) : GraphType
    {
        /// <summary>
        /// How the tensor lay in PyTorch's memory, in elements, where that is recorded. It decides which operators gave a view there, and nothing else.
        /// </summary>
        public ImmutableArray<Dim>? Strides { get; init; }
    }

    /// <summary>An integer, with its expression over the graph's symbols where that is known.</summary>
    public sealed record Int(Dim? Known = null) : GraphType;

    public sealed record Float : GraphType;

    public sealed record Bool : GraphType;

    public sealed record Text : GraphType;

    public sealed record List(GraphType Element) : GraphType;

    public sealed record Tuple(ImmutableArray<GraphType> Elements) : GraphType;

    public sealed record Optional(GraphType Of) : GraphType;

    /// <summary>The type of Python's None.</summary>
    public sealed record None : GraphType;

    /// <summary>Anything else (a module, a device, a generator): it may be passed along, but not computed with.</summary>
    public sealed record Opaque(string Name) : GraphType;
}
