using System.Collections.Immutable;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What a storage holds: a pure value of the graph, counted by writes; null where it is not known any more, with the reason, and the loop that makes it doubtful.</summary>
internal sealed record Contents(Argument? Value, long Version, string? Why = null, string? WrittenAt = null, Statement? Loop = null);

/// <summary>Memory that several tensors may view.</summary>
internal sealed class Memory(Cell cell, ImmutableArray<Dim>? strides = null)
{
    /// <summary>How a tensor lies in it that is all of it; null where that is not known.</summary>
    public ImmutableArray<Dim>? Strides { get; } = strides;

    /// <summary>Holds <see cref="Contents"/>.</summary>
    public Cell Cell { get; } = cell;

    public Contents Contents => (Contents)EitherContent.Of(Cell)!;
}

/// <summary>Which tensors a loop carries must be followed exactly: the program is gone through again.</summary>
internal sealed class DoubtfulLoopException(Statement loop) : Exception("which tensors a loop carries must be followed exactly")
{
    public Statement Loop { get; } = loop;
}

/// <summary>How a tensor is seen: a memory as a whole, a view of another tensor, or one of two.</summary>
internal abstract record Sight
{
    private Sight()
    {
    }

    public sealed record Whole(Memory Memory) : Sight;

    /// <summary>A view; bound where it was taken with numbers of the run, which are known in its block only.</summary>
    public sealed record View(TensorReference Parent, InvertibleView How, Block? Bound, ImmutableArray<Dim>? Strides) : Sight;

    public sealed record Either(Decision Decision, TensorReference First, TensorReference Second) : Sight;
}

/// <summary>A tensor of the program: some memory, seen through a chain of views. Several names may hold one.</summary>
internal sealed class TensorReference
{
    private (Argument Value, IReadOnlyList<long> Versions, Block Block)? cached;

    /// <summary>A memory as a whole.</summary>
    public TensorReference(Journal journal, Memory memory) => Seen = journal.New(new Sight.Whole(memory));

    /// <summary>A view of another tensor, with its value of now.</summary>
    public TensorReference(Journal journal, GraphBuilder builder, TensorReference parent, InvertibleView view, Argument value, bool isBound, ImmutableArray<Dim>? strides)
    {
        Seen = journal.New(new Sight.View(parent, view, isBound ? builder.Block : null, strides));
        Keep(builder, value);
    }

    /// <summary>One of two, as the run decides.</summary>
    public TensorReference(Journal journal, Decision decision, TensorReference first, TensorReference second) => Seen = journal.New(new Sight.Either(decision, first, second));

    /// <summary>A tensor that is seen in some way.</summary>
    public TensorReference(Journal journal, Sight sight) => Seen = journal.New(sight);

    /// <summary>Holds a <see cref="Sight"/>.</summary>
    public Cell Seen { get; }

    /// <summary>The attribute or constant of the archive that it is.</summary>
    public ScriptValue.Tensor? Stored { get; init; }

    /// <summary>How it lies in memory; null where that is not known.</summary>
    public ImmutableArray<Dim>? Strides => Now switch
    {
        Sight.Whole whole => whole.Memory.Strides,
        Sight.View view => view.Strides,
        Sight.Either either => either.First.Strides is { } first && either.Second.Strides is { } second && first.SequenceEqual(second) ? first : null,
        _ => null,
    };

    /// <summary>The memory that it lies in; one of several, where only the run tells which.</summary>
    public IEnumerable<Memory> Memories => Now switch
    {
        Sight.Whole whole => [whole.Memory],
        Sight.View view => view.Parent.Memories,
        Sight.Either either => either.First.Memories.Concat(either.Second.Memories).Distinct(),
        _ => [],
    };

    private Sight Now => (Sight)EitherContent.Of(Seen)!;

    /// <summary>How it is seen, where that is known here.</summary>
    private Sight Decided
    {
        get
        {
            var now = Now;
            while (now is Sight.Either either)
            {
                now = either.Decision.Choose(either.First, either.Second).Now;
            }

            return now;
        }
    }

