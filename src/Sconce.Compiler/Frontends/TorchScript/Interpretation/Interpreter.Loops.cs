using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Loops: unrolled where the number of turns is known, else one of the graph's, which carries from turn to turn what its body writes.
internal sealed partial class Interpreter
{
    private const int MostTurns = 100_000;
    private const int MostTrials = 64;

    private void While(Statement.While loop, Frame frame)
    {
        for (var turn = 0; frame.Result is null; turn++)
        {
            var condition = Decided(At(frame, loop.At, () => ToBool(Evaluate(loop.Condition, frame))));
            if (condition.Known is null)
            {
                Locate(frame, loop.Condition);
                Loop(frame, () => ToBool(Evaluate(loop.Condition, frame)), _ => Execute(loop.Body, frame), null);
                return;
            }

            if (condition.Known == false)
            {
                return;
            }

            CountTurn(turn);
            Execute(loop.Body, frame);
        }
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
                    for (var turn = 0L; turn < length && frame.Result is null; turn++)
                    {
                        CountTurn((int)Math.Min(turn, int.MaxValue));
                        Store(loop.Target, Counted(range, Datum.Of(turn)), frame);
                        Execute(loop.Body, frame);
                    }

                    return;
                }

                Locate(frame, loop.Over);
                if (range.Length.Size is not null || Appends(loop.Body))
                {
                    Repeat(frame, range.Length, turn =>
                    {
                        Store(loop.Target, Counted(range, turn), frame);
                        Execute(loop.Body, frame);
                    });
                    return;
                }

                Loop(
                    frame, null, counter =>
                    {
                        Store(loop.Target, Counted(range, counter!), frame);
                        Execute(loop.Body, frame);
                    },
                    range.Length);
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
    private void Loop(Frame frame, Func<Datum.Bool>? condition, Action<Datum.Int?> body, Datum.Int? count)
    {
        var source = builder.Source;
        var born = journal.Now;
        var carried = new List<Cell>();
        var others = new Dictionary<Cell, List<Cell>>(ReferenceEqualityComparer.Instance);
        for (var trial = 0; trial < MostTrials; trial++)
        {
            Budget.Spend(Budget.Step);
            builder.Source = source;
            var parameters = new Parameters(this);
            var counter = count is null ? null : parameters.Add(new Argument.Int(0), new GraphType.Int());
            var contents = carried.ConvertAll(cell => (Cell: cell, Content: Carry(parameters, cell)));
            // The condition reads what is carried; so does the body.
            builder.BeginBlock();
            journal.Begin();
            contents.ForEach(content => journal.Set(content.Cell, content.Content));
            parameters.Define();
            Argument test;
            try
            {
                test = count is null ? condition!().Value : ((Datum.Bool)CallOperator("aten::lt", [new Datum.Int(counter!), count], [])).Value;
            }
            catch (RaisedException error)
            {
                throw Raised(error);
            }

            journal.Undo();
            var tested = builder.EndBlock();
            tested.Parameters.AddRange(parameters.Values);
            tested.Results.Add(test);

            var inner = new Parameters(this);
            var turn = count is null ? null : new Datum.Int(inner.Add(new Argument.Int(0), new GraphType.Int()));
            contents = carried.ConvertAll(cell => (Cell: cell, Content: Carry(inner, cell)));
            builder.BeginBlock();
            journal.Begin();
            contents.ForEach(content => journal.Set(content.Cell, content.Content));
            inner.Define();
            var (outer, outerFrame, depth) = (branches, branchFrame, calls);
            branches++;
            branchFrame = frame;
            try
            {
                body(turn);
            }
            catch (RaisedException error)
            {
                throw Raised(error);
            }
            finally
            {
                (branches, branchFrame, calls) = (outer, outerFrame, depth);
            }

            var changed = journal.Changed.Where(pair => pair.Key.Born < born && !carried.Contains(pair.Key) && !Equals(pair.Value is Lazy<Datum> lazy ? lazy.Value : pair.Value, pair.Key.Content)
                && pair.Value is not (null or Datum.Unusable { IsUninitialised: false })).ToList();
            if (changed.Count > 0)
            {
                var standIns = changed.Where(pair => pair.Value is Datum.Unusable).Select(pair => (pair.Key, Like: pair.Key.Content)).ToList();
                journal.Undo();
                builder.EndBlock();
                foreach (var (cell, like) in standIns)
                {
                    journal.Set(cell, StandIn(like));
                }

                carried.AddRange(changed.Select(pair => pair.Key));
                continue;
            }

            // What a variable of the next turn may be must be known when the body is gone through.
            var more = contents.Where(content => NewOthers(content.Cell, content.Content)).ToList();
            if (more.Count > 0)
            {
                journal.Undo();
                builder.EndBlock();
                continue;
            }

            var results = new List<Argument>();
            if (turn is not null)
            {
                results.Add(ToArgument(CallOperator("aten::add", [turn, Datum.Of(1)], [])));
            }

            foreach (var (cell, content) in contents)
            {
                inner.Next(content, cell.Content, results);
            }

            journal.Undo();
            var block = builder.EndBlock();
            block.Parameters.AddRange(inner.Values);
            block.Results.AddRange(results);
            var outputs = parameters.Leaves.Select(leaf => new Value(builder.Name("looped"), leaf.Type)).ToImmutableArray();
            builder.Source = source;
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::while_loop",
                Arguments = [new(null, new Argument.List([.. parameters.Leaves.Select(leaf => leaf.First)])), new(null, new Argument.List([]))],
                Outputs = outputs,
                Blocks = [tested, block],
                Source = source,
            });
            var after = new Parameters(this) { Given = outputs };
            if (count is not null)
            {
                after.Add(new Argument.Int(0), new GraphType.Int());
            }

