using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What a storage holds: a pure value of the graph, counted by writes; null where it is not known any more, with the reason.</summary>
internal sealed record Contents(Argument? Value, long Version, string? Why = null, string? WrittenAt = null);

/// <summary>Memory that several tensors may view.</summary>
internal sealed class Memory(Cell cell)
{
    /// <summary>Holds <see cref="Contents"/>.</summary>
    public Cell Cell { get; } = cell;

    public Contents Contents => (Contents)Cell.Content!;
}

/// <summary>A tensor of the program: some memory, seen through a chain of views. Several names may hold one.</summary>
internal sealed class TensorReference
{
    private readonly Cell seen;
    private (Argument Value, long Version, Block Block)? cached;

    /// <summary>A memory as a whole.</summary>
    public TensorReference(Journal journal, Memory memory) => seen = journal.New(new Sight(memory, null, null));

    /// <summary>A view of another tensor, with its value of now.</summary>
    public TensorReference(Journal journal, GraphBuilder builder, TensorReference parent, InvertibleView view, Argument value)
    {
        seen = journal.New(new Sight(parent.Memory, parent, view));
        cached = (value, parent.Memory.Contents.Version, builder.Block);
    }

    private sealed record Sight(Memory Memory, TensorReference? Parent, InvertibleView? View);

    private Sight Now => seen.Content as Sight ?? throw SconceException.Unsupported(
        "a tensor that one branch reshapes in place, where only the run tells which is taken", hint: "use the function that gives a new tensor, such as unsqueeze for unsqueeze_");

    public Memory Memory => Now.Memory;

    /// <summary>Whether it is seen through a view: how such a tensor lies in memory is not followed.</summary>
    public bool IsView => Now.View is not null;

    /// <summary>The attribute or constant of the archive that it is.</summary>
    public ScriptValue.Tensor? Stored { get; init; }

    /// <summary>The pure value of the tensor as it is now.</summary>
    public Argument Read(GraphBuilder builder)
    {
        var (memory, parent, view) = Now;
        var contents = memory.Contents;
        if (contents.Value is null)
        {
            throw Lost(contents);
        }

        if (parent is null)
        {
            return contents.Value;
        }

        if (cached is not var (value, version, block) || version != contents.Version || !builder.IsOpen(block))
        {
            value = view!.Apply(builder, parent.Read(builder));
            cached = (value, contents.Version, builder.Block);
        }

        return value;
    }

    /// <summary>What a memory holds is not known any more.</summary>
    public static SconceException Lost(Contents contents) => contents.Why is not null ? SconceException.Unsupported(contents.Why) : SconceException.Unsupported(
        $"a tensor is used after a write to another one that may share its memory{(contents.WrittenAt is null ? "" : $" ({contents.WrittenAt})")}; whether it does is not recorded in the file",
        hint: "call .clone() on the tensor before it is written to");

    public void Write(Journal journal, GraphBuilder builder, Argument value)
    {
        var (memory, parent, view) = Now;
        if (parent is not null)
        {
            parent.Write(journal, builder, view!.Invert(builder, parent.Read(builder), value));
            cached = (value, memory.Contents.Version, builder.Block);
            return;
        }

        journal.Set(memory.Cell, new Contents(value, journal.New(null).Born));
        foreach (var other in memory.Cell.Doubtful)
        {
            journal.Set(other, new Contents(null, journal.New(null).Born, null, builder.Source?.ToString()));
        }
    }

    /// <summary>From now on it is a view of what it was: <c>unsqueeze_</c>.</summary>
    public void Become(Journal journal, GraphBuilder builder, TensorReference before, InvertibleView view)
    {
        journal.Set(seen, new Sight(before.Memory, before, view));
        cached = null;
        Read(builder);
    }

    /// <summary>Another name for what this one is now.</summary>
    public TensorReference Twin(Journal journal, GraphBuilder builder) =>
        Now is { Parent: { } parent, View: { } view } ? new(journal, builder, parent, view, Read(builder)) : new(journal, Memory) { Stored = Stored };

    /// <summary>What it was when it was last read, be it in another block: for its type.</summary>
    public Argument? LastRead => Now.Parent is null ? Memory.Contents.Value : cached?.Value;

    public string Describe() => Now is { Parent: null } && Memory.Contents.Value is Argument.OfValue { Value: var value } ? $"a tensor of {GraphPrinter.Text(value.Type)}" : "a tensor";
}
