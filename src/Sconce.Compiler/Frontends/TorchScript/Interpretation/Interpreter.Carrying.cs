using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What a loop of the graph carries from turn to turn.
internal sealed partial class Interpreter
{
    /// <summary>
    /// The places that a loop's body writes, and in them the values that become other ones: these are carried. What more there is to carry each trial of the body shows.
    /// A tensor that a turn replaces has memory of its own in the next one. Whether that is what another name holds too is doubtful then, and a write to it loses the others.
    /// In an exact loop an int is carried, which says which of the tensors it is.
    /// </summary>
    private sealed class Carrier(Interpreter interpreter, Statement loop, long born)
    {
        private readonly bool isExact = interpreter.exactLoops.Contains(loop);
        private readonly List<Cell> cells = [];
        private readonly Dictionary<(Cell, string), Place> places = [];
        private readonly HashSet<(Place, Place)> shared = [];

        /// <summary>Of a tensor the dims whose sizes a turn changes.</summary>
        private readonly Dictionary<(Cell, string), SortedSet<int>> open = [];

        /// <summary>A value that is carried.</summary>
        public sealed class Place
        {
            /// <summary>Memory and lists of before the loop in which it may lie too.</summary>
            public List<Cell> Others { get; } = [];

            /// <summary>In an exact loop the tensors of before the loop that it may be.</summary>
            public List<TensorReference> Candidates { get; } = [];

            /// <summary>Whether it may be a tensor that a turn makes.</summary>
            public bool HasOwn { get; set; }

            /// <summary>Whether a turn may leave a list or dict in it that lies in rows.</summary>
            public bool IsHeld { get; set; }

            public bool HasTag => Candidates.Count + (HasOwn ? 1 : 0) > 1;
        }

        public bool IsCarried(Cell cell) => cells.Contains(cell);

        /// <summary>Takes in what a trial wrote. True where there is more to carry than was known, so that the body must be gone through again.</summary>
        public bool Learn(IReadOnlyList<(Cell Cell, object? Before, object? After)> changed, Turn turn)
        {
            var known = Count();
            foreach (var (cell, before, after) in changed)
            {
                cells.Add(cell);
                Compare(cell, before is Datum.Unusable ? null : before, after);
            }

            foreach (var (cell, content) in turn.Begun)
            {
                Compare(cell, content, cell.Content);
            }

            if (changed.Count == 0)
            {
                LearnAliases(turn);
            }

            return changed.Count > 0 || Count() > known;
        }

        /// <summary>Variables, lists and dicts that each turn sets to something that cannot be carried, and why. Where they have been set in the same turn they may be read.</summary>
        private readonly Dictionary<Cell, Datum.Unusable> lost = [];
        private bool hasOpened;

        /// <summary>Whether the turn's end showed more sizes that change, so that the body must be gone through again.</summary>
        public bool TakeOpened() => hasOpened && !(hasOpened = false);

        /// <summary>For each of the values the dims whose sizes a turn changes; empty where there are none.</summary>
        public Argument Open(Turn turn) => new Argument.List(open.Count == 0 ? [] : [.. turn.Leaves.Select(leaf =>
            new Argument.List([.. OpenAt(leaf.Key).Select(axis => new Argument.Int(axis))]))]);

        private SortedSet<int> OpenAt((Cell, string)? key) => key is { } known && open.TryGetValue(known, out var axes) ? axes : [];

        /// <summary>A variable is nothing when a turn begins, and after the loop.</summary>
        public void Lose(Cell variable, SconceException why) => hasOpened |= lost.TryAdd(variable, new Datum.Unusable($"{why.Problem}, and it is read by the next turn, or after the loop"));

        private int Count() => places.Count + shared.Count + places.Values.Sum(place => place.Others.Count + place.Candidates.Count + (place.HasOwn ? 1 : 0) + (place.IsHeld ? 1 : 0));

        private void Compare(Cell cell, object? before, object? after)
        {
            if (before is null)
            {
                // It is nothing before the loop: all of it is carried.
                Cover(cell, after, "");
                return;
            }

            Zip(cell, before, after, "", forced: false, (a, b, path) => { }, (a, b, path) =>
            {
                if (!Equals(a, b))
                {
                    places.TryAdd((cell, path), new Place());
                }
            });
        }

