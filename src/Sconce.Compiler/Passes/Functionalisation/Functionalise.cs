using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Passes.Functionalisation;

/// <summary>
/// Makes a graph pure: in-place operators, and writes through views, become new values that all later readers of the memory see; buffers that are
/// written end in <see cref="Graph.Mutations"/>, inputs that are written become outputs as well. Copies, which mean nothing without memory, vanish, and so do assertions of what is known.
/// </summary>
public sealed class Functionalise
{
    private readonly Graph graph;
    private readonly Dictionary<Value, Alias> aliases = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> names;
    private int depth;

    private Functionalise(Graph graph)
    {
        this.graph = graph;
        names = [.. GraphWalk.Definitions(graph).Select(value => value.Name)];
    }

    /// <summary>Rewrites the graph in place.</summary>
    public static void Run(Graph graph) => Guarded(null, new Functionalise(graph).Run);

    private void Run()
    {
        DefineInputs();
        var nodes = graph.Body.Nodes.ToList();
        graph.Body.Nodes.Clear();
        var emitter = new NodeEmitter(graph.Body.Nodes, Unique);
        Rewrite(nodes, emitter);
        for (var i = 0; i < graph.Outputs.Count; i++)
        {
            graph.Outputs[i] = graph.Outputs[i] with { Value = Read(graph.Outputs[i].Value, emitter) };
        }

        for (var i = 0; i < graph.Mutations.Count; i++)
        {
            graph.Mutations[i] = (graph.Mutations[i].Buffer, Read(graph.Mutations[i].NewValue, emitter));
        }

        AddMutations(emitter);
    }

    /// <summary>Two inputs that are the same tensor (a buffer with two names) are one storage; two that overlap otherwise cannot be told apart.</summary>
    private void DefineInputs()
    {
        var stored = new Dictionary<ReadOnlyMemory<byte>, List<(Types.TensorData Data, Alias Alias)>>();
        foreach (var input in graph.Inputs.Where(input => input.Value.Type is GraphType.Tensor))
        {
            var own = new Alias(new Storage(input.Value) { Depth = 0 });
            if (input.Data is { ByteCount: > 0 } data)
            {
                var sharers = stored.TryGetValue(data.Storage, out var known) ? known : stored[data.Storage] = [];
                var twin = sharers.Find(other => IsSame(other.Data, data)).Alias;
                if (twin is null)
                {
                    sharers.ForEach(other => Doubt(own, other.Alias));
                    sharers.Add((data, own));
                }

                own = twin ?? own;
            }

            aliases[input.Value] = own;
        }

        static bool IsSame(Types.TensorData a, Types.TensorData b) =>
            a.Type == b.Type && a.Offset == b.Offset && a.Shape.SequenceEqual(b.Shape) && a.Strides.SequenceEqual(b.Strides);
    }

    private void AddMutations(NodeEmitter emitter)
    {
        var done = graph.Mutations.Select(mutation => aliases[mutation.Buffer].Storage).ToHashSet();
        for (var i = 0; i < graph.Inputs.Count; i++)
        {
            var input = graph.Inputs[i];
            if (aliases.TryGetValue(input.Value, out var alias) && alias.Storage.Version > 0 && done.Add(alias.Storage))
            {
                if (input.Kind == InputKind.User)
                {
                    graph.AddWritten(input, alias.Read(emitter));
                    continue;
                }

                // A tensor of an object that is no module (a cache of transformers, say): PyTorch's program keeps what it writes there too.
                graph.Inputs[i] = input with { Kind = InputKind.Buffer };
                graph.Mutations.Add((input.Value, alias.Read(emitter)));
            }
        }
    }

    private void Rewrite(List<Node> nodes, NodeEmitter emitter)
    {
        foreach (var node in nodes)
        {
            emitter.Source = node.Source;
            Guarded(new Where(Operator: node.FullName, Python: node.Source?.ToString()), () => Rewrite(node, emitter));
        }
    }

