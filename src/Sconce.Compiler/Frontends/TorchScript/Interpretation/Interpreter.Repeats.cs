using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Loops that count, with a number of turns that hangs on sizes: what a turn appends to a list becomes a row of a tensor.
internal sealed partial class Interpreter
{
    private void Repeat(Frame frame, Statement loop, Datum.Int count, Action<Datum.Int> body)
    {
        var source = builder.Source;
        var born = journal.Now;
        var carrier = new Carrier(this, loop, born);
        var growing = new List<Cell>();
        var turns = (Argument)builder.Single("aten::arange", new NamedArgument(null, count.Value));
        var first = (Argument)builder.Single("aten::select", new(null, turns), new(null, new Argument.Int(0)), new(null, new Argument.Int(0)));
        for (var trial = 0; trial < MostTrials; trial++)
        {
            Budget.Spend(Budget.Step);
            builder.Source = source;
            var inner = new Carrier.Turn(carrier, [], counters: 0);
            var leaves = inner.Leaves.ToList();
            var turn = inner.Add(first, new GraphType.Tensor(null, null));
            builder.BeginBlock();
            journal.Begin();
            inner.Open();
            growing.ForEach(cell => journal.Set(cell, new GrowingItems([])));
            GoThrough(frame, born, () => body((Datum.Int)ToNumber(new Datum.Tensor(NewTensor(turn)))));
            var changed = Changed(born, cell => carrier.IsCarried(cell) || growing.Contains(cell));
            var grows = changed.Where(entry => Grows(entry.Before, entry.After)).Select(entry => entry.Cell).ToList();
            changed.RemoveAll(entry => grows.Contains(entry.Cell));
            growing.AddRange(grows);
            if (carrier.Learn(changed, inner) || grows.Count > 0)
            {
                journal.Undo();
                builder.EndBlock();
                SetStandIns(changed, carrier);
                continue;
            }

            var results = new List<Argument>();
            List<GrowingItems> added = [];
            List<HashSet<Cell>> holders = [];
            Within(born, () =>
            {
                inner.End(results);
                added = growing.ConvertAll(cell => cell.Content as GrowingItems ?? throw GrowingItems.Read());
                holders = added.ConvertAll(items => HoldersOf(items, inner, born));
                results.AddRange(added.SelectMany(items => items.Added.SelectMany(item => Rows(item).Select(ToArgument))));
            });
            journal.Undo();
            var block = builder.EndBlock();
            if (carrier.TakeOpened())
            {
                continue;
            }

            block.Parameters.AddRange(inner.Values);
            block.Results.AddRange(results);
            var outputs = leaves.Select(leaf => new Value(builder.Name("looped"), leaf.Type)).ToImmutableArray();
            var rows = added.SelectMany(items => items.Added).SelectMany(Rows).Select(_ => new Value(builder.Name("rows"), new GraphType.Tensor(null, null))).ToImmutableArray();
            builder.Source = source;
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::scan",
                Arguments =
                [
                    new(null, new Argument.List([.. leaves.Select(leaf => leaf.First)])), new(null, new Argument.List([turns])), new(null, new Argument.List([])), new(null, carrier.Open(inner)),
                ],
                Outputs = [.. outputs, .. rows],
                Blocks = [block],
                Source = source,
            });
            new Carrier.Turn(carrier, outputs, counters: 0).Open();
            var next = 0;
            foreach (var (cell, (items, others)) in growing.Zip(added.Zip(holders)))
            {
                var known = (ImmutableList<Datum>)cell.Content!;
                var made = items.Added.Select(item => ((Datum)Next(), item.Has is null ? null : (Datum?)Next())).ToImmutableArray();
                foreach (var (values, _) in made.Where(_ => others.Count > 0))
                {
                    var rowsOf = ((Datum.Tensor)values).Reference.Memories.First().Cell;
                    others.SelectMany(other => other.Content is Contents ? [other] : PlacesIn(other.Content)).Where(place => place.Content is Contents).ToList().ForEach(rowsOf.MayBe);
                }

                journal.Set(cell, new RunItems(known, made, count, items.Added.TrueForAll(item => IsNumber(item.Value))));
            }

            return;

