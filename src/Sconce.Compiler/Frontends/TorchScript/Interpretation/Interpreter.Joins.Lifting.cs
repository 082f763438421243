using System.Collections.Immutable;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// What stays by itself: the values in it become results of the conditional, for only its branch knows them.
internal sealed partial class Interpreter
{
    private sealed partial class Joins
    {
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
                case Contents { Value: { } value }:
                    return New(Only(side, value));
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
                case RowItems items:
                    return items with { Rows = Lift(items.Rows, side) };
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
            journal.Put(cell, content);
        }

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
