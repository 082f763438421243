using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// A block of rows, the unit in which attention is computed, and what a thread keeps of one: the rows of the query, the reciprocals of the sums
/// of the weights, and the scores, which become weights in place.
/// </summary>
/// <param name="Rows">Rows in a block; the last one may have fewer.</param>
/// <param name="RowsPerStrip">Rows that the inner loop takes at once.</param>
/// <param name="QueryStride">From one row of the query to the next, in elements.</param>
/// <param name="ScoreStride">From one row of scores to the next.</param>
/// <param name="Scratch">Where they lie: queries first, then reciprocals, then scores.</param>
internal sealed record AttentionBlock(long Rows, int RowsPerStrip, Dim QueryStride, Dim ScoreStride, Tensors.Buffer Scratch)
{
    /// <summary>Vectors of scores are gone through in rounds of so many elements.</summary>
    public const int Round = 8;

    /// <summary>Scores in a block: 128 KiB, which a second-level cache holds beside the panels that pass by.</summary>
    private const long ScoresPerBlock = 1 << 15;

    private const int Strip = 4;
    private const long MostRows = 64;

    /// <summary>Rows in a block where the number of keys is known only when the model runs.</summary>
    private const long UsualRows = 16;

    /// <summary>Enough for a few threads to end at about the same time.</summary>
    private const long WantedTiles = 16;

    public Dim SumsStart => QueryStride * Rows;

    public Dim ScoresStart => SumsStart + Round * ((Rows + Round - 1) / Round);

    public static AttentionBlock For(AttentionStep step)
    {
        var (count, keys) = (step.Space.Rows.Extent, step.Space.Keys.Extent);
        var strip = count is { IsConstant: true, Value: > 0 and < Strip } few ? (int)few.Value : Strip;
        var rows = keys.IsConstant ? Math.Clamp(ScoresPerBlock / Math.Max(keys.Value, 1), Strip, MostRows) : UsualRows;
        if (count.IsConstant)
        {
            // Equal parts, so that no thread is left with a small rest.
            var others = Dim.Product(step.Space.Batch.Select(axis => axis.Extent)) is { IsConstant: true } batch ? Math.Max(batch.Value, 1) : 1;
            var blocks = Math.Max((count.Value + rows - 1) / rows, Math.Min((WantedTiles + others - 1) / others, (count.Value + (2 * Strip) - 1) / (2 * Strip)));
            rows = (count.Value + Math.Max(blocks, 1) - 1) / Math.Max(blocks, 1);
        }

        rows = (Math.Max(rows, 1) + strip - 1) / strip * strip;

        // A line more than a round number: rows a power of two apart would share few places of the first-level cache.
        var (queryStride, scoreStride) = (step.Space.Depth.Extent, keys.RoundUp(16) + 16);
        var block = new AttentionBlock(rows, strip, queryStride, scoreStride, null!);
        var size = block.ScoresStart + (scoreStride * rows);
        return block with { Scratch = step.ThreadScratch ?? new Tensors.Buffer($"{step.Target.Buffer.Name}.block", DType.Float32, [size]) };
    }
}
