using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>A list's items while a loop appends to it: it must not be read there.</summary>
internal sealed record GrowingItems(ImmutableList<Datum> Added)
{
    public static SconceException Read() => SconceException.Unsupported(
        "a list is read in a loop that appends to it, where only the run knows how many turns there are", hint: "keep what the loop reads in a variable of its own");
}

/// <summary>A list's items where only the run knows how many there are: some that are known, and then a number for each turn of a loop, the rows of tensors.</summary>
/// <param name="Known">The items before the loop's.</param>
/// <param name="Rows">A tensor for each item that a turn appends.</param>
/// <param name="Turns">How many turns there were.</param>
internal sealed record RunItems(ImmutableList<Datum> Known, ImmutableArray<Datum> Rows, Datum.Int Turns);
