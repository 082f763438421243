using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>Contractions and convolutions: the operands are evaluated into arrays first, sums are kept in double (floats) or long (integers).</summary>
public sealed partial class Evaluator
{
    private void RunContraction(ContractionStep step)
    {
        var (m, n, k) = (Evaluate(step.M.Extent), Evaluate(step.N.Extent), Evaluate(step.K.Extent));
        if (step.Left.Type.IsFloat())
        {
            var left = Floats(step.Left, [.. step.Batch, step.M, step.K]);
            var right = Floats(step.Right, [.. step.Batch, step.N, step.K]);
            Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
            {
                var (batch, row, column) = (place / (m * n), place / n % m, place % n);
                var a = left.AsSpan((int)(((batch * m) + row) * k), (int)k);
                var b = right.AsSpan((int)(((batch * n) + column) * k), (int)k);
                var sum = 0.0;
                for (var i = 0; i < a.Length; i++)
                {
                    sum += a[i] * b[i];
                }

                frame.FloatAccumulators[0] = RoundSum(step.Left.Type, sum);
            });
        }
        else
        {
            var left = Integers(step.Left, [.. step.Batch, step.M, step.K]);
            var right = Integers(step.Right, [.. step.Batch, step.N, step.K]);
            Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
            {
                var (batch, row, column) = (place / (m * n), place / n % m, place % n);
                var sum = 0L;
                for (var i = 0L; i < k; i++)
                {
                    sum = unchecked(sum + (left[(((batch * m) + row) * k) + i] * right[(((batch * n) + column) * k) + i]));
                }

                frame.IntegerAccumulators[0] = sum;
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
        var outStrides = TensorData.RowMajorStrides([.. outExtents]);
        var spatial = step.Stride.Length;
        var channels = weightExtents[1];
        var perGroup = outExtents[1] / step.Groups;
        var taps = weightExtents.Skip(2).Aggregate(1L, (a, b) => a * b);
        var tapOffsets = new long[taps];
        for (var tap = 0L; tap < taps; tap++)
        {
            var rest = tap;
            for (var d = spatial - 1; d >= 0; d--)
            {
                tapOffsets[tap] += rest % weightExtents[2 + d] * step.Dilation[d] * inStrides[2 + d];
                rest /= weightExtents[2 + d];
            }
        }

        Finish(step.Target, step.Axes, step.Epilogue, (place, frame) =>
        {
            var (image, output) = (place / outStrides[0], place / outStrides[1] % outExtents[1]);
            var start = (image * inStrides[0]) + (output / perGroup * channels * inStrides[1]);
            for (var d = 0; d < spatial; d++)
            {
                start += place / outStrides[2 + d] % outExtents[2 + d] * step.Stride[d] * inStrides[2 + d];
            }

            var sum = 0.0;
            for (var c = 0L; c < channels; c++)
            {
                var (from, weights) = (start + (c * inStrides[1]), ((output * channels) + c) * taps);
                for (var tap = 0L; tap < taps; tap++)
                {
                    sum += input[from + tapOffsets[tap]] * weight[weights + tap];
                }
            }

            frame.FloatAccumulators[0] = RoundSum(step.Input.Type, sum);
            frame.IntegerAccumulators[0] = (long)sum;
        });
    }

    /// <summary>Sums of halves stay in float32, as the epilogue's accumulator does.</summary>
    private static double RoundSum(DType type, double sum) => type == DType.Float64 ? sum : (float)sum;

    private void Finish(Target target, ImmutableArray<Axis> axes, Expr epilogue, Action<long, Frame> accumulate)
    {
        var frame = NewFrame();
        frame.FloatAccumulators = new double[1];
        frame.IntegerAccumulators = new long[1];
        var store = Store(frame, new ExprCompiler(frame), target, epilogue);
        var place = 0L;
        ForEach(frame, axes, () =>
        {
            accumulate(place++, frame);
            frame.Touch();
            store();
        });
    }

    private double[] Floats(Expr expr, ImmutableArray<Axis> axes)
    {
        var frame = NewFrame();
        var value = new ExprCompiler(frame).Float(expr);
        var result = new double[axes.Aggregate(1L, (count, axis) => checked(count * Evaluate(axis.Extent)))];
        var at = 0;
        ForEach(frame, axes, () => result[at++] = value());
        return result;
    }

    private long[] Integers(Expr expr, ImmutableArray<Axis> axes)
    {
        var frame = NewFrame();
        var value = new ExprCompiler(frame).Integer(expr);
        var result = new long[axes.Aggregate(1L, (count, axis) => checked(count * Evaluate(axis.Extent)))];
        var at = 0;
        ForEach(frame, axes, () => result[at++] = value());
        return result;
    }
}
