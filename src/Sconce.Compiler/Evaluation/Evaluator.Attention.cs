using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Evaluation;

/// <summary>Attention, with all scores at once.</summary>
public sealed partial class Evaluator
{
    private void RunAttention(AttentionStep step)
    {
        var space = step.Space;
        var (rows, keys, depth, columns) =
            (Evaluate(space.Rows.Extent), Evaluate(space.Keys.Extent), Evaluate(space.Depth.Extent), Evaluate(space.Columns.Extent));
        var weights = Scores(step, rows, keys, depth);
        for (var row = 0; keys > 0 && row < weights.Length / keys; row++)
        {
            Softmax(weights.AsSpan(checked((int)(row * keys)), (int)keys), step.HiddenRowsAreZero);
        }

        var value = Floats(step.Operands.Value, [.. space.Batch, space.Columns, space.Keys]);
        Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
        {
            var (batch, row, column) = (place / (rows * columns), place / columns % rows, place % columns);
            frame.FloatAccumulators[0] = (float)Dot(weights, ((batch * rows) + row) * keys, value, ((batch * columns) + column) * keys, keys);
        });
    }

    private double[] Scores(AttentionStep step, long rows, long keys, long depth)
    {
        var space = step.Space;
        var query = Floats(step.Operands.Query, [.. space.Batch, space.Rows, space.Depth]);
        var key = Floats(step.Operands.Key, [.. space.Batch, space.Keys, space.Depth]);
        var frame = NewFrame();
        frame.FloatAccumulators = new double[1];
        frame.IntegerAccumulators = new long[1];
        var score = new ExprCompiler(frame).Float(step.Operands.Score);
        var result = new double[space.Batch.Aggregate(rows * keys, (count, axis) => checked(count * Evaluate(axis.Extent)))];
        var place = 0L;
        ForEach(frame, [.. space.Batch, space.Rows, space.Keys], () =>
        {
            var (row, column, batch) = (place / keys, place % keys, place / (rows * keys));
            frame.FloatAccumulators[0] = (float)Dot(query, row * depth, key, ((batch * keys) + column) * depth, depth);
            frame.Touch();
            result[place++] = score();
        });
        return result;
    }

    private static void Softmax(Span<double> row, bool hiddenIsZero)
    {
        var max = double.NegativeInfinity;
        foreach (var score in row)
        {
            max = Math.Max(max, score);
        }

        max = hiddenIsZero && double.IsNegativeInfinity(max) ? 0 : max;
        var sum = 0.0;
        foreach (ref var score in row)
        {
            score = Math.Exp(score - max);
            sum += score;
        }

        foreach (ref var weight in row)
        {
            weight = sum == 0 ? 0 : weight / sum;
        }
    }

    private static double Dot(double[] left, long leftStart, double[] right, long rightStart, long count)
    {
        var sum = 0.0;
        for (var i = 0L; i < count; i++)
        {
            sum += left[leftStart + i] * right[rightStart + i];
        }

        return sum;
    }
}
