using FsCheck.Xunit;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

public class DimDivisionTests
{
    private static readonly Axis Outer = new(50, "i");
    private static readonly Axis Inner = new(4, "j");

    [Fact]
    public void Low_digits_have_no_say_in_a_quotient()
    {
        var x = (Dim.Of(Outer) * 4) + Inner;
        Assert.Equal(Dim.Of(Outer).FloorDiv(16), x.FloorDiv(64));
        Assert.Equal((Dim.Of(Outer).Mod(16) * 4) + Inner, x.Mod(64));
        Assert.Equal(Dim.Of(Outer).FloorDiv(16), ((Dim.Of(Outer) * 4) + 3).FloorDiv(64));
        Assert.NotEqual(Dim.Of(Outer).FloorDiv(16), (x + 1).FloorDiv(64));
    }

    [Fact]
    public void Pixels_of_a_batch_join_again()
    {
        // [n, h, w] of one running number over 3 images of 5 x 7 pixels.
        var all = new Axis(105);
        var pixel = Dim.Of(all).Mod(35);
        var joined = (Dim.Of(all).FloorDiv(35) * 35) + (pixel.FloorDiv(7) * 7) + pixel.Mod(7);
        Assert.Equal(Dim.Of(all), joined);

        var (height, width) = (new Symbol("h", 1, null), new Symbol("w", 1, null));
        var rows = new Axis(Dim.Of(height) * width * 3);
        pixel = Dim.Of(rows).Mod(Dim.Of(height) * width);
        joined = (Dim.Of(rows).FloorDiv(Dim.Of(height) * width) * height * width) + (pixel.FloorDiv(width) * width) + pixel.Mod(width);
        Assert.Equal(Dim.Of(rows), joined);
    }

    [Property]
    public void Simplified_forms_have_the_same_value(int a, int b, int c, byte divisor, byte modulus, byte i, byte j)
    {
        var (d, m) = (divisor + 1L, modulus + 1L);
        var (outer, inner) = (i % 50, j % 4);
        long Value(Dim dim) => dim.Evaluate(leaf => ReferenceEquals(leaf, Outer) ? outer : inner);
        var x = (Dim.Of(Outer) * a) + (Dim.Of(Inner) * b) + c;
        var value = ((long)outer * a) + ((long)inner * b) + c;
        Assert.Equal(Dim.FloorDivide(value, d), Value(x.FloorDiv(d)));
        Assert.Equal(value - (Dim.FloorDivide(value, d) * d), Value(x.Mod(d)));
        var product = d * m;
        var rest = value - (Dim.FloorDivide(value, product) * product);
        Assert.Equal(rest / d, Value(x.Mod(product).FloorDiv(d)));
        Assert.Equal(rest % d, Value(x.Mod(product).Mod(d)));
    }
}
