using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// Reductions, in the form that memory asks for: four results at a time where results lie side by side as their operands do, else one result
/// at a time from several vectors of partial results, or from single elements.
/// </summary>
internal sealed class ReduceKernel
{
    // Up to so many points of the reduced axes (a pooling window) are written out one after another.
    private const int WrittenOut = 9;

    private readonly ReduceStep step;
    private readonly ImmutableArray<Axis> kept;
    private readonly ImmutableArray<Axis> reduced;
    private readonly Dim place;
    private readonly ImmutableArray<Expr> values;
    private readonly KernelModule module;

    private ReduceKernel(ReduceStep given, KernelModule module)
    {
        this.module = module;

        // What a found index counts along, in the order in which the axes were given.
        var count = Axis.PlaceIn(given.Reduced);
        var findsIndex = given.Reducers.Any(reducer => reducer.Combiner.FindsIndex());
        var inOrder = findsIndex ? given.Reduced : InMemoryOrder(given);
        var places = new Reducer(Combiner.Sum, Expr.Of(count));
        var prepared = given with { Reduced = inOrder, Reducers = findsIndex ? given.Reducers.Add(places) : given.Reducers };
        var (groups, collapsed) = IterationSpace.Collapse([IterationSpace.InMemoryOrder(given.Axes, given.Targets[0]), inOrder], prepared);
        (kept, reduced) = (groups[0], groups[1]);
        place = findsIndex ? ((IndexExpr?)(collapsed.Reducers[^1].Value as IndexExpr))?.Value ?? Dim.Zero : Dim.Zero;
        step = findsIndex ? collapsed with { Axes = kept, Reduced = reduced, Reducers = collapsed.Reducers.RemoveAt(given.Reducers.Length) } : collapsed;
        values = [.. step.Reducers.Select(reducer => reducer.Value)];
    }

    public static KernelCall Generate(ReduceStep step, KernelModule module)
    {
        var kernel = new ReduceKernel(step, module);
        var along = kernel.ChooseAxis();
        return along is null || kernel.kept.Contains(along) ? kernel.AlongKept(along) : kernel.AlongReduced(along);
    }

    /// <summary>Reduced axes from the largest stride to the smallest, as the largest operand has them.</summary>
    private static ImmutableArray<Axis> InMemoryOrder(ReduceStep step)
    {
        var main = step.Reducers.Select(reducer => reducer.Value).OwnLoads()
            .Where(load => step.Reduced.Any(axis => load.Index.Any(index => index.DependsOn(axis))))
            .MaxBy(load => load.Index.Length);
        return main is null ? step.Reduced : IterationSpace.InMemoryOrder(step.Reduced, new Target(main.Buffer, main.Index));
    }

    /// <summary>The axis to vectorise along, or null.</summary>
    private Axis? ChooseAxis()
    {
        var keptAxis = kept.IsEmpty || !VectorLoop.Suits(kept[^1], step.Targets) ? null : kept[^1];
        var reducedAxis = reduced.IsEmpty || !VectorLoop.Suits(reduced[^1], []) || step.Reducers.Any(reducer => reducer.Combiner.FindsIndex())
            ? null
            : reduced[^1];
        if (keptAxis is null || reducedAxis is null)
        {
            // Four results from operands that are scattered are no better than one after another.
            return keptAxis ?? reducedAxis;
        }

        return Scattered(keptAxis) <= Scattered(reducedAxis) ? keptAxis : reducedAxis;
    }

    /// <summary>How many operands do not lie side by side along the axis.</summary>
    private double Scattered(Axis axis) => values.OwnLoads().Sum(load => VectorLoop.Stride(load.Buffer.Offset(load.Index), axis) switch
    {
        0 or 1 => 0,
        2 or -1 => 0.4,
        _ => 1,
    });

    private double PointCost => (Cost.Of(values) * reduced.Aggregate(1.0, (product, axis) => product * TilePlan.Estimate(axis.Extent))) + Cost.Of(step.Results);

