using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Lists that a loop lengthens or shortens, where only the run knows how many turns it makes: their items are rows of tensors.
internal sealed partial class Interpreter
{
    /// <summary>All lists and dicts that lie in rows.</summary>
    private readonly List<Cell> held = [];

    private const string OneTensor = "let the items be tensors of one dtype and shape, numbers, or tuples, lists and dicts of as many of these";

    /// <summary>The items as rows. What an item is tells one that a turn has added, where there is none before.</summary>
    private RowItems ToRows(object? content, Datum example) => ToRows(content, FormOf(example), example);

    private void MakeRows(Cell items, Datum example)
    {
        if (items.Content is EitherContent { Decision: { Assumed: null } decision })
        {
            Decide(decision, () => MakeRows(items, example));
        }
        else
        {
            journal.Set(items, ToRows(items.Now, example));
        }
    }

    /// <summary>The items as rows such as those of another list.</summary>
    private RowItems ToRows(object? content, RowItems other) => content switch
    {
        ImmutableList<Datum> { IsEmpty: true } => OfRows(other, Emptied),
        ImmutableList<Datum> items => ToRows(items, other.Form, items[0]),
        MaybeItems maybe => ToRows(maybe, other.Form, maybe.Items[0].Value),
        _ => ToRows(content, other.Form, Datum.Nothing),
    };