        private void Cover(Cell cell, object? content, string path)
        {
            switch (content)
            {
                case Datum.Tuple tuple:
                    tuple.Items.Index().ToList().ForEach(item => Cover(cell, item.Item, Inner(path, item.Index)));
                    break;
                case Datum.Tensor or Datum.Int or Datum.Float or Datum.Bool:
                    places.TryAdd((cell, path), new Place());
                    break;
            }
        }

        private static string Inner(string path, int place) => FormattableString.Invariant($"{path}.{place}");

        /// <summary>Which tensors may lie in the same memory in the next turn.</summary>
        private void LearnAliases(Turn turn)
        {
            var holders = new Dictionary<Cell, Place>(ReferenceEqualityComparer.Instance);
            foreach (var (cell, content) in turn.Begun)
            {
                Zip(cell, content, cell.Content, "", forced: false, (before, after, path) =>
                {
                    if (after is Datum.Tensor { Reference: var reference } && PlaceOf(before, reference, (cell, path)) is { } place)
                    {
                        LearnTensor(place, before, reference, turn);
                        foreach (var memory in Fresh(reference, place, turn))
                        {
                            if (!holders.TryAdd(memory, place) && holders[memory] != place)
                            {
                                shared.Add((holders[memory], place));
                            }
                        }
                    }
                    else if (places.TryGetValue((cell, path), out place) && (before, after) is (Datum.List or Datum.Dict, Datum.List or Datum.Dict))
                    {
                        AddOthers(place, PlacesIn(before), PlacesIn(after).Where(other => other.Content is not Contents));
                        place.IsHeld |= ((after as Datum.List)?.Items ?? (after as Datum.Dict)?.Items)!.MustStay;
                    }
                }, (_, _, _) => { });
            }
        }

        /// <summary>The place of a tensor that is carried; an item of a list that is carried has one from when a turn leaves another tensor in it.</summary>
        private Place? PlaceOf(object before, TensorReference after, (Cell, string) key)
        {
            if (!places.TryGetValue(key, out var place) && before is Datum.Tensor { Reference: var reference } && reference != after)
            {
                places.Add(key, place = new Place());
            }

            return place;
        }

        private void LearnTensor(Place place, object? before, TensorReference after, Turn turn)
        {
            if (!isExact)
            {
                AddOthers(place, PlacesIn(before), after.Memories.Select(memory => memory.Cell));
                return;
            }

            foreach (var leaf in LeavesOf(after))
            {
                if (leaf == turn.Built.GetValueOrDefault(place).Own || place.Candidates.Contains(leaf))
                {
                    continue;
                }

                if (leaf.Seen.Born < born)
                {
                    place.Candidates.Add(leaf);
                    continue;
                }

                place.HasOwn = true;
                AddOthers(place, turn.Built.GetValueOrDefault(place).Own is { } own ? own.Memories.Select(memory => memory.Cell) : [], leaf.Memories.Select(memory => memory.Cell));
            }
        }

        private void AddOthers(Place place, IEnumerable<Cell> before, IEnumerable<Cell> after)
        {
            var was = before.ToList();
            foreach (var other in after.SelectMany(cell => cell.Bases).Distinct().Where(cell => cell.Born < born && !place.Others.Contains(cell)).ToList())
            {
                if (was.Count == 0 || was.Exists(own => own.Content is Contents == other.Content is Contents && !own.IsPerhaps(other)))
                {
                    place.Others.Add(other);
                }
            }
        }

        /// <summary>The tensors that a choice is between.</summary>
        private IEnumerable<TensorReference> LeavesOf(TensorReference reference) => reference.Seen is { Content: Sight.Either either } seen && seen.Born >= born
            ? LeavesOf(either.First).Concat(LeavesOf(either.Second)).Distinct() : [reference];

        /// <summary>Memory that a turn made, or that it was given as a place's own.</summary>
        private IEnumerable<Cell> Fresh(TensorReference reference, Place place, Turn turn) => LeavesOf(reference)
            .Where(leaf => !isExact || leaf != turn.Built.GetValueOrDefault(place).Own || !turn.IsBuilt(place, reference))
            .SelectMany(leaf => leaf.Memories).SelectMany(memory => memory.Cell.Bases).Where(cell => cell.Born >= born).Distinct();

