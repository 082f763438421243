using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Loops: unrolled where the number of turns is known, else one of the graph's, which carries from turn to turn what its body writes.
internal sealed partial class Interpreter
{
    private const int MostTurns = 100_000;
    private const int MostTrials = 64;

    /// <summary>So many turns are a loop of the graph, where they hang on numbers of the run: unrolled, each decision of one would be one more of the next.</summary>
    private const int LongLoop = 6;

    private int undecided;

    /// <summary>When the innermost loop of the graph began: what was there before is the same in each turn.</summary>
    private long loopBorn = -1;

    private void While(Statement.While loop, Frame frame)
    {
        for (var turn = 0; frame.Result is null; turn++)
        {
            var condition = Decided(At(frame, loop.At, () => ToBool(Evaluate(loop.Condition, frame))));
            if (condition.Known is null)
            {
                Locate(frame, loop.Condition);
                OfGraph();
                return;
            }

            if (condition.Known == false)
            {
                return;
            }

            if (turn == 0 && DecidesInRun(() => Execute(loop.Body, frame)) && IsPossible(OfGraph))
            {
                return;
            }

            CountTurn(turn);
            Execute(loop.Body, frame);
        }

        void OfGraph() => Loop(frame, loop, () => ToBool(Evaluate(loop.Condition, frame)), _ => Execute(loop.Body, frame), null);
    }

    private static void CountTurn(int turn)
    {
        if (turn > MostTurns)
        {
            throw SconceException.Unsupported($"a loop that makes more than {MostTurns} turns when it is gone through", hint: "let its end hang on a tensor's value, or do it with tensors");
        }
    }

    private void For(Statement.For loop, Frame frame)
    {
        switch (At(frame, loop.At, () => Evaluate(loop.Over, frame).Usable()))
        {
            case Datum.Range range:
                if (range.Length.Known is { } length)
                {
                    if (length >= LongLoop && DecidesInRun(() => Turn(Datum.Of(0))) && IsPossible(() => Loop(frame, loop, null, counter => Turn(counter!), range.Length)))
                    {
                        return;
                    }

                    for (var turn = 0L; turn < length && frame.Result is null; turn++)
                    {
                        CountTurn((int)Math.Min(turn, int.MaxValue));
                        Turn(Datum.Of(turn));
                    }

                    return;
                }

                Locate(frame, loop.Over);
                if ((range.Length.Size is null && !Appends(loop.Body)) || !IsPossible(() => Repeat(frame, loop, range.Length, Turn)))
                {
                    Loop(frame, loop, null, counter => Turn(counter!), range.Length);
                }

                return;

                void Turn(Datum.Int turn)
                {
                    Store(loop.Target, Counted(range, turn), frame);
                    Execute(loop.Body, frame);
                }

            case Datum.List { Items.Now: RunItems run }:
                Locate(frame, loop.Over);
                void Take(Datum.Int place)
                {
                    Store(loop.Target, ItemOfRun(run, place), frame);
                    Execute(loop.Body, frame);
                }

                if (!Appends(loop.Body) || !IsPossible(() => Repeat(frame, loop, ToInt(LengthOf(run)), Take)))
                {
                    Loop(frame, loop, null, counter => Take(counter!), ToInt(LengthOf(run)));
                }

                return;
            case Datum.List { Items.Now: RowItems rows }:
                Locate(frame, loop.Over);
                Loop(
                    frame, loop, null, counter =>
                    {
                        Store(loop.Target, ItemOf(rows, counter!), frame);
                        Execute(loop.Body, frame);
                    },
                    LengthOf(rows));
                return;
            case Datum.List { Items.Now: MaybeItems maybe }:
                foreach (var entry in maybe.Items)
                {
                    void Use()
                    {
                        Store(loop.Target, entry.Value, frame);
                        Execute(loop.Body, frame);
                    }

                    if (Decided(HasOf(entry)) is { Known: { } known })
                    {
                        if (known)
                        {
                            Use();
                        }
                    }
                    else
                    {
                        Branch(HasOf(entry), Use, () => { }, frame);
                    }
                }

                return;
            case var items when items is Datum.List or Datum.Tuple:
                foreach (var item in ItemsOf(items))
                {
                    Store(loop.Target, item, frame);
                    Execute(loop.Body, frame);
                }

                return;
            case Datum.Dict dict:
                foreach (var (key, _) in DictItems(dict))
                {
                    Store(loop.Target, key, frame);
                    Execute(loop.Body, frame);
                }

                return;
            case Datum.Tensor { Reference: var tensor } whole when GraphBuilder.ShapeOf(tensor.Read(builder)) is [{ IsConstant: true, Value: var rows }, ..]:
                for (var row = 0L; row < rows; row++)
                {
                    Store(loop.Target, CallOperator("aten::select", [whole, Datum.Of(0), Datum.Of(row)], []), frame);
                    Execute(loop.Body, frame);
                }

                return;
            case var other:
                throw SconceException.Unsupported($"a loop over {other.Kind}");
        }
    }

