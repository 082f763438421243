using System.Collections.Immutable;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What a program returns, as outputs of the graph.
internal sealed partial class Interpreter
{
    private const string Result = "<result>";

    /// <summary>A result as a run gives it: with lists of its own, and no longer one of two where both are alike. A list whose length only the run tells has its items as rows.</summary>
    public Datum Settled(Datum result)
    {
        var settled = Settled(result, asRows: false);
        return HasTwoLengths(settled) ? Settled(result, asRows: true) : settled;
    }

    /// <summary>The rows of such a list; null of one whose items are known.</summary>
    public RowItems? ResultRows(Datum.List list) => list.Items.Now is ImmutableList<Datum> ? null : RowsIn(list);

    private Datum Settled(Datum result, bool asRows)
    {
        var frame = new Frame(archive.Sources.Values.First());
        Undoable(() => Assign(frame, Result, Copied(result)));
        return (Datum)frame.Variables[Result].Content!;

        Datum Copied(Datum datum) => datum.Usable() switch
        {
            Datum.Tensor tensor => new Datum.Tensor(NewTensor(tensor.Reference.Read(builder))),
            Datum.List list when ListRows(datum, list) is { } rows => new Datum.List(journal.New(rows)),
            Datum.List list => NewList(ListItems(list).ConvertAll(Copied)),
            Datum.Dict dict => NewDict(DictItems(dict).ConvertAll(item => (item.Key, Copied(item.Value)))),
            Datum.Tuple tuple => new Datum.Tuple([.. tuple.Items.Select(Copied)], tuple.Names),
            var other => other,
        };

        // One of two lists, which are not alike, has rows in either case, so that these can be one.
        RowItems? ListRows(Datum datum, Datum.List list) => asRows && IsOneOfTwo(datum) && Examples(datum).FirstOrDefault() is { } example
            ? ToRows(list.Items.Now, example) : ResultRows(list);
    }

    private static bool IsOneOfTwo(Datum datum) => datum is Datum.Either or Datum.List { Items.Content: EitherContent };

    private static bool HasTwoLengths(Datum result) => IsOneOfTwo(result) || result switch
    {
        Datum.List { Items.Content: ImmutableList<Datum> items } => items.Exists(HasTwoLengths),
        Datum.Dict { Items.Content: ImmutableList<(Datum Key, Datum Value)> items } => items.Exists(item => HasTwoLengths(item.Value)),
        Datum.Tuple tuple => tuple.Items.Any(HasTwoLengths),
        _ => false,
    };

    /// <summary>Some of the items of a list, or of one of two lists.</summary>
    private IEnumerable<Datum> Examples(object? content) => content switch
    {
        Datum.List list => Examples(list.Items.Content),
        Datum.Either either => Examples(either.First).Concat(Examples(either.Second)),
        ImmutableList<Datum> items => items.Reverse(),
        MaybeItems maybe => maybe.Items.Reverse().Select(item => item.Value),
        RowItems rows => [ItemOf(rows, Datum.Of(0))],
        RunItems run => [ItemOf(FromRun(run), Datum.Of(0))],
        EitherContent either => Examples(either.First).Concat(Examples(either.Second)),
        _ => [],
    };
}
