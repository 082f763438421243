using System.Collections.Immutable;
using Sconce.Compiler.Aliases;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>Appends nodes to the graph, each with the types that its lowering gives, in blocks inside blocks.</summary>
internal sealed class GraphBuilder : NodeEmitter
{
    private readonly Dictionary<string, int> names = [];
    private readonly List<Block> blocks;
    private readonly Dictionary<Value, Block> homes = [];

    public GraphBuilder(IGraphTyper typer, Graph graph)
        : base([], name => name)
    {
        (Typer, Graph, blocks) = (typer, graph, [graph.Body]);
        Found = new FoundSizes(this);
    }

    public IGraphTyper Typer { get; }

    /// <summary>The sizes that a run finds, by the tensors that have them.</summary>
    public FoundSizes Found { get; }

    public Graph Graph { get; }

    /// <summary>Where nodes are appended.</summary>
    public Block Block => blocks[^1];

    /// <summary>Whether what a block defines may be used here.</summary>
    public bool IsOpen(Block block) => blocks.Contains(block);

    /// <summary>The block is given a value.</summary>
    public void Give(Value parameter) => homes[parameter] = Block;

    /// <summary>The block that defines a value; null of what the graph is given.</summary>
    public Block? HomeOf(Value value) => homes.GetValueOrDefault(value);

    public bool InRegion => blocks.Count > 1;

    /// <summary>In how many blocks nodes are appended.</summary>
    public int Depth => blocks.Count;

    /// <summary>A name that no value has.</summary>
    public string Name(string wanted)
    {
        if (!names.TryGetValue(wanted, out var count))
        {
            names.Add(wanted, 0);
            return wanted;
        }

        string unique;
        do
        {
            unique = $"{wanted}_{++count}";
        }
        while (names.ContainsKey(unique));

        names[wanted] = count;
        names.Add(unique, 0);
        Budget.Take(unique.Length * sizeof(char));
        return unique;
    }

    public override Value Emit(string op, string overload, GraphType type, params NamedArgument[] arguments) => Append(op, overload, [.. arguments]).Node.Outputs[0];

    /// <summary>Appends a node; the flag says whether what it gives is a list.</summary>
    public (Node Node, bool IsList) Append(string op, string overload, ImmutableArray<NamedArgument> arguments)
    {
        try
        {
            arguments = [.. arguments.Select(argument => argument with { Argument = Found.Of(argument.Argument) })];
            var asked = new Node { Operator = op, Overload = overload, Arguments = arguments, Outputs = [], Source = Source };
            var (types, isList) = Typer.TypesOf(asked);
            var stem = op[(op.LastIndexOf(':') + 1)..];
            var node = new Node { Operator = op, Overload = overload, Arguments = arguments, Outputs = [.. types.Select(type => new Value(Name(stem), type))], Source = Source };
            Typer.Append(node.Outputs);
            Put(node);
            return (node, isList);
        }
        catch (SconceException error)
        {
            throw error.At(new Where(Operator: op));
        }
        catch (Exception error) when (SconceException.IsMistake(error) && error is not OverflowException)
        {
            throw SconceException.Internal(error, "lowering", new Where(Operator: op, Python: Source?.ToString()));
        }
    }

    public Value Single(string op, params NamedArgument[] arguments) => Append(op, "", [.. arguments]).Node.Outputs[0];

    /// <summary>Appends a node without outputs, which asserts something.</summary>
    public void Assert(Argument condition, string message) =>
        Append("aten::_assert_scalar", "", [new(null, condition), new(null, new Argument.Text(message))]);

    public void BeginBlock()
    {
        blocks.Add(new Block());
        Typer.BeginBlock();
    }

    public Block EndBlock()
    {
        var block = Block;
        blocks.RemoveAt(blocks.Count - 1);
        Typer.EndBlock();
        return block;
    }

    /// <summary>Goes on in a block that was ended.</summary>
    public void Resume(Block block)
    {
        blocks.Add(block);
        Typer.BeginBlock();
    }

    public void AppendRegion(Node node)
    {
        node.Blocks.SelectMany(GraphWalk.Definitions).ToList().ForEach(Forget);
        Typer.AppendRegion(node);
        Put(node);
    }

    private void Put(Node node)
    {
        foreach (var output in node.Outputs)
        {
            Found.Add(output);
            homes[output] = Block;
        }

        Block.Nodes.Add(node);
    }

    /// <summary>One of two values, as the run decides.</summary>
    public Value Select(Argument condition, Argument first, Argument second, GraphType type)
    {
        var chosen = new Value(Name("chosen"), type);
        AppendRegion(new Node
        {
            Operator = "higher_order::cond",
            Arguments = [new(null, condition), new(null, new Argument.List([])), new(null, new Argument.Bool(true))],
            Outputs = [chosen],
            Blocks = [Of(first), Of(second)],
            Source = Source,
        });
        return chosen;

        static Block Of(Argument value)
        {
            var block = new Block();
            block.Results.Add(value);
            return block;
        }
    }

    /// <summary>
    /// Sizes that a run finds have names of the typer's. Who lowers a finished block or graph finds them again, under other names: the old ones must not stand there as what PyTorch recorded.
    /// </summary>
    public void Forget(Value value)
    {
        if (value.Type is GraphType.Tensor { Shape: { } shape } tensor && !shape.All(Typer.IsOfInputs))
        {
            value.Type = tensor with { Shape = null };
        }
    }

    /// <summary>A value's meaning: known, or itself.</summary>
    public Argument Meaning(Value value) => Typer.KnownOf(value) ?? value;

    public static ImmutableArray<Dim> ShapeOf(Argument tensor) => tensor is Argument.OfValue { Value.Type: GraphType.Tensor { Shape: { } shape } } ? shape
        : throw SconceException.Expected("a tensor", GraphPrinter.Text(tensor));

    public static DType TypeOf(Argument tensor) => tensor is Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type } } ? type
        : throw SconceException.Expected("a tensor", GraphPrinter.Text(tensor));
}
