using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Language;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

internal sealed partial class Interpreter
{
    private void Execute(ImmutableArray<Statement> body, Frame frame)
    {
        foreach (var statement in body)
        {
            if (frame.Result is not null)
            {
                return;
            }

            Budget.Spend(5);
            try
            {
                Undoable(() => Execute(statement, frame));
            }
            catch (SconceException error) when (error.Where?.File is null || error.Where.Python is null)
            {
                throw error.At(frame.Source.WhereOf(statement.At));
            }
            catch (RaisedException error) when (error.Place is null)
            {
                error.Place = frame.Source.WhereOf(statement.At);
                throw;
            }
        }
    }

    private void Execute(Statement statement, Frame frame)
    {
        switch (statement)
        {
            case Statement.Assign { Value: { } value } assign:
                Store(assign.Target, Fitted(Evaluate(value, frame), assign.Type), frame);
                break;
            case Statement.Assign:
                break;
            case Statement.Augmented augmented:
                Augment(augmented, frame);
                break;
            case Statement.Evaluate evaluate:
                Evaluate(evaluate.Value, frame);
                break;
            case Statement.If branch:
                If(branch, frame);
                break;
            case Statement.While loop:
                While(loop, frame);
                break;
            case Statement.For loop:
                For(loop, frame);
                break;
            case Statement.With with:
                // The managers that TorchScript knows are about gradients and profiles.
                Evaluate(with.Manager, frame);
                Execute(with.Body, frame);
                break;
            case Statement.Return result:
                if (branches > 0 && frame == branchFrame)
                {
                    throw SconceException.Unsupported("a return inside a branch or a loop that hangs on numbers which only the run tells", hint: "return at the end of the function");
                }

                journal.Set(frame.Given, result.Value is null ? Datum.Nothing : Evaluate(result.Value, frame));
                break;
            case Statement.Raise raise:
                throw new RaisedException(raise.Value is Expression.Call { Arguments: [{ Value: var words }, ..] } ? (Evaluate(words, frame) as Datum.Text)?.Value ?? "" : "");
            case Statement.Assert assertion:
                Assert(Evaluate(assertion.Condition, frame), assertion.Message is null ? "" : (Evaluate(assertion.Message, frame).Usable() as Datum.Text)?.Value ?? "");
                break;
            case Statement.Define { Function: var function }:
                Assign(frame, function.Name, new Datum.Closure(() => CallInner(function, frame)));
                break;
            case Statement.Pass:
                break;
            default:
                throw SconceException.Unsupported("break and continue where TorchScript writes none", hint: "save the model again with torch.jit.save");
        }
    }

    /// <summary>Calls a function that sees the variables of the one that it is in.</summary>
    private Datum CallInner(FunctionDefinition function, Frame outer)
    {
        var frame = new Frame(outer.Source);
        foreach (var (name, cell) in outer.Variables)
        {
            frame.Variables.Add(name, journal.New(cell.Content));
        }

        Execute(function.Body, frame);
        return frame.Result ?? Datum.Nothing;
    }

    private void Store(Expression target, Datum value, Frame frame)
    {
        switch (target)
        {
            case Expression.Name name:
                Assign(frame, name.Id, value);
                break;
            case Expression.Tuple tuple:
                var items = ItemsOf(value.Usable());
                if (items.Count != tuple.Items.Length)
                {
                    throw SconceException.Expected($"{tuple.Items.Length} values to unpack", $"{items.Count}");
                }

                for (var i = 0; i < items.Count; i++)
                {
                    Store(tuple.Items[i], items[i], frame);
                }

                break;
            case Expression.Attribute attribute when Evaluate(attribute.Of, frame).Usable() is Datum.Object { Instance: var instance }:
                attributes.Write(instance, attribute.Id, value);
                break;
            case Expression.Subscript subscript:
                SetItem(Evaluate(subscript.Of, frame), Evaluate(subscript.Index, frame), value);
                break;
            default:
                throw SconceException.Unsupported("an assignment to something that is neither a variable, an attribute nor an item");
        }
    }

    private void Augment(Statement.Augmented augmented, Frame frame)
    {
        var before = Evaluate(augmented.Target, frame).Usable();
        var value = Evaluate(augmented.Value, frame);
        if (before is Datum.Tensor)
        {
            CallOperator($"aten::{InPlaceNames[augmented.Operator]}", [before, value], []);
            return;
        }

        if (before is Datum.List && augmented.Operator == "+")
        {
            CallOperator("aten::add_", [before, value], []);
            return;
        }

        Store(augmented.Target, CallOperator(BinaryNames[augmented.Operator], [before, value], []), frame);
    }

    private void Assert(Datum condition, string message)
    {
        switch (condition.Usable())
        {
            case Datum.Tensor tensor:
                Assert(ToBool(tensor), message);
                break;
            case Datum.Bool { Known: true }:
                break;
            case Datum.Bool { Known: false }:
                throw new RaisedException(message);
            case Datum.Bool { Value: var value }:
                builder.Assert(value, message.Length > 0 ? message : "an assertion");
                break;
        }
    }

    private static IReadOnlyList<Datum> ItemsOf(Datum value) => value.Usable() switch
    {
        Datum.Tuple tuple => tuple.Items,
        Datum.List list => ListItems(list),
        _ => throw SconceException.Expected("a tuple or a list", value.Kind),
    };

    private static ImmutableList<Datum> ListItems(Datum.List list) => list.Items.Now switch
    {
        ImmutableList<Datum> items => items,
        MaybeItems maybe => maybe.Decided(),
        GrowingItems => throw GrowingItems.Read(),
        Datum.Unusable { Why: var why } => throw SconceException.Unsupported(why),
        RunItems or RowItems => throw SconceException.Unsupported(
            "this use of a list of which only the run knows how many items it has", hint: "make one tensor of it first, with torch.stack or torch.cat"),
        _ => throw SconceException.Internal("a list without items"),
    };

    private static ImmutableList<(Datum Key, Datum Value)> DictItems(Datum.Dict dict) => dict.Items.Now switch
    {
        ImmutableList<(Datum Key, Datum Value)> items => items,
        Datum.Unusable { Why: var why } => throw SconceException.Unsupported(why),
        _ => throw SconceException.Internal("a dict without items"),
    };
}