    /// <summary>Whether something has branches of which only the run knows which is taken. What it does is undone.</summary>
    private bool DecidesInRun(Action run)
    {
        var before = undecided;
        Discard(() =>
        {
            builder.BeginBlock();
            Undoable(run);
            return false;
        });
        return undecided > before;
    }

    /// <summary>Does something if it can be done; else nothing is changed.</summary>
    private bool IsPossible(Action run) => Discard(() =>
    {
        run();
        return true;
    });

    /// <summary>Does something, and undoes it where it gives false or cannot be done.</summary>
    private bool Discard(Func<bool> run)
    {
        var (levels, blocks, source, heldBefore) = (journal.Depth, builder.Depth, builder.Source, held.Count);
        var stays = false;
        journal.Begin();
        try
        {
            stays = run();
        }
        catch (SconceException error) when (error.Kind == ErrorKind.Unsupported)
        {
            // Another way is tried.
        }
        finally
        {
            while (journal.Depth > levels + 1 || (journal.Depth > levels && !stays))
            {
                journal.Undo();
            }

            while (builder.Depth > blocks)
            {
                builder.EndBlock();
            }

            if (stays)
            {
                journal.Keep();
            }
            else
            {
                builder.Source = source;
                held[heldBefore..].ForEach(cell => cell.IsHeld = false);
                held.RemoveRange(heldBefore, held.Count - heldBefore);
            }
        }

        return stays;
    }

    /// <summary>Whether a body may append to a list.</summary>
    private static bool Appends(ImmutableArray<Statement> body) => body.Any(statement => statement switch
    {
        Statement.Evaluate { Value: Expression.Call { Function: Expression.Attribute { Id: "append" or "extend" or "add_" } } } => true,
        Statement.Assign { Value: Expression.Call { Function: Expression.Attribute { Id: "append" or "extend" or "add_" } } } => true,
        Statement.If branch => Appends(branch.Then) || Appends(branch.Otherwise),
        Statement.For loop => Appends(loop.Body),
        Statement.While loop => Appends(loop.Body),
        _ => false,
    });

    private Datum Counted(Datum.Range range, Datum.Int turn) =>
        CallOperator("aten::add", [range.Start, CallOperator("aten::mul", [turn, range.Step], [])], []);

