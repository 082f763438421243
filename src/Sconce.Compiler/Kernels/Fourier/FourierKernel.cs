using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// Fourier transforms, one after the other: operands into scratch memory, passes from there to its other half and back, and out to where results belong.
/// The lanes of a vector are quarters of one transform, or (where it is short or odd) of four transforms, one each.
/// </summary>
internal sealed class FourierKernel
{
    private const int Lanes = Vector.Lanes;

    private readonly FourierStep step;
    private readonly FourierPlan plan;
    private readonly KernelModule module;
    private readonly DType type;
    private readonly ImmutableArray<Axis> rows;

    /// <summary>The axis of the transforms in the lanes.</summary>
    private readonly Axis? across;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly FourierArithmetic math;
    private readonly TilePlan tiles;

    private FourierKernel(FourierStep given, KernelModule module)
    {
        (plan, this.module, type) = (given.Plan!, module, given.Real.Type);
        var ordered = IterationSpace.InMemoryOrder(given.Axes, given.Targets[0]);
        var (groups, collapsed) = IterationSpace.Collapse([ordered], given);
        (rows, step) = (groups[0], collapsed);
        if (!plan.IsSplit)
        {
            across = rows.IsEmpty ? new Axis(1, "row") : rows[^1];
            if (!across.Extent.IsConstant || across.Extent.Value < Lanes)
            {
                // Too few for all lanes, perhaps: what is left over do the last one again.
                var padded = new Axis(across.Extent.CeilDiv(Lanes) * Lanes, "row");
                var last = across.Extent - 1;
                step = (FourierStep)step.Substitute(atom => ReferenceEquals(atom, across) ? Dim.Min(Dim.Of(padded), last) : null);
                across = padded;
            }

            rows = [.. rows.IsEmpty ? rows : rows[..^1], across];
        }

        tiles = TilePlan.For(rows, 2.0 * plan.Size * Math.Log2(plan.Size + 1), plan.IsSplit ? 1 : Lanes);
        frame = new KernelFrame("fft", step, [.. tiles.Dims], module);
        f = frame.Function;
        math = new(f, module, type);
    }

    public static KernelCall Generate(FourierStep step, KernelChoice.Fourier choice, KernelModule module) =>
        choice.IsPlanned ? new FourierKernel(step, module).Generate() : RunTimeFourierKernel.Generate(step, module);

    private KernelCall Generate()
    {
        var (roots, _) = frame.Emitter.Address(step.Table.Buffer, Dim.Zero);
        var (scratch, _) = frame.Emitter.Address(step.ThreadScratch!, Dim.Zero);
        var (first, second) = (f.Let(scratch, "first"), f.Let(scratch + ((plan.Points + 1) * math.ElementBytes), "second"));
        var stages = new FourierStages(f, math, step, across, FourierSizes.Of(plan, math.NumberBytes), new FourierScale(frame.Emitter, math, step.Scale, type));
        tiles.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (remaining.IsEmpty)
            {
                Row(frame.Emitter.Nested());
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, [], [], (emitter, start, end) =>
            {
                var counter = f.I32("row");
                f.For(counter, start, end, across is null ? 1 : Lanes, () =>
                {
                    var inside = emitter.Nested();
                    var at = counter;
                    if (across is { Extent: { IsConstant: true, Value: var count } } && count % Lanes != 0)
                    {
                        // The last lanes do again what those before them have done.
                        at = f.Let(counter.LtS((int)count - Lanes).Select(counter, (int)count - Lanes));
                    }

                    inside.Bind(remaining[^1], at);
                    Row(inside);
                });
            });
        });
        var shape = string.Join(" x ", plan.IsSplit ? plan.Factors.Insert(0, Lanes) : plan.Factors);
        return frame.Finish(tiles.Tiles, $"fft {shape}");

        void Row(ExprEmitter emitter) => stages.Row(emitter, roots, first, second, (area, other) => Passes(roots, area, other));
    }

    /// <summary>Gives where the transforms are, and the other area.</summary>
    private (LocalI32 Result, LocalI32 Other) Passes(I32 roots, LocalI32 from, LocalI32 to)
    {
        var (rest, stride, at) = (plan.Points, math.ElementBytes, 0);
        foreach (var factor in plan.Factors)
        {
            var count = rest / factor;
            var place = count == 1 ? PassPlace.Last : rest == plan.Points ? PassPlace.First : PassPlace.Middle;
            f.Call(FourierPass.For(module, type, factor, place), from, to, roots + (at * math.NumberBytes), (I32)count, (I32)stride);
            (from, to, rest, stride, at) = (to, from, count, stride * factor, at + (count * (factor - 1) * 2));
        }

        return (from, to);
    }
}
