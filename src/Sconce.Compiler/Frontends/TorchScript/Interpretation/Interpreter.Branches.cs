using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Branches: decided here where that can be, else both are gone through, and what they leave different becomes a result of the conditional.
internal sealed partial class Interpreter
{
    /// <summary>Each choice doubles the code of a statement.</summary>
    private const int MostChoices = 10;

    private readonly Dictionary<Value, Decision> decisions = [];
    private readonly Dictionary<Value, Value> negated = [];
    private int branches;
    private int choices;
    private Frame? branchFrame;

    private void If(Statement.If branch, Frame frame)
    {
        var condition = Decided(At(frame, branch.At, () => ToBool(Evaluate(branch.Condition, frame))));
        if (condition.Known is { } known)
        {
            Execute(known ? branch.Then : branch.Otherwise, frame);
            return;
        }

        Locate(frame, branch.Condition);
        Branch(condition, () => Execute(branch.Then, frame), () => Execute(branch.Otherwise, frame), frame);
    }

    private void Branch(Datum.Bool condition, Action then, Action otherwise, Frame? frame)
    {
        if (condition.Value is Argument.OfValue { Value: var value } && negated.TryGetValue(value, out var plain))
        {
            Branch(new(plain), otherwise, then, frame);
            return;
        }

        undecided++;
        var born = journal.Now;
        var decision = DecisionOf(condition.Value);
        var source = builder.Source;
        var yes = Try(() => Assume(decision, true, then), frame);
        var no = Try(() => Assume(decision, false, otherwise), frame);
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
            Assume(decision, yes.Raised is null, yes.Raised is null ? then : otherwise);
            return;
        }

        var (outputs, changes) = new Joins(this, decision, yes, no, born).Run();
        if (outputs.Count > 0 || Asserts(yes.Block) || Asserts(no.Block))
        {
            builder.AppendRegion(new Node
            {
                Operator = "higher_order::cond",
                Arguments = [new(null, condition.Value), new(null, new Argument.List([])), new(null, new Argument.Bool(true))],
                Outputs = [.. outputs],
                Blocks = [yes.Block, no.Block],
                Source = builder.Source,
            });
        }

        changes();
    }

    private static bool Asserts(Block block) => GraphWalk.Nodes(block).Any(Assertions.IsOfValues);

    /// <summary>One for each condition, so that what hangs on it is decided wherever it is known.</summary>
    private Decision DecisionOf(Argument condition)
    {
        if (condition is not Argument.OfValue { Value: var value })
        {
            return new Decision(condition, journal.Now);
        }

        if (!decisions.TryGetValue(value, out var decision))
        {
            decisions.Add(value, decision = new Decision(condition, journal.Now));
        }

        return decision;
    }

    /// <summary>The condition, known where it is taken for granted.</summary>
    private Datum.Bool Decided(Datum.Bool condition)
    {
        if (condition.Value is not Argument.OfValue { Value: var value })
        {
            return condition;
        }

        return negated.TryGetValue(value, out var plain)
            ? decisions.TryGetValue(plain, out var opposite) && opposite.Assumed is { } no ? Datum.Of(!no) : condition
            : decisions.TryGetValue(value, out var decision) && decision.Assumed is { } yes ? Datum.Of(yes) : condition;
    }

    private static void Assume(Decision decision, bool way, Action run)
    {
        var outer = decision.Assumed;
        decision.Assumed = way;
        try
        {
            run();
        }
        finally
        {
            decision.Assumed = outer;
        }
    }

    /// <summary>Goes through something for each way of a decision, in a branch of the graph.</summary>
    private void Decide(Decision decision, Action run)
    {
        if (choices >= MostChoices)
        {
            throw SconceException.Unsupported(
                $"a statement that hangs on more than {MostChoices} things, of which only the run tells which of two each is",
                hint: "use what a branch leaves in that branch, or let it leave one tensor or number");
        }

        choices++;
        try
        {
            Branch(new(decision.Condition), run, run, branchFrame);
        }
        finally
        {
            choices--;
        }
    }

    /// <summary>Runs something; where it hangs on what only the run decides, it is undone and gone through for each way.</summary>
    private void Undoable(Action run)
    {
        var (levels, blocks, source) = (journal.Depth, builder.Depth, builder.Source);
        Decision undecided;
        journal.Begin();
        try
        {
            run();
            return;
        }
        catch (UndecidedException error)
        {
            undecided = error.Decision;
            while (journal.Depth > levels)
            {
                journal.Undo();
            }

            while (builder.Depth > blocks)
            {
                builder.EndBlock();
            }

            builder.Source = source;
        }
        finally
        {
            if (journal.Depth > levels)
            {
                journal.Keep();
            }
        }

        Decide(undecided, () => Undoable(run));
    }

    private Trial Try(Action body, Frame? frame)
    {
        var (outer, outerFrame) = (branches, branchFrame);
        var (depth, levels, blocks) = (calls, journal.Depth, builder.Depth);
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

        // What raised an error may have left more open.
        while (journal.Depth > levels + 1)
        {
            journal.Undo();
        }

        while (builder.Depth > blocks + 1)
        {
            builder.EndBlock();
        }

        var after = journal.Undo();
        return new(builder.EndBlock(), after, raised);
    }
}
