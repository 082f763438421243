using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Scattering;

/// <summary>
/// Writes to computed places, in the order of the points. Axes that the target's index takes as they are separate the places they write: the first ones
/// are cut into tiles, or where these make too few, the last ones, and the very last may be vectorised. Where none separate, points that are many may be
/// combined in parts.
/// </summary>
internal static class ScatterKernel
{
    /// <summary>Tiles that are enough for several threads.</summary>
    private const int ManyTiles = 8;

    /// <summary>
    /// Columns in a tile at least: two lines of a cache. There is one tile for each thread, for each goes through all indices and reads rows in
    /// pieces: 20,000 rows of 64 take 0.30 ms whole and 0.19 for each half. (Tiles of places, which leave other rows alone: 0.23.)
    /// </summary>
    private const int FewestColumns = 32;

    /// <summary>Less than so many simple operations (some 10 µs) are left to one thread.</summary>
    private const double WorthSharing = 32 << 10;

    public static KernelChoice.Scatter Choose(ScatterStep step, bool exact)
    {
        var plan = Plan.For(step);
        return !exact && (plan.Outer.Tiles * plan.Columns.Tiles).Equals(Dim.One) ? ScatterParts.Choose(step) : new(1);
    }

    public static KernelCall Generate(ScatterStep step, KernelChoice.Scatter choice, KernelModule module)
    {
        if (choice.Parts > 1)
        {
            return ScatterParts.Generate(step, choice, module);
        }

        var along = ScatterPoints.Along(step, step.Target);
        var plan = Plan.For(step);
        var frame = new KernelFrame(
            "scatter", step, [.. plan.Outer.Dims, .. plan.Columns.Dims, .. plan.Between.Select(axis => axis.Extent), .. step.Target.Buffer.Dims],
            module, along);
        var (e, f) = (frame.Emitter, frame.Function);
        I32 tile = frame.Tile, part = 0;
        if (!plan.Columns.Axes.IsEmpty)
        {
            var count = e.Index(plan.Columns.Tiles);
            part = f.Let(tile.RemU(count));
            tile = f.Let(tile.DivU(count));
        }

        var points = new ScatterPoints(f, step, step.Target, along);
        plan.Outer.Emit(e, tile, (first, from, to) => plan.Columns.Emit(e, part, (last, fromColumn, toColumn) =>
            points.Over(e, [
                .. ScatterPoints.Loops(first, from, to), .. ScatterPoints.Loops(plan.Between), .. ScatterPoints.Loops(last, fromColumn, toColumn)])));
        return frame.Finish(plan.Outer.Tiles * plan.Columns.Tiles, along is null ? "scatter" : $"scatter {Vector.Lanes}");
    }

    /// <summary>How a step is cut into tiles.</summary>
    /// <param name="Outer">The first axes.</param>
    /// <param name="Between">Axes that each tile goes through whole.</param>
    /// <param name="Columns">The last axes, where they are cut.</param>
    private sealed record Plan(TilePlan Outer, ImmutableArray<Axis> Between, TilePlan Columns)
    {
        public static Plan For(ScatterStep step)
        {
            ImmutableArray<Axis> first = [.. step.Axes.TakeWhile(axis => ScatterPoints.Separates(step, axis))];
            var rest = step.Axes[first.Length..];
            var work = TilePlan.Points(rest) * ScatterPoints.Cost(step);
            var outer = TilePlan.For(first, work, 1);
            var whole = new Plan(outer, rest, TilePlan.Cut([], 1, 1));
            if (work * TilePlan.Points(first) < WorthSharing || outer.Tiles is not { IsConstant: true, Value: > 0 and < ManyTiles and var tiles })
            {
                return whole;
            }

            var last = rest.Length - rest.Reverse().TakeWhile(axis => ScatterPoints.Separates(step, axis)).Count();
            while (last < rest.Length - 1 && TilePlan.Points(rest[(last + 1)..]) >= FewestColumns && TilePlan.Estimate(rest[last].Extent) < ManyTiles)
            {
                last++;
            }

            if (last == rest.Length || rest[last].Extent.Bounds.Max < 2 || TilePlan.Points(rest[last..]) < 2 * FewestColumns)
            {
                return whole;
            }

            var parts = Dim.Max(Dim.Of(KernelCall.Threads).CeilDiv(tiles), 1);
            var fewest = Math.Max(1, (long)(FewestColumns / TilePlan.Points(rest[(last + 1)..])));
            var chunk = Dim.Max(rest[last].Extent.CeilDiv(parts).RoundUp(last == rest.Length - 1 ? Vector.Lanes : 1), fewest);
            return whole with { Between = rest[..last], Columns = new TilePlan(rest[last..], 0, chunk) };
        }
    }
}
