using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>
/// Turns the graph of an exported program into Sconce's: values with their types, nodes with their arguments and places, subgraphs as blocks.
/// An integer whose expression over the inputs' sizes is known is put in where it is used, so that no operator computes sizes.
/// </summary>
internal sealed class GraphReader(SymbolTable symbols, Where place)
{
    private const string Assertion = "torch.ops.aten._assert_scalar.default";
    private readonly WrappedTensors wrapped = new();
    private readonly UniqueNames taken = new();

    /// <summary>Where integers and bools come from: what PyTorch adds about them later has no place of its own.</summary>
    private readonly Dictionary<Value, SourceLocation> sources = new(ReferenceEqualityComparer.Instance);
    private int blocks;

    /// <summary>What the model asserts of its inputs' sizes wherever it goes: the guards of models exported with deferred assertions, and <c>torch._check</c>.</summary>
    public List<SizeCheck> Asserted { get; } = [];

    /// <summary>The value or constant that an argument of the file stands for.</summary>
    public Argument Read(ArgumentJson argument, Scope scope) => argument switch
    {
        ArgumentJson.None => Argument.Nothing,
        ArgumentJson.Reference reference => Find(reference, scope),
        ArgumentJson.Int { Value: var value } => new Argument.Int(value),
        ArgumentJson.Float { Value: var value } => new Argument.Float(value),
        ArgumentJson.Bool { Value: var value } => new Argument.Bool(value),
        ArgumentJson.Complex { Real: var real, Imaginary: var imaginary } => new Argument.Complex(real, imaginary),
        ArgumentJson.Text { Value: var value } => new Argument.Text(value),
        ArgumentJson.ScalarType { Value: var value } => new Argument.ScalarType(ScalarTypes.ToDType(value, place)),
        ArgumentJson.Opaque { Value: var value } => new Argument.Opaque(value),
        ArgumentJson.List { Items: var items } => new Argument.List([.. items.Select(item => Read(item, scope))]),
        ArgumentJson.Unknown { Kind: var kind } => throw SconceException.Unsupported(
            $"an argument of the kind '{kind}' is not known", place, "this Sconce is older than the file's format: update it"),
        _ => throw Damaged("a subgraph where an argument should be"),
    };

    /// <summary>Defines a name as a value of the type that the file records for it.</summary>
    public Value Define(ArgumentJson.Reference name, Scope scope) => Define(name, TypeOf(name, scope), scope);

    public Value Define(ArgumentJson.Reference name, GraphType type, Scope scope)
    {
        var value = new Value(Unique(name.Name), type);
        Argument meaning = type is GraphType.Int { Known: { } known } && symbols.IsKnown(known) ? new Argument.Int(known) : value;
        return scope.TryDefine(name.Name, meaning) ? value : throw Damaged($"'{name.Name}' is defined twice");
    }

    /// <summary>Defines a tensor that a weight wraps, which nodes reach by its attribute's name.</summary>
    public Value DefinePart(string weight, string attribute, TensorData data)
    {
        var value = new Value(Unique($"{weight}_{attribute.Replace('.', '_')}"), new GraphType.Tensor(data.Type, [.. data.Shape.Select(size => (Dim)size)]));
        wrapped.Add(weight, attribute, value);
        return value;
    }

    public GraphType TypeOf(ArgumentJson.Reference name, Scope scope) => name.Kind switch
    {
        ReferenceKind.Tensor => scope.Graph.TensorValues.GetValueOrDefault(name.Name) is { } meta
            ? new GraphType.Tensor(ScalarTypes.ToDType(meta.Dtype, place), symbols.Sizes(meta.Sizes)) { Strides = symbols.Strides(meta.Strides) }
            : throw Damaged($"nothing is recorded about the tensor '{name.Name}'"),
        ReferenceKind.Int => new GraphType.Int(scope.Graph.SymIntValues.GetValueOrDefault(name.Name) is { } value ? symbols.Parse(value) : null),
        ReferenceKind.Float => new GraphType.Float(),
        ReferenceKind.Bool => new GraphType.Bool(),
        _ => throw SconceException.Unsupported(
            $"'{name.Name}' is an object of a custom class", place, "export the model without TorchBind objects"),
    };

    /// <summary>Appends the nodes of a graph of the file to a list; subgraphs that are no control flow are inlined.</summary>
    public void ReadNodes(Scope scope, List<Node> nodes)
    {
        foreach (var node in scope.Graph.Nodes)
        {
            try
            {
                if (Wrappers.IsWrapper(node.Target))
                {
                    Inline(node, scope, nodes);
                }
                else if (WrappedTensors.IsAccess(node))
                {
                    wrapped.Access(node, scope, Damaged);
                }
                else if (node.Target != Assertion || !IsOfSizes(node, scope))
                {
                    nodes.Add(ReadNode(Effects.Without(node), scope));
                }
            }
            catch (SconceException error)
            {
                throw error.At(new Where(Operator: node.Target, Python: SourceLocations.Of(node.Metadata)?.ToString()));
            }
        }
    }