        private bool IsCarried(Cell cell, string path, bool forced) => forced || places.ContainsKey((cell, path));

        /// <summary>Goes through what a place holds; what is carried becomes something else.</summary>
        private object? Map(Cell cell, object? content, string path, bool forced, Func<object, string, object> carried, bool isBuilding)
        {
            switch (content)
            {
                case Contents { Value: not null }:
                    return carried(content, path);
                case Lazy<Datum> lazy:
                    return Map(cell, lazy.Value, path, forced, carried, isBuilding);
                case Datum.Tensor or Datum.Int or Datum.Float or Datum.Bool:
                    return IsCarried(cell, path, forced) ? carried(content, path) : content;
                case Datum.Tuple tuple:
                    return new Datum.Tuple([.. tuple.Items.Select((item, i) => (Datum)Map(cell, item, Inner(path, i), forced, carried, isBuilding)!)], tuple.Names);
                case Datum.List list when IsCarried(cell, path, forced):
                    return Held(list.Items, items => new Datum.List(items));
                case Datum.Dict dict when IsCarried(cell, path, forced):
                    return Held(dict.Items, items => new Datum.Dict(items));
                case RowItems items:
                    return items with { Rows = (Datum)Map(cell, items.Rows, path + "[]", forced, carried, isBuilding)! };
                case ImmutableList<Datum> items:
                    return items.Select((item, i) => (Datum)Map(cell, item, Inner(path, i), forced, carried, isBuilding)!).ToImmutableList();
                case ImmutableList<(Datum Key, Datum Value)> items:
                    return items.Select((item, i) => (item.Key, (Datum)Map(cell, item.Value, Inner(path, i), forced, carried, isBuilding)!)).ToImmutableList();
                default:
                    return content;
            }

            Datum Held(Cell items, Func<Cell, Datum> make)
            {
                var inner = Map(cell, items.Content, path + "[]", forced: true, carried, isBuilding);
                if (!isBuilding)
                {
                    return make(items);
                }

                var made = interpreter.journal.New(inner);
                made.MayBe(items);
                made.IsHeld = items.MustStay;
                if (places.TryGetValue((cell, path), out var place))
                {
                    made.IsHeld |= place.IsHeld;
                    place.Others.FindAll(other => other.Content is not Contents).ForEach(made.MayBe);
                }

                return make(made);
            }
        }

        /// <summary>Goes through what a place held at the beginning of a turn and what it holds at its end, in the order of <see cref="Map"/>.</summary>
        private void Zip(Cell cell, object? before, object? after, string path, bool forced, Action<object, object?, string> carried, Action<object?, object?, string> kept)
        {
            switch (before, after)
            {
                case (_, Lazy<Datum> lazy):
                    Zip(cell, before, lazy.Value, path, forced, carried, kept);
                    break;
                case (Lazy<Datum> lazy, _):
                    Zip(cell, lazy.Value, after, path, forced, carried, kept);
                    break;
                case (Contents { Value: not null }, _):
                    carried(before, after, path);
                    break;
                case (Datum.Tensor or Datum.Int or Datum.Float or Datum.Bool, _) when IsCarried(cell, path, forced):
                    carried(before, after, path);
                    break;
                case (Datum.Tuple a, Datum.Tuple b) when a.Items.Length == b.Items.Length:
                    for (var i = 0; i < a.Items.Length; i++)
                    {
                        Zip(cell, a.Items[i], b.Items[i], Inner(path, i), forced, carried, kept);
                    }

                    break;
                case (Datum.List a, Datum.List b) when IsCarried(cell, path, forced):
                    carried(before, after, path);
                    Zip(cell, a.Items.Content, b.Items.Content, path + "[]", forced: true, carried, kept);
                    break;
                case (Datum.Dict a, Datum.Dict b) when IsCarried(cell, path, forced):
                    carried(before, after, path);
                    Zip(cell, a.Items.Content, b.Items.Content, path + "[]", forced: true, carried, kept);
                    break;
                case (RowItems a, RowItems b) when a.Form.Equals(b.Form):
                    Zip(cell, a.Rows, b.Rows, path + "[]", forced, carried, kept);
                    break;
                case (ImmutableList<Datum> a, ImmutableList<Datum> b) when a.Count == b.Count:
                    foreach (var (i, item) in a.Index())
                    {
                        Zip(cell, item, b[i], Inner(path, i), forced, carried, kept);
                    }

                    break;
                case (ImmutableList<(Datum Key, Datum Value)> a, ImmutableList<(Datum Key, Datum Value)> b) when a.Select(pair => pair.Key).SequenceEqual(b.Select(pair => pair.Key)):
                    foreach (var (i, item) in a.Index())
                    {
                        Zip(cell, item.Value, b[i].Value, Inner(path, i), forced, carried, kept);
                    }

                    break;
                default:
                    kept(before, after, path);
                    break;
            }
        }

