using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>One value per point: loops in the order of the target's memory, four points at a time along the innermost axis.</summary>
internal sealed class MapKernel
{
    private readonly MapStep step;
    private readonly ImmutableArray<Axis> axes;
    private readonly bool vectorised;
    private readonly int unroll;

    private MapKernel(MapStep map)
    {
        var ordered = IterationSpace.InMemoryOrder(map.Axes, map.Target);
        (var groups, step) = IterationSpace.Collapse([ordered], map);
        axes = groups[0];
        vectorised = !axes.IsEmpty && VectorLoop.Suits(axes[^1], step.Targets);
        if (!vectorised && AxisOfLoads(step, axes) is { } across)
        {
            // Results that lie too few in a row (the colours of a pixel): better four operands in a row than one.
            axes = [.. axes.Where(axis => axis != across), across];
            vectorised = true;
        }

        unroll = vectorised ? VectorLoop.Unrolling(step.Body) : 1;
    }

    private Axis Inner => axes[^1];

    public static KernelCall Generate(MapStep map, KernelModule module)
    {
        var (step, offset) = FromTargetsStart(map);
        var kernel = new MapKernel(step);
        var call = kernel.vectorised && TransposeKernel.For(kernel.step, kernel.axes) is { } transpose ? transpose.Generate(module) : kernel.Generate(module);
        return call with { TargetOffset = offset };
    }

    /// <summary>The step, written as if its first element were the target buffer's, and the bytes between the two.</summary>
    private static (MapStep Step, long Offset) FromTargetsStart(MapStep map)
    {
        var (buffer, index) = map.Target;
        if (ExprWalk.OwnLoads([map.Body]).Any(load => ReferenceEquals(load.Buffer, buffer)))
        {
            return (map, 0);
        }

        // A dim with a stride that only the run knows stays as it is.
        ImmutableArray<Dim> start = [.. index.Zip(buffer.Strides, (dim, stride) => stride.IsConstant ? dim.ConstantTerm : Dim.Zero)];
        var offset = buffer.Offset(start).Value;
        return (map with { Target = new(buffer, [.. index.Zip(start, (dim, constant) => dim - constant)]) }, offset * buffer.Type.Size());
    }

    private KernelCall Generate(KernelModule module)
    {
        var plan = TilePlan.For(axes, Cost.Of(step.Body), vectorised ? unroll * Vector.Lanes : 1);
        var frame = new KernelFrame("map", step, plan.Dims, module, vectorised ? Inner : null);
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (axes.IsEmpty)
            {
                frame.Emitter.Expect(step.Body);
                frame.Emitter.Store(step.Target, step.Body);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [step.Body], (emitter, start, end) => Row(emitter, step.Body, start, end));
        });
        return frame.Finish(plan.Tiles, vectorised ? $"map {Vector.Lanes}x{unroll}" : "map");
    }

    private void Row(ExprEmitter emitter, Expr body, I32 start, I32 end)
    {
        if (body is GuardExpr guard && !IterationSpace.AccessesOf(guard.Condition).Any(dim => dim.DependsOn(Inner)))
        {
            // A row of a padded image lies inside or outside as a whole.
            emitter.Function.If(emitter.Scalar(guard.Condition).AsI32(), () => Branch(guard.Inside), () => Branch(guard.Outside));
            return;
        }

        VectorLoop.Emit(emitter, Inner, start, end, unroll, vectorised, (at, shifts, asVector) => Points(at, body, shifts, asVector));

        void Branch(Expr taken)
        {
            var inside = emitter.Nested();
            inside.Hoist(taken);
            Row(inside, taken, start, end);
        }
    }

    private void Points(ExprEmitter at, Expr body, IReadOnlyList<int> shifts, bool asVector)
    {
        Expr[] bodies = [.. shifts.Select(shift => body.Shift(Inner, shift))];
        at.Expect(bodies);
        if (asVector)
        {
            ExprEmitter.Together([.. bodies.Select(shifted => (at, shifted))]);
        }

        foreach (var (shift, shifted) in shifts.Zip(bodies))
        {
            var target = step.Target.Shift(Inner, shift);
            if (asVector)
            {
                at.StoreVector(target, shifted);
            }
            else
            {
                at.Store(target, shifted);
            }
        }
    }

    /// <summary>The innermost axis along which operands lie side by side, or null.</summary>
    private static Axis? AxisOfLoads(MapStep step, ImmutableArray<Axis> axes) => axes.Reverse().FirstOrDefault(axis =>
    {
        var strides = ExprWalk.OwnLoads([step.Body]).Select(load => VectorLoop.Stride(load.Buffer.Offset(load.Index), axis)).ToArray();
        return TilePlan.Estimate(axis.Extent) >= Vector.Lanes && strides.Contains(1) && strides.All(stride => stride is 0 or 1);
    });
}
