using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>
/// What is learned of the model's state while its methods are gone through, again until there is nothing new: which tensors of the archive any of them writes, what attributes become of
/// which no buffer of the archive can hold that, and by which name a tensor is known, whatever way leads to it.
/// </summary>
internal sealed class ScriptState
{
    private readonly List<Known> tensors = [];
    private readonly HashSet<(string Slot, string Other)> sharers = [];
    private readonly Dictionary<ScriptStorage, List<Known>> byStorage = new(ReferenceEqualityComparer.Instance);

    private sealed class Known(ScriptValue.Tensor tensor, string name)
    {
        public ScriptValue.Tensor Tensor { get; } = tensor;

        public string Name { get; } = name;

        public bool IsWritten { get; set; }
    }

    /// <summary>Another one whenever something new is learned.</summary>
    public int Version { get; private set; }

    /// <summary>What attributes are after each run.</summary>
    public StatePlan? Plan
    {
        get;
        set
        {
            field = value;
            Version++;
        }
    }

    /// <summary>Whether the first run is gone through by itself where it begins with other kinds than later ones: else attributes are one of two, until they are made alike.</summary>
    public bool FirstByItself { get; set; }

    /// <summary>Whether a list or dict may lie twice in lists whose items are rows: none of the items is written then.</summary>
    public bool ItemsRepeat { get; set; }

    /// <summary>Whether a method writes the tensor, and its name: the first path that led to it; of a constant of the code none, unless it is written.</summary>
    public (bool IsWritten, string? Name) Find(ScriptValue.Tensor tensor, string? path)
    {
        var known = KnownOf(tensor, path);
        return (known.IsWritten, known.IsWritten || path is not null ? known.Name : null);
    }

    /// <summary>Takes down what a method writes; whether that is new.</summary>
    public bool Add(IEnumerable<ScriptValue.Tensor> written)
    {
        var before = Version;
        foreach (var known in written.Select(tensor => KnownOf(tensor, null)).Where(known => !known.IsWritten))
        {
            known.IsWritten = true;
            Version++;
        }

        return Version > before;
    }

    /// <summary>What a tensor that lives from run to run is called here.</summary>
    public string SlotOf(ScriptValue.Tensor tensor) => KnownOf(tensor, null).Name;

    /// <summary>Takes down which of the tensors that live from run to run are one memory after a run: a later one that writes to the one writes to the other. Whether that is new.</summary>
    public bool Share(IReadOnlyList<(string Slot, TensorReference Now)> ends)
    {
        var before = Version;
        var holders = new Dictionary<Cell, List<string>>(ReferenceEqualityComparer.Instance);
        foreach (var (slot, now) in ends)
        {
            foreach (var memory in now.Memories)
            {
                var others = holders.TryGetValue(memory.Cell, out var list) ? list : holders[memory.Cell] = [];
                foreach (var other in others.Where(other => other != slot && sharers.Add((slot, other))))
                {
                    sharers.Add((other, slot));
                    Version++;
                }

                others.Add(slot);
            }
        }

        return Version > before;
    }

    public IEnumerable<string> SharersOf(string slot) => sharers.Where(pair => pair.Slot == slot).Select(pair => pair.Other);

    /// <summary>What is written must be seen in no other shape: a later run would find there what the file had.</summary>
    public void CheckViews()
    {
        foreach (var known in tensors.Where(known => known.IsWritten))
        {
            if (byStorage[known.Tensor.Storage].Find(other => other != known && other.Tensor.Overlaps(known.Tensor)) is { } view)
            {
                throw SconceException.Unsupported($"the model writes '{known.Name}', and '{view.Name}' is another view of the same memory",
                    hint: "let one of them be a view that forward makes of the other, or a clone() of its own");
            }
        }
    }

    private Known KnownOf(ScriptValue.Tensor tensor, string? path)
    {
        var inStorage = byStorage.TryGetValue(tensor.Storage, out var list) ? list : byStorage[tensor.Storage] = [];
        if (inStorage.Find(other => other.Tensor.IsSame(tensor)) is { } known)
        {
            return known;
        }

        // No attribute is called so.
        known = new(tensor, path ?? FormattableString.Invariant($"constant #{tensors.Count}"));
        tensors.Add(known);
        inStorage.Add(known);
        return known;
    }
}
