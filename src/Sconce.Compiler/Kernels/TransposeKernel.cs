using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// A map whose operands lie side by side along another axis than its results: it goes through both axes in blocks of four by four, turned in
/// registers, and through as many blocks in a row as fill a line of the cache.
/// </summary>
internal sealed class TransposeKernel(MapStep step, ImmutableArray<Axis> axes, Axis other, IReadOnlyList<LoadExpr> loads)
{
    private const int Blocks = 2;
    private readonly Axis inner = axes[^1];

    /// <summary>The kernel, where the step is such a map: its axes in the order of the target's memory.</summary>
    public static TransposeKernel? For(MapStep step, ImmutableArray<Axis> axes)
    {
        if (axes.Length < 2)
        {
            return null;
        }

        var turned = AtEveryPoint(step.Body).ToHashSet();
        foreach (var other in axes.Reverse().Skip(1))
        {
            var loads = turned.Where(load => load.Type is DType.Float32 or DType.Int32
                && VectorLoop.Stride(load.Buffer.Offset(load.Index), axes[^1]) is not (0 or 1)
                && VectorLoop.Stride(load.Buffer.Offset(load.Index), other) == 1).ToArray();
            if (loads.Length > 0 && TilePlan.Estimate(other.Extent) >= Vector.Lanes)
            {
                return new(step, [.. axes.Where(axis => axis != other && axis != axes[^1]), other, axes[^1]], other, loads);
            }
        }

        return null;
    }

    public KernelCall Generate(KernelModule module)
    {
        var plan = TilePlan.For(axes[..^1], Cost.Of(step.Body) * TilePlan.Estimate(inner.Extent), Blocks * Vector.Lanes);
        var frame = new KernelFrame("transpose", step, [.. plan.Dims, inner.Extent], module, inner);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [step.Body], (emitter, start, end) =>
            {
                var counter = f.I32(other.Name);
                f.Set(counter, start);
                Rows(emitter, counter, end, Blocks * Vector.Lanes);
                Rows(emitter, counter, end, 1);
            }));
        return frame.Finish(plan.Tiles, $"transpose {Vector.Lanes}x{Blocks * Vector.Lanes}");
    }

    private void Rows(ExprEmitter emitter, LocalI32 counter, I32 end, int rows)
    {
        emitter.Function.For(counter, counter, rows == 1 ? end : end - (rows - 1), rows, () =>
        {
            var inside = emitter.Nested();
            inside.Bind(other, counter);
            for (var row = 0; row < rows; row++)
            {
                inside.Hoist(step.Target.Shift(other, row));
            }

            inside.Hoist(step.Body);
            VectorLoop.Emit(inside, inner, 0, inside.Index(inner.Extent), 1, vectorised: true, (at, _, asVector) =>
            {
                for (var row = 0; row < rows; row++)
                {
                    if (asVector && rows > 1 && row % Vector.Lanes == 0)
                    {
                        foreach (var load in loads)
                        {
                            at.LoadTransposed(load, other, row);
                        }
                    }

                    var (target, body) = (step.Target.Shift(other, row), step.Body.Shift(other, row));
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
            });
        });
    }

    /// <summary>Loads that are evaluated at every point: those within guards may lie outside their buffers.</summary>
    private static IEnumerable<LoadExpr> AtEveryPoint(Expr expr)
    {
        var nodes = ExprWalk.OwnNodes([expr], entered: node => node is not GuardExpr);
        return nodes.OfType<LoadExpr>().Concat(nodes.OfType<GuardExpr>().SelectMany(guard => AtEveryPoint(guard.Condition)));
    }
}
