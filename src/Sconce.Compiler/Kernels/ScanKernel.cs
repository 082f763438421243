using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>Running combinations along one axis; several rows at a time where rows lie side by side.</summary>
internal static class ScanKernel
{
    public static KernelCall Generate(ScanStep step, KernelModule module)
    {
        var axes = IterationSpace.InMemoryOrder(step.Axes, step.Targets[0]);
        var inner = axes.IsEmpty ? null : axes[^1];
        var along = inner is not null && VectorLoop.Suits(inner, step.Targets) ? inner : null;
        var values = step.Reducers.Select(reducer => reducer.Value).ToArray();
        var cost = TilePlan.Estimate(step.Scanned.Extent) * (Cost.Of(values) + Cost.Of(step.Results));
        var plan = TilePlan.For(axes, cost, along is null ? 1 : Vector.Lanes);
        var frame = new KernelFrame("scan", step, [.. plan.Dims, step.Scanned.Extent], module, along);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (inner is null)
            {
                Row(frame.Emitter, asVector: false);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [.. values, .. step.Results], (emitter, start, end) =>
                VectorLoop.Emit(emitter, inner, start, end, 1, along is not null, (at, _, asVector) => Row(at, asVector)));
        });
        return frame.Finish(plan.Tiles, along is null ? "scan" : $"scan {Vector.Lanes}");

        void Row(ExprEmitter at, bool asVector)
        {
            var singles = asVector ? [] : step.Reducers.Select(reducer => new ScalarAccumulator(f, reducer)).ToArray();
            var vectors = asVector ? step.Reducers.Select(reducer => new VectorAccumulator(f, reducer)).ToArray() : [];
            Array.ForEach(singles, accumulator => accumulator.Reset());
            Array.ForEach(vectors, accumulator => accumulator.Reset());
            at.Hoist([.. values, .. step.Results]);
            var counter = f.I32(step.Scanned.Name);
            f.For(counter, 0, at.Index(step.Scanned.Extent), 1, () =>
            {
                var inside = at.Nested();
                inside.Bind(step.Scanned, counter);
                for (var i = 0; i < values.Length; i++)
                {
                    if (asVector)
                    {
                        vectors[i].Take(inside, values[i], step.Scanned);
                        inside.BindAccumulator(i, vectors[i].Result(inside));
                    }
                    else
                    {
                        singles[i].Take(inside, values[i], step.Scanned);
                        inside.BindAccumulator(i, singles[i].Result);
                    }
                }

                for (var i = 0; i < step.Targets.Length; i++)
                {
                    if (asVector)
                    {
                        inside.StoreVector(step.Targets[i], step.Results[i]);
                    }
                    else
                    {
                        inside.Store(step.Targets[i], step.Results[i]);
                    }
                }
            });
        }
    }
}
