using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// Writes to computed places, in the order of the points. Axes that the target's index takes as they are separate the places they write, so
/// that outer ones may be cut into tiles and an inner one vectorised; a place outside the buffer is left alone.
/// </summary>
internal static class ScatterKernel
{
    public static KernelCall Generate(ScatterStep step, KernelModule module)
    {
        var (target, value) = (step.Target, Combined(step));
        ImmutableArray<Axis> separate = [.. step.Axes.TakeWhile(axis => Separates(step, axis))];
        var rest = step.Axes[separate.Length..];
        var inner = rest.IsEmpty ? null : rest[^1];
        var along = inner is not null && step.Condition is null && Separates(step, inner) && VectorLoop.Suits(inner, [target]) ? inner : null;
        var plan = TilePlan.For(separate, rest.Aggregate(Cost.Of(value) + 4, (cost, axis) => cost * TilePlan.Estimate(axis.Extent)), 1);
        var frame = new KernelFrame("scatter", step, [.. plan.Dims, .. rest.Select(axis => axis.Extent), .. target.Buffer.Dims], module, along);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) => Over(frame.Emitter, [.. remaining, .. rest], from, to, separate.IsEmpty));
        return frame.Finish(plan.Tiles, along is null ? "scatter" : $"scatter {Vector.Lanes}");

        void Over(ExprEmitter emitter, ImmutableArray<Axis> axes, I32 from, I32 to, bool whole)
        {
            emitter.Hoist(step.Expressions);
            if (axes.IsEmpty)
            {
                Point(emitter, [0], asVector: false);
                return;
            }

            var end = whole ? emitter.Index(axes[0].Extent) : to;
            if (ReferenceEquals(axes[0], along))
            {
                VectorLoop.Emit(emitter, along, 0, end, 1, vectorised: true, Point);
                return;
            }

            var counter = f.I32(axes[0].Name);
            f.For(counter, whole ? 0 : from, end, 1, () =>
            {
                var inside = emitter.Nested();
                inside.Bind(axes[0], counter);
                Over(inside, axes[1..], 0, 0, whole: true);
            });
        }

        void Point(ExprEmitter at, IReadOnlyList<int> shifts, bool asVector)
        {
            if (step.Condition is null)
            {
                Place();
            }
            else
            {
                f.If(at.Scalar(step.Condition).AsI32(), Place);
            }

            void Place()
            {
                var inside = at.Nested();
                I32? within = null;
                for (var i = 0; i < target.Index.Length; i++)
                {
                    if (Holds(target.Index[i]))
                    {
                        var check = inside.Index(target.Index[i]).LtU(inside.Index(target.Buffer.Dims[i]));
                        within = within is null ? check : within & check;
                    }
                }

                if (within is null)
                {
                    Write(inside);
                }
                else
                {
                    f.If(within, () => Write(inside.Nested()));
                }
            }

            void Write(ExprEmitter inside)
            {
                if (asVector)
                {
                    inside.StoreVector(target, value);
                }
                else
                {
                    inside.Store(target, value);
                }
            }
        }
    }

    private static Expr Combined(ScatterStep step)
    {
        var old = new LoadExpr(step.Target.Buffer, step.Target.Index);
        return step.Mode switch
        {
            ScatterMode.Set => step.Value,
            ScatterMode.Add => old + step.Value,
            ScatterMode.Multiply => old * step.Value,
            ScatterMode.Min => old.Apply(BinaryOp.Min, step.Value),
            _ => old.Apply(BinaryOp.Max, step.Value),
        };
    }

    /// <summary>Whether points that differ along the axis write to different places whatever the loaded indices are.</summary>
    private static bool Separates(ScatterStep step, Axis axis) => step.Target.Index.Any(index => ReferenceEquals(index.AsAtom, axis));

    private static bool Holds(Dim dim)
    {
        var found = false;
        dim.VisitLeaves(leaf => found |= leaf is LoadedIndex);
        return found;
    }
}