            Datum.Tensor Next() => new(NewTensor(rows[next++]));
        }

        throw SconceException.Unsupported("a loop whose body carries more than can be told");

        static IEnumerable<Datum> Rows(MaybeItem item) => item.Has is null ? [item.Value] : [item.Value, new Datum.Bool(item.Has.Condition)];
    }

    /// <summary>
    /// Memory and variables of before the loop that may be what a turn appended to a list. Rows are copies: where a turn writes to what an earlier one appended, they would be wrong.
    /// </summary>
    private HashSet<Cell> HoldersOf(GrowingItems items, Carrier.Turn turn, long born)
    {
        var places = items.Added.SelectMany(item => PlacesIn(item.Value)).SelectMany(cell => cell.Bases).ToHashSet<Cell>(ReferenceEqualityComparer.Instance);
        var holders = places.Where(cell => cell.Born < born).Concat(turn.Begun.Select(begun => begun.Cell).Where(cell => PlacesIn(cell.Content).SelectMany(place => place.Bases).Any(places.Contains)))
            .ToHashSet<Cell>(ReferenceEqualityComparer.Instance);
        if (holders.Any(cell => cell.Content is Contents && journal.Changed.ContainsKey(cell))
            || (holders.Count > 0 && turn.Built.Values.SelectMany(built => (built.Own ?? built.Whole).Memories).Any(memory => journal.Changed.ContainsKey(memory.Cell))))
        {
            throw SconceException.Unsupported(
                "a loop, of which only the run knows how many turns it makes, appends a tensor to a list and writes to it in another turn", hint: "append a copy of it, tensor.clone()");
        }

        return holders;
    }

    /// <summary>Whether a list has only been appended to.</summary>
    private static bool Grows(object? before, object? after) => before is ImmutableList<Datum> known && after switch
    {
        ImmutableList<Datum> items => items.Count > known.Count && known.Zip(items).All(pair => ReferenceEquals(pair.First, pair.Second)),
        MaybeItems maybe => maybe.Items.Count > known.Count && known.Zip(maybe.Items).All(pair => pair.Second.Has is null && ReferenceEquals(pair.First, pair.Second.Value)),
        _ => false,
    };

    /// <summary>All that a list's turns appended, in one tensor: an item for each row.</summary>
    private Datum RowsOf(RunItems items)
    {
        var rows = Interleaved(items.Rows.Select(row => row.Values));
        return MaskOf(items) is { } mask ? CallOperator("aten::index", [rows, NewList([mask])], []) : rows;
    }

    /// <summary>Which of the rows are there; null where all are.</summary>
    private Datum? MaskOf(RunItems items) => items.Rows.All(row => row.Has is null) ? null
        : Interleaved(items.Rows.Select(row => row.Has ?? CallOperator("aten::ones", [NewList([items.Turns])], [("dtype", Datum.Of(DType.Bool.Number()))])));

    /// <summary>What each turn appended, one after another.</summary>
    private Datum Interleaved(IEnumerable<Datum> rows) => rows.ToList() is var all && all.Count == 1 ? all[0]
        : CallOperator("aten::flatten", [CallOperator("aten::stack", [NewList(all), Datum.Of(1)], []), Datum.Of(0), Datum.Of(1)], []);

    private Datum LengthOf(RunItems items) => CallOperator(
        "aten::add",
        [
            Datum.Of(items.Known.Count),
            MaskOf(items) is Datum.Tensor mask ? ToInt(CallOperator("aten::sum", [mask], [])) : CallOperator("aten::mul", [items.Turns, Datum.Of(items.Rows.Length)], []),
        ],
        []);

    private Datum LengthOf(MaybeItems items) => items.Items.Aggregate((Datum)Datum.Of(0), (sum, item) => CallOperator("aten::add", [sum, ToInt(Decided(HasOf(item)))], []));

    /// <summary>Whether an item is there.</summary>
    private static Datum.Bool HasOf(MaybeItem item) => item.Has is { } has ? new Datum.Bool(has.Condition) : Datum.Of(true);

    /// <summary>The item at a place, where it is there in any case and so are those before it, or, counted from the end, after it.</summary>
    private Datum? CertainItem(MaybeItems items, Datum.Int index)
    {
        var counted = index.Known < 0 ? items.Items.Reverse() : items.Items;
        return (index.Known < 0 ? -1 - index.Known : index.Known) is { } place && place < counted.Count
            && counted.Take((int)place + 1).All(item => Decided(HasOf(item)).Known == true) ? counted[(int)place].Value : null;
    }

    /// <summary>A list's items as rows of one tensor, where only the run knows how many there are and they can lie in one.</summary>
    private RunItems? RunItemsIn(Datum list)
    {
        switch ((list as Datum.List)?.Items.Now)
        {
            case RunItems items:
                return items;
            case RowItems { Rows: Datum.Tensor all } items:
                return new([], [(all, null)], LengthOf(items), items.Form is ItemForm.Number);
            case MaybeItems maybe when maybe.Items.Exists(item => Decided(HasOf(item)).Known is null):
                var there = maybe.Items.FindAll(item => Decided(HasOf(item)).Known != false);
                var values = there.ConvertAll(item => item.Value.Usable());
                var rows = values.TrueForAll(IsNumber) && values.Select(value => value.GetType()).Distinct().Count() == 1
                    ? MadeTensor(new("aten::tensor", [NewList(values)], values[0] is Datum.Float ? [("dtype", Datum.Of(DType.Float64.Number()))] : []))
                    : values.TrueForAll(value => value is Datum.Tensor tensor && ShapeOf(tensor).All(builder.Typer.IsOfInputs) && ShapeOf(tensor).SequenceEqual(ShapeOf(values[0]))
                        && DTypeOf(tensor) == DTypeOf(values[0])) ? Holding((Datum.Tensor)CallOperator("aten::stack", [NewList(values)], []), values) : null;
                return rows is null ? null
                    : new([], [(rows, MadeTensor(new("aten::tensor", [NewList(there.Select(item => (Datum)Decided(HasOf(item))))], [])))], Datum.Of(there.Count), IsNumber(values[0]));
            default:
                return null;
        }
    }

    /// <summary><c>torch.stack</c> of such a list.</summary>
    private Datum? StackRun(BuiltinCall a)
    {
        if (RunItemsIn(a[0]) is not { } items)
        {
            return null;
        }

        var rows = AllRowsOf(items);
        return a.Find(1, "dim") is Datum.Int { Known: not 0 } dim ? CallOperator("aten::movedim", [rows, Datum.Of(0), dim], []) : rows;
    }

    /// <summary>The known items and all others in one tensor.</summary>
    private Datum AllRowsOf(RunItems items)
    {
        var rows = RowsOf(items);
        return items.Known.IsEmpty ? rows : CallOperator(
            "aten::cat",
            [
                NewList([items.IsOfNumbers ? MadeTensor(new("aten::tensor", [NewList(items.Known)], [("dtype", Datum.Of(DTypeOf(rows).Number()))]))
                    : CallOperator("aten::stack", [NewList(items.Known)], []), rows]),
            ],
            []);
    }

    /// <summary><c>torch.tensor</c> of such a list of numbers.</summary>
    private Datum? TensorRun(BuiltinCall a)
    {
        var rows = RunItemsIn(a[0]) is { IsOfNumbers: true } items ? (Datum.Tensor)AllRowsOf(items)
            : RowsIn(a[0]) is { Form: ItemForm.Composed form } lists ? Together(lists.Rows, form) : null;
        if (rows is null)
        {
            return null;
        }

        return Converted(rows, a.Find(1, "dtype") is Datum.Int given ? given : Datum.Of((DTypeOf(rows) == DType.Float64 ? DType.Float32 : DTypeOf(rows)).Number()));
    }

    /// <summary>Lists of numbers in one tensor; null where the items hold something else.</summary>
    private Datum.Tensor? Together(Datum rows, ItemForm form) => form switch
    {
        ItemForm.Number => (Datum.Tensor)rows,
        ItemForm.Composed { Parts: var parts } when parts.All(part => part.Equals(parts[0]))
            && ((Datum.Tuple)rows).Items.Select(part => Together(part, parts[0])).ToList() is var all && !all.Contains(null) =>
            (Datum.Tensor)CallOperator("aten::stack", [NewList(all!), Datum.Of(1)], []),
        _ => null,
    };

    /// <summary><c>torch.cat</c> of such a list.</summary>
    private Datum? JoinRun(BuiltinCall a)
    {
        if (RunItemsIn(a[0]) is not { } items)
        {
            return null;
        }

        var rows = RowsOf(items);
        var rank = ShapeOf(rows).Length - 1;
        var dim = a.Find(1, "dim") is Datum.Int { Known: { } given } ? given < 0 ? given + rank : given : 0;
        var moved = dim == 0 ? rows : CallOperator("aten::movedim", [rows, Datum.Of(0), Datum.Of(dim)], []);
        var joined = CallOperator("aten::flatten", [moved, Datum.Of(dim), Datum.Of(dim + 1)], []);
        return items.Known.IsEmpty ? joined : CallOperator("aten::cat", [NewList([.. items.Known, joined]), Datum.Of(dim)], []);
    }

    /// <summary>An item of such a list: from its end, or where nothing stands before the loop's.</summary>
    private Datum ItemOfRun(RunItems items, Datum.Int index)
    {
        if (index.Known is { } place && place >= 0 && place < items.Known.Count)
        {
            return items.Known[(int)place];
        }

        var row = CallOperator("aten::select", [HeldRowsOf(items), Datum.Of(0), index], []);
        return items.IsOfNumbers ? ToNumber((Datum.Tensor)row) : row;
    }

    /// <summary>All rows in one tensor that may be written to: what the list's items are besides must not be used then.</summary>
    private Datum.Tensor HeldRowsOf(RunItems items)
    {
        var rows = (Datum.Tensor)AllRowsOf(items);
        return items.IsOfNumbers ? rows : Holding(rows, [.. items.Known, .. items.Rows.Select(row => row.Values)]);
    }
}
