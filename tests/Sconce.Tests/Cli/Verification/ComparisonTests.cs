using Sconce.Cli.Verification;
using Sconce.Compiler.Types;
using static Sconce.Tests.Cli.Tensors;

namespace Sconce.Tests.Cli.Verification;

public sealed class ComparisonTests
{
    private static Comparison Compare(TensorData expected, TensorData actual) => Comparison.Of("out0", expected, actual, new Tolerance());

    [Theory]
    [InlineData(100f, 100.109f, true)] // rtol 1e-3 of 100, and atol 1e-4 of the scale of 100
    [InlineData(100f, 100.111f, false)]
    [InlineData(100f, 99.891f, true)]
    [InlineData(100f, 99.889f, false)]
    public void FloatsAreRightWithinBothTolerances(float expected, float actual, bool right) =>
        Assert.Equal(right, Compare(Floats(expected), Floats(actual)).IsRight);

    [Theory]
    [InlineData(0.0099f, true)]
    [InlineData(0.0101f, false)]
    public void TheAbsoluteToleranceGrowsWithTheLargestOfTheOutput(float nearZero, bool right) =>
        Assert.Equal(right, Compare(Floats(0, -100), Floats(nearZero, -100)).IsRight);

    [Fact]
    public void AnOutputOfZerosAllowsARoundingErrorAndNoMore()
    {
        Assert.True(Compare(Floats(0, 0), Floats(0, 0.9e-7f)).IsRight);
        Assert.False(Compare(Floats(0, 0), Floats(0, 1.1e-7f)).IsRight);
    }

    [Fact]
    public void AnInfinityIsNoScale() =>
        Assert.False(Compare(Floats(float.PositiveInfinity, 1), Floats(float.PositiveInfinity, 2)).IsRight);

    [Theory]
    [InlineData(float.NaN, float.NaN, true)]
    [InlineData(float.NaN, 0f, false)]
    [InlineData(0f, float.NaN, false)]
    [InlineData(float.PositiveInfinity, float.PositiveInfinity, true)]
    [InlineData(float.PositiveInfinity, float.NegativeInfinity, false)]
    [InlineData(float.PositiveInfinity, float.MaxValue, false)]
    [InlineData(float.NegativeInfinity, float.NaN, false)]
    [InlineData(1f, float.PositiveInfinity, false)]
    [InlineData(0f, -0f, true)]
    public void NanAndInfinitiesBelongWherePyTorchHasThem(float expected, float actual, bool right)
    {
        var comparison = Compare(Floats(1, expected), Floats(1, actual));
        Assert.Equal(right, comparison.IsRight);
        Assert.Equal(!right && !(float.IsFinite(expected) && float.IsFinite(actual)), double.IsInfinity(comparison.MaxError));
    }

    [Fact]
    public void IntegersAndBoolsAreExact()
    {
        Assert.True(Compare(Longs(1L << 60, 7), Longs(1L << 60, 7)).IsRight);
        Assert.False(Compare(Longs(1L << 60), Longs((1L << 60) + 1)).IsRight);
        Assert.False(Compare(Bools(true, false), Bools(true, true)).IsRight);
    }

    [Fact]
    public void TheMessageNamesThePlaceAndBothNumbers()
    {
        var comparison = Compare(Floats([2, 3], [1, 2, 3, 4, 5, 6]), Floats([2, 3], [1, 2, 3, 4, 5.5f, 7]));
        Assert.Equal("out0[1, 2]: expected 6, but got 7 (2 of 6 differ)", comparison.Problem);
        Assert.Equal(1.0 / 6, comparison.MaxError, 1e-6);
    }

    [Fact]
    public void TypeAndShapeMustAgree()
    {
        Assert.Equal("out0: expected int64, but got float32", Compare(Longs(1), Floats(1)).Problem);
        Assert.Equal("out0: expected shape [1, 2], but got [2]", Compare(Floats([1, 2], [1, 2]), Floats(1, 2)).Problem);
    }

    [Fact]
    public void HalfPrecisionIsComparedWithFloat32AtItsOwnTolerance()
    {
        var expected = Floats(1f);
        var oneUnitOff = HalfPrecision.Narrow(Floats(1f + (1f / 128)), DType.BFloat16);
        Assert.True(Compare(expected, oneUnitOff).IsRight);
        Assert.False(Compare(expected, HalfPrecision.Narrow(Floats(1f + (4f / 128)), DType.BFloat16)).IsRight);
        Assert.False(Compare(expected, HalfPrecision.Narrow(Floats(1f + (1f / 128)), DType.Float16)).IsRight);
    }
}
