using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// What a step costs, as the profiler counts: floating-point operations (a multiply-add is two) and bytes that must be moved at least. Of a region the costs of its
/// steps as often as they run: of branches the dearest, of what only the run can count each turn.
/// </summary>
internal static class StepCost
{
    public static Dim MultiplyAdds(Step step) => Total(step, one => one.MultiplyAdds).Least;

    /// <summary>Multiply-adds, what a kernel does beside them, and the operations of every expression at its points.</summary>
    public static RunCost Flops(Step step) => Total(step, one =>
        (one.MultiplyAdds * 2) + one.OwnFlops + Dim.Sum(one.Computations.Where(computation => computation.Role != Role.Operand).Select(Work)));

    public static RunCost Bytes(Step step) => Total(step, one => Dim.Sum(one.BuffersRead.Concat(one.Targets.Select(target => target.Buffer)).Select(buffer => buffer.ByteCount)));

    /// <summary>The turns of all loops in it.</summary>
    public static RunCost Turns(Step step) => Total(step, _ => 0, turn: 1);

    private static RunCost Total(Step step, Func<Step, Dim> cost, long turn = 0)
    {
        if (step is not RegionStep region)
        {
            return new(cost(step), []);
        }

        var (total, dearest, each) = (Dim.Zero, Dim.Zero, (Dim)turn);
        var turns = ImmutableArray.CreateBuilder<(WhileStep, Dim)>();
        foreach (var block in region.Blocks)
        {
            RunCost[] steps = [.. block.Steps.Select(inner => Total(inner, cost, turn))];
            var once = Dim.Sum(steps.Select(inner => inner.Once));
            turns.AddRange(steps.SelectMany(inner => inner.Turns));
            switch (block.Runs)
            {
                case Runs.Times times:
                    total += times.Count * (once + turn);
                    break;
                case Runs.AtMostOnce:
                    dearest = Dim.Max(dearest, once);
                    break;
                default:
                    each += once;
                    break;
            }
        }

        // A test runs once more than there are turns.
        return region is WhileStep loop
            ? new(Dim.Sum(loop.Test.Select(inner => Total(inner, cost, turn).Once)), turns.Append((loop, each)).ToImmutableArray())
            : new(total + dearest, turns.ToImmutable());
    }

    private static Dim Work(Computation computation) => Dim.Product(computation.Space.Select(axis => axis.Extent))
        * computation.Value.OwnNodes().Count(node => node is UnaryExpr or BinaryExpr or SelectExpr or RandomExpr);
}
