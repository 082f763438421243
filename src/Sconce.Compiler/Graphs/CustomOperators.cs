namespace Sconce.Compiler.Graphs;

/// <summary>Operators that a model's own code has registered with PyTorch: of those that give nothing all is known by what they write to, and that only their code tells.</summary>
public static class CustomOperators
{
    private static readonly HashSet<string> Known =
        ["aten", "prim", "prims", "_operator", "math", "higher_order", "torchvision", "quantized", "quantized_decomposed", "torchao", "profiler", "debugprims", "torch"];

    /// <summary>Whether it may have been called for what it does to its arguments, used or not.</summary>
    public static bool MayWrite(Node node) => node.Operator.Split("::") is [var space, _] && !Known.Contains(space.Split('.')[0]);
}
