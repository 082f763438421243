using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// Turns rows of scores into weights in place, and keeps the reciprocal of each row's sum. A NaN or plus infinity among the scores makes the whole row NaN, as
/// a softmax does; where all are minus infinity, the row becomes NaN or 0.
/// </summary>
internal sealed class AttentionSoftmax(FunctionBuilder f, KernelModule module, bool hiddenRowsAreZero)
{
    private const int Vectors = TileSizes.Attention.Round / Vector.Lanes;

    private readonly VectorMath math = new(f, module);

    /// <summary>All in bytes, but for the numbers of rows and keys. Scores have room past the last key up to a whole round.</summary>
    public void Emit(I32 scores, I32 stride, I32 reciprocals, I32 rows, I32 keys)
    {
        using var scope = f.Scope();
        var (row, start, end) = (f.I32("row"), f.Let(scores, "start"), f.I32("end"));
        var reciprocal = f.Let(reciprocals, "reciprocal");
        f.For(row, 0, rows, 1, () =>
        {
            f.Set(end, start + (keys * 4));
            var whole = keys.ConstantInteger is { } known ? f.Let(start + (int)((known + TileSizes.Attention.Round - 1) / TileSizes.Attention.Round * TileSizes.Attention.Round * 4))
                : f.Let(start + (((keys + (TileSizes.Attention.Round - 1)) & -TileSizes.Attention.Round) * 4), "whole");
            f.While(end.LtU(whole), () =>
            {
                f.StoreF32(end, float.NegativeInfinity);
                f.Set(end, end + 4);
            });
            f.StoreF32(reciprocal, Weights(start, whole, Largest(start, whole)));
            f.Set(reciprocal, reciprocal + 4);
            f.Set(start, start + stride);
        });
    }

    /// <summary>The row's largest score, in all lanes. A NaN is passed over: the weights show it.</summary>
    private LocalV128 Largest(I32 start, I32 end)
    {
        var largest = Enumerable.Range(0, Vectors).Select(_ => f.V128("largest")).ToArray();
        foreach (var local in largest)
        {
            f.Set(local, Splat(float.NegativeInfinity));
        }

        OverRounds(start, end, at =>
        {
            for (var i = 0; i < Vectors; i++)
            {
                f.Set(largest[i], F32x4.Pmax(largest[i], Memory.LoadV128(at, (uint)(16 * i))));
            }
        });
        var joined = f.Let(largest.Cast<V128>().Aggregate(F32x4.Pmax));
        f.Set(joined, F32x4.Pmax(joined, I8x16.Shuffle(joined, joined, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7)));
        f.Set(joined, F32x4.Pmax(joined, I8x16.Shuffle(joined, joined, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11)));
        if (hiddenRowsAreZero)
        {
            // Less 0 instead of less itself, minus infinity stays what it is, and its weight 0.
            f.Set(joined, V128.Andnot(joined, F32x4.Eq(joined, Splat(float.NegativeInfinity))));
        }

        return joined;
    }

    /// <summary>The exponentials of the scores less the largest, in their place; gives the reciprocal of their sum, 0 where that is 0.</summary>
    private F32 Weights(I32 start, I32 end, LocalV128 largest)
    {
        var sums = Enumerable.Range(0, Vectors).Select(_ => f.V128("sum")).ToArray();
        foreach (var local in sums)
        {
            f.Set(local, V128.Zero);
        }

        OverRounds(start, end, at =>
        {
            var scores = new Bundle([.. Enumerable.Range(0, Vectors).Select(i => F32x4.Sub(Memory.LoadV128(at, (uint)(16 * i)), largest))]);
            var weights = math.Together(scores, (vector, x) => vector.ExpOfNegative(x)).Parts;
            for (var i = 0; i < Vectors; i++)
            {
                f.StoreV128(at, weights[i], (uint)(16 * i));
                f.Set(sums[i], F32x4.Add(sums[i], weights[i]));
            }
        });
        var joined = f.Let(sums.Cast<V128>().Aggregate(F32x4.Add));
        var total = f.Let((F32x4.ExtractLane(joined, 0) + F32x4.ExtractLane(joined, 2)) + (F32x4.ExtractLane(joined, 1) + F32x4.ExtractLane(joined, 3)));
        return total.Eq(0f).Select(F32.Const(0f), F32.Const(1f) / total);
    }

    private void OverRounds(I32 start, I32 end, Action<LocalI32> round)
    {
        var at = f.Let(start, "at");
        f.While(at.LtU(end), () =>
        {
            using (f.Scope())
            {
                round(at);
            }

            f.Set(at, at + (Vectors * 16));
        });
    }

    private static V128 Splat(float value) => V128.Const(value, value, value, value);
}