    /// <summary>What it is when it is one of two: itself, or the one that is taken here.</summary>
    public TensorReference Settled()
    {
        var reference = this;
        while (reference.Now is Sight.Either either)
        {
            reference = either.Decision.Choose(either.First, either.Second);
        }

        return reference;
    }

    /// <summary>The pure value of the tensor as it is now.</summary>
    public Argument Read(GraphBuilder builder)
    {
        switch (Now)
        {
            case Sight.Whole { Memory.Contents: var contents }:
                return contents.Value ?? throw Lost(contents);
            case Sight.Either { Decision.Assumed: { } way } either:
                return (way ? either.First : either.Second).Read(builder);
            case var sight:
                if (cached is not var (value, versions, block) || !builder.IsOpen(block) || !versions.SequenceEqual(Versions()))
                {
                    value = sight is Sight.View view ? view.How.Apply(builder, view.Parent.Read(builder)) : ReadEither(builder, (Sight.Either)sight);
                    Keep(builder, value);
                }

                return value;
        }
    }

    /// <summary>It has this value now.</summary>
    public void Keep(GraphBuilder builder, Argument value) => cached = (value, [.. Versions()], builder.Block);

    private static Argument ReadEither(GraphBuilder builder, Sight.Either either)
    {
        var (first, second) = (either.First.Read(builder), either.Second.Read(builder));
        if (first is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var a, Shape: { } shapeA } }
            && second is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var b, Shape: { } shapeB } }
            && (a != b || shapeA.Length != shapeB.Length))
        {
            throw new UndecidedException(either.Decision);
        }

        return first.Equals(second) ? first : builder.Select(either.Decision.Condition, first, second, new GraphType.Tensor(null, null));
    }

    /// <summary>How often all was written that its value hangs on.</summary>
    private IEnumerable<long> Versions() => Memories.Select(memory => memory.Contents.Version);

    /// <summary>What a memory holds is not known any more.</summary>
    public static Exception Lost(Contents contents) => contents.Loop is { } loop ? new DoubtfulLoopException(loop)
        : contents.Why is not null ? SconceException.Unsupported(contents.Why) : SconceException.Unsupported(
        $"a tensor is used after a write to another one that may share its memory{(contents.WrittenAt is null ? "" : $" ({contents.WrittenAt})")}; whether it does is not recorded in the file",
        hint: "call .clone() on the tensor before it is written to");

    public void Write(Journal journal, GraphBuilder builder, Argument value)
    {
        switch (Decided)
        {
            case Sight.View view:
                view.Parent.Write(journal, builder, view.How.Invert(builder, view.Parent.Read(builder), value));
                Keep(builder, value);
                break;
            case Sight.Whole { Memory: var memory }:
                journal.Set(memory.Cell, new Contents(value, journal.New(null).Born));
                foreach (var other in memory.Cell.Doubtful)
                {
                    journal.Lose(
                        other,
                        new Contents(null, journal.New(null).Born, null, builder.Source?.ToString(), memory.Cell.Loop ?? other.Loop),
                        "a list or dict, after a write to a tensor that may lie in it");
                }

                break;
        }
    }

    /// <summary>From now on it is a view of what it was: <c>unsqueeze_</c>.</summary>
    public void Become(Journal journal, GraphBuilder builder, TensorReference before, InvertibleView view, ImmutableArray<Dim>? strides)
    {
        journal.Set(Seen, new Sight.View(before, view, null, strides));
        cached = null;
        Read(builder);
    }

    /// <summary>Another name for what this one is now.</summary>
    public TensorReference Twin(Journal journal, GraphBuilder builder) => Decided switch
    {
        Sight.View view => new(journal, builder, view.Parent, view.How, Read(builder), isBound: false, view.Strides),
        Sight.Whole whole => new(journal, whole.Memory) { Stored = Stored },
        _ => this,
    };

    /// <summary>What it was when it was last read, be it in another block: for its type.</summary>
    public Argument? LastRead => Seen.Content is Sight.Whole { Memory.Cell.Content: Contents contents } ? contents.Value : cached?.Value;

    public string Describe() => LastRead is Argument.OfValue { Value: var value } ? $"a tensor of {GraphPrinter.Text(value.Type)}" : "a tensor";
}
