using System.Runtime.InteropServices;
using Sconce.Compiler;
using Sconce.Compiler.Passes.Compression;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes.Compression;

public sealed class NarrowWeightTests
{
    [Theory]
    [InlineData(new long[] { 5, 37 }, 1, new long[] { 5, 1 })]
    [InlineData(new long[] { 37, 5 }, 0, new long[] { 1, 5 })]
    [InlineData(new long[] { 4, 6, 3, 3 }, 1, new long[] { 4, 1, 1, 1 })]
    public void OfEightBitsEachRowHasAScaleAndEachNumberIsHalfAStepAwayAtMost(long[] shape, int axis, long[] scales)
    {
        var weight = Random(shape);
        var narrow = NarrowWeight.Of(weight, WeightFormat.Int8, axis, group: 32);
        Assert.Equal(WeightFormat.Int8, narrow.Format);
        Assert.Equal(["steps", "scale"], narrow.Parts.Select(part => part.Name));
        Assert.Equal(scales, narrow.Parts[1].Data.Shape);
        Assert.InRange(narrow.Error, 1e-4, 1e-2);
        var (steps, scale) = (narrow.Parts[0].Data.ToDense().ToArray(), Floats(narrow.Parts[1].Data));
        foreach (var (i, number) in Floats(weight).Index())
        {
            var own = scale[ScaleOf(i, shape, scales)];
            Assert.InRange(number - ((sbyte)steps[i] * own), -0.5001f * own, 0.5001f * own);
        }
    }

    [Fact]
    public void OfFourBitsEachGroupHasAScaleAndNoRoundingIsWorseThanTheLargestNumbersOwn()
    {
        var weight = Random([3, 64]);
        var narrow = NarrowWeight.Of(weight, WeightFormat.Int4, axis: 1, group: 32);
        Assert.Equal(WeightFormat.Int4, narrow.Format);
        Assert.Equal([3, 2], narrow.Parts[1].Data.Shape);
        Assert.All(narrow.Parts[0].Data.ToDense().ToArray(), step => Assert.InRange((sbyte)step, -8, 7));
        Assert.InRange(narrow.Error, 0.02, 0.12);
    }

    [Theory]
    [InlineData(new long[] { 3, 40 }, 1)]
    [InlineData(new long[] { 4, 32, 3, 3 }, 1)]
    public void WhatGroupsDoNotDivideBecomesEightBits(long[] shape, int axis) =>
        Assert.Equal(WeightFormat.Int8, NarrowWeight.Of(Random(shape), WeightFormat.Int4, axis, group: 32).Format);

    [Fact]
    public void ARowOfZerosStaysOne()
    {
        var narrow = NarrowWeight.Of(TensorData.Dense(DType.Float32, [2, 32], new byte[256]), WeightFormat.Int4, axis: 1, group: 32);
        Assert.Equal(0, narrow.Error);
        Assert.All(narrow.Parts[0].Data.ToDense().ToArray(), step => Assert.Equal(0, step));
        Assert.All(Floats(narrow.Parts[1].Data), scale => Assert.True(float.IsNormal(scale)));
    }

    [Theory]
    [InlineData(65504f, WeightFormat.Float16, null)]
    [InlineData(-65536f, WeightFormat.Float16, "it has numbers that float16 has not")]
    [InlineData(65536f, WeightFormat.Int8, null)]
    [InlineData(float.PositiveInfinity, WeightFormat.Int4, "it has numbers that int4 has not")]
    [InlineData(float.NaN, WeightFormat.Int8, "it has numbers that int8 has not")]
    public void NumbersThatTheFormatHasNotKeepAWeight(float number, WeightFormat format, string? why)
    {
        var numbers = new float[64];
        numbers[7] = number;
        Assert.Equal(why, NarrowWeight.Misfit(TensorData.Dense(DType.Float32, [2, 32], MemoryMarshal.AsBytes<float>(numbers).ToArray()), format));
    }

    private static int ScaleOf(int element, long[] shape, long[] scales)
    {
        var (place, size) = (0L, 1L);
        for (var dim = shape.Length - 1; dim >= 0; dim--)
        {
            place += element % shape[dim] / (shape[dim] / scales[dim]) * size;
            size *= scales[dim];
            element /= (int)shape[dim];
        }

        return (int)place;
    }

    private static TensorData Random(long[] shape)
    {
        var random = new Random(7);
        var numbers = Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(random.NextDouble() - 0.4)).ToArray();
        return TensorData.Dense(DType.Float32, [.. shape], MemoryMarshal.AsBytes<float>(numbers).ToArray());
    }

    private static float[] Floats(TensorData data) => MemoryMarshal.Cast<byte, float>(data.ToDense().Span).ToArray();
}