        /// <summary>What is carried, as values: the parameters of a block, or the loop's results.</summary>
        public sealed class Turn
        {
            private readonly Carrier carrier;
            private readonly Interpreter interpreter;
            private readonly ImmutableArray<Value> given;
            private int next;

            /// <summary>Values for all that is carried, as of before the loop, outside of its blocks. Counters stand before them.</summary>
            public Turn(Carrier carrier, ImmutableArray<Value> given, int counters)
            {
                (this.carrier, interpreter, this.given) = (carrier, carrier.Owner, given);
                for (var i = 0; i < counters; i++)
                {
                    Add(new Argument.Int(0), new GraphType.Int());
                }

                foreach (var cell in carrier.cells.Where(cell => !carrier.lost.ContainsKey(cell)))
                {
                    carrier.Map(cell, cell.Content, "", forced: false, (content, path) => Prepare(content, (cell, path)), isBuilding: false);
                }
            }

            /// <summary>The first value of each, its type, and where it lies.</summary>
            public List<(Argument First, GraphType Type, (Cell, string)? Key)> Leaves { get; } = [];

            public List<Value> Values { get; } = [];

            /// <summary>What each place holds when the turn begins.</summary>
            public List<(Cell Cell, object? Content)> Begun { get; } = [];

            /// <summary>The tensors that stand for what is carried, and the memory that is a place's own.</summary>
            public Dictionary<Place, (TensorReference Whole, TensorReference? Own, Argument? Tag)> Built { get; } = [];

            public bool IsBuilt(Place place, TensorReference reference) => Built.TryGetValue(place, out var built) && built.Whole == reference;

            public Value Add(Argument first, GraphType type, (Cell, string)? key = null)
            {
                var value = given.IsEmpty ? new Value(interpreter.builder.Name("carried"), type) : given[Values.Count];
                Leaves.Add((first, type, key));
                Values.Add(value);
                return value;
            }

            private object Prepare(object content, (Cell, string) key)
            {
                var place = carrier.places.GetValueOrDefault(key);
                switch (content)
                {
                    case Contents { Value: { } value }:
                        Add(value, TypeOf(value), key);
                        break;
                    case Datum.Tensor { Reference: var tensor }:
                        if (place is not null && carrier.isExact)
                        {
                            if (place.Candidates.Count == 0)
                            {
                                place.Candidates.Add(tensor);
                            }

                            if (place.HasOwn)
                            {
                                Add(tensor.Read(interpreter.builder), TypeOf(tensor.Read(interpreter.builder)), key);
                            }

                            if (place.HasTag)
                            {
                                Add(new Argument.Int(0), new GraphType.Int());
                            }

                            break;
                        }

                        Add(tensor.Read(interpreter.builder), TypeOf(tensor.Read(interpreter.builder)), key);
                        break;
                    case Datum.Int number:
                        Add(number.Value, new GraphType.Int());
                        break;
                    case Datum.Float number:
                        Add(number.Value, new GraphType.Float());
                        break;
                    case Datum.Bool flag:
                        Add(flag.Value, new GraphType.Bool());
                        break;
                }

                return content;
            }

