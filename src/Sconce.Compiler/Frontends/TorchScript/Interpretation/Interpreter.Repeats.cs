using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Loops that count, with a number of turns that hangs on sizes: what a turn appends to a list becomes a row of a tensor.
internal sealed partial class Interpreter
{
    private void Repeat(Frame frame, Datum.Int count, Action<Datum.Int> body)
    {
        var source = builder.Source;
        var born = journal.Now;
        var carried = new List<Cell>();
        var growing = new List<Cell>();
        var turns = (Argument)builder.Single("aten::arange", new NamedArgument(null, count.Value));
        var first = (Argument)builder.Single("aten::select", new(null, turns), new(null, new Argument.Int(0)), new(null, new Argument.Int(0)));
        for (var trial = 0; trial < MostTrials; trial++)
        {
            Budget.Spend(Budget.Step);
            builder.Source = source;
            var inner = new Parameters(this);
            var contents = carried.ConvertAll(cell => (Cell: cell, Content: inner.Of(cell.Content)));
            var leaves = inner.Leaves.ToList();
            var turn = inner.Add(first, new GraphType.Tensor(null, null));
            builder.BeginBlock();
            journal.Begin();
            contents.ForEach(content => journal.Set(content.Cell, content.Content));
            growing.ForEach(cell => journal.Set(cell, new GrowingItems([])));
            inner.Define();
            var (outer, outerFrame, depth) = (branches, branchFrame, calls);
            branches++;
            branchFrame = frame;
            try
            {
                body((Datum.Int)ToNumber(new Datum.Tensor(NewTensor(turn))));
            }
            catch (RaisedException error)
            {
                throw Raised(error);
            }
            finally
            {
                (branches, branchFrame, calls) = (outer, outerFrame, depth);
            }

            var changed = journal.Changed.Where(pair => pair.Key.Born < born && !carried.Contains(pair.Key) && !growing.Contains(pair.Key) && !Equals(pair.Value, pair.Key.Content)
                && pair.Value is not (null or Datum.Unusable { IsUninitialised: false })).ToList();
            if (changed.Count > 0)
            {
                growing.AddRange(changed.Where(pair => Grows(pair.Value, pair.Key.Content)).Select(pair => pair.Key));
                var standIns = changed.Where(pair => pair.Value is Datum.Unusable).Select(pair => (pair.Key, Like: pair.Key.Content)).ToList();
                carried.AddRange(changed.Select(pair => pair.Key).Where(cell => !growing.Contains(cell)));
                journal.Undo();
                builder.EndBlock();
                foreach (var (cell, like) in standIns)
                {
                    journal.Set(cell, StandIn(like));
                }

                continue;
            }

            var results = new List<Argument>();
            foreach (var (cell, content) in contents)
            {
                inner.Next(content, cell.Content, results);
            }

            var added = growing.ConvertAll(cell => cell.Content is GrowingItems items ? items.Added : throw GrowingItems.Read());
            results.AddRange(added.SelectMany(items => items.Select(ToArgument)));
            journal.Undo();
            var block = builder.EndBlock();
            block.Parameters.AddRange(inner.Values);
            block.Results.AddRange(results);
            var outputs = leaves.Select(leaf => new Value(builder.Name("looped"), leaf.Type)).ToImmutableArray();
            var rows = added.SelectMany(items => items).Select(_ => new Value(builder.Name("rows"), new GraphType.Tensor(null, null))).ToImmutableArray();
            builder.Source = source;
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::scan",
                Arguments = [new(null, new Argument.List([.. leaves.Select(leaf => leaf.First)])), new(null, new Argument.List([turns])), new(null, new Argument.List([]))],
                Outputs = [.. outputs, .. rows],
                Blocks = [block],
                Source = source,
            });
            var after = new Parameters(this) { Given = outputs };
            foreach (var cell in carried)
            {
                journal.Set(cell, after.Of(cell.Content));
            }

            var next = 0;
            foreach (var (cell, items) in growing.Zip(added))
            {
                journal.Set(cell, new RunItems((ImmutableList<Datum>)cell.Content!, [.. items.Select(_ => (Datum)new Datum.Tensor(NewTensor(rows[next++])))], count));
            }

            return;
        }

        throw SconceException.Unsupported("a loop whose body carries more than can be told");
    }

    /// <summary>Whether a list has only been appended to.</summary>
    private static bool Grows(object? before, object? after) =>
        before is ImmutableList<Datum> a && after is ImmutableList<Datum> b && b.Count > a.Count && a.Zip(b).All(pair => ReferenceEquals(pair.First, pair.Second));

    /// <summary>All that a list's turns appended, in one tensor: an item for each row.</summary>
    private Datum RowsOf(RunItems items)
    {
        if (items.Rows.Length == 1)
        {
            return items.Rows[0];
        }

        return CallOperator("aten::flatten", [CallOperator("aten::stack", [NewList(items.Rows), Datum.Of(1)], []), Datum.Of(0), Datum.Of(1)], []);
    }

    private Datum LengthOf(RunItems items) => CallOperator(
        "aten::add", [Datum.Of(items.Known.Count), CallOperator("aten::mul", [items.Turns, Datum.Of(items.Rows.Length)], [])], []);

    private static RunItems? RunItemsIn(Datum list) => list is Datum.List { Items.Now: RunItems items } ? items : null;

    /// <summary><c>torch.stack</c> of such a list.</summary>
    private Datum? StackRun(BuiltinCall a)
    {
        if (RunItemsIn(a[0]) is not { } items)
        {
            return null;
        }

        var rows = RowsOf(items);
        if (!items.Known.IsEmpty)
        {
            rows = CallOperator("aten::cat", [NewList([CallOperator("aten::stack", [NewList(items.Known)], []), rows])], []);
        }

        return a.Find(1, "dim") is Datum.Int { Known: not 0 } dim ? CallOperator("aten::movedim", [rows, Datum.Of(0), dim], []) : rows;
    }

    /// <summary><c>torch.cat</c> of such a list.</summary>
    private Datum? JoinRun(BuiltinCall a)
    {
        if (RunItemsIn(a[0]) is not { } items)
        {
            return null;
        }

        var rows = RowsOf(items);
        var rank = ShapeOf(rows).Length - 1;
        var dim = a.Find(1, "dim") is Datum.Int { Known: { } given } ? given < 0 ? given + rank : given : 0;
        var moved = dim == 0 ? rows : CallOperator("aten::movedim", [rows, Datum.Of(0), Datum.Of(dim)], []);
        var joined = CallOperator("aten::flatten", [moved, Datum.Of(dim), Datum.Of(dim + 1)], []);
        return items.Known.IsEmpty ? joined : CallOperator("aten::cat", [NewList([.. items.Known, joined]), Datum.Of(dim)], []);
    }

    /// <summary>An item of such a list: from its end, or where nothing stands before the loop's.</summary>
    private Datum ItemOfRun(RunItems items, Datum.Int index)
    {
        if (index.Known is { } place && place >= 0 && place < items.Known.Count)
        {
            return items.Known[(int)place];
        }

        return index.Known is < 0 || items.Known.IsEmpty
            ? CallOperator("aten::select", [RowsOf(items), Datum.Of(0), index], [])
            : CallOperator("aten::select", [RowsOf(items), Datum.Of(0), CallOperator("aten::sub", [index, Datum.Of(items.Known.Count)], [])], []);
    }
}
