using System.Globalization;
using System.Text;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>Writes a graph as text, a node a line: for messages and tests.</summary>
public static class GraphPrinter
{
    public static string Print(Graph graph)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"graph {graph.Name}\n");
        foreach (var symbol in graph.Symbols)
        {
            text.Append(CultureInfo.InvariantCulture, $"  symbol {symbol.Name} in [{symbol.Min}, {symbol.Max?.ToString(CultureInfo.InvariantCulture) ?? "…"}]\n");
        }

        foreach (var input in graph.Inputs)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {Kind(input.Kind)} {input.Value}: {Text(input.Value.Type)} \"{input.Name}\"");
            text.Append(input.Fixed is null ? "\n" : $" = {Text(input.Fixed)}\n");
        }

        Print(graph.Body, text, 1);
        foreach (var (buffer, value) in graph.Mutations)
        {
            text.Append(CultureInfo.InvariantCulture, $"  {buffer} <- {Text(value)}\n");
        }

        foreach (var output in graph.Outputs)
        {
            text.Append(CultureInfo.InvariantCulture, $"  output \"{output.Name}\" = {Text(output.Value)}\n");
        }

        return text.ToString();
    }

    /// <summary>A node in one line, without its blocks.</summary>
    public static string Print(Node node)
    {
        var outputs = string.Join(", ", node.Outputs.Select(value => $"{value}: {Text(value.Type)}"));
        var arguments = string.Join(", ", node.Arguments.Select(a => a.Name is null ? Text(a.Argument) : $"{a.Name}={Text(a.Argument)}"));
        return $"{outputs}{(outputs.Length > 0 ? " = " : "")}{node.FullName}({arguments})";
    }

    /// <summary><c>float32[1, s0]</c>, <c>int = s0 - 1</c>.</summary>
    public static string Text(GraphType type) => type switch
    {
        GraphType.Tensor { Type: var element, Shape: var shape } =>
            $"{element?.Name() ?? "tensor"}[{(shape is { } dims ? string.Join(", ", dims) : "…")}]",
        GraphType.Int { Known: null } => "int",
        GraphType.Int { Known: var known } => $"int = {known}",
        GraphType.Float => "float",
        GraphType.Bool => "bool",
        GraphType.Text => "str",
        GraphType.List { Element: var element } => $"{Text(element)}[]",
        GraphType.Tuple { Elements: var elements } => $"({string.Join(", ", elements.Select(Text))})",
        GraphType.Optional { Of: var of } => $"{Text(of)}?",
        GraphType.None => "None",
        GraphType.Opaque { Name: var name } => name,
        _ => type.ToString(),
    };

    /// <summary>A value's name, or a constant as Python writes it.</summary>
    public static string Text(Argument argument) => argument switch
    {
        Argument.OfValue { Value: var value } => value.ToString(),
        Argument.Int { Value: var value } => value.ToString(),
        Argument.Float { Value: var value } => value.ToString("R", CultureInfo.InvariantCulture) is var digits && digits.All(c => char.IsAsciiDigit(c) || c == '-')
            ? digits + ".0"
            : digits,
        Argument.Complex { Real: var real, Imaginary: var imaginary } => string.Create(CultureInfo.InvariantCulture, $"({real}+{imaginary}j)"),
        Argument.Bool { Value: var value } => value ? "True" : "False",
        Argument.Text { Value: var value } => $"'{value}'",
        Argument.ScalarType { Value: var value } => value.Name(),
        Argument.Opaque { Value: var value } => value,
        Argument.List { Items: var items } => $"[{string.Join(", ", items.Select(Text))}]",
        Argument.None => "None",
        _ => argument.ToString(),
    };

    private static void Print(Block block, StringBuilder text, int depth)
    {
        var indent = new string(' ', depth * 2);
        foreach (var node in block.Nodes)
        {
            text.Append(CultureInfo.InvariantCulture, $"{indent}{Print(node)}\n");
            foreach (var inner in node.Blocks)
            {
                text.Append(CultureInfo.InvariantCulture, $"{indent}  ({string.Join(", ", inner.Parameters.Select(p => $"{p}: {Text(p.Type)}"))}) =>\n");
                Print(inner, text, depth + 2);
                text.Append(CultureInfo.InvariantCulture, $"{indent}    -> {string.Join(", ", inner.Results.Select(Text))}\n");
            }
        }
    }

    private static string Kind(InputKind kind) => kind switch
    {
        InputKind.User => "input",
        InputKind.Parameter => "parameter",
        InputKind.Buffer => "buffer",
        _ => "constant",
    };
}
