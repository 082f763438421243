using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Passes.Functionalisation;

/// <summary>What PyTorch's tensors share: memory that several of them may view. It holds the pure value of the whole, which every write replaces.</summary>
internal sealed class Storage(Argument current)
{
    public Argument Current { get; set; } = current;

    /// <summary>Counts the writes.</summary>
    public int Version { get; set; }

    /// <summary>Storages that may be this one: whether an operator gave a view or a copy could not be told.</summary>
    public List<Storage> Doubtful { get; } = [];

    /// <summary>Set when a storage was written that may be this one: what this holds is not known any more.</summary>
    public bool IsUnknown { get; set; }

    /// <summary>How many blocks deep it was made: a branch must not write what is outside.</summary>
    public required int Depth { get; init; }
}

/// <summary>
/// One tensor of the graph as it was: a storage, seen through a chain of views. Reading it after a write makes its views anew from the storage's new value;
/// writing it puts the new part back through the chain.
/// </summary>
internal sealed class Alias
{
    private readonly Alias? parent;
    private readonly InvertibleView? view;
    private Argument cached;
    private int version;

    /// <summary>A storage as a whole.</summary>
    public Alias(Storage storage) =>
        (Storage, cached, version) = (storage, storage.Current, storage.Version);

    /// <summary>A view of another tensor, with its value of now.</summary>
    public Alias(Alias parent, InvertibleView view, Argument value) =>
        (Storage, this.parent, this.view, cached, version) = (parent.Storage, parent, view, value, parent.Storage.Version);

    public Storage Storage { get; }

    /// <summary>The pure value of the tensor as it is now.</summary>
    public Argument Read(NodeEmitter emitter)
    {
        CheckKnown();
        if (version == Storage.Version)
        {
            return cached;
        }

        cached = parent is null ? Storage.Current : view!.Apply(emitter, parent.Read(emitter));
        version = Storage.Version;
        return cached;
    }

    public void Write(NodeEmitter emitter, Argument value)
    {
        CheckKnown();
        if (parent is null)
        {
            Storage.Current = value;
            Storage.Version++;
            foreach (var other in Storage.Doubtful)
            {
                other.IsUnknown = true;
            }
        }
        else
        {
            parent.Write(emitter, view!.Invert(emitter, parent.Read(emitter), value));
        }

        (cached, version) = (value, Storage.Version);
    }

    /// <summary>What has been read inside a block must not be used outside it: see <see cref="Restore"/>.</summary>
    public (Argument Value, int Version) Save() => (cached, version);

    public void Restore((Argument Value, int Version) saved) => (cached, version) = saved;

    private void CheckKnown()
    {
        if (Storage.IsUnknown)
        {
            throw SconceException.Unsupported(
                "a tensor is used after a write to another one that may share its memory; whether it does is not recorded in the file",
                hint: "call .clone() on the tensor before it is written to");
        }
    }
}
