using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels;

/// <summary>One value per point: loops in the order of the target's memory, four points at a time along the innermost axis.</summary>
internal static class MapKernel
{
    public static KernelCall Generate(MapStep map, KernelModule module)
    {
        var ordered = IterationSpace.InMemoryOrder(map.Axes, map.Target);
        var (groups, step) = IterationSpace.Collapse([ordered], map, IterationSpace.Substitute);
        var axes = groups[0];
        var vectorised = !axes.IsEmpty && VectorLoop.Suits(axes[^1], step.Targets);
        if (!vectorised && AxisOfLoads(step, axes) is { } across)
        {
            // Results that lie too few in a row (the colours of a pixel): better four operands in a row than one.
            axes = [.. axes.Where(axis => axis != across), across];
            vectorised = true;
        }

        var inner = axes.IsEmpty ? null : axes[^1];
        if (vectorised && TransposeKernel.For(step, axes) is { } transpose)
        {
            return transpose.Generate(module);
        }

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
                    Expr[] bodies = [.. shifts.Select(shift => step.Body.Shift(inner, shift))];
                    at.Expect(bodies);
                    if (asVector)
                    {
                        ExprEmitter.Together([.. bodies.Select(body => (at, body))]);
                    }

                    foreach (var (shift, body) in shifts.Zip(bodies))
                    {
                        var target = step.Target.Shift(inner, shift);
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

    /// <summary>The innermost axis along which operands lie side by side, or null.</summary>
    private static Axis? AxisOfLoads(MapStep step, ImmutableArray<Axis> axes) => axes.Reverse().FirstOrDefault(axis =>
    {
        var strides = IterationSpace.LoadsOf([step.Body]).Select(load => VectorLoop.Stride(load.Buffer.Offset(load.Index), axis)).ToArray();
        return TilePlan.Estimate(axis.Extent) >= Vector.Lanes && strides.Contains(1) && strides.All(stride => stride is 0 or 1);
    });
}
