using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Lists, dicts and tuples.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> CollectionBuiltins =>
    [
        ("aten::len", (it, a) => it.Length(a[0])),
        ("aten::__getitem__", (it, a) => it.Item(a[0], a[1])),
        ("aten::_set_item", (it, a) => Done(() => it.SetItem(a[0], a[1], a[2]))),
        ("aten::__setitem__", (it, a) => Done(() => it.SetItem(a[0], a[1], a[2]))),
        ("aten::__contains__", (it, a) => it.Contains(a[0], a[1])),
        ("aten::append", (it, a) => a[0] is Datum.List list ? it.Append(list, [a[1]]) : null),
        ("aten::stack", (it, a) => it.StackRun(a)),
        ("aten::cat", (it, a) => it.JoinQuantised(a) ?? it.JoinRun(a)),
        ("aten::concat", (it, a) => it.JoinRun(a)),
        ("aten::insert", (it, a) => a[0] is Datum.List { Items.Now: RowItems or RunItems } rows ? Done(() => it.SetItems(rows.Items, it.With(it.RowsIn(rows)!, it.ToInt(a[1]), a[2], isMore: true)))
            : a[0] is Datum.List list ? it.Change(list, items => items.Insert((int)Math.Clamp(it.Whole(a[1]) is var at && at < 0 ? at + items.Count : at, 0,
            items.Count), a[2])) : null),
        ("aten::extend", (it, a) => a[0] is Datum.List list ? it.Extend(list, a[1]) : null),
        ("aten::add_", (it, a) => a[0] is Datum.List list ? it.Extend(list, a[1]) : null),
        ("aten::pop", (it, a) => it.Pop(a)),
        ("aten::remove", (it, a) => a[0] is not Datum.List list ? null : it.PlaceOf(list, a[1]) is { } place ? Done(() => it.SetItems(list.Items, it.Without(it.ToRows(list.Items.Now, a[1]), place)))
            : it.Change(list, items => items.RemoveAt(it.IndexOf(items, a[1])))),
        ("aten::Delete", (it, a) => Done(() => it.Delete(a[0], a[1]))),
        ("aten::clear", (it, a) => a[0] switch
        {
            Datum.List { Items: { Now: RowItems rows } items } => Done(() => it.SetItems(items, it.Part(rows, Datum.Of(0), Datum.Of(0)))),
            Datum.List list => Done(() => it.SetItems(list.Items, ImmutableList<Datum>.Empty)),
            Datum.Dict dict => Done(() => it.SetItems(dict.Items, DictItems(dict).Clear())),
            _ => null,
        }),
        ("aten::reverse", (it, a) => a[0] is Datum.List { Items.Now: RowItems or RunItems } rows ? Done(() => it.SetItems(rows.Items, OfRows(it.RowsIn(rows)!, part => Holding(
            (Datum.Tensor)it.CallOperator("aten::flip", [part, it.NewList([Datum.Of(0)])], []), [part])))) : a[0] is Datum.List list ? it.Change(list, items => items.Reverse()) : null),
        ("aten::sort", (it, a) => a[0] is Datum.List list ? Done(() => it.SetItems(list.Items, it.InOrder(list, a.Find(1, "reverse") is Datum.Bool { Known: true }))) : null),
        ("aten::sorted", (it, a) => a[0] is Datum.List list ? new Datum.List(it.journal.New(it.InOrder(list, a.Find(1, "reverse") is Datum.Bool { Known: true }))) : null),
        ("aten::index", (it, a) => a[0] is Datum.Text ? PlaceIn(a, isLast: false, mustBe: true)
            : a[0] is Datum.List list ? it.PlaceOf(list, a[1]) ?? Datum.Of(it.IndexOf(ListItems(list), a[1])) : null),
        ("aten::count", (it, a) => a[0] is Datum.List list ? it.CountOf(list, a[1]) ?? Datum.Of(ListItems(list).Count(item => it.IsSame(item, a[1])))
            : a[0] is Datum.Text text ? CountIn(text, a) : null),
        ("aten::copy", (it, a) => a[0] is Datum.List list ? it.CopyOf(list) : a[0] is Datum.Dict dict ? it.NewDict(DictItems(dict)) : null),
        ("aten::list", (it, a) => a[0] is Datum.Text text ? it.NewList(text.Value.Select(c => Datum.Of(c.ToString()))) : a[0] is Datum.Dict dict ? it.NewList(DictItems(dict).Select(item
            => item.Key)) : a[0] is Datum.List list ? it.CopyOf(list) : it.NewList(ItemsOf(a[0]))),
        ("aten::dict", (it, a) => a.Count == 0 ? it.NewDict([]) : a[0] is Datum.Dict dict ? it.NewDict(DictItems(dict)) : it.NewDict(ItemsOf(a[0]).Select(item => (KeyOf(ItemsOf(item)[0]),
            ItemsOf(item)[1])))),
        ("aten::keys", (it, a) => a[0] is Datum.Dict dict ? it.NewList(DictItems(dict).Select(item => item.Key)) : null),
        ("aten::values", (it, a) => a[0] is Datum.Dict dict ? it.NewList(DictItems(dict).Select(item => item.Value)) : null),
        ("aten::items", (it, a) => a[0] is Datum.Dict dict ? it.NewList(DictItems(dict).Select(item => (Datum)Datum.TupleOf(item.Key, item.Value))) : null),
        ("aten::get", (it, a) => a[0] is Datum.Dict given && a[1] is Datum.Int { Known: null } key ? it.ValueOf(given, key, a.Count > 2 ? a[2] : Datum.Nothing)
            : a[0] is Datum.Dict dict ? Find(dict, KeyOf(a[1])) ?? (a.Count > 2 ? a[2] : Datum.Nothing) : null),
        ("aten::setdefault", (it, a) => it.SetDefault(a)),
        ("aten::update", (it, a) => Done(() => DictItems((Datum.Dict)a[1]).ForEach(item => it.SetItem(a[0], item.Key, item.Value)))),
        ("aten::popitem", (it, a) => a[0] is Datum.Dict dict && DictItems(dict) is [.., var last] ? it.TakeOut(dict, last) : null),
        ("aten::slice", (it, a) => it.Slice(a)),
        ("aten::any", (it, a) => a[0] is Datum.List list ? it.Folded(list, "aten::__or__", false) : null),
        ("aten::all", (it, a) => a[0] is Datum.List list ? it.Folded(list, "aten::__and__", true) : null),
        ("aten::sum", (it, a) => a[0] is Datum.List { Items.Now: not ImmutableList<Datum> } run && it.OfNumbers("aten::sum", run) is { } sum ? sum
            : a[0] is Datum.List list && ListItems(list) is var items && !items.Exists(item => item is Datum.Tensor)
            ? items.Aggregate((Datum)Datum.Of(0), (x, y) => it.CallOperator("aten::add", [x, y], [])) : null),
        ("prim::TupleIndex", (it, a) => it.Item(a[0], a[1])),
        ("prim::unchecked_unwrap_optional", (it, a) => a[0]),
        ("aten::_unwrap_optional", (it, a) => a[0] is Datum.Optional optional ? optional.Value : a[0] is Datum.None ? throw SconceException.Expected("a value", "None") : a[0]),
        ("prim::rangelist", (it, a) => it.NewList(Enumerable.Range(0, Sane(it.Whole(a[0]), 1)).Select(i => (Datum)Datum.Of(i)))),
        ("aten::wait", (it, a) => a[0]),
    ];

    private static Datum.None Done(Action run)
    {
        run();
        return (Datum.None)Datum.Nothing;
    }

    private const string WrittenTwin = "a list or dict, after a write to another one that may be the same: which of the two a variable holds, only the run tells";

    /// <summary>Writes to a list or a dict. Others that may be the same must not be used from now on.</summary>
    private void SetItems(Cell cell, object items)
    {
        if (cell.IsHeld || (cell.Within is not null && state.ItemsRepeat))
        {
            throw SconceException.Unsupported(
                "a write to a list or dict that lies in a list of which only the run knows how long it is, by another name than that list's, or where it may lie there twice", hint: "append a copy, list(items)");
        }

        journal.Set(cell, items);
        var told = cell.Within?.Invoke(items).ToHashSet<Cell>(ReferenceEqualityComparer.Instance);
        foreach (var other in cell.Doubtful.Where(other => told?.Contains(other) != true))
        {
            journal.Lose(other, new Contents(null, journal.New(null).Born, WrittenTwin), WrittenTwin);
        }
    }

    private Datum Append(Datum.List list, IEnumerable<Datum> more)
    {
        switch (list.Items.Now)
        {
            case GrowingItems growing:
                journal.Set(list.Items, new GrowingItems(growing.Added.AddRange(more.Select(item => new MaybeItem(null, item)))));
                return list;
            case RunItems or RowItems:
                SetItems(list.Items, Appended(RowsIn(list)!, more));
                return list;
            case MaybeItems maybe:
                SetItems(list.Items, new MaybeItems(maybe.Items.AddRange(more.Select(item => new MaybeItem(null, item)))));
                return list;
            default:
                return Change(list, items => items.AddRange(more));
        }
    }

    private Datum Extend(Datum.List list, Datum more)
    {
        if (RowsIn(more) is { } rows && list.Items.Now is not GrowingItems)
        {
            Repeat(more);
            SetItems(list.Items, list.Items.Now is ImmutableList<Datum> { IsEmpty: true } ? rows : Joined(ToRows(list.Items.Now, rows), rows));
            return list;
        }

        return Append(list, ItemsOf(more));
    }

    /// <summary>Another list of the same items.</summary>
    private Datum CopyOf(Datum.List list)
    {
        Repeat(list);
        return list.Items.Now is RowItems or RunItems or MaybeItems ? new Datum.List(journal.New(list.Items.Now)) : NewList(ListItems(list));
    }

    private Datum Change(Datum.List list, Func<ImmutableList<Datum>, ImmutableList<Datum>> change)
    {
        SetItems(list.Items, change(ListItems(list)));
        return list;
    }

    private Datum? Length(Datum of) => of switch
    {
        Datum.List { Items.Now: RunItems run } => LengthOf(run),
        Datum.List { Items.Now: RowItems rows } => LengthOf(rows),
        Datum.List { Items.Now: MaybeItems maybe } => LengthOf(maybe),
        Datum.List list => Datum.Of(ListItems(list).Count),
        Datum.Tuple tuple => Datum.Of(tuple.Items.Length),
        Datum.Dict dict => Datum.Of(DictItems(dict).Count),
        Datum.Text { IsRough: false } text => Datum.Of(text.Value.Length),
        Datum.Tensor => CallOperator("aten::size", [of, Datum.Of(0)], []),
        Datum.Object item => CallMethod(item.Instance, "__len__", [], []),
        _ => throw SconceException.Expected("something that has a length", of.Kind),
    };

    private Datum.Bool Contains(Datum of, Datum item)
    {
        switch (of)
        {
            case Datum.Dict dict when item is Datum.Int { Known: null } unknown:
                return HasKey(dict, unknown);
            case Datum.Dict dict:
                return Datum.Of(Find(dict, KeyOf(item)) is not null);
            case Datum.Text { IsRough: false } text when item is Datum.Text { IsRough: false } part:
                return Datum.Of(text.Value.Contains(part.Value, StringComparison.Ordinal));
            case Datum.List { Items.Now: MaybeItems maybe }:
                return maybe.Items.Aggregate(Datum.Of(false), (all, entry) => (Datum.Bool)CallOperator(
                    "aten::__or__", [all, CallOperator("aten::__and__", [HasOf(entry), Same(entry.Value, item)], [])], []));
            case Datum.List list when IsNumber(item) && RunItemsIn(list) is { IsOfNumbers: true } run:
                return ToBool(CallOperator("aten::any", [CallOperator("aten::eq", [AllRowsOf(run), item], [])], []));
            case Datum.List or Datum.Tuple:
                var any = Datum.Of(false);
                foreach (var known in ItemsOf(of))
                {
                    any = (Datum.Bool)CallOperator("aten::__or__", [any, Same(known, item)], []);
                    if (any.Known == true)
                    {
                        break;
                    }
                }

                return any;
            case Datum.Object { Instance: var instance }:
                return ToBool(CallMethod(instance, "__contains__", [item], []));
            default:
                throw SconceException.Expected("a list, a dict or a string", of.Kind);
        }
    }

    private bool IsSame(Datum a, Datum b) => Same(a, b).Known ?? throw Unknown("whether items of a list are equal");

    private int IndexOf(ImmutableList<Datum> items, Datum item) => items.FindIndex(known => IsSame(known, item)) is >= 0 and var place ? place
        : throw SconceException.Expected("an item of the list", item.Kind);

    private Datum Pop(BuiltinCall a)
    {
        if (a[0] is Datum.Dict dict)
        {
            var key = KeyOf(a[1]);
            var at = DictItems(dict).FindIndex(item => item.Key.Equals(key));
            if (at < 0)
            {
                return a.Count > 2 ? a[2] : throw SconceException.Expected("a key of the dict", key.Kind);
            }

            var value = DictItems(dict)[at].Value;
            SetItems(dict.Items, DictItems(dict).RemoveAt(at));
            return value;
        }

        var list = (Datum.List)a[0];
        if (list.Items.Now is RowItems or RunItems)
        {
            var (rows, at) = (RowsIn(list)!, a.Count > 1 ? ToInt(a[1]) : Datum.Of(-1));
            var taken = ItemOf(rows, at);
            SetItems(list.Items, Without(rows, at));
            return taken;
        }

        var items = ListItems(list);
        var place = Place(a.Count > 1 ? a[1] : Datum.Of(-1), items.Count);
        SetItems(list.Items, items.RemoveAt(place));
        return items[place];
    }

    private void Delete(Datum of, Datum index)
    {
        if (of is Datum.Dict dict)
        {
            var key = KeyOf(index);
            SetItems(dict.Items, DictItems(dict).RemoveAll(item => item.Key.Equals(key)));
        }
        else if (of is Datum.List list)
        {
            SetItems(list.Items, ListItems(list).RemoveAt(Place(index, ListItems(list).Count)));
        }
    }

    private Datum TakeOut(Datum.Dict dict, (Datum Key, Datum Value) item)
    {
        SetItems(dict.Items, DictItems(dict).Remove(item));
        return Datum.TupleOf(item.Key, item.Value);
    }

    private Datum SetDefault(BuiltinCall a)
    {
        if (Find((Datum.Dict)a[0], KeyOf(a[1])) is { } known)
        {
            return known;
        }

        SetItem(a[0], a[1], a[2]);
        return a[2];
    }

    private static bool IsSortable(Datum item) => item switch
    {
        Datum.Int { Known: not null } or Datum.Float { Known: not null } or Datum.Bool { Known: not null } or Datum.Text { IsRough: false } => true,
        Datum.Tuple or Datum.List => ItemsOf(item).All(IsSortable),
        _ => false,
    };

    private IEnumerable<Datum> Ordered(IEnumerable<Datum> items) => items.All(item => item is Datum.Text)
        ? items.OrderBy(item => ((Datum.Text)item).Value, StringComparer.Ordinal)
        : items.Order(Comparer<Datum>.Create((x, y) => ItemsOrder(x, y)));

    private int ItemsOrder(Datum x, Datum y)
    {
        if (x is Datum.Tuple or Datum.List && y is Datum.Tuple or Datum.List)
        {
            return ItemsOf(x).Zip(ItemsOf(y), ItemsOrder).FirstOrDefault(order => order != 0, ItemsOf(x).Count - ItemsOf(y).Count);
        }

        return x is Datum.Text a && y is Datum.Text b ? string.CompareOrdinal(a.Value, b.Value) : Known(x).CompareTo(Known(y));
    }

    private ImmutableList<Datum> Sorted(ImmutableList<Datum> items, bool reverse)
    {
        if (items.Exists(item => item is Datum.Int { Known: null } or Datum.Float { Known: null }) && items.TrueForAll(IsNumber))
        {
            var numbers = MadeTensor(new("aten::tensor", [NewList(items)], items[0] is Datum.Float ? [("dtype", Datum.Of(DType.Float64.Number()))] : []));
            var sorted = ItemsOf(CallOperator("aten::sort", [numbers, Datum.Of(0), Datum.Of(reverse)], []))[0];
            return [.. items.Select((_, i) => ToNumber((Datum.Tensor)CallOperator("aten::select", [sorted, Datum.Of(0), Datum.Of(i)], [])))];
        }

        if (items.Exists(item => !IsSortable(item)))
        {
            throw Unknown("an order of items");
        }

        var ordered = Ordered(reverse ? items.Reverse() : items);
        return reverse ? [.. ordered.Reverse()] : [.. ordered];
    }

    private Datum? Slice(BuiltinCall a)
    {
        if (a[0] is Datum.Tensor tensor)
        {
            return SliceOf(tensor, a);
        }

        if (a[0] is Datum.List { Items.Now: RowItems or RunItems } && a.Find(3, "step") is Datum.None or Datum.Int { Known: 1 })
        {
            Repeat(a[0]);
            return new Datum.List(journal.New(Part(RowsIn(a[0])!, a.Find(1, "start"), a.Find(2, "end"))));
        }

        // Of a list there is no dim between.
        var of = a[0];
        var length = of is Datum.Text text ? text.Value.Length : ItemsOf(of).Count;
        var step = a.Find(3, "step") is Datum.Int { Known: { } known } ? known : 1;
        var first = Bound(a.Find(1, "start"), step > 0 ? 0 : length - 1);
        var last = Bound(a.Find(2, "end"), step > 0 ? length : -1);
        var places = new List<int>();
        for (var place = first; step > 0 ? place < last : place > last; place += step)
        {
            if (place >= 0 && place < length)
            {
                places.Add((int)place);
            }
        }

        return of switch
        {
            Datum.Text whole => new Datum.Text(string.Concat(places.Select(place => whole.Value[place])), whole.IsRough),
            Datum.Tuple tuple => Datum.TupleOf(places.Select(place => tuple.Items[place])),
            _ => NewList(places.Select(place => ItemsOf(of)[place])),
        };

        long Bound(Datum bound, long otherwise)
        {
            if (bound is Datum.None)
            {
                return otherwise;
            }

            var value = Whole(bound);
            value = value < 0 ? value + length : value;
            return step > 0 ? Math.Clamp(value, 0, length) : Math.Clamp(value, -1, length - 1);
        }
    }

    /// <summary>A slice of a tensor: what is left out is the whole.</summary>
    private Datum SliceOf(Datum.Tensor tensor, BuiltinCall a)
    {
        Datum[] parts = [a.Find(1, "dim"), a.Find(2, "start"), a.Find(3, "end"), a.Find(4, "step")];
        return TensorOperator("aten::slice", [tensor, parts[0] is Datum.None ? Datum.Of(0) : parts[0], parts[1], parts[2], parts[3] is Datum.None ? Datum.Of(1) : parts[3]], []);
    }

    private Datum.Bool Folded(Datum.List list, string op, bool start) =>
        ListItems(list).Aggregate(Datum.Of(start), (all, item) => (Datum.Bool)CallOperator(op, [all, ToBool(item)], []));

    /// <summary>Functions that are called by a single name.</summary>
    private Datum CallBuiltin(string name, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        switch (name)
        {
            case "int":
                return ToInt(arguments[0]);
            case "float":
                return ToFloat(arguments[0]);
            case "bool":
                return ToBool(arguments[0]);
            case "str":
                return TextOf(arguments[0]);
            case "print" or "warn":
                return Datum.Nothing;
            case "getattr":
                return arguments[1] is Datum.Text { IsRough: false } attribute ? Attribute(arguments[0], attribute.Value) : throw Unknown("the name of an attribute");
            case "hasattr":
                return Datum.Of(arguments is [Datum.Object { Instance: var instance }, Datum.Text text] && (attributes.Read(instance, text.Value) ?? (Datum?)null) is not null);
            case "range":
                var (start, end, step) = arguments.Count switch
                {
                    1 => (Datum.Of(0), ToInt(arguments[0]), Datum.Of(1)),
                    2 => (ToInt(arguments[0]), ToInt(arguments[1]), Datum.Of(1)),
                    _ => (ToInt(arguments[0]), ToInt(arguments[1]), ToInt(arguments[2])),
                };
                return new Datum.Range(start, arguments.Count == 1 && end.Known is null ? end : (Datum.Int)RangeLength(start, end, step), step);
            case "tuple":
                return Datum.TupleOf(ItemsOf(arguments[0]));
            case "complex":
                return CallOperator("aten::Complex", arguments, named);
            case "fork":
                return Fork(arguments, named);
            case "wait":
                return arguments[0];
            case "zip":
                var lists = arguments.Select(ItemsOf).ToList();
                return NewList(Enumerable.Range(0, lists.Min(list => list.Count)).Select(i => (Datum)Datum.TupleOf(lists.Select(list => list[i]))));
            case "enumerate":
                return NewList(ItemsOf(arguments[0]).Select((item, i) => (Datum)Datum.TupleOf(Datum.Of(i), item)));
            case "min" or "max":
                return CallOperator($"prim::{name}", arguments, named);
            default:
                return CallOperator($"aten::{name}", arguments, named);
        }
    }
}
