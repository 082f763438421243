using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Frontends.TorchScript.Language;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Makes the graphs of methods of a TorchScript module.</summary>
internal static class ScriptModel
{
    /// <summary>Which tensors a run writes is known at its end: those are state, of which nothing is known when compiling, and the program is gone through again.</summary>
    private const int MostPasses = 8;

    /// <summary>Reads methods, whose state is one: what any of them writes is a constant for none.</summary>
    /// <param name="archive">The file.</param>
    /// <param name="methods">Their names, and what their inputs are like.</param>
    /// <param name="typer">Makes what types the nodes of a graph.</param>
    public static IReadOnlyList<(string Name, Graph Graph)> Read(
        ScriptArchive archive, IReadOnlyList<(string Name, IReadOnlyList<InputSpec> Inputs)> methods, Func<Graph, IGraphTyper> typer)
    {
        var code = new ProgramCode(archive);
        var exactLoops = new HashSet<Statement>(ReferenceEqualityComparer.Instance);
        var state = new ScriptState();
        var mostPasses = MostPasses * methods.Count;
        for (var pass = 0; pass < mostPasses; pass++)
        {
            var before = state.Version;
            var graphs = new List<(string Name, Graph Graph)>();
            foreach (var (method, inputs) in methods)
            {
                if (Run(() => new ScriptPass(archive, code, inputs, typer, state, exactLoops), method, state, exactLoops) is not { } graph)
                {
                    break;
                }

                graphs.Add((method, graph));
            }

            if (graphs.Count == methods.Count && state.Version == before)
            {
                state.CheckViews();
                return graphs;
            }
        }

        throw SconceException.Unsupported("attributes of the model that become something else after each run",
            new Where(archive.FileName), "let attributes have their dtypes and sizes from the beginning, as tensors");
    }

