using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>
/// Goes through a program with what is known when compiling. What it cannot compute it appends to the graph: tensors' operators, and branches and loops that hang on the numbers of a run.
/// </summary>
internal sealed partial class Interpreter
{
    /// <summary>The method by which an object is made of what the archive holds of it, where its class has one.</summary>
    public const string SetStateMethod = "__setstate__";

    private const int DeepestCalls = 200;

    private readonly ScriptArchive archive;
    private readonly ProgramCode code;
    private readonly GraphBuilder builder;
    private readonly Journal journal = new();
    private readonly Attributes attributes;

    /// <summary>Loops that carry which tensors they are about, and not their values alone.</summary>
    private readonly IReadOnlySet<Statement> exactLoops;
    private readonly ScriptState state;
    private int calls;

    public Interpreter(ScriptArchive archive, ProgramCode code, GraphBuilder builder, ScriptState state, IReadOnlySet<Statement> exactLoops)
    {
        (this.archive, this.code, this.builder, this.exactLoops, this.state) = (archive, code, builder, exactLoops, state);
        attributes = new Attributes(code, builder, journal, state, SetState, MemberOf);
    }

    /// <summary>The variables of a call, and the code it is of.</summary>
    private sealed class Frame(ScriptSource source)
    {
        public ScriptSource Source { get; } = source;

        public Dictionary<string, Cell> Variables { get; } = [];

        /// <summary>What the call gives, once it is known.</summary>
        public Cell Given { get; } = new(null, -1);

        public Datum? Result => (Datum?)Given.Content;
    }

    /// <summary>Ends a branch that raises an error.</summary>
    private sealed class RaisedException(string message) : Exception(message)
    {
        /// <summary>The line that raises it.</summary>
        public Where? Place { get; set; }
    }

    public Attributes State => attributes;

    public Journal Journal => journal;

    public Datum Root => attributes.Of(archive.Root, "");

    /// <summary>Runs a method from outside.</summary>
    public Datum Run(Instance instance, string method, IReadOnlyList<Datum> arguments)
    {
        try
        {
            return CallMethod(instance, method, arguments, []);
        }
        catch (RaisedException error)
        {
            throw new SconceException($"for these inputs the model raises an error{(error.Message.Length > 0 ? $": {error.Message}" : "")}",
                error.Place, "give inputs of the shapes and dtypes that the model takes");
        }
    }

    private void SetState(Instance instance, Datum state)
    {
        try
        {
            CallMethod(instance, SetStateMethod, [state], []);
        }
        catch (RaisedException error)
        {
            throw new SconceException($"the {SetStateMethod} of {instance.ClassName} raises an error{(error.Message.Length > 0 ? $": {error.Message}" : "")}", error.Place,
                "PyTorch does not load the file either: save the model again");
        }
    }

    /// <summary>The one or the other, as the run decides.</summary>
    public Datum EitherOf(Datum.Bool condition, Datum first, Datum second) => condition.Known is { } known ? known ? first : second : new Datum.Either(DecisionOf(condition.Value), first, second);

    /// <summary>The result of the one or the other, as the run decides.</summary>
    public Datum Choose(Datum.Bool condition, Func<Datum> then, Func<Datum> otherwise)
    {
        var frame = new Frame(archive.Sources.Values.First());
        Branch(condition, () => Assign(frame, Result, then()), () => Assign(frame, Result, otherwise()), frame);
        return (Datum)frame.Variables[Result].Content!;
    }

    /// <summary>A value as the graph has it.</summary>
    public Argument Read(Datum datum) => ToArgument(datum);

    public Datum NumberOf(Datum.Tensor tensor) => ToNumber(tensor);

    public TensorReference NewTensor(Argument value, ImmutableArray<Dim>? strides = null) => new(journal, new Memory(journal.New(new Contents(value, 0)), strides));

    /// <summary>A tensor whose elements lie side by side, in the order of its dims.</summary>
    public TensorReference NewDense(Argument value) => NewTensor(value, MemoryOrder.Dense(GraphBuilder.ShapeOf(value)));

    public Datum NewList(IEnumerable<Datum> items) => new Datum.List(journal.New(items.ToImmutableList()));

    public Datum NewDict(IEnumerable<(Datum Key, Datum Value)> items) => new Datum.Dict(journal.New(items.ToImmutableList()));

    /// <summary>Calls a method, or a function, with arguments by place and by name.</summary>
    public Datum Call(FunctionDefinition function, ScriptSource source, IReadOnlyList<Datum> given, IReadOnlyList<(string Name, Datum Value)> named)
    {
        if (calls >= DeepestCalls || !RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw SconceException.Unsupported($"'{function.Name}' calls itself, or calls are nested more than {DeepestCalls} deep", source.WhereOf(function.At), "write the recursion as a loop");
        }

        var frame = new Frame(source);
        for (var i = 0; i < function.Parameters.Length; i++)
        {
            var parameter = function.Parameters[i];
            var value = i < given.Count ? given[i] : named.FirstOrDefault(argument => argument.Name == parameter.Name).Value;
            value ??= parameter.Default is { } otherwise ? Evaluate(otherwise, frame) : throw SconceException.Expected(
                $"an argument for the parameter '{parameter.Name}' of '{function.Name}'", "none", source.WhereOf(function.At));
            Assign(frame, parameter.Name, Fitted(value, parameter.Type));
        }

        calls++;
        try
        {
            Execute(function.Body, frame);
        }
        finally
        {
            calls--;
        }

        return frame.Result ?? Datum.Nothing;
    }

    public Datum CallMethod(Instance instance, string name, IReadOnlyList<Datum> arguments, IReadOnlyList<(string Name, Datum Value)> named)
    {
        var type = code.Class(instance.ClassName);
        var method = type.Method(name) ?? throw SconceException.Unsupported($"the class {instance.ClassName} has no method '{name}'", new Where(archive.FileName));
        return Call(method, type.Source, [new Datum.Object(instance), .. arguments], named);
    }

    /// <summary>A value as a parameter of a type takes it: an int for a float.</summary>
    private Datum Fitted(Datum value, Expression? type) => (TypeNames.Head(type), value) switch
    {
        ("float", Datum.Int number) => ToFloat(number),
        _ => value,
    };

    private void Assign(Frame frame, string name, Datum value)
    {
        if (frame.Variables.TryGetValue(name, out var cell))
        {
            journal.Set(cell, value);
            return;
        }

        // Made empty and then written, so that a branch knows that it sets a variable which was not there.
        frame.Variables.Add(name, cell = new Cell(null, -1));
        journal.Set(cell, value);
    }

    private Datum Constant(ScriptValue value) => attributes.Of(value, null);

    /// <summary>Runs what may be refused at a place of the code: the error says where.</summary>
    private static T At<T>(Frame frame, int at, Func<T> run)
    {
        try
        {
            return run();
        }
        catch (SconceException error) when (error.Where?.Python is null || error.Where.File is null)
        {
            throw error.At(frame.Source.WhereOf(at));
        }
    }
}