    /// <summary>Views are followed by what their arguments and types say, and a damaged file may say anything: ranks, dims and results that no schema has.</summary>
    private static void Guarded(Where? place, Action rewrite)
    {
        try
        {
            rewrite();
        }
        catch (SconceException error)
        {
            throw place is null ? error : error.At(place);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            throw new SconceException(
                $"the arguments, results or types of an operator that views or writes a tensor contradict each other ({error.Message})", place,
                "export the model again; if it is as PyTorch wrote it, please report it", ErrorKind.Unsupported, error);
        }
    }

    private void Rewrite(Node node, NodeEmitter emitter)
    {
        if (Assertions.IsIdle(node))
        {
            return;
        }

        if (Assertions.Plain(node.Operator) is { } plain)
        {
            // Its last argument and its result are tokens.
            var mapped = Mapped(node, emitter);
            emitter.Nodes.Add(new Node { Operator = plain, Overload = node.Overload, Arguments = mapped.Arguments[..^1], Outputs = [], Source = node.Source });
            return;
        }

        var aliasing = AliasAnalysis.Of(node);
        if (InPlaceOperators.IsReshapeInPlace(node))
        {
            var viewed = AliasOf(node);
            var view = ViewOperators.Of(Mapped(node, emitter))![0];
            var alias = new Alias(viewed, view, view.Apply(emitter, viewed.Read(emitter)));
            (aliases[node.Self()!], aliases[node.Outputs[0]]) = (alias, alias);
        }
        else if (aliasing == Aliasing.Same)
        {
            aliases[node.Outputs[0]] = AliasOf(node);
        }
        else if (aliasing is Aliasing.Copy or Aliasing.SameOrCopy)
        {
            var copied = AliasOf(node);
            Own(node.Outputs[0], copied.Read(emitter));
            if (aliasing == Aliasing.SameOrCopy)
            {
                Doubt(aliases[node.Outputs[0]], copied);
            }
        }
        else if (InPlaceOperators.Writes(node))
        {
            Write(node, emitter);
        }
        else if (node.Operator == "aten::rrelu_with_noise" && node.FindValue("noise", 1) is { } noise)
        {
            // Its name does not say that it writes its second argument.
            var written = new Value(Unique("noise"), NodeEmitter.Plain((GraphType.Tensor)noise.Type));
            emitter.Nodes.Add(new Node
            {
                Operator = "aten::rrelu_with_noise_functional", Overload = "default", Arguments = Mapped(node, emitter).Arguments, Outputs = [node.Outputs[0], written], Source = node.Source,
            });
            Own(node.Outputs[0], node.Outputs[0]);
            Writable(noise).Write(emitter, written);
        }
        else if (aliasing == Aliasing.View)
        {
            var viewed = AliasOf(node);
            var mapped = Mapped(node, emitter);
            var views = ViewOperators.Of(mapped)!;
            if (views.Count < node.Outputs.Length)
            {
                throw SconceException.Expected($"{views.Count} results of {node.FullName}", $"{node.Outputs.Length}", hint: "the file is damaged: export it again");
            }

            emitter.Nodes.Add(mapped);
            for (var i = 0; i < node.Outputs.Length; i++)
            {
                aliases[node.Outputs[i]] = new Alias(viewed, views[i], node.Outputs[i]);
            }
        }
        else
        {
            var mapped = Mapped(node, emitter);
            emitter.Nodes.Add(mapped);
            WriteStatistics(node, mapped, emitter);
            foreach (var output in node.Outputs.Where(output => output.Type is GraphType.Tensor))
            {
                Own(output, output);
                foreach (var input in aliasing == Aliasing.ViewOrOwn ? node.Arguments.SelectMany(a => a.Argument.Values()) : [])
                {
                    if (aliases.TryGetValue(input, out var alias))
                    {
                        Doubt(aliases[output], alias);
                    }
                }
            }
        }
    }

