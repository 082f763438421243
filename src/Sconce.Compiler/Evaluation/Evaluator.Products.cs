using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>Contractions and convolutions: the operands are evaluated into arrays first, sums are kept in double (floats) or long (integers).</summary>
public sealed partial class Evaluator
{
    private const long MostSums = 1 << 20;

    private void RunContraction(ContractionStep step)
    {
        var (m, n, k) = (Evaluate(step.M.Extent), Evaluate(step.N.Extent), Evaluate(step.K.Extent));
        if (step.Left.Type.IsFloat())
        {
            var left = Floats(step.Left, [.. step.Batch, step.M, step.K]);
            var right = Floats(step.Right, [.. step.Batch, step.N, step.K]);
            var (columns, terms) = (Multiples((int)n, (int)k), Multiples((int)k, 1));
            // Rows at a time: all sums of a product may be more than there is memory for.
            var rows = (int)Math.Clamp(MostSums / Math.Max(n, 1), 1, Math.Max(m, 1));
            var (sums, first) = (new double[rows * n], -1L);
            Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
            {
                var row = place / n;
                if (first < 0 || row >= first + rows || row / m != first / m)
                {
                    var (batch, count) = (row / m, (int)Math.Min(rows, m - (row % m)));
                    sum(right.AsSpan((int)(batch * n * k), (int)(n * k)), columns, terms, left.AsSpan((int)(row * k), count * (int)k), sums.AsSpan(0, count * (int)n));
                    first = row;
                }

                frame.FloatAccumulators[0] = RoundSum(step.Left.Type, sums[place - (first * n)]);
            });
        }
        else
        {
            var left = Integers(step.Left, [.. step.Batch, step.M, step.K]);
            var right = Integers(step.Right, [.. step.Batch, step.N, step.K]);
            Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
            {
                var (batch, row, column) = (place / (m * n), place / n % m, place % n);
                var total = 0L;
                for (var i = 0L; i < k; i++)
                {
                    total = unchecked(total + (left[(((batch * m) + row) * k) + i] * right[(((batch * n) + column) * k) + i]));
                }

                frame.IntegerAccumulators[0] = total;
            });
        }
    }

    private void RunConvolution(ConvolutionStep step)
    {
        var input = Floats(step.Input, step.InputAxes);
        var weight = Floats(step.Weight, step.WeightAxes);
        long[] Extents(ImmutableArray<Axis> axes) => [.. axes.Select(axis => Evaluate(axis.Extent))];
        var (outExtents, inExtents, weightExtents) = (Extents(step.Axes), Extents(step.InputAxes), Extents(step.WeightAxes));
        var inStrides = TensorData.RowMajorStrides([.. inExtents]);
        var (channels, perGroup) = (weightExtents[1], outExtents[1] / step.Groups);
        var places = Places(outExtents[2..], [.. step.Stride.Select((stride, d) => stride * inStrides[2 + d])]);
        var terms = Places(weightExtents[1..], [inStrides[1], .. step.Dilation.Select((dilation, d) => dilation * inStrides[2 + d])]);
        var (perBlock, ofInput, ofWeights) = (perGroup * places.Length, (int)(channels * inStrides[1]), (int)(perGroup * terms.Length));
        var (sums, summed) = (new double[perBlock], -1L);
        Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
        {
            // Of an image and a group of its channels, all at once.
            var block = place / perBlock;
            if (block != summed)
            {
                sum(input.AsSpan((int)block * ofInput, ofInput), places, terms, weight.AsSpan((int)(block % step.Groups) * ofWeights, ofWeights), sums);
                summed = block;
            }

            var total = sums[place % perBlock];
            frame.FloatAccumulators[0] = RoundSum(step.Input.Type, total);
            frame.IntegerAccumulators[0] = (long)total;
        });
    }

    private static int[] Multiples(int count, int factor) => [.. Enumerable.Range(0, count).Select(i => i * factor)];

    /// <summary>Where the elements of a box lie that has these strides, in row-major order.</summary>
    private static int[] Places(long[] extents, long[] strides)
    {
        var places = new int[extents.Aggregate(1L, (count, extent) => checked(count * extent))];
        for (var i = 0; i < places.Length; i++)
        {
            var (rest, place) = ((long)i, 0L);
            for (var d = extents.Length - 1; d >= 0; d--)
            {
                place += rest % extents[d] * strides[d];
                rest /= extents[d];
            }

            places[i] = (int)place;
        }

        return places;
    }

    /// <summary>Sums of halves stay in float32, as the epilogue's accumulator does.</summary>
    private static double RoundSum(DType type, double sum) => type == DType.Float64 ? sum : (float)sum;

    private void Finish(Target target, ImmutableArray<Axis> axes, Expr epilogue, Action<long, Frame> accumulate)
    {
        var frame = NewFrame();
        frame.FloatAccumulators = new double[1];
        frame.IntegerAccumulators = new long[1];
        var place = 0L;
        if (Rows(frame, axes.LastOrDefault(), accumulates: true) is { } rows)
        {
            var storeRow = rows.Store(Get(target.Buffer), target.Index, epilogue);
            ForEachRow(frame, axes, rows, () =>
            {
                for (var i = 0; i < rows.Count; i++)
                {
                    accumulate(place++, frame);
                    (rows.FloatAccumulators.Values[i], rows.IntegerAccumulators.Values[i]) = (frame.FloatAccumulators[0], frame.IntegerAccumulators[0]);
                }

                storeRow();
            });
            return;
        }

        var store = Store(frame, new ExprCompiler(frame), target, epilogue);
        ForEach(frame, axes, () =>
        {
            accumulate(place++, frame);
            frame.Touch();
            store();
        });
    }

    private double[] Floats(Expr expr, ImmutableArray<Axis> axes) => Values(axes, rows => rows.Float(expr), points => points.Float(expr));

    private long[] Integers(Expr expr, ImmutableArray<Axis> axes) => Values(axes, rows => rows.Integer(expr), points => points.Integer(expr));

    /// <summary>An expression at all points of a space, in row-major order.</summary>
    private T[] Values<T>(ImmutableArray<Axis> axes, Func<RowCompiler, RowCompiler.Row<T>> rowOf, Func<ExprCompiler, Func<T>> pointOf)
    {
        var frame = NewFrame();
        var result = new T[axes.Aggregate(1L, (count, axis) => checked(count * Evaluate(axis.Extent)))];
        var at = 0;
        if (Rows(frame, axes.LastOrDefault()) is { } rows)
        {
            var row = rowOf(rows);
            ForEachRow(frame, axes, rows, () =>
            {
                row.Fill(0, rows.Count).CopyTo(result.AsSpan(at));
                at += rows.Count;
            });
            return result;
        }

        var value = pointOf(new ExprCompiler(frame));
        ForEach(frame, axes, () => result[at++] = value());
        return result;
    }
}
