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
        Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type, Shape: { } shape } } when shape.All(builder.Typer.IsOfInputs) =>
            builder.Single("aten::zeros", new(null, shape.ToArgument()), new("dtype", new Argument.ScalarType(type))),
        Argument.OfValue { Value.Type: GraphType.Tensor } =>
            throw SconceException.Unsupported("a tensor, whose sizes only the data tell, that is set in one branch only"),
        Argument.Int or Argument.OfValue { Value.Type: GraphType.Int } => new Argument.Int(0),
        Argument.Bool or Argument.OfValue { Value.Type: GraphType.Bool } => new Argument.Bool(false),
        _ => new Argument.Float(0),
    };

    /// <summary>
    /// Joins two branches. What both wrote to places that were there before becomes one value each. Tensors, lists and dicts that a branch made, and of which it left one name alone, are made one with
    /// those of the other branch. All else stays what it is, with a place in memory of its own, so that whoever writes to it in place writes to what the other names hold too.
    /// </summary>
    private sealed class Joins(Interpreter interpreter, Decision decision, Trial yes, Trial no, long born)
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
            var cells = yes.After.Keys.Concat(no.After.Keys).Where(cell => cell.Born < born).Distinct().ToList();
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
                merged.ForEach(entry => journal.Set(entry.Cell, entry.Content));
                late.ForEach(run => run());
            });
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
                default:
                    SetApart(a, true);
                    SetApart(b, false);
                    break;
            }
        }

        private void Look(Datum a, Datum b)
        {
            if (a.Equals(b) || !seen.Add((a, b)))
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
                case (Datum.List x, Datum.List y) when AreOne(x.Items, y.Items, (a, b)):
                    Look(yes.At(x.Items), no.At(y.Items));
                    break;
                case (Datum.Dict x, Datum.Dict y) when AreOne(x.Items, y.Items, (a, b)):
                    Look(yes.At(x.Items), no.At(y.Items));
                    break;
                default:
                    SetApart(a, true);
                    SetApart(b, false);
                    break;
            }
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
            if (!IsFresh(cell))
            {
                return false;
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

        // Then: one value for what either branch left.
        private object? Merge(object? a, object? b) => (a, b) switch
        {
            _ when Equals(a, b) => a,
            (Contents x, Contents y) => Merge(x, y),
            (Lazy<Datum> x, _) => Merge(x.Value, b),
            (_, Lazy<Datum> y) => Merge(a, y.Value),
            (Datum x, Datum y) => Merge(x, y),
            (ImmutableList<Datum> x, ImmutableList<Datum> y) when x.Count == y.Count => x.Zip(y, Merge).ToImmutableList(),
            (ImmutableList<(Datum Key, Datum Value)> x, ImmutableList<(Datum Key, Datum Value)> y) when HaveSameKeys(x, y) => x.Zip(y, (p, q) => (p.Key, Merge(p.Value, q.Value))).ToImmutableList(),
            (null, _) or (_, null) => new Datum.Unusable("a variable that is set in one branch only, where only the run tells which is taken"),
            (GrowingItems x, GrowingItems y) => new GrowingItems(Merge(x.Added, y.Added)),
            (MaybeItems or ImmutableList<Datum>, MaybeItems or ImmutableList<Datum>) when Extends(a, b) || Extends(b, a) => new MaybeItems(Merge(Items(a), Items(b))),
            (Sight x, Sight y) => new Sight.Either(decision, new TensorReference(journal, (Sight)Lift(x, true)!), new TensorReference(journal, (Sight)Lift(y, false)!)),
            _ => new EitherContent(decision, Lift(a, true)!, Lift(b, false)!),
        };

        private static ImmutableList<MaybeItem> Items(object? content) => content switch
        {
            MaybeItems maybe => maybe.Items,
            ImmutableList<Datum> items => items.ConvertAll(item => new MaybeItem(null, item)),
            _ => [],
        };

        /// <summary>Whether a list begins with the items of another one.</summary>
        private static bool Extends(object? longer, object? shorter) => Items(longer) is var items && Items(shorter) is var first
            && items.Count > first.Count && first.SequenceEqual(items.Take(first.Count));

        /// <summary>What both branches left, and then what either appended.</summary>
        private ImmutableList<MaybeItem> Merge(ImmutableList<MaybeItem> a, ImmutableList<MaybeItem> b)
        {
            var count = a.Zip(b).TakeWhile(pair => pair.First.Equals(pair.Second)).Count();
            return [.. a.Take(count), .. a.Skip(count).Select(item => Only(item, true)), .. b.Skip(count).Select(item => Only(item, false))];
        }

        /// <summary>An item that is there only where its branch is taken.</summary>
        private MaybeItem Only(MaybeItem item, bool side)
        {
            Argument has = item.Has?.Condition ?? new Argument.Bool(true);
            return new(interpreter.DecisionOf(side && item.Has is null ? decision.Condition
                : side ? Output("has", new GraphType.Bool(), has, new Argument.Bool(false)) : Output("has", new GraphType.Bool(), new Argument.Bool(false), has)), Lift(item.Value, side));
        }

        private object Merge(Contents a, Contents b)
        {
            if (a.Value is { } first && b.Value is { } second)
            {
                return AreUnlike(first, second) ? new EitherContent(decision, Lift(a, true)!, Lift(b, false)!) : New(Output("written", new GraphType.Tensor(null, null), first, second));
            }

            return a.Value is null && b.Value is null ? new Contents(null, journal.New(null).Born, a.Why ?? b.Why, a.WrittenAt ?? b.WrittenAt)
                : new EitherContent(decision, Lift(a, true)!, Lift(b, false)!);
        }

        private Contents New(Argument value) => new(value, journal.New(null).Born);

        private Datum Merge(Datum a, Datum b)
        {
            if (a.Equals(b))
            {
                return a;
            }

            if (!known.TryGetValue((a, b), out var merged))
            {
                known.Add((a, b), merged = Made(a, b));
            }

            return merged;
        }

        private Datum Made(Datum a, Datum b)
        {
            switch (a, b)
            {
                case (Datum.Unusable { IsUninitialised: true }, _):
                    return Lift(b, false);
                case (_, Datum.Unusable { IsUninitialised: true }):
                    return Lift(a, true);
                case (Datum.Tensor x, Datum.Tensor y) when !unlike.Contains((a, b)):
                    return Made(x, y);
                case (Datum.Int x, Datum.Int y):
                    return new Datum.Int(Output("joined", new GraphType.Int(), x.Value, y.Value));
                case (Datum.Float x, Datum.Float y):
                    return new Datum.Float(Output("joined", new GraphType.Float(), x.Value, y.Value));
                case (Datum.Bool { Known: true }, Datum.Bool { Known: false }):
                    return new Datum.Bool(decision.Condition);
                case (Datum.Bool x, Datum.Bool y):
                    return new Datum.Bool(Output("joined", new GraphType.Bool(), x.Value, y.Value));
                case (Datum.Tuple x, Datum.Tuple y) when x.Items.Length == y.Items.Length:
                    return new Datum.Tuple([.. x.Items.Zip(y.Items, Merge)], x.Names);
                case (Datum.List x, Datum.List y) when IsOne(x.Items) && IsOne(y.Items) && Merge(yes.At(x.Items), no.At(y.Items)) is ImmutableList<Datum> items:
                    return new Datum.List(journal.New(items));
                case (Datum.Dict x, Datum.Dict y) when IsOne(x.Items) && IsOne(y.Items) && Merge(yes.At(x.Items), no.At(y.Items)) is ImmutableList<(Datum Key, Datum Value)> items:
                    return new Datum.Dict(journal.New(items));
                case (Datum.None or Datum.Optional, _) or (_, Datum.None or Datum.Optional) when MayStandIn(a) && MayStandIn(b):
                    var has = new Datum.Bool(Output("has", new GraphType.Bool(), Has(a), Has(b)));
                    return new Datum.Optional(has.Value, Merge(Given(a), Given(b)));
                default:
                    return new Datum.Either(decision, Lift(a, true), Lift(b, false));
            }
        }

        private bool IsOne(Cell cell) => IsFresh(cell) && !apart.Contains(cell);

        private Datum.Tensor Made(Datum.Tensor a, Datum.Tensor b)
        {
            var output = JoinedOf(a, b);
            if (IsPlain(a, true) && IsPlain(b, false))
            {
                return new(interpreter.NewTensor(output));
            }

            var reference = new TensorReference(journal, decision, ((Datum.Tensor)Lift(a, true)).Reference, ((Datum.Tensor)Lift(b, false)).Reference);
            late.Add(() => reference.Keep(builder, output));
            return new(reference);
        }

        private static Argument Has(Datum datum) => datum is Datum.Optional optional ? optional.Has : new Argument.Bool(datum is not Datum.None);

        private static Datum Given(Datum datum) => datum switch
        {
            Datum.None => new Datum.Unusable("a value that is None", IsUninitialised: true),
            Datum.Optional optional => optional.Value,
            _ => datum,
        };

        /// <summary>Whether something of the type can be made for a branch that leaves None.</summary>
        private bool MayStandIn(Datum datum) => datum switch
        {
            Datum.None or Datum.Int or Datum.Float or Datum.Bool => true,
            Datum.Optional optional => MayStandIn(optional.Value),
            Datum.Tensor { Reference.LastRead: Argument.OfValue { Value.Type: GraphType.Tensor { Type: not null, Shape: { } shape } } } => shape.All(builder.Typer.IsOfInputs),
            _ => false,
        };

        // What stays by itself: the values in it become results of the conditional, for only its branch knows them.
        private Datum Lift(Datum datum, bool side) => (Datum)Lift((object)datum, side)!;

        private object? Lift(object? content, bool side)
        {
            switch (content)
            {
                case Datum.Tensor { Reference: var reference } when IsBound(reference, side):
                    var copy = interpreter.NewTensor(Only(side, read[(reference, side)]));
                    MemoriesOf(reference, side).ToList().ForEach(copy.Memories.First().Cell.MayBe);
                    MemoriesOf(reference, side).ToList().ForEach(cell => LiftPlace(cell, side));
                    return new Datum.Tensor(copy);
                case Datum.Tensor { Reference.Seen: var place }:
                    LiftPlace(place, side);
                    return content;
                case Datum.Quantised { Steps: var steps, Quantiser: { Scale: not Argument.OfValue, Zero: not Argument.OfValue } quantiser }:
                    return new Datum.Quantised((Datum.Tensor)Lift(steps, side), quantiser);
                case Datum.Int { Value: Argument.OfValue { Value: var value } }:
                    return new Datum.Int(Only(side, value));
                case Datum.Float { Value: Argument.OfValue { Value: var value } }:
                    return new Datum.Float(Only(side, value));
                case Datum.Bool { Value: Argument.OfValue { Value: var value } }:
                    return new Datum.Bool(Only(side, value));
                case Datum.List { Items: var items }:
                    LiftPlace(items, side);
                    return content;
                case Datum.Dict { Items: var items }:
                    LiftPlace(items, side);
                    return content;
                case Datum.Tuple tuple:
                    return new Datum.Tuple([.. tuple.Items.Select(item => Lift(item, side))], tuple.Names);
                case Datum.Object { Instance: var instance }:
                    if (lifted.Add(instance))
                    {
                        instance.Attributes.Values.ToList().ForEach(cell => LiftPlace(cell, side));
                    }

                    return content;
                case Datum.Method { Instance: var instance }:
                    Lift(new Datum.Object(instance), side);
                    return content;
                case Datum.Optional optional:
                    return new Datum.Optional(Only(side, optional.Has), Lift(optional.Value, side));
                case Datum.Either either:
                    return new Datum.Either(Lift(either.Decision, side), Lift(either.First, side), Lift(either.Second, side));
                case Datum.Quantised or Datum.Range or Datum.Closure:
                    return new Datum.Unusable($"{((Datum)content).Kind} that a branch leaves, where only the run tells which is taken");
                case Contents { Value: { } value } contents:
                    return CanStandIn(value) ? New(Only(side, value))
                        : new Contents(null, contents.Version, "a tensor, whose sizes only the data tell, that is set in one branch only");
                case ImmutableList<Datum> items:
                    return items.ConvertAll(item => Lift(item, side));
                case ImmutableList<(Datum Key, Datum Value)> items:
                    return items.ConvertAll(item => (item.Key, Lift(item.Value, side)));
                case MaybeItems maybe:
                    return new MaybeItems(maybe.Items.ConvertAll(item => new MaybeItem(item.Has is null ? null : Lift(item.Has, side), Lift(item.Value, side))));
                case RunItems items:
                    return new RunItems(
                        (ImmutableList<Datum>)Lift(items.Known, side)!,
                        [.. items.Rows.Select(item => (Lift(item.Values, side), item.Has is null ? null : Lift(item.Has, side)))],
                        (Datum.Int)Lift(items.Turns, side),
                        items.IsOfNumbers);
                case Sight.Whole { Memory.Cell: var cell }:
                    LiftPlace(cell, side);
                    return content;
                case Sight.View view:
                    LiftPlace(view.Parent.Seen, side);
                    return content;
                case Sight.Either either:
                    LiftPlace(either.First.Seen, side);
                    LiftPlace(either.Second.Seen, side);
                    return either with { Decision = Lift(either.Decision, side) };
                case EitherContent either:
                    return new EitherContent(Lift(either.Decision, side), Lift(either.First, side)!, Lift(either.Second, side)!);
                default:
                    return content;
            }
        }

        private Decision Lift(Decision inner, bool side) => inner.Born < born ? inner : interpreter.DecisionOf(Only(side, inner.Condition));

        /// <summary>Keeps what a place holds at the end of its branch, if the branch made it.</summary>
        private void LiftPlace(Cell cell, bool side)
        {
            if (!IsFresh(cell) || !lifted.Add(cell))
            {
                return;
            }

            // An object may hold itself: the place is there before what it holds is looked at.
            var content = held.TryGetValue(cell, out var output) ? New(output) : Lift(Of(side).At(cell), side);
            journal.Set(cell, content);
        }

        private bool CanStandIn(Argument like) => like is not Argument.OfValue { Value.Type: GraphType.Tensor { Shape: var shape } } || shape?.All(builder.Typer.IsOfInputs) == true;

        /// <summary>A value of one branch; of the other any value will do.</summary>
        private Argument Only(bool side, Argument value) => value is not Argument.OfValue { Value.Type: var type } ? value
            : side ? Output("kept", type, value, null) : Output("kept", type, null, value);

        private Value Output(string name, GraphType type, Argument? first, Argument? second)
        {
            var output = new Value(builder.Name(name), type is GraphType.Tensor ? new GraphType.Tensor(null, null) : type);
            outputs.Add(output);
            pairs.Add((first, second));
            return output;
        }

        private void Fill(bool side) => Within(Of(side), side, () => Of(side).Block.Results.AddRange(
            pairs.Select(pair => (side ? pair.First : pair.Second) ?? interpreter.StandIn((side ? pair.Second : pair.First)!))));
    }
}