    private void Write(Node node, NodeEmitter emitter)
    {
        if (InPlaceOperators.Target(node) is not { } target)
        {
            throw SconceException.Unsupported("a write to something that is no tensor of the graph");
        }

        var alias = Writable(target);
        var arguments = node.Arguments.Select(argument => argument with { Argument = Read(argument.Argument, emitter) }).ToList();
        alias.Write(emitter, InPlaceOperators.Emit(emitter, node, arguments, target, alias.Read(emitter)));
        if (node.Outputs is [var output])
        {
            aliases[output] = alias;
        }
    }

    private void WriteStatistics(Node node, Node mapped, NodeEmitter emitter)
    {
        if (RunningStatistics.WrittenBy(node) is var (mean, variance) && RunningStatistics.WrittenBy(mapped) is var (oldMean, oldVariance)
            && mapped.Self() is { } input)
        {
            Writable(mean).Write(emitter, RunningStatistics.NextMean(emitter, mapped, input, oldMean));
            Writable(variance).Write(emitter, RunningStatistics.NextVariance(emitter, mapped, input, oldVariance));
        }
    }

    private Alias Writable(Value target)
    {
        if (!aliases.TryGetValue(target, out var alias))
        {
            throw SconceException.Unsupported("a write to something that is no tensor of the graph");
        }

        return alias.Storage.Depth >= depth
            ? alias
            : throw SconceException.Unsupported(
                "a branch or loop body writes to a tensor from outside it", hint: "return the new value from the branch instead");
    }

    /// <summary>A node that only reads, with the pure values of now for its arguments, and with its blocks made pure.</summary>
    private Node Mapped(Node node, NodeEmitter emitter)
    {
        var (op, overload) = PureNames.Normal(node.Operator, node.Overload);
        return new Node
        {
            Operator = op,
            Overload = overload,
            Arguments = [.. node.Arguments.Select(argument => argument with { Argument = Read(argument.Argument, emitter) })],
            Outputs = node.Outputs,
            Blocks = [.. node.Blocks.Select(RewriteBlock)],
            Source = node.Source,
        };
    }

    private Block RewriteBlock(Block block)
    {
        // What a branch reads anew is computed inside it, and must not be used after it.
        var outside = aliases.Values.Distinct().Select(alias => (alias, alias.Save())).ToList();
        depth++;
        var result = new Block();
        var emitter = new NodeEmitter(result.Nodes, Unique);
        foreach (var parameter in block.Parameters)
        {
            result.Parameters.Add(parameter);

            // A parameter is the caller's tensor: writing it would write outside.
            aliases[parameter] = new Alias(new Storage(parameter) { Depth = depth - 1 });
        }

        Rewrite(block.Nodes, emitter);
        result.Results.AddRange(block.Results.Select(argument => Read(argument, emitter)));
        depth--;
        outside.ForEach(saved => saved.alias.Restore(saved.Item2));
        return result;
    }

    private Alias AliasOf(Node node) =>
        node.Self() is { } self && aliases.TryGetValue(self, out var alias)
            ? alias
            : throw SconceException.Unsupported($"{node.FullName} of something that is no tensor of the graph");

    private void Own(Value value, Argument current) =>
        aliases[value] = new Alias(new Storage(current) { Depth = depth });

    private static void Doubt(Alias a, Alias b)
    {
        a.Storage.Doubtful.Add(b.Storage);
        b.Storage.Doubtful.Add(a.Storage);
    }

    private Argument Read(Argument argument, NodeEmitter emitter) =>
        argument.Replace(value => aliases.TryGetValue(value, out var alias) ? alias.Read(emitter) : value);

    private string Unique(string name)
    {
        var unique = name;
        for (var n = 1; !names.Add(unique); n++)
        {
            unique = $"{name}_{n}";
        }

        return unique;
    }
}
