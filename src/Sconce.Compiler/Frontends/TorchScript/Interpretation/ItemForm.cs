using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What an item of a list is whose length only the run knows, so that rows of tensors can hold such items.</summary>
internal abstract record ItemForm
{
    private ItemForm()
    {
    }

    public static ItemForm OfTensor { get; } = new Tensor();

    public sealed record Tensor : ItemForm;

    /// <summary>A number of the language.</summary>
    /// <param name="Type">The dtype of its row: int64, float64 or bool.</param>
    public sealed record Number(DType Type) : ItemForm;

    /// <summary>A tuple, with the names of its fields where it has some.</summary>
    public sealed record Tuple(ImmutableArray<ItemForm> Parts, ImmutableArray<string> Names) : Composed(Parts)
    {
        public bool Equals(Tuple? other) => other is not null && Parts.SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Length;
    }

    /// <summary>A list of as many items in each row.</summary>
    public sealed record List(ImmutableArray<ItemForm> Parts) : Composed(Parts)
    {
        public bool Equals(List? other) => other is not null && Parts.SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Length;
    }

    /// <summary>A dict of the same keys in each row.</summary>
    public sealed record Dict(ImmutableArray<Datum> Keys, ImmutableArray<ItemForm> Parts) : Composed(Parts)
    {
        public bool Equals(Dict? other) => other is not null && Keys.SequenceEqual(other.Keys) && Parts.SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Length;
    }

    /// <summary>Something with parts, each of which has rows of its own.</summary>
    public abstract record Composed(ImmutableArray<ItemForm> Parts) : ItemForm
    {
        /// <summary>Whether an item is, or has in it, something that can be written to.</summary>
        public bool HasLists => this is List or Dict || Parts.Any(part => part is Composed { HasLists: true });
    }
}
