using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Compression;

/// <summary>A weight in fewer bits: its tensors, and the node that makes the whole of them.</summary>
internal sealed class NarrowWeight
{
    private const double SmallestScale = 1e-30;

    /// <summary>What the scale of 4 bits may be, by the largest number in a group: a smaller one cuts that off, and has finer steps for the others. The best is taken.</summary>
    private static readonly double[] cuts = [1, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7];

    private readonly ImmutableArray<long> block;
    private readonly (int Low, int High) range;

    private NarrowWeight(WeightFormat format, ImmutableArray<(string, TensorData)> parts, double error, ImmutableArray<long> block, (int, int) range) =>
        (Format, Parts, Error, this.block, this.range) = (format, parts, error, block, range);

    public WeightFormat Format { get; }

    public ImmutableArray<(string Name, TensorData Data)> Parts { get; }

    /// <summary>Bytes in the file: products keep two integers of 4 bits in one.</summary>
    public long Bytes => Parts.Sum(part => part.Data.Type == DType.Int8 && Format == WeightFormat.Int4 ? part.Data.ByteCount / 2 : part.Data.ByteCount);

    /// <summary>The length of the difference by the length of the weight.</summary>
    public double Error { get; }

    /// <summary>Why a weight cannot be kept so; null where it can: numbers that the format has not would become others without a word.</summary>
    public static string? Misfit(TensorData data, WeightFormat format)
    {
        var most = format == WeightFormat.Float16 ? (float)Half.MaxValue : float.MaxValue;
        foreach (var number in Floats(data))
        {
            if (!(Math.Abs(number) <= most))
            {
                return $"it has numbers that {format.ToString().ToLowerInvariant()} has not";
            }
        }

        return null;
    }

    /// <param name="data">Float32.</param>
    /// <param name="format">What it is to become; of 4 bits what groups do not divide becomes 8 bits.</param>
    /// <param name="axis">The dim that products sum over.</param>
    /// <param name="group">Numbers along it that share a scale, in 4 bits.</param>
    public static NarrowWeight Of(TensorData data, WeightFormat format, int axis, int group)
    {
        var dense = TensorData.Dense(DType.Float32, data.Shape, data.ToDense());
        if (format == WeightFormat.Float16)
        {
            var half = HalfPrecision.Narrow(dense, DType.Float16);
            var difference = default(Difference);
            var before = Floats(dense);
            var after = Floats(HalfPrecision.Widen(half));
            for (var i = 0; i < before.Length; i++)
            {
                difference.Add(before[i], after[i]);
            }

            return new(format, [("half", half)], difference.Relative, [], default);
        }

        // All dims but the first belong to a row of 8 bits, as windows of a convolution do.
        var inGroups = format == WeightFormat.Int4 && data.Shape.Length == 2 && data.Shape[axis] % group == 0;
        var block = data.Shape.ToBuilder();
        block[axis == 0 ? 1 : 0] = 1;
        block[axis] = inGroups ? group : data.Shape[axis];
        return Integers(dense, inGroups ? WeightFormat.Int4 : WeightFormat.Int8, block.ToImmutable(), inGroups ? (-8, 7) : (-127, 127));
    }

    /// <summary>Of the tensors in a graph, the whole.</summary>
    public Node Node(ImmutableArray<Value> parts, Value whole) => Format == WeightFormat.Float16
        ? new() { Operator = "aten::to", Overload = "dtype", Outputs = [whole], Arguments = [new("self", parts[0]), new("dtype", new Argument.ScalarType(DType.Float32))] }
        : new()
        {
            Operator = "torchao::dequantize_affine",
            Overload = "default",
            Outputs = [whole],
            Arguments =
            [
                new("input", parts[0]),
                new("block_size", block.Select(size => (Dim)size).ToArgument()),
                new("scale", parts[1]),
                new("zero_point", Argument.Nothing),
                new("input_dtype", new Argument.ScalarType(DType.Int8)),
                new("quant_min", new Argument.Int(range.Low)),
                new("quant_max", new Argument.Int(range.High)),
            ],
        };

    private static NarrowWeight Integers(TensorData data, WeightFormat format, ImmutableArray<long> block, (int Low, int High) range)
    {
        var (shape, strides) = (data.Shape, TensorData.RowMajorStrides(data.Shape));
        ImmutableArray<long> counts = [.. shape.Zip(block, (size, length) => size / length)];
        var numbers = Floats(data);
        var (steps, scales, difference) = (new sbyte[numbers.Length], new float[counts.Aggregate(1L, (a, b) => a * b)], default(Difference));
        var places = Places(block, strides);
        for (var number = 0; number < scales.Length; number++)
        {
            var (rest, first) = ((long)number, 0L);
            for (var dim = shape.Length - 1; dim >= 0; dim--)
            {
                first += rest % counts[dim] * block[dim] * strides[dim];
                rest /= counts[dim];
            }

            var scale = (float)Math.Max(Best(numbers, first, places, range, format == WeightFormat.Int4 ? cuts : [1]), SmallestScale);
            scales[number] = scale;
            foreach (var place in places)
            {
                var step = Step(numbers[(int)(first + place)], scale, range);
                steps[(int)(first + place)] = (sbyte)step;
                difference.Add(numbers[(int)(first + place)], step * scale);
            }
        }

        var integers = TensorData.Dense(DType.Int8, shape, MemoryMarshal.AsBytes<sbyte>(steps).ToArray());
        var factors = TensorData.Dense(DType.Float32, counts, MemoryMarshal.AsBytes<float>(scales).ToArray());
        return new(format, [("steps", integers), ("scale", factors)], difference.Relative, block, range);
    }

    /// <summary>Where the elements of a block lie, from its first.</summary>
    private static long[] Places(ImmutableArray<long> block, ImmutableArray<long> strides)
    {
        long[] places = [0];
        for (var dim = 0; dim < block.Length; dim++)
        {
            places = [.. places.SelectMany(_ => Enumerable.Range(0, (int)block[dim]), (place, i) => place + (i * strides[dim]))];
        }

        return places;
    }

    private static float Step(float number, float scale, (int Low, int High) range) => Math.Clamp(MathF.Round(number / scale), range.Low, range.High);

    private static double Best(ReadOnlySpan<float> numbers, long first, long[] places, (int Low, int High) range, double[] cuts)
    {
        var largest = 0f;
        foreach (var place in places)
        {
            largest = Math.Max(largest, Math.Abs(numbers[(int)(first + place)]));
        }

        var (best, least) = (0.0, double.PositiveInfinity);
        foreach (var cut in cuts)
        {
            var scale = cut * largest / range.High;
            var error = 0.0;
            foreach (var place in places)
            {
                var number = numbers[(int)(first + place)];
                var difference = number - (Step(number, (float)Math.Max(scale, SmallestScale), range) * scale);
                error += difference * difference;
            }

            if (error < least)
            {
                (best, least) = (scale, error);
            }
        }

        return best;
    }

    /// <summary>Large weights are looked at where they are: each copy of a language model's would be some gigabytes.</summary>
    private static ReadOnlySpan<float> Floats(TensorData data) => MemoryMarshal.Cast<byte, float>(data.ToDense().Span);

    /// <summary>How far numbers are from what they were.</summary>
    private struct Difference
    {
        private double error;
        private double length;

        public void Add(float before, double after)
        {
            error += (before - after) * (before - after);
            length += before * (double)before;
        }

        public readonly double Relative => length == 0 ? 0 : Math.Sqrt(error / length);
    }
}
