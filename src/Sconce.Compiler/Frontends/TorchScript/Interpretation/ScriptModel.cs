using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
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
        for (var pass = 0; pass < MostPasses; pass++)
        {
            if (Pass(archive, code, method, inputs, typer, written) is { } graph)
            {
                return graph;
            }
        }

        throw SconceException.Internal("a program writes to more of its state each time it is gone through");
    }

    /// <summary>The graph; null where a tensor was written that was not known to be.</summary>
    private static Graph? Pass(ScriptArchive archive, ProgramCode code, string method, IReadOnlyList<InputSpec> inputs, Func<Graph, IGraphTyper> typer, HashSet<ScriptValue.Tensor> written)
    {
        var symbols = inputs.Where(input => !input.Shape.IsDefault).SelectMany(input => input.Shape).Select(size => size.AsAtom).OfType<Symbol>().Distinct().ToList();
        var graph = new Graph { Name = ProgramCode.NameOf(archive.Root.QualifiedName), Symbols = symbols };
        var builder = new GraphBuilder(typer(graph), graph);
        var interpreter = new Interpreter(archive, code, builder, written);
        var type = code.Class(archive.Root.QualifiedName);
        var definition = type.Method(method) ?? throw SconceException.Expected(
            $"a method of {type.Definition.Name} ({string.Join(", ", type.Definition.Methods.Select(known => known.Name))})", $"'{method}'", new Where(archive.FileName));
        var binder = new InputBinder(interpreter, code, builder, inputs);
        var arguments = binder.Bind(definition, definition.Parameters.Skip(1));
        var result = interpreter.Run(((Datum.Object)interpreter.Root).Instance, method, arguments);
        Outputs(graph, interpreter, result, result is Datum.Dict or Datum.Tuple { Names.IsDefault: false } ? "" : "output");
        foreach (var (input, reference) in binder.Tensors)
        {
            if (reference.Read(builder) is Argument.OfValue { Value: var now } && now != input.Value)
            {
                graph.AddWritten(input, now);
            }
        }

        var known = written.Count;
        written.UnionWith(new StateWriter(graph, builder, interpreter.State).Write());
        if (written.Count > known)
        {
            return null;
        }

        Settle(graph, builder.Typer);
        return graph;
    }

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
                foreach (var (i, item) in ((ImmutableList<Datum>)list.Items.Content!).Index())
                {
                    Outputs(graph, interpreter, item, Inner(name, FormattableString.Invariant($"{i}")));
                }

                break;
            case Datum.Dict dict:
                foreach (var (key, item) in (ImmutableList<(Datum Key, Datum Value)>)dict.Items.Content!)
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

    /// <summary>Sizes that a run finds have names of the typer's, which the graph's own lowering does not know: it finds them again.</summary>
    private static void Settle(Graph graph, IGraphTyper typer)
    {
        foreach (var value in GraphWalk.Definitions(graph))
        {
            if (value.Type is GraphType.Tensor { Shape: { } shape } tensor && !shape.All(typer.IsOfInputs))
            {
                value.Type = tensor with { Shape = null };
            }
        }
    }
}
