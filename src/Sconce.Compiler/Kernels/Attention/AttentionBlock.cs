using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// A block of rows, the unit in which attention is computed, and what a thread keeps of one: the rows of the query, the reciprocals of the sums
/// of the weights, and the scores, which become weights in place. Queries come first, then reciprocals, then scores.
/// </summary>
/// <param name="Rows">Rows in a block; the last one may have fewer.</param>
/// <param name="QueryStride">From one row of the query to the next, in elements.</param>
/// <param name="ScoreStride">From one row of scores to the next.</param>
internal sealed record AttentionBlock(long Rows, Dim QueryStride, Dim ScoreStride)
{
    public Dim SumsStart => QueryStride * Rows;

    public Dim ScoresStart => SumsStart + Rounding.RoundUp(Rows, TileSizes.Attention.Round);

    /// <summary>Elements that a thread keeps of it.</summary>
    public Dim Size => ScoresStart + (ScoreStride * Rows);

    /// <summary>A block of so many rows.</summary>
    public static AttentionBlock Of(AttentionStep step, long rows) =>
        new(rows, step.Space.Depth.Extent, step.Space.Keys.Extent.RoundUp(TileSizes.Attention.Spread) + TileSizes.Attention.Spread);

    /// <summary>How many rows a block should have.</summary>
    public static int RowsFor(AttentionStep step)
    {
        var (count, keys) = (step.Space.Rows.Extent, step.Space.Keys.Extent);
        var rows = keys.IsConstant
            ? Math.Clamp(TileSizes.Attention.ScoresPerBlock / Math.Max(keys.Value, 1), TileSizes.Attention.Grain, TileSizes.Attention.MostRows)
            : TileSizes.Attention.UsualRows;
        if (count.IsConstant)
        {
            // Equal parts, so that no thread is left with a small rest.
            var others = Dim.Product(step.Space.Batch.Select(axis => axis.Extent)) is { IsConstant: true } batch ? Math.Max(batch.Value, 1) : 1;
            var blocks = Math.Max(
                Rounding.CeilDiv(count.Value, rows), Math.Min(Rounding.CeilDiv(TileSizes.WantedTiles, others), Rounding.CeilDiv(count.Value, TileSizes.Attention.Grain)));
            rows = Rounding.CeilDiv(count.Value, Math.Max(blocks, 1));
        }

        return (int)(count is { IsConstant: true, Value: > 0 and <= TileSizes.Attention.FewRows } few ? few.Value : Rounding.RoundUp(Math.Max(rows, 1), TileSizes.Attention.Grain));
    }

    /// <summary>Rows that the inner loop takes at once, for panels of which the narrower has so many columns.</summary>
    public static StripRows StripRowsFor(int rows, int width) =>
        rows <= TileSizes.Attention.FewRows ? new(rows, rows)
        : width == TileSizes.Strip.WidePanel ? TileSizes.Strip.OfTwoVectors
        : new(TileSizes.Strip.OfTwoVectors.Plain, TileSizes.Strip.OfTwoVectors.Plain);
}
