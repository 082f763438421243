using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>A condition that only the run decides, and what is taken for granted of it while one of its two ways is gone through.</summary>
internal sealed class Decision(Argument condition, long born)
{
    public Argument Condition { get; } = condition;

    /// <summary>When it was first asked for, as the journal counts.</summary>
    public long Born { get; } = born;

    /// <summary>Which way is gone through now; null outside of both.</summary>
    public bool? Assumed { get; set; }

    /// <summary>The one or the other, as it is decided here.</summary>
    public T Choose<T>(T first, T second) => Assumed is { } way ? way ? first : second : throw new UndecidedException(this);
}

/// <summary>What a place holds of which only the run tells: its items, its memory, the way it is seen.</summary>
internal sealed record EitherContent(Decision Decision, object First, object Second)
{
    /// <summary>What a cell holds, as far as it is decided.</summary>
    public static object? Of(Cell cell)
    {
        var content = cell.Content;
        while (content is EitherContent either)
        {
            content = either.Decision.Choose(either.First, either.Second);
        }

        return content;
    }
}

/// <summary>
/// A statement hangs on what only the run decides. It is undone, and gone through once for each way, in a branch of the graph.
/// </summary>
internal sealed class UndecidedException(Decision decision) : Exception("a statement hangs on what only the run decides")
{
    public Decision Decision { get; } = decision;
}
