using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// What a step costs, as the profiler counts: floating-point operations (a multiply-add is two) and bytes that must be moved at least. Of a region the costs of its
/// steps as often as they run: of branches the dearest, of what only the run can count one turn.
/// </summary>
internal static class StepCost
{
    public static Dim MultiplyAdds(Step step) => Total(step, one => one.MultiplyAdds);

    /// <summary>Multiply-adds, what a kernel does beside them, and the operations of every expression at its points.</summary>
    public static Dim Flops(Step step) => Total(step, one =>
        (one.MultiplyAdds * 2) + one.OwnFlops + Dim.Sum(one.Computations.Where(computation => computation.Role != Role.Operand).Select(Work)));

    public static Dim Bytes(Step step) => Total(step, one => Dim.Sum(one.BuffersRead.Concat(one.Targets.Select(target => target.Buffer)).Select(buffer => buffer.ByteCount)));

    private static Dim Total(Step step, Func<Step, Dim> cost)
    {
        if (step is not RegionStep region)
        {
            return cost(step);
        }

        var (total, dearest) = (Dim.Zero, Dim.Zero);
        foreach (var block in region.Blocks)
        {
            var once = Dim.Sum(block.Steps.Select(inner => Total(inner, cost)));
            switch (block.Runs)
            {
                case Runs.Times times:
                    total += times.Count * once;
                    break;
                case Runs.AtMostOnce:
                    dearest = Dim.Max(dearest, once);
                    break;
                default:
                    total += once;
                    break;
            }
        }

        return total + dearest;
    }

    private static Dim Work(Computation computation) => Dim.Product(computation.Space.Select(axis => axis.Extent))
        * computation.Value.OwnNodes().Count(node => node is UnaryExpr or BinaryExpr or SelectExpr or RandomExpr);
}
