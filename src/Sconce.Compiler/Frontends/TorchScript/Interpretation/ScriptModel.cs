using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Makes the graph of a method of a TorchScript module.</summary>
internal static class ScriptModel
{
    /// <summary>Which tensors a run writes is known at its end: those are state, of which nothing is known when compiling, and the program is gone through again.</summary>
    private const int MostPasses = 8;

    /// <summary>Reads a method.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="method">Its name; mostly <c>forward</c>.</param>
    /// <param name="inputs">Dtypes and shapes of the inputs.</param>
    /// <param name="typer">Makes what types the nodes of a graph.</param>
    public static Graph Read(ScriptArchive archive, string method, IReadOnlyList<InputSpec> inputs, Func<Graph, IGraphTyper> typer)
    {
        var code = new ProgramCode(archive);
        var written = new HashSet<ScriptValue.Tensor>(ReferenceEqualityComparer.Instance);
        var exactLoops = new HashSet<Statement>(ReferenceEqualityComparer.Instance);
        StatePlan? plan = null;
        for (var pass = 0; pass < MostPasses; pass++)
        {
            var (graph, next) = Run(() => new ScriptPass(archive, code, inputs, typer, written, plan, exactLoops), method, exactLoops);
            if (graph is not null)
            {
                return graph;
            }

            plan = next;
        }

        throw SconceException.Unsupported("attributes of the model that become something else after each run",
            new Where(archive.FileName), "let attributes have their dtypes and sizes from the beginning, as tensors");
    }

    /// <summary>Goes through the method, and again where a loop must be followed more exactly than it was.</summary>
    private static (Graph? Graph, StatePlan? Plan) Run(Func<ScriptPass> pass, string method, HashSet<Statement> exactLoops)
    {
        while (true)
        {
            try
            {
                return pass().Run(method);
            }
            catch (DoubtfulLoopException doubtful) when (exactLoops.Add(doubtful.Loop))
            {
                Budget.Spend(Budget.Step);
            }
            catch (UndecidedException)
            {
                throw SconceException.Unsupported(
                    "an output or an attribute that is one of two lists, dicts or values, which only the run tells", hint: "let both branches give as many tensors of the same dtypes");
            }
        }
    }
}

/// <summary>Goes through a method once.</summary>
internal sealed class ScriptPass
{
    private readonly ScriptArchive archive;
    private readonly ProgramCode code;
    private readonly IReadOnlyList<InputSpec> inputs;
    private readonly HashSet<ScriptValue.Tensor> written;
    private readonly StatePlan? plan;
    private readonly Graph graph;
    private readonly GraphBuilder builder;
    private readonly Interpreter interpreter;

    public ScriptPass(ScriptArchive archive, ProgramCode code, IReadOnlyList<InputSpec> inputs, Func<Graph, IGraphTyper> typer, HashSet<ScriptValue.Tensor> written, StatePlan? plan,
        IReadOnlySet<Statement> exactLoops)
    {
        (this.archive, this.code, this.inputs, this.written, this.plan) = (archive, code, inputs, written, plan);
        var symbols = inputs.Where(input => !input.Shape.IsDefault).SelectMany(input => input.Shape).Select(size => size.AsAtom).OfType<Symbol>().Distinct().ToList();
        graph = new Graph { Name = ProgramCode.NameOf(archive.Root.QualifiedName), Symbols = symbols };
        builder = new GraphBuilder(typer(graph), graph);
        interpreter = new Interpreter(archive, code, builder, written, exactLoops);
    }

    /// <summary>The graph; null where something was learned of the state, so that the program must be gone through again, with a plan perhaps.</summary>
    public (Graph? Graph, StatePlan? Plan) Run(string method)
    {
        var type = code.Class(archive.Root.QualifiedName);
        var definition = type.Method(method) ?? throw SconceException.Expected(
            $"a method of {type.Definition.Name} ({string.Join(", ", type.Definition.Methods.Select(known => known.Name))})", $"'{method}'", new Where(archive.FileName));
        var binder = new InputBinder(interpreter, code, builder, inputs);
        var arguments = binder.Bind(definition, definition.Parameters.Skip(1));
        var root = ((Datum.Object)interpreter.Root).Instance;
        var slots = new StateSlots(interpreter, builder);
        var result = plan is { Begins: true, IsLearning: false }
            ? interpreter.Choose(slots.First(), () => interpreter.Run(root, method, arguments), () =>
            {
                Begin(slots, root);
                return interpreter.Run(root, method, arguments);
            })
            : RunOnce();
        if (plan is { IsLearning: false, Begins: true })
        {
            slots.EndFirst();
        }

        result = interpreter.Settled(result);
        Outputs(graph, interpreter, result, result is Datum.Dict or Datum.Tuple { Names.IsDefault: false } ? "" : "output");
        foreach (var (input, reference) in binder.Given)
        {
            if (reference.Read(builder) is Argument.OfValue { Value: var now } && now != input.Value)
            {
                graph.AddWritten(input, now);
            }
        }

        var known = written.Count;
        var writer = new StateWriter(graph, builder, interpreter.State);
        written.UnionWith(writer.Write(plan));
        if (Next(root, writer, slots) is { } next)
        {
            return (null, next);
        }

        if (written.Count > known)
        {
            return (null, plan);
        }

        GraphWalk.Definitions(graph).ToList().ForEach(builder.Forget);
        return (graph, plan);

        Datum RunOnce()
        {
            Begin(slots, root);
            return interpreter.Run(root, method, arguments);
        }
    }

