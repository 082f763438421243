using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>A product with a float must be the one that float64 gives, or the size be refused.</summary>
public sealed class FloatProductTests
{
    private static readonly Symbol S = new("s", 0, null);

    [Fact]
    public void ProductsAreThoseOfFloat64()
    {
        for (var divisor = 1; divisor <= 64; divisor++)
        {
            for (var times = 1; times < 3 * divisor; times++)
            {
                var factor = (double)times / divisor;
                var product = FloatProduct.Floor(S, factor, out var exact);
                Assert.NotNull(product);
                foreach (var size in Enumerable.Range(0, 1500).Concat(Enumerable.Range(1_000_000, 300)))
                {
                    var same = product.Evaluate(_ => size) == (long)Math.Floor(factor * size);
                    Assert.True(same == (exact?.Evaluate(_ => size) ?? true), $"{factor} * {size}");
                }
            }
        }
    }

    [Theory]
    [InlineData(0.3, true)]
    [InlineData(1 / 3.0, true)]
    [InlineData(1.2, true)]
    [InlineData(0.7, false)]
    [InlineData(1.4, false)]
    public void FewFactorsNeedMore(double factor, bool always)
    {
        Assert.NotNull(FloatProduct.Floor(S, factor, out var exact));
        Assert.Equal(always, exact is null);
    }

    [Theory]
    [InlineData(Math.PI)]
    [InlineData(0.123456789)]
    [InlineData(0.0)]
    [InlineData(-0.5)]
    [InlineData(double.NaN)]
    public void OtherFloatsAreUnknown(double factor) => Assert.Null(FloatProduct.Floor(S, factor, out _));
}
