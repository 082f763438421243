using System.Collections.Immutable;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// One value for what either branch left.
internal sealed partial class Interpreter
{
    private sealed partial class Joins
    {
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
            (RowItems x, RowItems y) when x.Form.Equals(y.Form) && Merge(x.Rows, y.Rows) is var rows && AreRows(rows) => x with { Rows = rows },
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

        private static bool AreRows(Datum rows) => rows is Datum.Tensor || (rows is Datum.Tuple tuple && tuple.Items.All(AreRows));

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
            (a, b) = Taken(a, b);
            if (a.Equals(b))
            {
                return a;
            }

            (a, b) = (Refined(a, true), Refined(b, false));
            if (!known.TryGetValue((a, b), out var merged))
            {
                known[(a, b)] = merged = Made(a, b);
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
                    return new Datum.Int(Output("joined", new GraphType.Int(), x.Value, y.Value)) { Ways = x.Known is null || y.Known is null ? null : new(decision, x, y) };
                case (Datum.Float x, Datum.Float y):
                    return new Datum.Float(Output("joined", new GraphType.Float(), x.Value, y.Value));
                case (Datum.Bool { Known: true }, Datum.Bool { Known: false }):
                    return new Datum.Bool(decision.Condition);
                case (Datum.Bool x, Datum.Bool y):
                    return new Datum.Bool(Output("joined", new GraphType.Bool(), x.Value, y.Value));
                case (Datum.Tuple x, Datum.Tuple y) when x.Items.Length == y.Items.Length:
                    return new Datum.Tuple([.. x.Items.Zip(y.Items, Merge)], x.Names);
                case (Datum.List x, Datum.List y) when IsOne(x.Items) && IsOne(y.Items) && Merge(yes.At(x.Items), no.At(y.Items)) is ImmutableList<Datum> items:
                    return new Datum.List(Joined(items, x.Items, y.Items));
                case (Datum.List x, Datum.List y) when (yes.At(x.Items), no.At(y.Items)) is (RowItems p, RowItems q) && Merge(p, q) is RowItems rows:
                    // A write to what the one list was is one to this: whoever else holds it must not use it then.
                    var both = journal.New(rows);
                    both.MayBe(x.Items);
                    both.MayBe(y.Items);
                    return new Datum.List(both);
                case (Datum.Dict x, Datum.Dict y) when IsOne(x.Items) && IsOne(y.Items) && Merge(yes.At(x.Items), no.At(y.Items)) is ImmutableList<(Datum Key, Datum Value)> items:
                    return new Datum.Dict(Joined(items, x.Items, y.Items));
                case (Datum.Object x, Datum.Object y) when AttributesOf(x, y) is { Count: > 0 } attributes && attributes.TrueForAll(pair => IsOne(pair.First) && IsOne(pair.Second)):
                    var made = new Datum.Object(new Instance(x.Instance.ClassName));

                    // It may hold itself.
                    known[(a, b)] = made;
                    attributes.ForEach(pair => made.Instance.Attributes.Add(
                        pair.Name, journal.New(Merge(yes.At(pair.First), no.At(pair.Second)), pair.First.IsCopy || pair.Second.IsCopy)));
                    return made;
                case (Datum.None or Datum.Optional, _) or (_, Datum.None or Datum.Optional) when MayStandIn(a) && MayStandIn(b):
                    var has = new Datum.Bool(Output("has", new GraphType.Bool(), Has(a), Has(b)));
                    return new Datum.Optional(has.Value, Merge(Given(a), Given(b)));
                default:
                    return new Datum.Either(decision, Lift(a, true), Lift(b, false));
            }
        }

        private Cell Joined(object items, Cell a, Cell b)
        {
            var cell = journal.New(items, a.IsCopy || b.IsCopy);
            cell.IsHeld = a.MustStay || b.MustStay;
            return cell;
        }

        private bool IsOne(Cell cell) => cell.IsCopy || (IsFresh(cell) && !apart.Contains(cell));

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
        private static bool MayStandIn(Datum datum) => datum switch
        {
            Datum.None or Datum.Int or Datum.Float or Datum.Bool => true,
            Datum.Optional optional => MayStandIn(optional.Value),
            Datum.Tensor { Reference.LastRead: Argument.OfValue { Value.Type: GraphType.Tensor { Type: not null, Shape: not null } } } => true,
            _ => false,
        };
    }
}