            foreach (var cell in carried)
            {
                journal.Set(cell, Carry(after, cell));
            }

            return;
        }

        throw SconceException.Unsupported("a loop whose body carries more than can be told");

        object? Carry(Parameters parameters, Cell cell)
        {
            parameters.Others = others.GetValueOrDefault(cell) ?? [];
            return parameters.Of(cell.Content);
        }

        bool NewOthers(Cell cell, object? before)
        {
            var was = PlacesIn(before).ToList();
            var found = PlacesIn(cell.Content).SelectMany(place => place.Bases).Distinct()
                .Where(place => place.Born < born && was.Exists(own => own.Content is Contents == place.Content is Contents && !own.IsPerhaps(place))).ToList();
            if (found.Count > 0)
            {
                others[cell] = [.. others.GetValueOrDefault(cell) ?? [], .. found];
            }

            return found.Count > 0;
        }
    }

    /// <summary>The memory, lists and dicts that a variable holds.</summary>
    private static IEnumerable<Cell> PlacesIn(object? content) => content switch
    {
        Datum.Tensor { Reference: var reference } => reference.Memories.Select(memory => memory.Cell),
        Datum.List { Items: var items } => [items, .. PlacesIn(items.Content)],
        Datum.Dict { Items: var items } => [items, .. PlacesIn(items.Content)],
        Datum.Tuple tuple => tuple.Items.SelectMany(PlacesIn),
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

    /// <summary>What a loop carries, as values: the parameters of its blocks, or its results.</summary>
    private sealed class Parameters(Interpreter interpreter)
    {
        /// <summary>The first value of each, and its type.</summary>
        public List<(Argument First, GraphType Type)> Leaves { get; } = [];

        public List<Value> Values { get; } = [];

        /// <summary>Values that are there already; empty to make new ones.</summary>
        public ImmutableArray<Value> Given { get; init; } = [];

        public Value Add(Argument first, GraphType type)
        {
            var value = Given.IsEmpty ? new Value(interpreter.builder.Name("carried"), type) : Given[Values.Count];
            Leaves.Add((first, type));
            Values.Add(value);
            return value;
        }

        /// <summary>What a carried variable may be too, after a turn: memory and lists that other names hold.</summary>
        public List<Cell> Others { get; set; } = [];

        /// <summary>Tells the typer of them, in the block that they are parameters of.</summary>
        public void Define()
        {
            foreach (var (value, leaf) in Values.Zip(Leaves))
            {
                value.Type = interpreter.builder.Typer.Parameter(value, leaf.First);
            }
        }

        /// <summary>The same contents with parameters for what the run computes.</summary>
        public object? Of(object? content) => content switch
        {
            Contents { Value: { } value } => new Contents(Add(value, TypeOf(value)), interpreter.journal.New(null).Born),
            Lazy<Datum> lazy => Of(lazy.Value),
            Datum datum => Of(datum),
            ImmutableList<Datum> items => items.Select(Of).ToImmutableList(),
            ImmutableList<(Datum Key, Datum Value)> pairs => pairs.Select(pair => (pair.Key, Of(pair.Value))).ToImmutableList(),
            _ => content,
        };

        private Datum Of(Datum datum)
        {
            switch (datum)
            {
                case Datum.Tensor { Reference: var tensor }:
                    var first = tensor.Read(interpreter.builder);
                    var fresh = interpreter.NewTensor(Add(first, TypeOf(first)));
                    MayLieIn(fresh, tensor);
                    Others.FindAll(other => other.Content is Contents).ForEach(fresh.Memories.First().Cell.MayBe);
                    return new Datum.Tensor(fresh);
                case Datum.Int number:
                    return new Datum.Int(Add(number.Value, new GraphType.Int()));
                case Datum.Float number:
                    return new Datum.Float(Add(number.Value, new GraphType.Float()));
                case Datum.Bool flag:
                    return new Datum.Bool(Add(flag.Value, new GraphType.Bool()));
                case Datum.Tuple tuple:
                    return new Datum.Tuple([.. tuple.Items.Select(Of)], tuple.Names);
                case Datum.List list:
                    return new Datum.List(Carried(list.Items));
                case Datum.Dict dict:
                    return new Datum.Dict(Carried(dict.Items));
                default:
                    return datum;
            }
        }

        private Cell Carried(Cell items)
        {
            var cell = interpreter.journal.New(Of(items.Content));
            cell.MayBe(items);
            Others.FindAll(other => other.Content is not Contents).ForEach(cell.MayBe);
            return cell;
        }

        private static GraphType TypeOf(Argument value) => value is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var type } } ? new GraphType.Tensor(type, null)
            : new GraphType.Tensor(null, null);

        /// <summary>Takes the values of the next turn, which must be such as those of this one.</summary>
        public void Next(object? before, object? after, List<Argument> results)
        {
            switch (before, after)
            {
                case (Contents { Value: not null }, Contents { Value: { } value }):
                    Put(value, results);
                    break;
                case (Contents, Contents { Value: null } lost):
                    throw TensorReference.Lost(lost);
                case (_, Lazy<Datum> lazy):
                    Next(before, lazy.Value, results);
                    break;
                case (Datum.Tensor, Datum.Tensor) or (Datum.Int, Datum.Int) or (Datum.Float, Datum.Float) or (Datum.Bool, Datum.Bool):
                    Put(interpreter.ToArgument((Datum)after), results);
                    break;
                case (Datum.Tuple a, Datum.Tuple b) when a.Items.Length == b.Items.Length:
                    foreach (var (item, next) in a.Items.Zip(b.Items))
                    {
                        Next(item, next, results);
                    }

                    break;
                case (Datum.List a, Datum.List b):
                    Next(a.Items.Content, b.Items.Content, results);
                    break;
                case (Datum.Dict a, Datum.Dict b):
                    Next(a.Items.Content, b.Items.Content, results);
                    break;
                case (ImmutableList<Datum> a, ImmutableList<Datum> b):
                    if (a.Count != b.Count)
                    {
                        throw Grows();
                    }

                    foreach (var (item, next) in a.Zip(b))
                    {
                        Next(item, next, results);
                    }

                    break;
                case (ImmutableList<(Datum Key, Datum Value)> a, ImmutableList<(Datum Key, Datum Value)> b):
                    if (!a.Select(pair => pair.Key).SequenceEqual(b.Select(pair => pair.Key)))
                    {
                        throw Grows();
                    }

                    foreach (var (item, next) in a.Zip(b))
                    {
                        Next(item.Value, next.Value, results);
                    }

                    break;
                default:
                    if (!Equals(before, after))
                    {
                        throw SconceException.Unsupported(
                            "a loop, of which only the run knows how many turns it makes, changes what is no number and no tensor: "
                                + $"{(before as Datum)?.Kind ?? "a value"} becomes {(after as Datum)?.Kind ?? "another"}",
                            hint: "set it before the loop to what it is in the loop");
                    }

                    break;
            }
        }

        private void Put(Argument value, List<Argument> results)
        {
            if (results.Count >= Values.Count)
            {
                throw Grows();
            }

            var before = Values[results.Count].Type;
            if (before is GraphType.Tensor { Type: var type, Shape: { } shape }
                && (value is not Argument.OfValue { Value.Type: GraphType.Tensor { Type: var now, Shape: { } next } } || now != type || next.Length != shape.Length
                    || next.Zip(shape).Any(pair => interpreter.builder.Typer.Holds(new SizeCondition.Compare(pair.First, SizeComparison.Equal, pair.Second)) == false)))
            {
                throw SconceException.Unsupported(
                    "a loop, of which only the run knows how many turns it makes, changes the dtype or the sizes of a tensor: "
                        + $"{GraphPrinter.Text(before)} becomes {(value is Argument.OfValue { Value: var given } ? GraphPrinter.Text(given.Type) : "something else")}",
                    hint: "give the tensor its full size before the loop and write its parts, or let the number of turns hang on sizes that are known");
            }

            results.Add(value);
        }

        public static SconceException Grows() => SconceException.Unsupported(
            "a list or a tensor grows in a loop, of which only the run knows how many turns it makes", hint: "make a tensor of the full size before the loop, and write its parts in the loop");
    }
}
