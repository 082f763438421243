using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>A value in single static assignment form: defined once, by a node, a block's parameter or a graph's input.</summary>
public sealed class Value(string name, GraphType type)
{
    public string Name { get; } = name;

    public GraphType Type { get; set; } = type;

    public override string ToString() => $"%{Name}";
}

/// <summary>Where a node comes from in the model's own Python: the innermost frame outside PyTorch, and the module path.</summary>
public sealed record SourceLocation(string? File, int Line, string? Function, string? Code, string? Module)
{
    /// <summary>File, line and module, without the folder, which is the exporting machine's own business; null where nothing is known.</summary>
    public string? Brief => (File is null ? "" : $"{Path.GetFileName(File)}:{Line}") + (string.IsNullOrEmpty(Module) ? "" : $" {Module}") is { Length: > 0 } text
        ? text.TrimStart()
        : null;

    public override string ToString()
    {
        var place = File is null ? "" : $"{File}:{Line}" + (Function is null ? "" : $" in {Function}");
        var module = string.IsNullOrEmpty(Module) ? "" : (place.Length > 0 ? $" (module {Module})" : $"module {Module}");
        return place + module + (Code is null ? "" : $": {Code}");
    }
}

/// <summary>One call of an ATen operator (<c>aten::conv2d</c>, overload <c>default</c>), of a Python operator on sizes (<c>_operator::add</c>), or of a control-flow construct with blocks.</summary>
public sealed class Node
{
    /// <summary>Namespace and name, as <c>aten::add_</c>.</summary>
    public required string Operator { get; init; }

    /// <summary>As <c>Tensor</c>, <c>default</c>; empty where the frontend does not record it (TorchScript).</summary>
    public string Overload { get; init; } = "";

    public required ImmutableArray<NamedArgument> Arguments { get; set; }

    public required ImmutableArray<Value> Outputs { get; init; }

    public ImmutableArray<Block> Blocks { get; init; } = [];

    public SourceLocation? Source { get; init; }

    public string FullName => Overload.Length == 0 ? Operator : $"{Operator}.{Overload}";

    public override string ToString() =>
        $"{string.Join(", ", Outputs)} = {FullName}({string.Join(", ", Arguments.Select(a => a.Name is null ? $"{a.Argument}" : $"{a.Name}={a.Argument}"))})";
}

/// <summary>Nodes in order, with parameters (a loop's carried values) and results.</summary>
public sealed class Block
{
    public List<Value> Parameters { get; init; } = [];

    public List<Node> Nodes { get; init; } = [];

    public List<Argument> Results { get; init; } = [];
}

/// <summary>Where a graph's input comes from.</summary>
public enum InputKind
{
    /// <summary>Given at each run.</summary>
    User,

    /// <summary>A weight: constant.</summary>
    Parameter,

    /// <summary>A registered buffer: constant unless some node or <see cref="Graph.Mutations"/> overwrites it; then it keeps its value between runs.</summary>
    Buffer,

    /// <summary>A tensor that the traced code made a constant of: never written.</summary>
    Constant,
}

/// <summary>An input: users' under the name PyTorch gives it (nested ones flattened with dots), the others under their name in the state dict, with their data.</summary>
public sealed record GraphInput(Value Value, InputKind Kind, string Name, TensorData? Data)
{
    /// <summary>For a user input that was a number, None or string when the model was exported: the constant it must be. Not asked for at run time.</summary>
    public Argument? Fixed { get; init; }

    /// <summary>A buffer that another method of the model overwrites: no constant, whatever this one does.</summary>
    public bool IsState { get; init; }

    /// <summary>For an integer among the inputs by which tensors are sized: the size that it is.</summary>
    public Dim? Size { get; init; }

    /// <summary>For any other integer that PyTorch has a symbol for: what conditions call it.</summary>
    public Dim? Number { get; init; }
}

/// <summary>
/// An output under the name PyTorch's output tree gives it: <c>logits</c>, <c>hidden.0</c>; <c>output</c> where it has none. <c>output.*</c> is a list whose length only the run tells: one tensor,
/// whose rows are the items. Of items that are tuples, <c>output.*.0</c> and <c>output.*.1</c> are the parts.
/// </summary>
public sealed record GraphOutput(Argument Value, string Name)
{
    /// <summary>The part of a name that stands for each item of a list.</summary>
    public const string EachItem = "*";
}

/// <summary>A model as a frontend read it: SSA over ATen operators as PyTorch names them.</summary>
public sealed class Graph
{
    public string Name { get; init; } = "model";

    public List<Symbol> Symbols { get; init; } = [];

    /// <summary>PyTorch's assumptions about the inputs' sizes while it traced, beyond the symbols' ranges.</summary>
    public SizeChecks Checks { get; } = [];

    public List<GraphInput> Inputs { get; init; } = [];

    public Block Body { get; init; } = new();

    public List<GraphOutput> Outputs { get; init; } = [];

    /// <summary>The contents of each overwritten buffer (an input) after the run: from the signature's buffer mutations, or found by the functionalise pass.</summary>
    public List<(Value Buffer, Argument NewValue)> Mutations { get; init; } = [];

    /// <summary>
    /// What an input of the caller's holds after the run, where the model writes to it, as one more output: <c>x.written</c>. The caller's own arrays are never written to.
    /// </summary>
    public void AddWritten(GraphInput input, Argument value)
    {
        var name = $"{input.Name}.written";
        while (Outputs.Exists(output => output.Name == name))
        {
            name += "_";
        }

        Outputs.Add(new(value, name));
    }
}
