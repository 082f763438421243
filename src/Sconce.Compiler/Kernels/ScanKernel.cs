using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// Running combinations along one axis: of several rows at a time where rows lie side by side, of four points of a row at a time where these do.
/// Of few rows that are long each is cut into parts: first each part's total is found, then each part starts from the totals before it.
/// </summary>
internal sealed class ScanKernel
{
    /// <summary>
    /// Simple operations in a part, over all rows: 16,384 points of a sum, some 5 µs. A million take one thread 0.30 ms and two 0.16, with the
    /// pass for totals; one point after the other, and with a copy to the output, they took 0.90.
    /// </summary>
    private const int PartOperations = 48 << 10;

    /// <summary>From so many rows on, they are tiles enough.</summary>
    private const int ManyRows = 8;

    private readonly ScanStep step;
    private readonly ImmutableArray<Axis> axes;
    private readonly Expr[] values;
    private readonly bool inRow;
    private readonly Axis? along;
    private readonly KernelModule module;
    private readonly TilePlan plan;
    private readonly Dim? partLength;
    private readonly Axis part;

    private ScanKernel(ScanStep step, KernelChoice.Scan choice, KernelModule module)
    {
        (this.step, this.module) = (step, module);
        axes = IterationSpace.InMemoryOrder(step.Axes, step.Targets[0]);
        inRow = choice.Way == ScanWay.InRow;
        along = inRow ? step.Scanned : choice.Way == ScanWay.SideBySide ? axes[^1] : null;
        values = [.. step.Reducers.Select(reducer => reducer.Value)];
        partLength = choice.Part is { } points ? points : null;
        part = new Axis(partLength is null ? Dim.One : step.Scanned.Extent.CeilDiv(partLength), "part");
        plan = TilePlan.For(axes, TilePlan.Estimate(step.Scanned.Extent) * PointCost(step), along is null || inRow ? 1 : Vector.Lanes);
    }

    /// <summary>How rows are gone through, with room for the totals of parts where they are cut.</summary>
    public static KernelChoice.Scan Choose(ScanStep step)
    {
        if (!InRow(step))
        {
            return new(IterationSpace.InMemoryOrder(step.Axes, step.Targets[0]) is [.., var last] && VectorLoop.Suits(last, step.Targets) ? ScanWay.SideBySide : ScanWay.Single, null);
        }

        if (PartLength(step) is not { } length)
        {
            return new(ScanWay.InRow, null);
        }

        ImmutableArray<Dim> dims = [step.Scanned.Extent.CeilDiv(length), .. step.Axes.Select(axis => axis.Extent)];
        return new(ScanWay.InRow, length) { Scratch = [.. step.Reducers.Select(reducer => new TensorBuffer("totals", reducer.Type, dims))] };
    }

    public static KernelCall Generate(ScanStep step, KernelChoice.Scan choice, KernelModule module)
    {
        var kernel = new ScanKernel(step, choice, module);
        return kernel.partLength is null ? kernel.Running() : kernel.Running() with { Before = kernel.Totals() };
    }

    /// <summary>Whether four points of a row are scanned at a time.</summary>
    private static bool InRow(ScanStep step) =>
        VectorLoop.Suits(step.Scanned, step.Targets) && !step.Reducers.Any(reducer => reducer.Combiner.FindsIndex());

    private static double PointCost(ScanStep step) => Cost.Of(step.Reducers.Select(reducer => reducer.Value)) + Cost.Of(step.Results);

    /// <summary>Points in a part of a row, or null where rows stay whole.</summary>
    private static int? PartLength(ScanStep step)
    {
        var rows = step.Axes.Aggregate(1.0, (product, axis) => product * TilePlan.Estimate(axis.Extent));
        if (rows >= ManyRows)
        {
            return null;
        }

        var points = (int)Rounding.RoundUp((long)(PartOperations / (PointCost(step) * Math.Max(rows, 1))), 4 * Vector.Lanes);
        return step.Scanned.Extent.Bounds.Max < 2 * points ? null : points;
    }

    private Dim PartStart => partLength is null ? Dim.Zero : Dim.Of(part) * partLength;

    private Dim PartEnd => partLength is null ? step.Scanned.Extent : Dim.Min(PartStart + partLength, step.Scanned.Extent);

    private KernelFrame Frame() => new("scan", step, [.. plan.Dims, part.Extent, step.Scanned.Extent], module, along);

    /// <summary>Goes through the rows of a tile, of which the given number are made of several parts each.</summary>
    private void Rows(KernelFrame frame, Dim parts, Action<ExprEmitter, bool> row)
    {
        var (e, f) = (frame.Emitter, frame.Function);
        I32 tile = frame.Tile;
        if (partLength is null)
        {
            e.Bind(part, 0);
        }
        else
        {
            var count = e.Index(parts);
            e.Bind(part, f.Let(tile.RemU(count), "part"));
            tile = f.Let(tile.DivU(count));
        }

        plan.Emit(e, tile, (remaining, from, to) =>
        {
            if (axes.IsEmpty)
            {
                row(e, false);
                return;
            }

            var ofRows = along is not null && !inRow;
            LoopNest.Over(e, remaining, from, to, step.Targets, [.. values, .. step.Results], (emitter, start, end) =>
                VectorLoop.Emit(emitter, axes[^1], start, end, 1, ofRows, (at, _, asVector) => row(inRow ? at.Nested(along) : at, asVector)));
        });
    }