            /// <summary>Sets the places, in the block that the values are parameters of, or after the loop. The first values may be others' before.</summary>
            public void Open(int skipped = 0)
            {
                if (given.IsEmpty)
                {
                    foreach (var (value, leaf) in Values.Zip(Leaves))
                    {
                        interpreter.builder.Give(value);
                        value.Type = interpreter.builder.Typer.Parameter(value, leaf.First, carrier.OpenAt(leaf.Key));
                    }
                }

                next = skipped;
                foreach (var cell in carrier.cells)
                {
                    Begun.Add((cell, carrier.lost.TryGetValue(cell, out var why) ? why
                        : carrier.Map(cell, cell.Content, "", forced: false, (content, path) => Build(content, carrier.places.GetValueOrDefault((cell, path))), isBuilding: true)));
                }

                foreach (var (a, b) in carrier.shared)
                {
                    if (Built.TryGetValue(a, out var first) && Built.TryGetValue(b, out var second))
                    {
                        MayLieIn(first.Own ?? first.Whole, second.Own ?? second.Whole);
                    }
                }

                Begun.ForEach(content => interpreter.journal.Set(content.Cell, content.Content));
            }

            private object Build(object content, Place? place)
            {
                switch (content)
                {
                    case Contents:
                        return new Contents(Values[next++], interpreter.journal.New(null).Born);
                    case Datum.Tensor { Reference: var tensor }:
                        return new Datum.Tensor(place is not null && carrier.isExact ? Exact(place) : Doubtful(tensor, place));
                    case Datum.Int:
                        return new Datum.Int(Values[next++]);
                    case Datum.Float:
                        return new Datum.Float(Values[next++]);
                    default:
                        return new Datum.Bool(Values[next++]);
                }
            }

            private TensorReference Doubtful(TensorReference tensor, Place? place)
            {
                var fresh = interpreter.NewTensor(Values[next++]);
                var cell = fresh.Memories.First().Cell;
                cell.Loop = carrier.isExact ? null : carrier.Loop;
                MayLieIn(fresh, tensor);
                if (place is not null)
                {
                    place.Others.FindAll(other => other.Content is Contents).ForEach(cell.MayBe);
                    Built[place] = (fresh, fresh, null);
                }

                return fresh;
            }

            private TensorReference Exact(Place place)
            {
                var own = place.HasOwn ? interpreter.NewTensor(Values[next++]) : null;
                if (own is not null)
                {
                    place.Others.ForEach(own.Memories.First().Cell.MayBe);
                }

                Argument? tag = place.HasTag ? new Argument.OfValue(Values[next++]) : null;
                List<TensorReference> options = own is null ? place.Candidates : [.. place.Candidates, own];
                var whole = options[^1];
                for (var i = options.Count - 2; i >= 0; i--)
                {
                    var isThis = (Datum.Bool)interpreter.CallOperator("aten::eq", [new Datum.Int(tag!), Datum.Of(i)], []);
                    whole = new TensorReference(interpreter.journal, interpreter.DecisionOf(isThis.Value), options[i], whole);
                }

                Built[place] = (whole, own, tag);
                return whole;
            }

            private static GraphType TypeOf(Argument value) => value is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var type } } ? new GraphType.Tensor(type, null)
                : new GraphType.Tensor(null, null);

            /// <summary>Takes the values of the next turn, which must be such as those of this one.</summary>
            public void End(List<Argument> results)
            {
                foreach (var (cell, content) in Begun.Where(begun => !carrier.lost.ContainsKey(begun.Cell)))
                {
                    try
                    {
                        carrier.Zip(cell, content, cell.Content, "", forced: false, (before, after, path) => Next(before, after, carrier.places.GetValueOrDefault((cell, path)), results), Keep);
                    }
                    catch (SconceException error) when (error.Kind == ErrorKind.Unsupported && content is not Contents)
                    {
                        carrier.Lose(cell, error);
                        return;
                    }
                }
            }

