using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>An item of a list that is there only where the run decides so; in any case without a decision.</summary>
internal sealed record MaybeItem(Decision? Has, Datum Value);

/// <summary>A list's items where a branch appended some: which there are, only the run tells.</summary>
internal sealed record MaybeItems(ImmutableList<MaybeItem> Items)
{
    /// <summary>All items, as far as it is decided here which there are.</summary>
    public ImmutableList<Datum> Decided() => [.. Items.Where(item => item.Has?.Choose(true, false) != false).Select(item => item.Value)];
}

/// <summary>A list or dict may lie twice in lists whose items are rows: the program is gone through again, and none of the items is written.</summary>
internal sealed class RepeatedItemException() : Exception("a list lies twice in lists whose items are rows");

/// <summary>A list's items while a loop appends to it: it must not be read there.</summary>
internal sealed record GrowingItems(ImmutableList<MaybeItem> Added)
{
    public static SconceException Read() => SconceException.Unsupported(
        "a list is read in a loop that appends to it, where only the run knows how many turns there are", hint: "keep what the loop reads in a variable of its own");
}

/// <summary>A list's items where only the run knows how many there are: some that are known, and then a number for each turn of a loop, the rows of tensors.</summary>
/// <param name="Known">The items before the loop's.</param>
/// <param name="Rows">A tensor for each item that a turn appends, and for one that a turn may append a tensor of bools that says which did.</param>
/// <param name="Turns">How many turns there were.</param>
/// <param name="IsOfNumbers">Whether the items are numbers of the language, and no tensors.</param>
internal sealed record RunItems(ImmutableList<Datum> Known, ImmutableArray<(Datum Values, Datum? Has)> Rows, Datum.Int Turns, bool IsOfNumbers);

/// <summary>A list's items where only the run knows how many there are, as rows of tensors.</summary>
/// <param name="Rows">A tensor of all items' rows; of items with parts a tuple of such.</param>
/// <param name="Form">What an item is.</param>
internal sealed record RowItems(Datum Rows, ItemForm Form);
