using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Graphs;

/// <summary>Writes small graphs for tests.</summary>
internal sealed class GraphBuilder
{
    public Graph Graph { get; } = new();

    private readonly Stack<List<Node>> blocks = new();

    public GraphBuilder() => blocks.Push(Graph.Body.Nodes);

    public static GraphType.Tensor Tensor(DType type, params long[] shape) =>
        new(type, [.. shape.Select(size => (Dim)size)]) { Strides = [.. TensorData.RowMajorStrides([.. shape]).Select(stride => (Dim)stride)] };

    public static GraphType.Tensor Strided(long[] shape, params long[] strides) =>
        new(DType.Float32, [.. shape.Select(size => (Dim)size)]) { Strides = [.. strides.Select(stride => (Dim)stride)] };

    public Value Input(string name, params long[] shape) => Input(name, Tensor(DType.Float32, shape));

    public Value Input(string name, GraphType type)
    {
        var value = new Value(name, type);
        Graph.Inputs.Add(new(value, InputKind.User, name, null));
        return value;
    }

    public Value Buffer(string name, TensorData data, InputKind kind = InputKind.Buffer)
    {
        var value = new Value(name, Tensor(data.Type, [.. data.Shape]));
        Graph.Inputs.Add(new(value, kind, name, data));
        return value;
    }

    /// <summary>Arguments are (name, value) pairs: a value, a number, a truth value or a list of numbers.</summary>
    public Value Node(string name, string op, GraphType type, params (string Name, object? Argument)[] arguments) => Nodes(op, [(name, type)], arguments)[0];

    public Value Node(string name, string op, long[] shape, params (string Name, object? Argument)[] arguments) =>
        Node(name, op, Tensor(DType.Float32, shape), arguments);

    public Value[] Nodes(string op, (string Name, GraphType Type)[] outputs, params (string Name, object? Argument)[] arguments)
    {
        Value[] values = [.. outputs.Select(output => new Value(output.Name, output.Type))];
        var dot = op.IndexOf('.');
        blocks.Peek().Add(new Node
        {
            Operator = "aten::" + (dot < 0 ? op : op[..dot]),
            Overload = dot < 0 ? "default" : op[(dot + 1)..],
            Arguments = [.. arguments.Select(a => new NamedArgument(a.Name, Argument(a.Argument)))],
            Outputs = [.. values],
        });
        return values;
    }

    public void Output(params Value[] values)
    {
        foreach (var value in values)
        {
            Graph.Outputs.Add(new(value, $"output.{Graph.Outputs.Count}"));
        }
    }

    /// <summary>Nodes that are added by the action lie in the block.</summary>
    public Block Block(Func<Value> fill)
    {
        var block = new Block();
        blocks.Push(block.Nodes);
        block.Results.Add(fill());
        blocks.Pop();
        return block;
    }

    public Value Branch(string name, GraphType type, Value condition, params Block[] branches)
    {
        var value = new Value(name, type);
        blocks.Peek().Add(new Node
        {
            Operator = "higher_order::cond",
            Arguments = [new(null, condition)],
            Outputs = [value],
            Blocks = [.. branches],
        });
        return value;
    }

    private static Argument Argument(object? argument) => argument switch
    {
        Value value => value,
        int number => new Argument.Int(number),
        double number => new Argument.Float(number),
        bool flag => new Argument.Bool(flag),
        DType type => new Argument.ScalarType(type),
        long[] numbers => numbers.Select(number => (Dim)number).ToArgument(),
        null => Compiler.Graphs.Argument.Nothing,
        _ => throw new ArgumentException($"{argument} is no argument of a test graph"),
    };
}
