using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Frontends;

public sealed class InputSpecTests
{
    [Theory]
    [InlineData("x=1x3x224x224", DType.Float32, "1 3 224 224")]
    [InlineData("x=1,3", DType.Float32, "1 3")]
    [InlineData("ids=int64:1x?", DType.Int64, "1 ids_1:1..")]
    [InlineData("boxes.0=?x4", DType.Float32, "boxes_0_0:1.. 4")]
    [InlineData("x=1..8x0..x..5", DType.Float32, "x_0:1..8 x_1:0.. x_2:1..5")]
    [InlineData("x=float16:batch:2..16x10", DType.Float16, "batch:2..16 10")]
    [InlineData("x=bool:scalar", DType.Bool, "")]
    [InlineData(" x = 2x2 ", DType.Float32, "2 2")]
    public void Sizes_are_read(string text, DType type, string shape)
    {
        var input = Assert.Single(InputSpecParser.Parse([text]));
        Assert.Equal((text.Split('=')[0].Trim(), type), (input.Name, input.Type));
        Assert.Equal(shape, string.Join(' ', input.Shape.Select(Text)));
        Assert.Null(input.Fixed);
    }

    [Fact]
    public void A_name_is_one_size_wherever_it_stands()
    {
        var inputs = InputSpecParser.Parse(["x=Nx3", "y=N:1..8xM", "z=?x?"]);
        Assert.Equal("N:1..8 3", string.Join(' ', inputs[0].Shape.Select(Text)));
        Assert.Equal(inputs[0].Shape[0], inputs[1].Shape[0]);
        Assert.NotEqual(inputs[2].Shape[0], inputs[2].Shape[1]);
    }

    [Fact]
    public void What_is_no_tensor_is_a_constant()
    {
        var inputs = InputSpecParser.Parse(["rate=16000", "p=0.5", "on=True", "mask=None", "mode='fast'", "n=-1"]);
        Assert.Equal(
            [new Argument.Int(16000), new Argument.Float(0.5), new Argument.Bool(true), Argument.Nothing, new Argument.Text("fast"), new Argument.Int(-1)],
            inputs.Select(input => input.Fixed!));

        // A number may be the only size as well.
        Assert.Equal([16000], inputs[0].Shape.Select(size => size.Value));
        Assert.All(inputs[1..], input => Assert.True(input.Shape.IsDefault));
    }

    [Theory]
    [InlineData("x", "expected an input")]
    [InlineData("=1x3", "expected an input")]
    [InlineData("x=", "an empty one")]
    [InlineData("x=1xx3", "an empty one")]
    [InlineData("x=1x-3", "'-3'")]
    [InlineData("x=float33:1x3", "dtypes are bool, uint8")]
    [InlineData("x=float32", "sizes of the input 'x' behind its dtype")]
    [InlineData("x=8..1x3", "'8..1'")]
    [InlineData("x=9999999999999x1", "'9999999999999'")]
    [InlineData("x=999999999x999999999", "fits into a memory")]
    [InlineData("x=a-bx1", "'a-b'")]
    public void What_says_nothing_is_an_error(string text, string expected) =>
        Assert.Contains(expected, Assert.Throws<SconceException>(() => InputSpecParser.Parse([text])).Message, StringComparison.Ordinal);

    [Fact]
    public void Contradictions_are_errors()
    {
        Assert.Contains("one range for the size N", Assert.Throws<SconceException>(() => InputSpecParser.Parse(["x=N:1..2x1", "y=N:1..3x1"])).Message, StringComparison.Ordinal);
        Assert.Contains("the input 'x' once", Assert.Throws<SconceException>(() => InputSpecParser.Parse(["x=1x1", "x=1x2"])).Message, StringComparison.Ordinal);
    }

    private static string Text(Dim size) => size.AsAtom is Symbol symbol ? $"{symbol.Name}:{symbol.Min}..{symbol.Max}" : $"{size.Value}";
}
