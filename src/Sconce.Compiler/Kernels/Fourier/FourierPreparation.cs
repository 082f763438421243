using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>Gives a transform its scratch memory, and operands that lie side by side where it reads vectors along them.</summary>
internal static class FourierPreparation
{
    public static ImmutableArray<Step> Prepare(FourierStep step)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var type = step.Real.Type;
        var (real, imaginary) = step.Plan is not { IsSplit: false } ? (Plain(step.Real), Plain(step.Imaginary)) : (step.Real, step.Imaginary);

        // Two areas, from one to the other of which each pass goes. Each has room for one element more, the first again.
        var area = step.Plan is { } plan ? (plan.Points + 1) * 2 * FourierPlan.Lanes : FourierTable.AreaCount(step.Size);
        var areas = new TensorBuffer($"{step.Targets[0].Buffer.Name}.fft", type, [2 * area]);
        var kernel = new KernelChoice.Fourier(IsPlanned: step.Plan is not null)
        {
            Scratch = step switch { { Plan: not null } => [], { Made: { } made } => [step.Table.Buffer, made], _ => [step.Table.Buffer] },
            ThreadScratch = areas,
        };
        steps.Add(step with { Real = real, Imaginary = imaginary, Kernel = kernel });
        return steps.ToImmutable();

        Expr Plain(Expr operand)
        {
            if (ExprWalk.OwnLoads([operand]).All(load => VectorLoop.Stride(load.Buffer.Offset(load.Index), step.Input) is 0 or 1))
            {
                return operand;
            }

            ImmutableArray<Axis> axes = [.. step.Axes, step.Input];
            var rows = new TensorBuffer($"{step.Targets[0].Buffer.Name}.rows", type, [.. axes.Select(axis => axis.Extent)]);
            steps.Add(new MapStep(Target.Whole(rows, axes), axes, operand) { Origin = step.Origin });
            return new LoadExpr(rows, [.. axes.Select(axis => Dim.Of(axis))]);
        }
    }
}
