using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>One value per point: loops in the order of the target's memory, four points at a time along the innermost axis.</summary>
internal static class MapKernel
{
    public static KernelCall Generate(MapStep map, KernelModule module)
    {
        var ordered = IterationSpace.InMemoryOrder(map.Axes, map.Target);
        var (groups, step) = IterationSpace.Collapse([ordered], map, IterationSpace.Substitute);
        var axes = groups[0];
        var inner = axes.IsEmpty ? null : axes[^1];
        var vectorised = inner is not null && VectorLoop.Suits(inner, step.Targets);
        var along = vectorised ? inner : null;
        var unroll = vectorised ? VectorLoop.Unrolling(step.Body) : 1;
        var plan = TilePlan.For(axes, Cost.Of(step.Body), vectorised ? unroll * Vector.Lanes : 1);
        var name = vectorised ? $"map {Vector.Lanes}x{unroll}" : "map";
        var frame = new KernelFrame("map", step, plan.Dims, module, along);
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (inner is null)
            {
                frame.Emitter.Expect(step.Body);
                frame.Emitter.Store(step.Target, step.Body);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [step.Body], (emitter, start, end) =>
                VectorLoop.Emit(emitter, inner, start, end, unroll, vectorised, (at, shifts, asVector) =>
                {
                    foreach (var shift in shifts)
                    {
                        var (target, body) = (step.Target.Shift(inner, shift), step.Body.Shift(inner, shift));
                        at.Expect(body);
                        if (asVector)
                        {
                            at.StoreVector(target, body);
                        }
                        else
                        {
                            at.Store(target, body);
                        }
                    }
                }));
        });
        return frame.Finish(plan.Tiles, name);
    }
}
