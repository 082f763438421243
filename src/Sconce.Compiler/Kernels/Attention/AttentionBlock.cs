using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// A block of rows, the unit in which attention is computed, and what a thread keeps of one: the rows of the query, the reciprocals of the sums
/// of the weights, and the scores, which become weights in place.
/// </summary>
/// <param name="Rows">Rows in a block; the last one may have fewer.</param>
/// <param name="QueryStride">From one row of the query to the next, in elements.</param>
/// <param name="ScoreStride">From one row of scores to the next.</param>
/// <param name="Scratch">Where they lie: queries first, then reciprocals, then scores.</param>
internal sealed record AttentionBlock(long Rows, Dim QueryStride, Dim ScoreStride, TensorBuffer Scratch)
{
    /// <summary>Vectors of scores are gone through in rounds of so many elements.</summary>
    public const int Round = 8;

    /// <summary>Scores in a block: 128 KiB, which a second-level cache holds beside the panels that pass by.</summary>
    private const long ScoresPerBlock = 1 << 15;

    /// <summary>Blocks are whole strips, of those of four rows and of those of six.</summary>
    private const long Grain = 12;

    private const long MostRows = 60;

    /// <summary>Rows in a block where the number of keys is known only when the model runs.</summary>
    private const long UsualRows = 24;

    /// <summary>So few rows are one strip.</summary>
    private const int FewRows = 4;

    /// <summary>Enough for a few threads to end at about the same time.</summary>
    private const long WantedTiles = 16;

    public Dim SumsStart => QueryStride * Rows;

    public Dim ScoresStart => SumsStart + Rounding.RoundUp(Rows, Round);

    /// <summary>Rows that the inner loop takes at once: as many as there are registers for.</summary>
    public int RowsPerStrip(int width, bool fuses) => Rows <= FewRows ? (int)Rows : fuses && width == 8 ? 6 : 4;

    public static AttentionBlock For(AttentionStep step)
    {
        var (count, keys) = (step.Space.Rows.Extent, step.Space.Keys.Extent);
        var rows = keys.IsConstant ? Math.Clamp(ScoresPerBlock / Math.Max(keys.Value, 1), Grain, MostRows) : UsualRows;
        if (count.IsConstant)
        {
            // Equal parts, so that no thread is left with a small rest.
            var others = Dim.Product(step.Space.Batch.Select(axis => axis.Extent)) is { IsConstant: true } batch ? Math.Max(batch.Value, 1) : 1;
            var blocks = Math.Max(Rounding.CeilDiv(count.Value, rows), Math.Min(Rounding.CeilDiv(WantedTiles, others), Rounding.CeilDiv(count.Value, Grain)));
            rows = Rounding.CeilDiv(count.Value, Math.Max(blocks, 1));
        }

        rows = count is { IsConstant: true, Value: > 0 and <= FewRows } few ? few.Value : Rounding.RoundUp(Math.Max(rows, 1), Grain);

        // A line more than a round number: rows a power of two apart would share few places of the first-level cache.
        var (queryStride, scoreStride) = (step.Space.Depth.Extent, keys.RoundUp(16) + 16);
        var block = new AttentionBlock(rows, queryStride, scoreStride, null!);
        var size = block.ScoresStart + (scoreStride * rows);
        return block with { Scratch = step.ThreadScratch ?? new TensorBuffer($"{step.Target.Buffer.Name}.block", DType.Float32, [size]) };
    }
}