    private bool SumsInParts =>
        step.Reducers.Any(reducer => reducer.Combiner == Combiner.Sum && reducer.Type.IsFloat())
        && !step.Reducers.Any(reducer => reducer.Combiner.FindsIndex())
        && reduced.Aggregate(1.0, (product, axis) => product * TilePlan.Estimate(axis.Extent)) > 2 * ReducedPoints.PartialSum;

    private IEnumerable<Dim> Sizes => [place, .. reduced.Select(axis => axis.Extent)];

    private KernelCall AlongKept(Axis? along)
    {
        var window = Window();
        var copies = along is null ? 1 : Math.Max(1, 4 / (step.Reducers.Length * (values.Any(value => Vector.IsWide(value.Type)) ? 2 : 1)));
        copies = window > 4 ? Math.Min(copies, 2) : copies;
        var plan = TilePlan.For(kept, PointCost, along is null ? 1 : copies * Vector.Lanes);
        var frame = new KernelFrame("reduce", step, [.. plan.Dims, .. Sizes], module, along);
        var f = frame.Function;
        var points = new ReducedPoints(f, step, values, reduced, place, window, window == 0 && SumsInParts);
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (kept.IsEmpty)
            {
                points.Single(frame.Emitter, null, 0);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [.. values, .. step.Results], (emitter, start, end) =>
                VectorLoop.Emit(emitter, kept[^1], start, end, copies, along is not null, (at, shifts, asVector) =>
                {
                    if (asVector)
                    {
                        points.Vectors(at, along!, shifts);
                        return;
                    }

                    foreach (var shift in shifts)
                    {
                        points.Single(at, kept[^1], shift);
                    }
                }));
        });
        return frame.Finish(plan.Tiles, along is null ? "reduce" : $"reduce {Vector.Lanes}x{copies}");
    }

    /// <summary>The number of points that are reduced, where they are few enough to be written out; else 0.</summary>
    private int Window()
    {
        var points = 1L;
        foreach (var axis in reduced)
        {
            points *= axis.Extent.IsConstant ? axis.Extent.Value : WrittenOut + 1;
            if (points is 0 or > WrittenOut)
            {
                return 0;
            }
        }

        return Cost.Of(values) <= 24 ? (int)points : 0;
    }

    private KernelCall AlongReduced(Axis along)
    {
        var copies = Cost.Of(values) switch { < 8 => 4, < 24 => 2, _ => 1 };
        var plan = TilePlan.For(kept, PointCost / 2, 1);
        var frame = new KernelFrame("reduce", step, [.. plan.Dims, .. Sizes], module, along);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (kept.IsEmpty)
            {
                Result(frame.Emitter);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, step.Targets, [.. values, .. step.Results], (emitter, start, end) =>
            {
                var counter = f.I32(kept[^1].Name);
                f.For(counter, start, end, 1, () =>
                {
                    var inside = emitter.Nested();
                    inside.Bind(kept[^1], counter);
                    Result(inside);
                });
            });
        });
        return frame.Finish(plan.Tiles, $"reduce row {Vector.Lanes}x{Math.Max(1, copies / step.Reducers.Length)}");

        void Result(ExprEmitter emitter)
        {
            var row = new RowReduction(f, step.Reducers, copies);
            Rows(emitter, reduced);
            var join = emitter.Nested();
            row.Bind(join);
            var results = join.Nested(along: null);
            for (var i = 0; i < step.Targets.Length; i++)
            {
                results.Store(step.Targets[i], step.Results[i]);
            }

            void Rows(ExprEmitter outside, ImmutableArray<Axis> axes)
            {
                outside.Hoist(values);
                if (axes.Length == 1)
                {
                    row.Take(outside, along, 0, outside.Index(along.Extent));
                    return;
                }

                var counter = f.I32(axes[0].Name);
                f.For(counter, 0, outside.Index(axes[0].Extent), 1, () =>
                {
                    var inside = outside.Nested();
                    inside.Bind(axes[0], counter);
                    Rows(inside, axes[1..]);
                });
            }
        }
    }
}
