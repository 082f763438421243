using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>Finds a node's arguments: .pt2 files name them, TorchScript gives them by position.</summary>
internal static class NodeArguments
{
    /// <summary>The argument, or null where it is left out (so that the schema's default holds).</summary>
    public static Argument? Find(this Node node, string name, int position)
    {
        foreach (var argument in node.Arguments)
        {
            if (argument.Name == name)
            {
                return argument.Argument;
            }
        }

        return position < node.Arguments.Length && node.Arguments[position].Name is null ? node.Arguments[position].Argument : null;
    }

    public static Value? FindValue(this Node node, string name, int position) => (node.Find(name, position) as Argument.OfValue)?.Value;

    /// <summary>A constant integer; null where it is left out or not known.</summary>
    public static long? FindInt(this Node node, string name, int position) =>
        node.Find(name, position) is Argument.Int { Value: { IsConstant: true, Value: var value } } ? value : null;

    /// <summary>A list of constant integers, of which one may stand for the list.</summary>
    public static ImmutableArray<long>? FindInts(this Node node, string name, int position) => node.Find(name, position) switch
    {
        Argument.Int { Value: { IsConstant: true, Value: var value } } => [value],
        Argument.List { Items: var items } when items.All(item => item is Argument.Int { Value.IsConstant: true }) =>
            [.. items.Select(item => ((Argument.Int)item).Value.Value)],
        _ => null,
    };

    public static bool IsTrue(this Node node, string name, int position) => node.Find(name, position) is Argument.Bool { Value: true };

    /// <summary>The first argument, which is the tensor that a view views and an in-place operator writes.</summary>
    public static Value? Self(this Node node) => node.Arguments is [{ Argument: Argument.OfValue { Value: var value } }, ..] ? value : null;

    public static Argument Replace(this Argument argument, Func<Value, Argument> map) => argument switch
    {
        Argument.OfValue { Value: var value } => map(value),
        Argument.List { Items: var items } => new Argument.List([.. items.Select(item => item.Replace(map))]),
        _ => argument,
    };

    /// <summary>The values an argument holds, those in lists too.</summary>
    public static IEnumerable<Value> Values(this Argument argument) => argument switch
    {
        Argument.OfValue { Value: var value } => [value],
        Argument.List { Items: var items } => items.SelectMany(Values),
        _ => [],
    };

    public static ImmutableArray<Dim>? Shape(this Value value) => (value.Type as GraphType.Tensor)?.Shape;

    public static DType? ElementType(this Value value) => (value.Type as GraphType.Tensor)?.Type;

    public static Argument ToArgument(this IEnumerable<Dim> dims) => new Argument.List([.. dims.Select(dim => new Argument.Int(dim))]);
}
