using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What two branches leave: one value where a conditional can give it, else one of two, of which each use asks which it is.
internal sealed partial class Interpreter
{
    /// <summary>What a branch left behind.</summary>
    private sealed record Trial(Block Block, Dictionary<Cell, object?> After, string? Raised)
    {
        /// <summary>What a place holds at the end of the branch.</summary>
        public object? At(Cell cell) => After.TryGetValue(cell, out var content) ? content : cell.Content;
    }

    /// <summary>Something of the type of a value, where no value is needed.</summary>
    private Argument StandIn(Argument like) => like switch
    {
        // A size that only the other branch knows may be any, too.
        Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type, Shape: { } shape } } => builder.Single(
            "aten::zeros", new(null, new Argument.List([.. shape.Select(size => builder.Found.Find(size) ?? new Argument.Int(0))])), new("dtype", new Argument.ScalarType(type))),
        Argument.Int or Argument.OfValue { Value.Type: GraphType.Int } => new Argument.Int(0),
        Argument.Bool or Argument.OfValue { Value.Type: GraphType.Bool } => new Argument.Bool(false),
        _ => new Argument.Float(0),
    };

    /// <summary>
    /// Joins two branches. What both wrote to places that were there before becomes one value each. Tensors, lists and dicts that a branch made, and of which it left one name alone, are made one with
    /// those of the other branch. All else stays what it is, with a place in memory of its own, so that whoever writes to it in place writes to what the other names hold too.
    /// </summary>
    private sealed partial class Joins(Interpreter interpreter, Decision decision, Trial yes, Trial no, long born)
    {
        private readonly GraphBuilder builder = interpreter.builder;
        private readonly Journal journal = interpreter.journal;

        /// <summary>Places that a branch made and that stay by themselves: more than one name holds them.</summary>
        private readonly HashSet<Cell> apart = new(ReferenceEqualityComparer.Instance);
        private readonly HashSet<(Datum, Datum)> unlike = [];
        private readonly Dictionary<(TensorReference, bool), Argument> read = [];
        private readonly Dictionary<(Datum, Datum), Datum> known = [];
        private readonly Dictionary<(Datum, Datum), Value> joined = [];
        private readonly Dictionary<Cell, Value> held = new(ReferenceEqualityComparer.Instance);
        private readonly HashSet<object> lifted = new(ReferenceEqualityComparer.Instance);
        private readonly List<(Argument? First, Argument? Second)> pairs = [];
        private readonly List<Value> outputs = [];
        private readonly List<Action> late = [];

        // What one look at both branches finds.
        private readonly Dictionary<Cell, (Datum, Datum)> holders = new(ReferenceEqualityComparer.Instance);
        private readonly List<(Datum.Tensor First, Datum.Tensor Second)> tensors = [];
        private readonly List<(TensorReference Reference, bool Side)> alone = [];
        private readonly HashSet<(Datum, Datum)> seen = [];
        private readonly HashSet<object> visited = new(ReferenceEqualityComparer.Instance);

        /// <summary>The results of the conditional, and what sets all places after it.</summary>
        public (List<Value> Outputs, Action Changes) Run()
        {
            var written = yes.After.Keys.Concat(no.After.Keys).Where(cell => cell.Born < born).Distinct().ToLookup(cell => WithoutUse(cell) is not null);
            var cells = written[false].ToList();
            cells.ForEach(Align);
            int before;
            do
            {
                before = apart.Count + unlike.Count;
                Look(cells);
                if (apart.Count + unlike.Count == before)
                {
                    Read(true);
                    Read(false);
                }
            }
            while (apart.Count + unlike.Count > before);

            foreach (var (first, second) in tensors)
            {
                Prepare(first, second);
            }

            var merged = cells.ConvertAll(cell => (Cell: cell, Content: Merge(yes.At(cell), no.At(cell))));
            Fill(true);
            Fill(false);
            return (outputs, () =>
            {
                written[true].ToList().ForEach(cell => journal.Set(cell, WithoutUse(cell)));
                merged.ForEach(entry => journal.Set(entry.Cell, entry.Content));
                late.ForEach(run => run());
            });
        }

        /// <summary>
        /// What a place holds from now on that a branch lost, and of which nobody asks in which: because a list was written in which it may lie, or because what it holds otherwise is of a block
        /// that has ended. Null for all others.
        /// </summary>
        private object? WithoutUse(Cell cell)
        {
            var (a, b) = (yes.At(cell), no.At(cell));
            return IsLost(a) && (IsTwin(a) || HasEnded(b, false)) ? a : IsLost(b) && (IsTwin(b) || HasEnded(a, true)) ? b : null;
        }

        private static bool IsTwin(object? content) => content is Contents { Why: WrittenTwin } or Datum.Unusable { Why: WrittenTwin };

        private static bool IsLost(object? content) => content is Contents { Value: null } or Datum.Unusable { IsUninitialised: false };

        private bool HasEnded(object? content, bool side) => content switch
        {
            Contents { Value: { } value } => HasEnded(value, side),
            Datum.Int { Value: var value } => HasEnded(value, side),
            Datum.Float { Value: var value } => HasEnded(value, side),
            Datum.Bool { Value: var value } => HasEnded(value, side),
            Datum.Tensor { Reference: var reference } => MemoriesOf(reference, side).Any(memory => HasEnded(Of(side).At(memory), side)),
            Datum.Tuple tuple => tuple.Items.Any(item => HasEnded(item, side)),
            Datum.List list => HasEnded(Of(side).At(list.Items), side),
            Datum.Dict dict => HasEnded(Of(side).At(dict.Items), side),
            RowItems items => HasEnded(items.Rows, side),
            ImmutableList<Datum> items => items.Exists(item => HasEnded(item, side)),
            ImmutableList<(Datum Key, Datum Value)> items => items.Exists(item => HasEnded(item.Value, side)),
            _ => false,
        };

        private bool HasEnded(Argument argument, bool side) =>
            argument is Argument.OfValue { Value: var value } && builder.HomeOf(value) is { } home && home != Of(side).Block && !builder.IsOpen(home);

        /// <summary>Where a list's items are rows in one branch, they become rows in the other.</summary>
        private void Align(Cell cell)
        {
            var (a, b) = (yes.At(cell), no.At(cell));
            if ((a, b) is (Datum.List x, Datum.List y))
            {
                Align(x.Items, y.Items);
            }
            else
            {
                Align(cell, cell);
            }
        }

        private void Align(Cell a, Cell b)
        {
            switch (yes.At(a), no.At(b))
            {
                case (RowItems rows, ImmutableList<Datum> or MaybeItems or RunItems):
                    Align(b, false, rows);
                    break;
                case (ImmutableList<Datum> or MaybeItems or RunItems, RowItems rows):
                    Align(a, true, rows);
                    break;
            }
        }

        private void Align(Cell cell, bool side, RowItems like)
        {
            RowItems? rows = null;
            Within(Of(side), side, () =>
            {
                try
                {
                    rows = interpreter.ToRows(Of(side).At(cell), like);
                }
                catch (Exception error) when (error is UndecidedException or DoubtfulLoopException or SconceException { Kind: ErrorKind.Unsupported })
                {
                    // They stay two lists.
                }
            });
            if (rows is not null)
            {
                Of(side).After[cell] = rows;
            }
        }

        private Trial Of(bool side) => side ? yes : no;

        private bool IsFresh(Cell cell) => cell.Born >= born;

        // First: which places stay by themselves, and which tensors are read.
        private void Look(List<Cell> cells)
        {
            holders.Clear();
            tensors.Clear();
            alone.Clear();
            seen.Clear();
            visited.Clear();
            cells.ForEach(cell => Look(yes.At(cell), no.At(cell)));
        }

        private void Look(object? a, object? b)
        {
            switch (a, b)
            {
                case var _ when Equals(a, b):
                case (Contents, Contents) or (null, _) or (_, null):
                    break;
                case (Lazy<Datum> x, _):
                    Look(x.Value, b);
                    break;
                case (_, Lazy<Datum> y):
                    Look(a, y.Value);
                    break;
                case (Datum x, Datum y):
                    Look(x, y);
                    break;
                case (ImmutableList<Datum> x, ImmutableList<Datum> y) when x.Count == y.Count:
                    x.Zip(y).ToList().ForEach(pair => Look(pair.First, pair.Second));
                    break;
                case (ImmutableList<(Datum Key, Datum Value)> x, ImmutableList<(Datum Key, Datum Value)> y) when HaveSameKeys(x, y):
                    x.Zip(y).ToList().ForEach(pair => Look(pair.First.Value, pair.Second.Value));
                    break;
                case (RowItems x, RowItems y) when x.Form.Equals(y.Form):
                    Look(x.Rows, y.Rows);
                    break;
                default:
                    SetApart(a, true);
                    SetApart(b, false);
                    break;
            }
        }

        private void Look(Datum a, Datum b)
        {
            (a, b) = Taken(a, b);
            if (a.Equals(b))
            {
                return;
            }

            (a, b) = (Refined(a, true), Refined(b, false));
            if (!seen.Add((a, b)))
            {
                return;
            }

            switch (a, b)
            {
                case (Datum.Tensor x, Datum.Tensor y) when !unlike.Contains((a, b)):
                    tensors.Add((x, y));
                    if (!IsFree(x, true, (a, b)) | !IsFree(y, false, (a, b)))
                    {
                        SetApart(a, true);
                        SetApart(b, false);
                    }

                    break;
                case (Datum.Tuple x, Datum.Tuple y) when x.Items.Length == y.Items.Length:
                    x.Items.Zip(y.Items).ToList().ForEach(pair => Look(pair.First, pair.Second));
                    break;
                case (Datum.Optional, _) or (_, Datum.Optional) when MayStandIn(a) && MayStandIn(b):
                    Look(Given(a), Given(b));
                    break;
                case (Datum.List x, Datum.List y) when AreOne(x.Items, y.Items, (a, b)):
                    Look(yes.At(x.Items), no.At(y.Items));
                    break;
                case (Datum.List x, Datum.List y) when (yes.At(x.Items), no.At(y.Items)) is (RowItems p, RowItems q) && p.Form.Equals(q.Form):
                    Look(p.Rows, q.Rows);
                    break;
                case (Datum.Dict x, Datum.Dict y) when AreOne(x.Items, y.Items, (a, b)):
                    Look(yes.At(x.Items), no.At(y.Items));
                    break;
                case (Datum.Object x, Datum.Object y) when AttributesOf(x, y) is { Count: > 0 } attributes && attributes.Select(pair => Holds(pair.First, (a, b)) & Holds(pair.Second, (a, b))).Min():
                    attributes.ForEach(pair => Look(yes.At(pair.First), no.At(pair.Second)));
                    break;
                default:
                    SetApart(a, true);
                    SetApart(b, false);
                    break;
            }
        }

        /// <summary>Two values as they are in their branches.</summary>
        private (Datum A, Datum B) Taken(Datum a, Datum b) => a.Equals(b) ? (a, b) : (Taken(a, true), Taken(b, false));

        private Datum Taken(Datum datum, bool side) => datum is Datum.Either either && either.Decision == decision ? Taken(side ? either.First : either.Second, side) : datum;

        /// <summary>The attributes of two objects of a class, by their names; none where these are not the same.</summary>
        private static List<(string Name, Cell First, Cell Second)> AttributesOf(Datum.Object a, Datum.Object b)
        {
            var (first, second) = (a.Instance, b.Instance);
            return first.ClassName == second.ClassName && first.Path is null && second.Path is null && first.Attributes.Count == second.Attributes.Count
                && first.Attributes.Keys.All(second.Attributes.ContainsKey)
                ? [.. first.Attributes.Select(attribute => (attribute.Key, attribute.Value, second.Attributes[attribute.Key]))] : [];
        }

        /// <summary>Where a branch is taken because something is None, or is not, it is that.</summary>
        private Datum Refined(Datum datum, bool side)
        {
            var refined = datum;
            if (datum is Datum.Optional optional)
            {
                Assume(decision, side, () => refined = interpreter.Decided(new Datum.Bool(optional.Has)).Known switch
                {
                    true => optional.Value,
                    false => Datum.Nothing,
                    null => datum,
                });
            }

            return refined;
        }

        /// <summary>Whether nothing else holds the memory of a tensor that a branch made.</summary>
        private bool IsFree(Datum.Tensor tensor, bool side, (Datum, Datum) pair)
        {
            var memories = MemoriesOf(tensor.Reference, side).ToList();
            return memories.TrueForAll(memory => Holds(memory, pair)) && memories.TrueForAll(memory => !apart.Contains(memory));
        }

        /// <summary>Whether a place is the branch's own, and no other pair holds it.</summary>
        private bool Holds(Cell cell, (Datum, Datum) pair)
        {
            if (cell.IsCopy || !IsFresh(cell))
            {
                return cell.IsCopy;
            }

            if (!holders.TryAdd(cell, pair) && !holders[cell].Equals(pair))
            {
                apart.Add(cell);
            }

            return !apart.Contains(cell);
        }

        private bool AreOne(Cell a, Cell b, (Datum, Datum) pair)
        {
            var (first, second) = (Holds(a, pair), Holds(b, pair));
            return first && second && (yes.At(a), no.At(b)) switch
            {
                (ImmutableList<Datum> x, ImmutableList<Datum> y) => x.Count == y.Count,
                (ImmutableList<(Datum Key, Datum Value)> x, ImmutableList<(Datum Key, Datum Value)> y) => HaveSameKeys(x, y),
                _ => false,
            };
        }

        private static bool HaveSameKeys(ImmutableList<(Datum Key, Datum Value)> a, ImmutableList<(Datum Key, Datum Value)> b) =>
            a.Select(item => item.Key).SequenceEqual(b.Select(item => item.Key));

        private IEnumerable<Cell> MemoriesOf(TensorReference reference, bool side) => MemoriesOf(Of(side).At(reference.Seen), side);

        private IEnumerable<Cell> MemoriesOf(object? sight, bool side) => sight switch
        {
            Sight.Whole whole => [whole.Memory.Cell],
            Sight.View view => MemoriesOf(view.Parent, side),
            Sight.Either either => MemoriesOf(either.First, side).Concat(MemoriesOf(either.Second, side)),
            EitherContent either => MemoriesOf(either.First, side).Concat(MemoriesOf(either.Second, side)),
            _ => [],
        };

        /// <summary>All that a value holds, and that the branch made, stays by itself.</summary>
        private void SetApart(object? content, bool side)
        {
            switch (content)
            {
                case Datum.Tensor { Reference: var reference }:
                    if (IsBound(reference, side))
                    {
                        alone.Add((reference, side));
                    }

                    SetApart(reference.Seen, side);
                    break;
                case Datum.Quantised { Steps: var steps }:
                    SetApart(steps, side);
                    break;
                case Datum.List { Items: var items }:
                    SetApart(items, side);
                    break;
                case Datum.Dict { Items: var items }:
                    SetApart(items, side);
                    break;
                case Datum.Tuple { Items: var items }:
                    items.ToList().ForEach(item => SetApart(item, side));
                    break;
                case Datum.Object { Instance: var instance } when visited.Add(instance):
                    instance.Attributes.Values.ToList().ForEach(cell => SetApart(cell, side));
                    break;
                case Datum.Method { Instance: var instance }:
                    SetApart(new Datum.Object(instance), side);
                    break;
                case Datum.Optional { Value: var value }:
                    SetApart(value, side);
                    break;
                case Datum.Either either:
                    SetApart(either.First, side);
                    SetApart(either.Second, side);
                    break;
                case Lazy<Datum> { IsValueCreated: true } lazy:
                    SetApart(lazy.Value, side);
                    break;
                case ImmutableList<Datum> items:
                    items.ForEach(item => SetApart(item, side));
                    break;
                case ImmutableList<(Datum Key, Datum Value)> items:
                    items.ForEach(item => SetApart(item.Value, side));
                    break;
                case MaybeItems maybe:
                    maybe.Items.ForEach(item => SetApart(item.Value, side));
                    break;
                case GrowingItems growing:
                    growing.Added.ForEach(item => SetApart(item.Value, side));
                    break;
                case RunItems items:
                    SetApart(items.Known, side);
                    items.Rows.ToList().ForEach(item => SetApart(item.Values, side));
                    items.Rows.ToList().ForEach(item => SetApart(item.Has, side));
                    break;
                case RowItems items:
                    SetApart(items.Rows, side);
                    break;
                case Sight.Whole { Memory.Cell: var cell }:
                    SetApart(cell, side);
                    break;
                case Sight.View view:
                    SetApart(view.Parent.Seen, side);
                    break;
                case Sight.Either either:
                    SetApart(either.First.Seen, side);
                    SetApart(either.Second.Seen, side);
                    break;
                case EitherContent either:
                    SetApart(either.First, side);
                    SetApart(either.Second, side);
                    break;
                case Cell cell when IsFresh(cell) && visited.Add(cell):
                    apart.Add(cell);
                    SetApart(Of(side).At(cell), side);
                    break;
            }
        }

        /// <summary>Whether a tensor is seen in a way that only its branch knows.</summary>
        private bool IsBound(TensorReference reference, bool side) => IsBound(Of(side).At(reference.Seen), side);

        private bool IsBound(object? sight, bool side) => sight switch
        {
            Sight.View view => (view.Bound is { } block && !builder.IsOpen(block)) || IsBound(view.Parent, side),
            Sight.Either either => IsBound(either.First, side) || IsBound(either.Second, side),
            EitherContent either => IsBound(either.First, side) || IsBound(either.Second, side),
            _ => false,
        };

        /// <summary>Reads tensors in their branch, with what it wrote in place.</summary>
        private void Read(bool side)
        {
            var trial = Of(side);
            Within(trial, side, () =>
            {
                foreach (var pair in tensors.Where(pair => !unlike.Contains(pair)))
                {
                    try
                    {
                        var reference = (side ? pair.First : pair.Second).Reference;
                        read[(reference, side)] = reference.Read(builder);
                        if (!side && AreUnlike(read[(pair.First.Reference, true)], read[(reference, false)]))
                        {
                            unlike.Add((pair.First, pair.Second));
                        }
                    }
                    catch (Exception error) when (error is UndecidedException or DoubtfulLoopException or SconceException { Kind: ErrorKind.Unsupported })
                    {
                        // What cannot be read here is perhaps never read.
                        unlike.Add((pair.First, pair.Second));
                    }
                }

                foreach (var (reference, own) in alone)
                {
                    if (own == side)
                    {
                        read[(reference, side)] = reference.Read(builder);
                    }
                }
            });
        }

        private void Within(Trial trial, bool side, Action run)
        {
            builder.Resume(trial.Block);
            journal.Begin();
            foreach (var (cell, content) in trial.After)
            {
                journal.Set(cell, content);
            }

            Assume(decision, side, run);
            journal.Undo();
            builder.EndBlock();
        }

        private static bool AreUnlike(Argument a, Argument b) =>
            a is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var typeA, Shape: { } shapeA } }
            && b is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var typeB, Shape: { } shapeB } }
            && (typeA != typeB || shapeA.Length != shapeB.Length);

        /// <summary>A tensor that stays by itself has the joined value where it is taken, and where it is not, any value will do.</summary>
        private void Prepare(Datum.Tensor a, Datum.Tensor b)
        {
            if (IsPlain(a, true) && IsPlain(b, false))
            {
                return;
            }

            var output = JoinedOf(a, b);
            foreach (var (tensor, side) in new[] { (a, true), (b, false) })
            {
                if (Of(side).At(tensor.Reference.Seen) is Sight.Whole { Memory.Cell: var cell } && IsFresh(cell))
                {
                    held.TryAdd(cell, output);
                }
            }
        }

        private Value JoinedOf(Datum.Tensor a, Datum.Tensor b)
        {
            if (!joined.TryGetValue((a, b), out var output))
            {
                joined.Add((a, b), output = Output("joined", new GraphType.Tensor(null, null), read[(a.Reference, true)], read[(b.Reference, false)]));
            }

            return output;
        }

        /// <summary>Whether a tensor's memory is the branch's own and no other name's.</summary>
        private bool IsPlain(Datum.Tensor tensor, bool side) => MemoriesOf(tensor.Reference, side).All(cell => IsFresh(cell) && !apart.Contains(cell));
    }
}
