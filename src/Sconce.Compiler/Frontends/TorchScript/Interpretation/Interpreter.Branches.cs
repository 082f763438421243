using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Branches: decided here where that can be, else both are gone through, and what they leave different becomes a result of the conditional.
internal sealed partial class Interpreter
{
    private int branches;
    private Frame? branchFrame;

    private void If(Statement.If branch, Frame frame)
    {
        var condition = At(frame, branch.At, () => ToBool(Evaluate(branch.Condition, frame)));
        if (condition.Known is { } known)
        {
            Execute(known ? branch.Then : branch.Otherwise, frame);
            return;
        }

        Locate(frame, branch.Condition);
        Branch(condition, () => Execute(branch.Then, frame), () => Execute(branch.Otherwise, frame), frame);
    }

    /// <summary>What a branch left behind.</summary>
    private sealed record Trial(Block Block, Dictionary<Cell, object?> After, string? Raised);

    private void Branch(Datum.Bool condition, Action then, Action otherwise, Frame frame)
    {
        var born = journal.Now;
        var source = builder.Source;
        var yes = Try(then, frame);
        var no = Try(otherwise, frame);
        builder.Source = source;
        if (yes.Raised is not null || no.Raised is not null)
        {
            if (yes.Raised is not null && no.Raised is not null)
            {
                throw new RaisedException(yes.Raised);
            }

            // A branch that only raises is a check; what the other does is done in any case.
            var holds = yes.Raised is null ? condition : (Datum.Bool)CallOperator("aten::__not__", [condition], []);
            builder.Assert(holds.Value, (yes.Raised ?? no.Raised)!);
            (yes.Raised is null ? then : otherwise)();
            return;
        }

        Merge(condition, yes, no, born);
    }

    private Trial Try(Action body, Frame frame)
    {
        var (outer, outerFrame) = (branches, branchFrame);
        var depth = calls;
        builder.BeginBlock();
        journal.Begin();
        branches++;
        branchFrame = frame;
        string? raised = null;
        try
        {
            body();
        }
        catch (RaisedException error)
        {
            raised = error.Message;
        }
        finally
        {
            (branches, branchFrame, calls) = (outer, outerFrame, depth);
        }

        var after = journal.Undo();
        return new(builder.EndBlock(), after, raised);
    }

