using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graph;

/// <summary>The type of a value: what TorchScript's type system and torch.export's argument kinds have in common.</summary>
public abstract record ValueType
{
    private ValueType()
    {
    }

    /// <summary>A tensor; shape and dtype are null until they are known (TorchScript does not record them).</summary>
    public sealed record Tensor(DType? Type, ImmutableArray<Dim>? Shape) : ValueType
    {
        /// <summary>
        /// How the tensor lay in PyTorch's memory, in elements, where that is recorded. It decides which operators gave a view there, and nothing else.
        /// </summary>
        public ImmutableArray<Dim>? Strides { get; init; }
    }

    /// <summary>An integer, with its expression over the graph's symbols where that is known.</summary>
    public sealed record Int(Dim? Known = null) : ValueType;

    public sealed record Float : ValueType;

    public sealed record Bool : ValueType;

    public sealed record Text : ValueType;

    public sealed record List(ValueType Element) : ValueType;

    public sealed record Tuple(ImmutableArray<ValueType> Elements) : ValueType;

    public sealed record Optional(ValueType Of) : ValueType;

    /// <summary>The type of Python's None.</summary>
    public sealed record None : ValueType;

    /// <summary>Anything else (a module, a device, a generator): it may be passed along, but not computed with.</summary>
    public sealed record Opaque(string Name) : ValueType;
}