    private KernelCall Running()
    {
        var frame = Frame();
        var f = frame.Function;
        Rows(frame, part.Extent, (at, asVector) =>
        {
            if (inRow)
            {
                InRow(f, at);
            }
            else if (asVector)
            {
                SideBySide(f, at);
            }
            else
            {
                Single(f, at);
            }
        });
        return frame.Finish(plan.Tiles * part.Extent, along is null ? "scan" : inRow ? $"scan row {Vector.Lanes}" : $"scan {Vector.Lanes}");
    }

    /// <summary>All parts but the last have a total that somebody asks for.</summary>
    private KernelCall Totals()
    {
        var frame = Frame();
        var f = frame.Function;
        var parts = Dim.Max(part.Extent - 1, 0);
        Rows(frame, parts, (at, _) =>
        {
            at.Hoist(values);
            var totals = new RowReduction(f, step.Reducers, copies: 4);
            totals.Take(at, step.Scanned, f.Let(at.Index(PartStart)), f.Let(at.Index(PartEnd)));
            var join = at.Nested();
            totals.Bind(join);
            var results = join.Nested(along: null);
            for (var i = 0; i < values.Length; i++)
            {
                results.Store(TotalOf(i, part), new AccumulatorExpr(i, step.Reducers[i].Type));
            }
        });
        return frame.Finish(plan.Tiles * parts, "scan row");
    }

    private Target TotalOf(int reducer, Axis part) => new(step.Scratch[reducer], [part, .. step.Axes.Select(axis => Dim.Of(axis))]);

    private void InRow(FunctionBuilder f, ExprEmitter at)
    {
        var running = step.Reducers.Select(reducer => new RunningVector(f, reducer)).ToArray();
        Array.ForEach(running, each => each.Reset());
        at.Hoist([.. values, .. step.Results]);
        if (partLength is not null)
        {
            TotalsBefore(f, at, running);
        }

        VectorLoop.Emit(at, step.Scanned, f.Let(at.Index(PartStart)), f.Let(at.Index(PartEnd)), 2, vectorised: true, (inside, shifts, asVector) =>
        {
            foreach (var target in step.Targets)
            {
                inside.Hoist(target);
            }

            foreach (var shift in shifts)
            {
                var results = inside.Nested();
                for (var i = 0; i < values.Length; i++)
                {
                    var value = values[i].Shift(step.Scanned, shift);
                    if (asVector)
                    {
                        results.BindAccumulator(i, running[i].Take(inside, inside.Vector(value)));
                    }
                    else
                    {
                        results.BindAccumulator(i, running[i].Take(inside, inside.Scalar(value)));
                    }
                }

                Store(results, shift, asVector);
            }
        });
    }

    /// <summary>Takes the totals of the parts before this one.</summary>
    private void TotalsBefore(FunctionBuilder f, ExprEmitter at, RunningVector[] running)
    {
        var (before, counter) = (new Axis(part.Extent, "before"), f.I32("before"));
        f.For(counter, 0, at.Index(part), 1, () =>
        {
            var inside = at.Nested(along: null);
            inside.Bind(before, counter);
            for (var i = 0; i < running.Length; i++)
            {
                running[i].Take(inside, inside.Scalar(new LoadExpr(step.Scratch[i], TotalOf(i, before).Index)));
            }
        });
    }

    private void SideBySide(FunctionBuilder f, ExprEmitter at)
    {
        var running = step.Reducers.Select(reducer => new VectorAccumulator(f, reducer)).ToArray();
        Array.ForEach(running, each => each.Reset());
        Points(f, at, inside =>
        {
            for (var i = 0; i < values.Length; i++)
            {
                running[i].Take(inside, values[i], step.Scanned);
                inside.BindAccumulator(i, running[i].Result(inside));
            }

            Store(inside, 0, asVector: true);
        });
    }

    private void Single(FunctionBuilder f, ExprEmitter at)
    {
        var running = step.Reducers.Select(reducer => new ScalarAccumulator(f, reducer)).ToArray();
        Array.ForEach(running, each => each.Reset());
        Points(f, at, inside =>
        {
            for (var i = 0; i < values.Length; i++)
            {
                running[i].Take(inside, values[i], step.Scanned);
                inside.BindAccumulator(i, running[i].Result);
            }

            Store(inside, 0, asVector: false);
        });
    }

    private void Points(FunctionBuilder f, ExprEmitter at, Action<ExprEmitter> point)
    {
        at.Hoist([.. values, .. step.Results]);
        var counter = f.I32(step.Scanned.Name);
        f.For(counter, 0, at.Index(step.Scanned.Extent), 1, () =>
        {
            var inside = at.Nested();
            inside.Bind(step.Scanned, counter);
            point(inside);
        });
    }

    private void Store(ExprEmitter at, int shift, bool asVector)
    {
        for (var i = 0; i < step.Targets.Length; i++)
        {
            var (target, result) = (step.Targets[i].Shift(step.Scanned, shift), step.Results[i].Shift(step.Scanned, shift));
            if (asVector)
            {
                at.StoreVector(target, result);
            }
            else
            {
                at.Store(target, result);
            }
        }
    }
}