    /// <summary>Goes through the method, and again where a loop must be followed more exactly than it was.</summary>
    private static Graph? Run(Func<ScriptPass> pass, string method, ScriptState state, HashSet<Statement> exactLoops)
    {
        while (true)
        {
            var now = pass();
            try
            {
                return now.Run(method);
            }
            catch (Exception error) when (now.BeginsAsEither && error is CopyWrittenException or UndecidedException or SconceException { Kind: ErrorKind.Unsupported })
            {
                state.FirstByItself = true;
            }
            catch (RepeatedItemException) when (!state.ItemsRepeat)
            {
                state.ItemsRepeat = true;
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
    private readonly ScriptState state;
    private readonly StatePlan? plan;
    private readonly Graph graph;
    private readonly GraphBuilder builder;
    private readonly Interpreter interpreter;

    public ScriptPass(
        ScriptArchive archive, ProgramCode code, IReadOnlyList<InputSpec> inputs, Func<Graph, IGraphTyper> typer, ScriptState state, IReadOnlySet<Statement> exactLoops)
    {
        (this.archive, this.code, this.inputs, this.state, plan) = (archive, code, inputs, state, state.Plan);
        var symbols = inputs.Where(input => !input.Shape.IsDefault).SelectMany(input => input.Shape).Select(size => size.AsAtom).OfType<Symbol>().Distinct().ToList();
        graph = new Graph { Name = ProgramCode.NameOf(archive.Root.QualifiedName), Symbols = symbols };
        builder = new GraphBuilder(typer(graph), graph);
        interpreter = new Interpreter(archive, code, builder, state, exactLoops);
    }

    /// <summary>Whether attributes are one of two when the program begins: what they are in the file, or what later runs find. Those that hold numbers soon become one.</summary>
    public bool BeginsAsEither => plan is { Begins: true, IsLearning: false } && !state.FirstByItself && plan.Values.Values.All(value => value.IsOfNumbers);

    /// <summary>The graph; null where something was learned of the state, so that the program must be gone through again.</summary>
    public Graph? Run(string method)
    {
        var type = code.Class(archive.Root.QualifiedName);
        var definition = type.Method(method) ?? throw SconceException.Expected(
            $"a method of {type.Definition.Name} ({string.Join(", ", type.Definition.Methods.Select(known => known.Name))})", $"'{method}'", new Where(archive.FileName));
        interpreter.State.SetStates(archive.Root);
        var binder = new InputBinder(interpreter, code, builder, inputs);
        var arguments = binder.Bind(definition, definition.Parameters.Skip(1));
        var root = ((Datum.Object)interpreter.Root).Instance;
        var slots = new StateSlots(interpreter, builder, interpreter.Journal, BeginsAsEither);
        var ends = StateEnd.Untouched | StateEnd.AsFile | StateEnd.AsLater;
        var result = plan is { Begins: true, IsLearning: false } && !BeginsAsEither
            ? interpreter.Choose(slots.First(), () => RunFrom(begin: false), () => RunFrom(begin: true))
            : RunOnce();
        result = interpreter.Settled(result);
        Outputs(graph, interpreter, result, result is Datum.Dict or Datum.Tuple { Names.IsDefault: false } ? "" : "output");
        foreach (var (input, reference) in binder.Given)
        {
            if (reference.Read(builder) is Argument.OfValue { Value: var now } && now != input.Value)
            {
                graph.AddWritten(input, now);
            }
        }

        var writer = new StateWriter(graph, builder, interpreter.State);
        var way = plan is not { Begins: true, IsLearning: false } || BeginsAsEither ? StateEnd.AsLater
            : ends.HasFlag(StateEnd.Untouched) ? StateEnd.Untouched : ends.HasFlag(StateEnd.AsLater) ? StateEnd.AsLater : ends;
        var isNew = state.Add(writer.Write(way == StateEnd.AsFile ? null : plan));
        if (Next(root, writer, slots, way) is { } next)
        {
            state.Plan = next;
            return null;
        }

        if (isNew || state.Share([.. writer.Ends.Select(end => (state.SlotOf(end.Tensor), end.Now)), .. slots.Ends]))
        {
            return null;
        }

        GraphWalk.Definitions(graph).ToList().ForEach(builder.Forget);
        return graph;

        Datum RunOnce()
        {
            Begin(slots, root);
            return interpreter.Run(root, method, arguments);
        }

        Datum RunFrom(bool begin)
        {
            if (begin)
            {
                Begin(slots, root);
            }

            var before = plan!.Values.Keys.ToDictionary(path => path, path => Snapshot(root, path));
            var given = interpreter.Run(root, method, arguments);
            ends &= EndOf(root, before);
            return given;
        }
    }

    /// <summary>How a run leaves the attributes of a plan, as far as that is the same for all of them.</summary>
    [Flags]
    private enum StateEnd
    {
        Neither = 0,

        /// <summary>As it found them.</summary>
        Untouched = 1,

        /// <summary>Of the kinds that they have in the file: a reset does so.</summary>
        AsFile = 2,

        /// <summary>Of the kinds that the plan has for later runs.</summary>
        AsLater = 4,
    }

    private StateEnd EndOf(Instance root, IReadOnlyDictionary<string, (Datum Value, object? Contents)> before)
    {
        var end = StateEnd.Untouched | StateEnd.AsFile | StateEnd.AsLater;
        foreach (var (path, state) in plan!.Values)
        {
            var (now, contents) = Snapshot(root, path);
            var after = StateValue.Of(now, builder);
            var same = Equals(now, before[path].Value) && ReferenceEquals(contents, before[path].Contents);
            end &= (same ? StateEnd.Untouched : StateEnd.Neither) | (after is not null && after.Equals(KindInFile(root, path)) ? StateEnd.AsFile : StateEnd.Neither)
                | (after is not null && StateValue.Both(state, after) is { } both && both.Equals(state) ? StateEnd.AsLater : StateEnd.Neither);
        }

        return end;
    }

    /// <summary>An attribute as it is now, and what is in it.</summary>
    private (Datum Value, object? Contents) Snapshot(Instance root, string path)
    {
        var (instance, name) = interpreter.State.Find(root, path);
        var now = interpreter.State.Read(instance, name)!;
        return (now, now switch
        {
            // One of two memories is never known to be as it was.
            Datum.Tensor { Reference: var tensor } => tensor.Memories.ToList() is [var memory] ? memory.Contents : new object(),
            Datum.List { Items.Content: var items } => items,
            Datum.Dict { Items.Content: var items } => items,
            _ => null,
        });
    }

    private StateValue? KindInFile(Instance root, string path)
    {
        var (instance, name) = interpreter.State.Find(root, path);
        return interpreter.State.First(instance, name) is { } first ? StateValue.Of(first, builder) : null;
    }

    /// <summary>Puts the values of the plan into the attributes.</summary>
    private void Begin(StateSlots slots, Instance root)
    {
        var isFirst = BeginsAsEither ? slots.First() : null;
        foreach (var (path, state) in plan?.Values ?? [])
        {
            var (instance, name) = interpreter.State.Find(root, path);
            var first = interpreter.State.Read(instance, name);
            var later = slots.Make(state, path, plan!.Begins ? null : first);
            interpreter.State.Write(instance, name, isFirst is null ? later : interpreter.EitherOf(isFirst, first!, later));
        }
    }

    /// <summary>A better plan; null where this one holds, and its buffers are filled then.</summary>
    private StatePlan? Next(Instance root, StateWriter writer, StateSlots slots, StateEnd way)
    {
        var values = plan?.Values ?? [];
        var begins = plan?.Begins == true;
        var changed = false;
        foreach (var (path, (first, now)) in writer.Changed)
        {
            begins |= StateValue.Of(first, builder) is not { } before || StateValue.Both(before, StateOf(path, now)) is null || !interpreter.State.IsOfFile(first);
        }

        foreach (var (path, (first, now)) in writer.Changed)
        {
            // What the first run begins with is one thing, and what later ones find another; or the one is as the other.
            var after = StateOf(path, now);
            values = values.SetItem(path, begins ? after : StateValue.Both(StateValue.Of(first, builder)!, after)!);
            changed = true;
        }

        foreach (var (path, state) in way is StateEnd.Untouched or StateEnd.AsFile ? [] : plan?.Values ?? [])
        {
            var (instance, name) = interpreter.State.Find(root, path);
            var now = interpreter.State.Read(instance, name)!;
            var after = StateOf(path, now);
            if (begins && plan is { IsLearning: true } && after.Equals(KindInFile(root, path)))
            {
                // The method begins anew: the next run finds what the first one found.
                continue;
            }

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

        if (way == StateEnd.AsLater)
        {
            foreach (var (path, state) in values)
            {
                var (instance, name) = interpreter.State.Find(root, path);
                slots.Fill(state, path, interpreter.State.Read(instance, name)!);
            }
        }

        if (begins && way != StateEnd.Untouched)
        {
            slots.EndFirst(way == StateEnd.AsFile);
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
            case Datum.List list when interpreter.ResultRows(list) is { } rows:
                RowOutputs(rows.Rows, rows.Form, Inner(name, GraphOutput.EachItem));
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
                    Outputs(graph, interpreter, item, Inner(name, NameOf(key)));
                }

                break;
            case Datum.Optional:
                throw SconceException.Unsupported("an output that is None or a tensor, which only the run tells");
            case Datum.None or Datum.Text or Datum.Device or Datum.Member:
                break;
            default:
                throw SconceException.Unsupported($"{value.Kind} as an output");
        }

        void RowOutputs(Datum rows, ItemForm form, string path)
        {
            if (form is not ItemForm.Composed { Parts: var parts })
            {
                graph.Outputs.Add(new(interpreter.Read(rows), path));
                return;
            }

            foreach (var (i, part) in ((Datum.Tuple)rows).Items.Index())
            {
                RowOutputs(part, parts[i], Inner(path, form switch
                {
                    ItemForm.Tuple { Names: { IsDefault: false } names } => names[i],
                    ItemForm.Dict { Keys: var keys } => NameOf(keys[i]),
                    _ => FormattableString.Invariant($"{i}"),
                }));
            }
        }

        static string NameOf(Datum key) => key switch
        {
            Datum.Text text => text.Value,
            Datum.Int number => FormattableString.Invariant($"{number.Known}"),
            _ => key.Kind,
        };

        static string Inner(string name, string part) => name.Length == 0 ? part : $"{name}.{part}";
    }
}