            private void Next(object before, object? after, Place? place, List<Argument> results)
            {
                switch (before, after)
                {
                    case (Contents, Contents { Value: { } value }):
                        Put(value, results);
                        break;
                    case (Contents, Contents { Value: null } lost):
                        throw TensorReference.Lost(lost);
                    case (Contents, EitherContent either):
                        Next(before, either.Decision.Choose(either.First, either.Second), place, results);
                        break;
                    case (Datum.Tensor, Datum.Tensor { Reference: var reference }) when place is not null && carrier.isExact:
                        if (place.HasOwn)
                        {
                            Put(reference.Read(interpreter.builder), results);
                        }

                        if (place.HasTag)
                        {
                            Put(TagOf(reference, place), results);
                        }

                        break;
                    case (Datum.Tensor, Datum.Tensor) or (Datum.Int, Datum.Int) or (Datum.Float, Datum.Float) or (Datum.Bool, Datum.Bool):
                        Put(interpreter.ToArgument((Datum)after), results);
                        break;
                    case (Datum.List, Datum.List) or (Datum.Dict, Datum.Dict):
                        break;
                    default:
                        Keep(before, after, "");
                        break;
                }
            }

            /// <summary>Which tensor it is, as the next turn counts them.</summary>
            private Argument TagOf(TensorReference reference, Place place)
            {
                var built = Built[place];
                if (reference == built.Whole && built.Tag is { } same)
                {
                    return same;
                }

                if (place.Candidates.IndexOf(reference) is >= 0 and var known)
                {
                    return new Argument.Int(known);
                }

                return reference.Seen is { Content: Sight.Either either } seen && seen.Born >= carrier.Born
                    ? interpreter.builder.Select(either.Decision.Condition, TagOf(either.First, place), TagOf(either.Second, place), new GraphType.Int())
                    : new Argument.Int(place.Candidates.Count);
            }

            private void Keep(object? before, object? after, string path)
            {
                if (Equals(before, after))
                {
                    return;
                }

                throw (before, after) is (ImmutableList<Datum> or ImmutableList<(Datum Key, Datum Value)>, _) ? Grows()
                    : SconceException.Unsupported(
                        "a loop, of which only the run knows how many turns it makes, changes what is no number and no tensor: "
                            + $"{(before as Datum)?.Kind ?? "a value"} becomes {(after as Datum)?.Kind ?? "another"}",
                        hint: "set it before the loop to what it is in the loop");
            }

            private void Put(Argument value, List<Argument> results)
            {
                if (results.Count >= Values.Count)
                {
                    throw Grows();
                }

                var before = Values[results.Count].Type;
                if (before is GraphType.Tensor { Type: var type, Shape: { } shape })
                {
                    if (value is not Argument.OfValue { Value.Type: GraphType.Tensor { Type: var now, Shape: { } next } } || now != type || next.Length != shape.Length)
                    {
                        throw SconceException.Unsupported(
                            "a loop, of which only the run knows how many turns it makes, changes the dtype or the dims of a tensor: "
                                + $"{GraphPrinter.Text(before)} becomes {(value is Argument.OfValue { Value: var given } ? GraphPrinter.Text(given.Type) : "something else")}",
                            hint: "let it have that dtype, and as many dims, before the loop");
                    }

                    if (Leaves[results.Count].Key is { } key)
                    {
                        Open(key, shape, next);
                    }
                }

                results.Add(value);
            }

            /// <summary>Sizes that a turn changes, or may change.</summary>
            private void Open((Cell, string) key, ImmutableArray<Dim> before, ImmutableArray<Dim> after)
            {
                var typer = interpreter.builder.Typer;
                for (var axis = 0; axis < before.Length; axis++)
                {
                    var isSame = typer.Holds(new SizeCondition.Compare(before[axis], SizeComparison.Equal, after[axis]));
                    if (isSame != true && (isSame == false || !typer.IsOfInputs(before[axis]) || !typer.IsOfInputs(after[axis])))
                    {
                        carrier.open.TryAdd(key, []);
                        carrier.hasOpened |= carrier.open[key].Add(axis);
                    }
                }
            }

            private static SconceException Grows() => SconceException.Unsupported(
                "a list or a tensor grows in a loop, of which only the run knows how many turns it makes", hint: "make a tensor of the full size before the loop, and write its parts in the loop");
        }

        private Interpreter Owner => interpreter;

        private Statement Loop => loop;

        private long Born => born;
    }
}