    /// <summary>A loop that the run goes through: as long as a condition holds, or a number of times.</summary>
    private void Loop(Frame frame, Statement loop, Func<Datum.Bool>? condition, Action<Datum.Int?> body, Datum.Int? count)
    {
        var source = builder.Source;
        var born = journal.Now;
        var carrier = new Carrier(this, loop, born);
        var counters = count is null ? 0 : 1;
        for (var trial = 0; trial < MostTrials; trial++)
        {
            Budget.Spend(Budget.Step);
            builder.Source = source;

            // The condition reads what is carried; so does the body.
            var parameters = Enter([]);
            builder.BeginBlock();
            journal.Begin();
            parameters.Open(counters);
            Argument test;
            try
            {
                test = count is null ? condition!().Value : ((Datum.Bool)CallOperator("aten::lt", [new Datum.Int(parameters.Values[0]), count], [])).Value;
            }
            catch (RaisedException error)
            {
                throw Raised(error);
            }

            journal.Undo();
            var tested = builder.EndBlock();
            tested.Parameters.AddRange(parameters.Values);
            tested.Results.Add(test);

            var inner = Enter([]);
            builder.BeginBlock();
            journal.Begin();
            inner.Open(counters);
            var turn = count is null ? null : new Datum.Int(inner.Values[0]);
            GoThrough(frame, born, () => body(turn));
            var changed = Changed(born, carrier.IsCarried);
            var longer = Lengthened(born);
            if (longer.Count > 0 || carrier.Learn(changed, inner))
            {
                journal.Undo();
                builder.EndBlock();
                if (longer.Count == 0)
                {
                    SetStandIns(changed, carrier);
                }

                builder.Source = source;
                longer.ForEach(list => MakeRows(list.Items, list.Example));
                continue;
            }

            var results = new List<Argument>();
            if (turn is not null)
            {
                results.Add(ToArgument(CallOperator("aten::add", [turn, Datum.Of(1)], [])));
            }

            Within(born, () => inner.End(results));
            journal.Undo();
            var block = builder.EndBlock();
            if (carrier.TakeOpened())
            {
                continue;
            }

            block.Parameters.AddRange(inner.Values);
            block.Results.AddRange(results);
            var outputs = parameters.Leaves.Select(leaf => new Value(builder.Name("looped"), leaf.Type)).ToImmutableArray();
            builder.Source = source;
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::while_loop",
                Arguments = [new(null, new Argument.List([.. parameters.Leaves.Select(leaf => leaf.First)])), new(null, new Argument.List([])), new(null, carrier.Open(parameters))],
                Outputs = outputs,
                Blocks = [tested, block],
                Source = source,
            });
            Enter(outputs).Open(counters);
            return;
        }

        throw SconceException.Unsupported("a loop whose body carries more than can be told");

        Carrier.Turn Enter(ImmutableArray<Value> given) => new(carrier, given, counters);
    }

    /// <summary>Goes through a loop's body.</summary>
    private void GoThrough(Frame frame, long born, Action body)
    {
        var (outer, outerFrame, depth, outerBorn) = (branches, branchFrame, calls, loopBorn);
        branches++;
        branchFrame = frame;
        loopBorn = born;
        try
        {
            Within(born, body);
        }
        catch (RaisedException error)
        {
            throw Raised(error);
        }
        finally
        {
            (branches, branchFrame, calls, loopBorn) = (outer, outerFrame, depth, outerBorn);
        }
    }

    /// <summary>What a turn alone decides cannot be asked outside of it.</summary>
    private static void Within(long born, Action run)
    {
        try
        {
            run();
        }
        catch (UndecidedException undecided) when (undecided.Decision.Born >= born)
        {
            throw SconceException.Unsupported(
                "a loop that leaves one of two values, lists or dicts to its next turn, where only the run knows which and how many turns it makes",
                hint: "let the loop carry tensors and numbers");
        }
    }

    /// <summary>The places that a trial of a body wrote, and that were there before the loop.</summary>
    private List<(Cell Cell, object? Before, object? After)> Changed(long born, Func<Cell, bool> isKnown) => [.. journal.Changed
        .Where(pair => pair.Key.Born < born && !isKnown(pair.Key) && !Equals(pair.Value is Lazy<Datum> lazy ? lazy.Value : pair.Value, pair.Key.Content)
            && pair.Value is not (null or Datum.Unusable { IsUninitialised: false }))
        .Select(pair => (pair.Key, pair.Value, pair.Key.Content))];

    /// <summary>The lists of before the loop that have more or fewer items at the end of a trial of its body, and an item that is, or was, in each.</summary>
    private List<(Cell Items, Datum Example)> Lengthened(long born)
    {
        var found = new Dictionary<Cell, Datum>(ReferenceEqualityComparer.Instance);
        var before = journal.Changed;
        foreach (var (cell, content) in before.Where(pair => pair.Key.Born < born).ToList())
        {
            Look(cell, content, cell.Content);
        }

        return [.. found.Select(pair => (pair.Key, pair.Value))];

        void Look(Cell? cell, object? a, object? b)
        {
            switch (a, b)
            {
                case (Datum.List x, Datum.List y) when x.Items != y.Items && x.Items.Born < born:
                    Look(x.Items, before.TryGetValue(x.Items, out var content) ? content : x.Items.Content, y.Items.Content);
                    break;
                case (Datum.Tuple x, Datum.Tuple y) when x.Items.Length == y.Items.Length:
                    x.Items.Zip(y.Items).ToList().ForEach(pair => Look(null, pair.First, pair.Second));
                    break;
                case (ImmutableList<Datum> x, ImmutableList<Datum> y) when x.Count == y.Count:
                    x.Zip(y).ToList().ForEach(pair => Look(null, pair.First, pair.Second));
                    break;
                case (ImmutableList<Datum> or MaybeItems or RunItems or EitherContent, not null) when cell is not null && HasOther(b, (a as ImmutableList<Datum>)?.Count)
                    && Examples(b).Concat(Examples(a)).FirstOrDefault() is { } example:
                    found.TryAdd(cell, example);
                    break;
            }
        }

        static bool HasOther(object? content, int? count) => content switch
        {
            ImmutableList<Datum> items => items.Count != count,
            EitherContent either => HasOther(either.First, count) || HasOther(either.Second, count),
            _ => true,
        };
    }

    private void SetStandIns(List<(Cell Cell, object? Before, object? After)> changed, Carrier carrier)
    {
        foreach (var (cell, _, after) in changed.Where(entry => entry.Before is Datum.Unusable))
        {
            try
            {
                journal.Set(cell, StandIn(after));
            }
            catch (SconceException error) when (error.Kind == ErrorKind.Unsupported)
            {
                carrier.Lose(cell, error);
            }
        }
    }

    /// <summary>The memory, lists and dicts that a variable holds.</summary>
    private static IEnumerable<Cell> PlacesIn(object? content) => content switch
    {
        Datum.Tensor { Reference: var reference } => reference.Memories.Select(memory => memory.Cell),
        Datum.List { Items: var items } => [items, .. PlacesIn(items.Content)],
        Datum.Dict { Items: var items } => [items, .. PlacesIn(items.Content)],
        Datum.Tuple tuple => tuple.Items.SelectMany(PlacesIn),
        RowItems items => PlacesIn(items.Rows),
        ImmutableList<Datum> items => items.SelectMany(PlacesIn),
        ImmutableList<(Datum Key, Datum Value)> pairs => pairs.SelectMany(pair => PlacesIn(pair.Value)),
        Lazy<Datum> lazy => PlacesIn(lazy.Value),
        _ => [],
    };

    /// <summary>For what is uninitialised before a loop that sets it.</summary>
    private Datum StandIn(object? like) => like switch
    {
        Datum.Tensor tensor => new Datum.Tensor(NewTensor(StandIn(TypeArgument(tensor)))),
        Datum.Int => Datum.Of(0),
        Datum.Float => Datum.Of(0.0),
        Datum.Bool => Datum.Of(false),
        Datum.Tuple tuple => new Datum.Tuple([.. tuple.Items.Select(StandIn)], tuple.Names),
        _ => throw SconceException.Unsupported("a variable that a loop sets first, where only the run knows how many turns it makes", hint: "set the variable before the loop"),
    };

    private static Argument TypeArgument(Datum.Tensor tensor) => tensor.Reference.LastRead ?? throw SconceException.Unsupported("a tensor that a loop sets first and never reads");

    private static SconceException Raised(RaisedException error) => SconceException.Unsupported(
        $"a loop that raises an error in each turn ('{error.Message}')", hint: "raise it under a condition");
}