    /// <summary>No rows, of the type of others, which may be another branch's.</summary>
    private Datum Emptied(Datum rows) => ((Datum.Tensor)rows).Reference.LastRead is Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type, Shape: { } shape } } ? Empty(type, shape[1..])
        : throw SconceException.Unsupported("a list of tensors whose sizes only the run knows, that a loop lengthens", hint: OneTensor);

    private Datum Empty(DType type, ImmutableArray<Dim> shape) => shape.All(builder.Typer.IsOfInputs)
        ? ToDatum(builder.Single("aten::zeros", new(null, ((ImmutableArray<Dim>)[Dim.Zero, .. shape]).ToArgument()), new("dtype", new Argument.ScalarType(type))))
        : throw SconceException.Unsupported("a list of tensors whose sizes only the run knows, that a loop lengthens", hint: OneTensor);

    private RowItems ToRows(object? content, ItemForm form, Datum example)
    {
        return content switch
        {
            RowItems rows => rows,
            RunItems run => FromRun(run),
            MaybeItems maybe => RowsIn(new Datum.List(journal.New(maybe))) ?? new(RowsOf(maybe.Decided(), form, example), form),
            ImmutableList<Datum> items => new(RowsOf(items, form, example), form),
            _ => throw SconceException.Unsupported("a list that a loop lengthens or shortens, where only the run knows how many turns it makes", hint: OneTensor),
        };
    }

    private RowItems FromRun(RunItems run)
    {
        var rows = HeldRowsOf(run);
        return new(rows, run.IsOfNumbers ? new ItemForm.Number(DTypeOf(rows) is var type and (DType.Bool or DType.Float64) ? type : DType.Int64) : ItemForm.OfTensor);
    }

    /// <summary>The items of which the run decides which are there, as rows, where they have parts; null where they have none, or where the parts cannot lie in rows.</summary>
    private RowItems? FromMaybe(MaybeItems maybe)
    {
        var there = maybe.Items.FindAll(item => Decided(HasOf(item)).Known != false);
        var values = there.ConvertAll(item => item.Value.Usable());
        if (there.TrueForAll(item => Decided(HasOf(item)).Known == true) || FormOf(values[0]) is not ItemForm.Composed form
            || !values.TrueForAll(value => FormOf(value).Equals(form)) || !values.SelectMany(TensorsIn).All(tensor => ShapeOf(tensor).All(builder.Typer.IsOfInputs)))
        {
            return null;
        }

        var mask = MadeTensor(new("aten::tensor", [NewList(there.Select(item => (Datum)Decided(HasOf(item))))], []));
        return OfRows(new(RowsOf(values, form, values[0]), form), part => Holding((Datum.Tensor)CallOperator("aten::index", [part, NewList([mask])], []), [part]));
    }

    private static ItemForm FormOf(Datum item) => item.Usable() switch
    {
        Datum.Tensor => ItemForm.OfTensor,
        Datum.Int => new ItemForm.Number(DType.Int64),
        Datum.Float => new ItemForm.Number(DType.Float64),
        Datum.Bool => new ItemForm.Number(DType.Bool),
        Datum.Tuple tuple => new ItemForm.Tuple([.. tuple.Items.Select(FormOf)], tuple.Names),
        Datum.List { Items.Now: ImmutableList<Datum> { IsEmpty: false } items } => new ItemForm.List([.. items.Select(FormOf)]),
        Datum.Dict dict when DictItems(dict) is { IsEmpty: false } items => new ItemForm.Dict([.. items.Select(pair => pair.Key)], [.. items.Select(pair => FormOf(pair.Value))]),
        var other => throw SconceException.Unsupported($"a list that a loop lengthens or shortens, where only the run knows how many turns it makes, with {other.Kind} in it", hint: OneTensor),
    };

    /// <param name="items">The items.</param>
    /// <param name="form">What each of them is.</param>
    /// <param name="example">One, for where there are none.</param>
    /// <param name="isMore">Whether a list gets them in addition to what it has.</param>
    private Datum RowsOf(IReadOnlyList<Datum> items, ItemForm form, Datum example, bool isMore = false)
    {
        switch (form)
        {
            case ItemForm.Composed { Parts: var parts }:
                var columns = items.Select(item => PartsOf(item, form)).ToList();
                var rows = new Datum.Tuple([.. parts.Select((part, i) => RowsOf(columns.ConvertAll(column => column[i]), part, PartsOf(example, form)[i], isMore))]);
                Hold([.. items.Select(item => item.Usable()).Select(item => (item as Datum.List)?.Items ?? (item as Datum.Dict)?.Items).OfType<Cell>()], rows, isMore);
                return rows;
            case ItemForm.Number { Type: var type }:
                return items.Count > 0 ? MadeTensor(new("aten::tensor", [NewList(items)], [("dtype", Datum.Of(type.Number()))]))
                    : CallOperator("aten::zeros", [NewList([Datum.Of(0)])], [("dtype", Datum.Of(type.Number()))]);
            default:
                if (items.Count > 0)
                {
                    return Holding((Datum.Tensor)CallOperator("aten::stack", [NewList(items)], []), items);
                }

                return (example.Usable() as Datum.Tensor)?.Reference.LastRead is Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } element, Shape: { } shape } } ? Empty(element, shape)
                    : throw SconceException.Unsupported("a list of tensors whose sizes only the run knows, that a loop lengthens", hint: OneTensor);
        }
    }

    /// <summary>Lists and dicts that become rows: whoever else holds them must not write to them any more, nor use the rows if he did.</summary>
    private void Hold(List<Cell> cells, Datum rows, bool isMore)
    {
        var seen = new HashSet<Cell>(ReferenceEqualityComparer.Instance);
        foreach (var cell in cells)
        {
            // What was there before a loop may be appended in each turn.
            if (!seen.Add(cell) || cell.Within is not null || (isMore && (cell.IsHeld || cell.Born < loopBorn)))
            {
                Repeat();
            }

            MemoriesOf(rows).ToList().ForEach(memory => memory.MayBe(cell));
            if (!cell.IsHeld)
            {
                cell.IsHeld = true;
                held.Add(cell);
            }
        }
    }

    /// <summary>From now on a list or dict lies twice in lists whose items are rows.</summary>
    private void Repeat()
    {
        if (!state.ItemsRepeat)
        {
            throw new RepeatedItemException();
        }
    }

    /// <summary>Another list gets the items of one.</summary>
    private void Repeat(Datum list)
    {
        if (list is Datum.List { Items.Now: RowItems { Form: ItemForm.Composed { HasLists: true } } })
        {
            Repeat();
        }
    }

    /// <summary>The parts of an item of a form: the same in each.</summary>
    private static ImmutableArray<Datum> PartsOf(Datum item, ItemForm form)
    {
        ImmutableArray<Datum> parts = item.Usable() is Datum.Dict dict ? [.. DictItems(dict).Select(pair => pair.Value)] : [.. ItemsOf(item)];
        return FormOf(item).Equals(form) ? parts
            : throw SconceException.Unsupported("a list that a loop lengthens or shortens, where only the run knows how many turns it makes, with items that differ in their parts", hint: OneTensor);
    }

    private static IEnumerable<Cell> MemoriesOf(Datum rows) => rows is Datum.Tuple tuple ? tuple.Items.SelectMany(MemoriesOf) : ((Datum.Tensor)rows).Reference.Memories.Select(memory => memory.Cell);

    /// <summary>A write to a tensor that lies in a list is one to the list's rows: it must not be missed.</summary>
    private static Datum.Tensor Holding(Datum.Tensor rows, IEnumerable<Datum> items)
    {
        var cell = rows.Reference.Memories.First().Cell;
        foreach (var memory in items.Select(item => item.Usable()).OfType<Datum.Tensor>().SelectMany(item => item.Reference.Memories).ToList())
        {
            cell.MayBe(memory.Cell);
        }

        return rows;
    }

    private RowItems Appended(RowItems rows, IEnumerable<Datum> more)
    {
        var items = more.ToList();
        return items.Count == 0 ? rows : Joined(rows, new RowItems(RowsOf(items, rows.Form, items[0], isMore: true), rows.Form));
    }

    /// <summary>The items of one list and then those of another.</summary>
    private RowItems Joined(RowItems first, RowItems second)
    {
        return new(Cat(first.Rows, second.Rows), first.Form);

        Datum Cat(Datum a, Datum b) => (a, b) switch
        {
            (Datum.Tuple x, Datum.Tuple y) => new Datum.Tuple([.. x.Items.Zip(y.Items, Cat)], x.Names),
            _ => Holding((Datum.Tensor)CallOperator("aten::cat", [NewList([a, b])], []), [a, b]),
        };
    }

    /// <summary>The same for all tensors of rows.</summary>
    private static RowItems OfRows(RowItems rows, Func<Datum, Datum> map)
    {
        return rows with { Rows = Each(rows.Rows) };

        Datum Each(Datum part) => part is Datum.Tuple tuple ? new Datum.Tuple([.. tuple.Items.Select(Each)], tuple.Names) : map(part);
    }

    private Datum.Int LengthOf(RowItems rows) => ToInt(CallOperator("aten::size", [AnyOf(rows.Rows), Datum.Of(0)], []));

    private static Datum AnyOf(Datum rows) => rows is Datum.Tuple tuple ? AnyOf(tuple.Items[0]) : rows;

    /// <summary>The item at a place; with the list that has the rows, a list or dict among the items can be written to.</summary>
    private Datum ItemOf(RowItems rows, Datum.Int place, Cell? list = null)
    {
        return At(rows.Rows, rows.Form);

        Datum At(Datum part, ItemForm form)
        {
            switch (form)
            {
                case ItemForm.Composed { Parts: var forms }:
                    ImmutableArray<Datum> parts = [.. ((Datum.Tuple)part).Items.Zip(forms, At)];
                    return form switch
                    {
                        ItemForm.Tuple { Names: var names } => new Datum.Tuple(parts, names),
                        ItemForm.Dict { Keys: var keys } => new Datum.Dict(Held(part, keys.Zip(parts).ToImmutableList())),
                        _ => new Datum.List(Held(part, parts.ToImmutableList())),
                    };
                case ItemForm.Tensor:
                    return CallOperator("aten::select", [part, Datum.Of(0), place], []);
                default:
                    return ToNumber((Datum.Tensor)CallOperator("aten::select", [part, Datum.Of(0), place], []));
            }
        }

        // A write to it is one to the rows.
        Cell Held(Datum part, object items)
        {
            var cell = part == rows.Rows && list is not null ? Written(list, items) : journal.New(items);
            cell.IsHeld = cell.Within is null;
            MemoriesOf(part).ToList().ForEach(cell.MayBe);
            return cell;
        }

        Cell Written(Cell holder, object items)
        {
            var held = journal.New(rows);
            return journal.New(items, within: now =>
            {
                // With other items, the list may have it no more, or at another place.
                if (!ReferenceEquals(holder.Now, held.Content))
                {
                    return [];
                }

                var put = With((RowItems)held.Content!, place, now is ImmutableList<Datum> ? new Datum.List(journal.New(now)) : new Datum.Dict(journal.New(now)), isMore: false);
                SetItems(holder, put);
                journal.Set(held, put);
                return MemoriesOf(put.Rows);
            });
        }
    }

    /// <summary>Items from a place up to another.</summary>
    private RowItems Part(RowItems rows, Datum start, Datum end) => OfRows(rows, part => Holding((Datum.Tensor)CallOperator(
        "aten::clone", [CallOperator("aten::slice", [part, Datum.Of(0), start, end, Datum.Of(1)], [])], []), [part]));

    /// <summary>A place that may be counted from the end, counted from the beginning.</summary>
    private Datum.Int FromStart(RowItems rows, Datum.Int place) => place.Known is { } known
        ? known >= 0 ? place : ToInt(CallOperator("aten::add", [LengthOf(rows), place], []))
        : ToInt(CallOperator("aten::remainder", [place, LengthOf(rows)], []));

    /// <summary>The list without the item at a place.</summary>
    private RowItems Without(RowItems rows, Datum.Int place)
    {
        if (place.Known is -1)
        {
            return Part(rows, Datum.Of(0), Datum.Of(-1));
        }

        var at = FromStart(rows, place);
        var after = Part(rows, CallOperator("aten::add", [at, Datum.Of(1)], []), Datum.Nothing);
        return at.Known is 0 ? after : Joined(Part(rows, Datum.Of(0), at), after);
    }

    /// <summary>The list with another item at a place, or one more before it.</summary>
    private RowItems With(RowItems rows, Datum.Int place, Datum item, bool isMore)
    {
        var at = FromStart(rows, place);
        var after = isMore ? at : CallOperator("aten::add", [at, Datum.Of(1)], []);
        return Joined(Appended(Part(rows, Datum.Of(0), at), [item]), Part(rows, after, Datum.Nothing));
    }

    /// <summary>The rows of a list of which only the run knows how long it is, if its items can be some.</summary>
    private RowItems? RowsIn(Datum list) => (list as Datum.List)?.Items.Now switch
    {
        RowItems rows => rows,
        RunItems run => FromRun(run),
        MaybeItems maybe => RunItemsIn(list) is { } run ? FromRun(run) : FromMaybe(maybe),
        _ => null,
    };

    /// <summary>The numbers of a list in one tensor, where only the run knows some, or one that they are compared with, or how many there are.</summary>
    private Datum? NumbersIn(Datum list, Datum? other = null) => (list as Datum.List)?.Items.Now switch
    {
        ImmutableList<Datum> { IsEmpty: false } items => items.TrueForAll(IsNumber) && (other is null ? items : items.Add(other)).Exists(item
            => item is Datum.Int { Known: null } or Datum.Float { Known: null } or Datum.Bool { Known: null })
            ? RowsOf(items, FormOf(items[0]), items[0]) : null,
        null or ImmutableList<Datum> => null,
        _ => RowsIn(list) is { Form: ItemForm.Number } rows ? rows.Rows : null,
    };

    /// <summary>What an operator makes of these numbers: one of their kind.</summary>
    private Datum? OfNumbers(string op, Datum list) => NumbersIn(list) is { } numbers ? ToNumber((Datum.Tensor)CallOperator(op, [numbers], [])) : null;

    /// <summary>In which places an item lies.</summary>
    private Datum? PlacesOf(Datum list, Datum item) => IsNumber(item) && NumbersIn(list, item) is { } numbers ? CallOperator("aten::eq", [numbers, item], []) : null;

    private Datum.Int? CountOf(Datum list, Datum item) => PlacesOf(list, item) is { } places ? ToInt(CallOperator("aten::sum", [places], [])) : null;

    private Datum.Int? PlaceOf(Datum list, Datum item)
    {
        if (PlacesOf(list, item) is not { } places)
        {
            return null;
        }

        Assert(CallOperator("aten::any", [places], []), "the item is not in the list");
        return ToInt(CallOperator("aten::argmax", [CallOperator("aten::to", [places, Datum.Of(DType.Int32.Number())], [])], []));
    }

    /// <summary>A list's items in their order.</summary>
    private object InOrder(Datum.List list, bool reverse) => list.Items.Now is not ImmutableList<Datum> && NumbersIn(list) is { } numbers
        ? new RowItems(ItemsOf(CallOperator("aten::sort", [numbers, Datum.Of(0), Datum.Of(reverse)], []))[0], RowsIn(list)!.Form) : Sorted(ListItems(list), reverse);
}