    private Node ReadNode(NodeJson node, Scope scope)
    {
        var arguments = ImmutableArray.CreateBuilder<NamedArgument>(node.Inputs.Count);
        var blocks = ImmutableArray.CreateBuilder<Block>();
        foreach (var (name, argument) in node.Inputs)
        {
            if (argument is ArgumentJson.Graph { Body: var body })
            {
                blocks.Add(ReadBlock(body));
            }
            else
            {
                arguments.Add(new(name.Length == 0 ? null : name, Read(argument, scope)));
            }
        }

        var (op, overload) = Targets.Split(node.Target);
        var given = arguments.DrainToImmutable();
        var result = new Node
        {
            Operator = op,
            Overload = overload,
            Arguments = given,
            Outputs = [.. node.Outputs.SelectMany(output => DefineOutputs(output, scope))],
            Blocks = blocks.DrainToImmutable(),
            Source = SourceLocations.Of(node.Metadata) ?? given.SelectMany(argument => argument.Argument.Values()).Select(sources.GetValueOrDefault).FirstOrDefault(source => source is not null),
        };
        foreach (var output in result.Outputs.Where(output => result.Source is not null && output.Type is not GraphType.Tensor))
        {
            sources[output] = result.Source!;
        }

        return result;
    }

    /// <summary>Whether an assertion is of inputs' sizes alone, wherever the model goes: it is looked at before a run then.</summary>
    private bool IsOfSizes(NodeJson node, Scope scope)
    {
        if (blocks > 0
            || node.Inputs.FirstOrDefault()?.Arg is not ArgumentJson.Reference { Kind: ReferenceKind.Bool, Name: var name }
            || scope.Graph.SymBoolValues.GetValueOrDefault(name)?.AsExpr is not { ExprStr: var text }
            || symbols.Condition(text) is not { } condition)
        {
            return false;
        }

        var words = Assertions.WordsOf(node.Inputs.Select(input => input.Arg).OfType<ArgumentJson.Text>().FirstOrDefault()?.Value);
        Asserted.Add(new SizeCheck(condition, words is null ? "the model asserts it" : $"the model asserts it ({words})", SourceLocations.Of(node.Metadata)?.Brief));
        return true;
    }

    private Block ReadBlock(GraphJson graph)
    {
        var scope = new Scope(graph);
        var block = new Block();
        blocks++;
        foreach (var input in graph.Inputs)
        {
            block.Parameters.Add(input is ArgumentJson.Reference name
                ? Define(name, scope)
                : throw SconceException.Unsupported("a subgraph with a constant for an input", place));
        }

        ReadNodes(scope, block.Nodes);
        block.Results.AddRange(graph.Outputs.Select(output => Read(output, scope)));
        blocks--;
        return block;
    }

    /// <summary>Puts a wrapped subgraph's nodes in its place: its inputs stand for the arguments, the node's outputs for its results.</summary>
    private void Inline(NodeJson node, Scope scope, List<Node> nodes)
    {
        var at = node.Inputs.FindIndex(input => input.Arg is ArgumentJson.Graph);
        if (at < 0)
        {
            throw Damaged("a wrapper without a subgraph");
        }

        var inner = new Scope(((ArgumentJson.Graph)node.Inputs[at].Arg).Body);
        var operands = node.Inputs.Skip(at + 1).Where(input => input.Arg is not ArgumentJson.Text)
            .SelectMany(input => input.Arg is ArgumentJson.List { Items: var items } ? items : [input.Arg])
            .Take(inner.Graph.Inputs.Count).Select(operand => Read(operand, scope)).ToList();
        if (operands.Count < inner.Graph.Inputs.Count)
        {
            throw Damaged($"a subgraph with {inner.Graph.Inputs.Count} inputs is given {operands.Count}");
        }

        foreach (var (input, operand) in inner.Graph.Inputs.Zip(operands))
        {
            if (input is ArgumentJson.Reference { Name: var name } && !inner.TryDefine(name, operand))
            {
                throw Damaged($"'{name}' is defined twice");
            }
        }

        var start = nodes.Count;
        ReadNodes(inner, nodes);
        Autocast.Apply(node, nodes, start, Unique);
        var outputs = node.Outputs.SelectMany(output => output is ArgumentJson.List { Items: var items } ? items : [output]).ToList();
        if (outputs.Count > inner.Graph.Outputs.Count)
        {
            throw Damaged($"a subgraph with {inner.Graph.Outputs.Count} outputs has to give {outputs.Count}");
        }

        foreach (var (output, result) in outputs.Zip(inner.Graph.Outputs))
        {
            if (output is ArgumentJson.Reference { Name: var name } && !scope.TryDefine(name, Read(result, inner)))
            {
                throw Damaged($"'{name}' is defined twice");
            }
        }
    }

    private IEnumerable<Value> DefineOutputs(ArgumentJson output, Scope scope) => output switch
    {
        ArgumentJson.Reference name => [Define(name, scope)],
        ArgumentJson.List { Items: var items } => items.SelectMany(item => DefineOutputs(item, scope)),
        _ => [new Value(Unique("unused"), new GraphType.None())],
    };

    private Argument Find(ArgumentJson.Reference reference, Scope scope) =>
        scope.TryFind(reference.Name, out var argument) ? argument
        : wrapped.Knows(reference.Name) ? throw SconceException.Unsupported(
            $"'{reference.Name}' is a tensor of a class of its own, and the model computes with it as a whole", place, "call torchao.utils.unwrap_tensor_subclass(model) before exporting the model")
        : throw Damaged($"'{reference.Name}' is used before it is defined");

    private string Unique(string name) => taken.Add(name);

    private SconceException Damaged(string problem) => new(problem, place, "the file is damaged: export it again");
}