    /// <summary>Puts the values of the plan into the attributes.</summary>
    private void Begin(StateSlots slots, Instance root)
    {
        foreach (var (path, state) in plan?.Values ?? [])
        {
            var (instance, name) = interpreter.State.Find(root, path);
            var first = interpreter.State.Read(instance, name);
            interpreter.State.Write(instance, name, slots.Make(state, path, plan!.Begins ? null : first));
        }
    }

    /// <summary>A better plan; null where this one holds, and its buffers are filled then.</summary>
    private StatePlan? Next(Instance root, StateWriter writer, StateSlots slots)
    {
        var values = plan?.Values ?? [];
        var begins = plan?.Begins == true;
        var changed = false;
        foreach (var (path, (first, now)) in writer.Changed)
        {
            begins |= StateValue.Of(first, builder) is not { } before || StateValue.Both(before, StateOf(path, now)) is null;
        }

        foreach (var (path, (first, now)) in writer.Changed)
        {
            // What the first run begins with is one thing, and what later ones find another; or the one is as the other.
            var after = StateOf(path, now);
            values = values.SetItem(path, begins ? after : StateValue.Both(StateValue.Of(first, builder)!, after)!);
            changed = true;
        }

        foreach (var (path, state) in plan?.Values ?? [])
        {
            var (instance, name) = interpreter.State.Find(root, path);
            var now = interpreter.State.Read(instance, name)!;
            var after = StateOf(path, now);
            if (StateValue.Both(state, after) is not { } both)
            {
                if (begins && plan is { IsLearning: false })
                {
                    throw Restless(path, now);
                }

                // Not what the first run begins with: what later ones do is looked for.
                begins = true;
                both = after;
            }

            changed |= !both.Equals(state);
            values = values.SetItem(path, both);
        }

        if (changed || (plan is { IsLearning: true }))
        {
            // With something else at first, whatever was joined with it is looked at again.
            return new StatePlan(values, begins) { IsLearning = begins && changed };
        }

        foreach (var (path, state) in values)
        {
            var (instance, name) = interpreter.State.Find(root, path);
            slots.Fill(state, path, interpreter.State.Read(instance, name)!);
        }

        return null;
    }

    private StateValue StateOf(string path, Datum now) => StateValue.Of(now, builder) ?? throw Restless(path, now);

    private SconceException Restless(string path, Datum now) => SconceException.Unsupported(
        $"the attribute '{path}', which the model writes, is {now.Kind} after a run: it is of another kind after each, or has sizes that only the run tells", new Where(archive.FileName),
        "let the attribute have its dtype and sizes from the beginning, as a tensor");

    private static void Outputs(Graph graph, Interpreter interpreter, Datum value, string name)
    {
        switch (value.Usable())
        {
            case Datum.Tensor or Datum.Int or Datum.Float or Datum.Bool:
                graph.Outputs.Add(new(interpreter.Read(value), name));
                break;
            case Datum.Tuple tuple:
                for (var i = 0; i < tuple.Items.Length; i++)
                {
                    Outputs(graph, interpreter, tuple.Items[i], Inner(name, tuple.Names.IsDefault ? FormattableString.Invariant($"{i}") : tuple.Names[i]));
                }

                break;
            case Datum.List list:
                foreach (var (i, item) in ((ImmutableList<Datum>)list.Items.Now!).Index())
                {
                    Outputs(graph, interpreter, item, Inner(name, FormattableString.Invariant($"{i}")));
                }

                break;
            case Datum.Dict dict:
                foreach (var (key, item) in (ImmutableList<(Datum Key, Datum Value)>)dict.Items.Now!)
                {
                    Outputs(graph, interpreter, item, Inner(name, key switch
                    {
                        Datum.Text text => text.Value,
                        Datum.Int number => FormattableString.Invariant($"{number.Known}"),
                        _ => key.Kind,
                    }));
                }

                break;
            case Datum.Optional:
                throw SconceException.Unsupported("an output that is None or a tensor, which only the run tells");
            case Datum.None or Datum.Text or Datum.Device or Datum.Member:
                break;
            default:
                throw SconceException.Unsupported($"{value.Kind} as an output");
        }

        static string Inner(string name, string part) => name.Length == 0 ? part : $"{name}.{part}";
    }
}