    /// <summary>Makes the conditional: of each place that a branch wrote, one value for what either holds.</summary>
    private void Merge(Datum.Bool condition, Trial yes, Trial no, long born)
    {
        var cells = yes.After.Keys.Concat(no.After.Keys).Where(cell => cell.Born < born).Distinct().ToList();
        var joins = new Joins(this);
        var merged = cells.Select(cell => (Cell: cell, Content: joins.Merge(
            yes.After.TryGetValue(cell, out var a) ? a : cell.Content, no.After.TryGetValue(cell, out var b) ? b : cell.Content))).ToList();

        // What a branch holds is read in that branch, with what it wrote in place. What stands for something uninitialised is like what the other branch has.
        joins.Read(yes, first: true, standIns: false);
        joins.Read(no, first: false, standIns: false);
        joins.Read(yes, first: true, standIns: true);
        joins.Read(no, first: false, standIns: true);
        var unlike = joins.TakeOutUnlike();
        yes.Block.Results.AddRange(joins.Firsts);
        no.Block.Results.AddRange(joins.Seconds);
        if (joins.Outputs.Count > 0 || Asserts(yes.Block) || Asserts(no.Block))
        {
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::cond",
                Arguments = [new(null, condition.Value), new(null, new Argument.List([]))],
                Outputs = [.. joins.Outputs],
                Blocks = [yes.Block, no.Block],
                Source = builder.Source,
            });
        }

        foreach (var (cell, content) in merged)
        {
            journal.Set(cell, content is Contents contents && unlike.TryGetValue(contents, out var reason) ? reason : content);
        }
    }

    private static bool Asserts(Block block) => GraphWalk.Nodes(block).Any(Assertions.IsOfValues);

    /// <summary>Something of the type of a value, where no value is needed.</summary>
    private Argument StandIn(Argument like) => like switch
    {
        Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type, Shape: { } shape } } => shape.All(builder.Typer.IsOfInputs)
            ? builder.Single("aten::zeros", new(null, shape.ToArgument()), new("dtype", new Argument.ScalarType(type)))
            : throw SconceException.Unsupported("a tensor, whose sizes only the data tell, that is set in one branch only"),
        Argument.Int or Argument.OfValue { Value.Type: GraphType.Int } => new Argument.Int(0),
        Argument.Bool or Argument.OfValue { Value.Type: GraphType.Bool } => new Argument.Bool(false),
        _ => new Argument.Float(0),
    };

    /// <summary>Pairs of values, of which a conditional gives the one or the other; null for what is uninitialised.</summary>
    private sealed class Joins(Interpreter interpreter)
    {
        private readonly List<(Func<Argument>? First, Func<Argument>? Second)> pairs = [];
        private readonly Dictionary<(Datum, Datum), Datum> known = [];
        private readonly List<(Contents Holder, Memory? Memory)> holders = [];

        public List<Value> Outputs { get; } = [];

        public List<Argument> Firsts { get; } = [];

        public List<Argument> Seconds { get; } = [];

        public void Read(Trial trial, bool first, bool standIns)
        {
            var (own, others) = first ? (Firsts, Seconds) : (Seconds, Firsts);
            if (standIns && !own.Contains(null!))
            {
                return;
            }

            var builder = interpreter.builder;
            var journal = interpreter.journal;
            builder.Resume(trial.Block);
            journal.Begin();
            foreach (var (cell, content) in trial.After)
            {
                journal.Set(cell, content);
            }

            for (var i = 0; i < pairs.Count; i++)
            {
                if (standIns)
                {
                    own[i] ??= interpreter.StandIn(others[i]);
                }
                else
                {
                    own.Add((first ? pairs[i].First : pairs[i].Second)?.Invoke()!);
                }
            }

            journal.Undo();
            builder.EndBlock();
        }

        /// <summary>Tensors of which a conditional cannot give the one or the other: they must not be used.</summary>
        public Dictionary<Contents, Contents> TakeOutUnlike()
        {
            var unlike = new Dictionary<Contents, Contents>(ReferenceEqualityComparer.Instance);
            for (var i = pairs.Count - 1; i >= 0; i--)
            {
                if (Firsts[i] is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var typeA, Shape: { } a } }
                    && Seconds[i] is Argument.OfValue { Value.Type: GraphType.Tensor { Type: var typeB, Shape: { } b } }
                    && (typeA != typeB || a.Length != b.Length))
                {
                    var (first, second) = (GraphPrinter.Text(new GraphType.Tensor(typeA, a)), GraphPrinter.Text(new GraphType.Tensor(typeB, b)));
                    var why = $"a tensor that is {first} in one branch and {second} in the other, where only the run tells which is taken";
                    var output = Outputs[i];
                    foreach (var (holder, memory) in holders.Where(entry => entry.Holder.Value is Argument.OfValue { Value: var value } && value == output))
                    {
                        var reason = new Contents(null, holder.Version, why);
                        unlike[holder] = reason;
                        if (memory is not null)
                        {
                            interpreter.journal.Set(memory.Cell, reason);
                        }
                    }

                    pairs.RemoveAt(i);
                    Outputs.RemoveAt(i);
                    Firsts.RemoveAt(i);
                    Seconds.RemoveAt(i);
                }
            }

            return unlike;
        }

        public object? Merge(object? a, object? b) => (a, b) switch
        {
            _ when Equals(a, b) => a,
            (Contents x, Contents y) => Contents(x, y),
            (Lazy<Datum> x, _) => Merge(x.Value, b),
            (_, Lazy<Datum> y) => Merge(a, y.Value),
            (Datum x, Datum y) => Merge(x, y),
            (ImmutableList<Datum> x, ImmutableList<Datum> y) => x.Count == y.Count ? x.Zip(y, Merge).ToImmutableList()
                : new Datum.Unusable("a list that is longer in one branch than in the other, where only the run tells which is taken"),
            (ImmutableList<(Datum Key, Datum Value)> x, ImmutableList<(Datum Key, Datum Value)> y) => x.Select(item => item.Key).SequenceEqual(y.Select(item => item.Key))
                ? x.Zip(y, (p, q) => (p.Key, Merge(p.Value, q.Value))).ToImmutableList()
                : new Datum.Unusable("a dict that has other keys in one branch than in the other, where only the run tells which is taken"),
            (null, _) or (_, null) => new Datum.Unusable("a variable that is set in one branch only, where only the run tells which is taken"),
            _ => new Datum.Unusable("a value that is of one kind in one branch and of another in the other, where only the run tells which is taken"),
        };

        private Contents Contents(Contents a, Contents b)
        {
            if (a.Value is null || b.Value is null)
            {
                return new(null, interpreter.journal.New(null).Born);
            }

            var contents = new Contents(Output("written", new GraphType.Tensor(null, null), () => a.Value, () => b.Value), interpreter.journal.New(null).Born);
            holders.Add((contents, null));
            return contents;
        }

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
                case (Datum.Unusable { IsUninitialised: true }, Datum.Unusable):
                    return b;
                case (Datum.Unusable { IsUninitialised: true } or Datum.Tensor, Datum.Tensor) or (Datum.Tensor, Datum.Unusable { IsUninitialised: true }):
                    var joined = interpreter.NewTensor(Output("joined", new GraphType.Tensor(null, null), Reading(a), Reading(b)));
                    holders.Add((joined.Memory.Contents, joined.Memory));
                    foreach (var tensor in new[] { a, b }.OfType<Datum.Tensor>())
                    {
                        joined.Memory.Cell.MayBe(tensor.Reference.Memory.Cell);
                    }

                    return new Datum.Tensor(joined);
                case (Datum.Unusable { IsUninitialised: true } or Datum.Int, Datum.Int) or (Datum.Int, Datum.Unusable { IsUninitialised: true }):
                    return new Datum.Int(Output("joined", new GraphType.Int(), Reading(a), Reading(b)));
                case (Datum.Unusable { IsUninitialised: true } or Datum.Float, Datum.Float) or (Datum.Float, Datum.Unusable { IsUninitialised: true }):
                    return new Datum.Float(Output("joined", new GraphType.Float(), Reading(a), Reading(b)));
                case (Datum.Unusable { IsUninitialised: true } or Datum.Bool, Datum.Bool) or (Datum.Bool, Datum.Unusable { IsUninitialised: true }):
                    return new Datum.Bool(Output("joined", new GraphType.Bool(), Reading(a), Reading(b)));
                case (Datum.Unusable { IsUninitialised: true } none, Datum.Tuple y):
                    return new Datum.Tuple([.. y.Items.Select(item => Merge(none, item))], y.Names);
                case (Datum.Tuple x, Datum.Unusable { IsUninitialised: true } none):
                    return new Datum.Tuple([.. x.Items.Select(item => Merge(item, none))], x.Names);
                case (Datum.Unusable, _):
                    return a;
                case (_, Datum.Unusable):
                    return b;
                case (Datum.Tuple x, Datum.Tuple y) when x.Items.Length == y.Items.Length:
                    return new Datum.Tuple([.. x.Items.Zip(y.Items, Merge)], x.Names);
                case (Datum.List x, Datum.List y):
                    return new Datum.List(Either(x.Items, y.Items));
                case (Datum.Dict x, Datum.Dict y):
                    return new Datum.Dict(Either(x.Items, y.Items));
                case (Datum.Text x, Datum.Text):
                    return new Datum.Text(x.Value, IsRough: true);
                case (Datum.None or Datum.Optional, _) or (_, Datum.None or Datum.Optional) when MayStandIn(a) && MayStandIn(b):
                    var has = new Datum.Bool(Output("has", new GraphType.Bool(), () => Has(a), () => Has(b)));
                    return new Datum.Optional(has.Value, Merge(Given(a), Given(b)));
                case (Datum.None, _) or (_, Datum.None):
                    return new Datum.Unusable("a value that is None in one branch and not in the other, where only the run tells which is taken");
                default:
                    return new Datum.Unusable($"a value that is {a.Kind} in one branch and {b.Kind} in the other, where only the run tells which is taken");
            }
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
            Datum.Tensor { Reference.LastRead: Argument.OfValue { Value.Type: GraphType.Tensor { Type: not null, Shape: { } shape } } } => shape.All(interpreter.builder.Typer.IsOfInputs),
            _ => false,
        };

        /// <summary>The items of one of two lists or dicts. Both may go on under their other names.</summary>
        private Cell Either(Cell a, Cell b)
        {
            var cell = interpreter.journal.New(Merge(a.Content, b.Content));
            cell.MayBe(a);
            cell.MayBe(b);
            return cell;
        }

        private Func<Argument>? Reading(Datum datum) => datum is Datum.Unusable ? null : () => interpreter.ToArgument(datum);

        private Value Output(string name, GraphType type, Func<Argument>? first, Func<Argument>? second)
        {
            var output = new Value(interpreter.builder.Name(name), type);
            Outputs.Add(output);
            pairs.Add((first, second));
            return output;
        }
    }
}
