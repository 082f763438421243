using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Aliases;

/// <summary>Appends the pure nodes that replace one node of the graph: they keep its place in the Python source.</summary>
internal class NodeEmitter(List<Node> nodes, Func<string, string> unique)
{
    public List<Node> Nodes { get; } = nodes;

    public SourceLocation? Source { get; set; }

    public virtual Value Emit(string op, string overload, GraphType type, params NamedArgument[] arguments)
    {
        var result = new Value(unique(op[(op.IndexOf(':') + 2)..]), type);
        Nodes.Add(new Node { Operator = op, Overload = overload, Arguments = [.. arguments], Outputs = [result], Source = Source });
        return result;
    }

    /// <summary>The value in another element type; the same one where it has it already.</summary>
    public Argument Cast(Argument value, DType type) =>
        value is Argument.OfValue { Value: var tensor } && tensor.ElementType() == type
            ? value
            : Emit("aten::to", "dtype", Tensor(type, ShapeOf(value)), new("self", value), new("dtype", new Argument.ScalarType(type)));

    public Argument Reshape(Argument value, GraphType.Tensor type) =>
        Emit("aten::reshape", "default", Plain(type), new("self", value), new("shape", Known(type).ToArgument()));

    public Argument Permute(Argument value, int[] order, GraphType.Tensor type) => Emit(
        "aten::permute", "default", Plain(type), new("self", value), new("dims", order.Select(dim => (Dim)dim).ToArgument()));

    /// <summary>Repeats a tensor to a larger shape; the same one where it has that shape.</summary>
    public Argument Expand(Argument value, GraphType.Tensor type) =>
        type.Shape is { } shape && ShapeOf(value) is { } now && now.SequenceEqual(shape)
            ? value
            : Emit("aten::expand", "default", Plain(type), new("self", value), new("size", Known(type).ToArgument()));

    /// <summary>Without strides: what is emitted lies as Sconce likes.</summary>
    public static GraphType.Tensor Plain(GraphType.Tensor type) => new(type.Type, type.Shape);

    public static ImmutableArray<Dim> Known(GraphType.Tensor type) =>
        type.Shape ?? throw SconceException.Unsupported(
            "a write through a view whose shape is not recorded in the file", hint: "write to the tensor itself, or make a new one instead of writing in place");

    private static ImmutableArray<Dim>? ShapeOf(Argument value) => (value as Argument.OfValue)?.Value.Shape();

    private static GraphType.Tensor Tensor(DType type, ImmutableArray<Dim>? shape) => new(type, shape);
}
