using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>What a step costs, as the profiler counts: floating-point operations (a multiply-add is two) and bytes that must be moved at least.</summary>
internal static class StepCost
{
    public static Dim MultiplyAdds(Step step) => step is LoopStep loop ? loop.Count * Dim.Sum(loop.Body.Select(MultiplyAdds)) : step.MultiplyAdds;

    /// <summary>Multiply-adds, what a kernel does beside them, and the operations of every expression at its points.</summary>
    public static Dim Flops(Step step) => step is LoopStep loop
        ? loop.Count * Dim.Sum(loop.Body.Select(Flops))
        : (step.MultiplyAdds * 2) + step.OwnFlops + Dim.Sum(step.Computations.Where(computation => computation.Role != Role.Operand).Select(Work));

    public static Dim Bytes(Step step)
    {
        if (step is LoopStep loop)
        {
            return loop.Count * Dim.Sum(loop.Body.Select(Bytes));
        }

        var total = Dim.Zero;
        foreach (var buffer in step.BuffersRead.Concat(step.Targets.Select(target => target.Buffer)))
        {
            total += buffer.ByteCount;
        }

        return total;
    }

    private static Dim Work(Computation computation) => Dim.Product(computation.Space.Select(axis => axis.Extent))
        * computation.Value.OwnNodes().Count(node => node is UnaryExpr or BinaryExpr or SelectExpr);
}
