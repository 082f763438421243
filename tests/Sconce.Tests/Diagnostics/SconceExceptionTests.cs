using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Diagnostics;

public sealed class SconceExceptionTests
{
    [Fact]
    public void TheMessageHasProblemPlaceAndAdvice()
    {
        var error = SconceException.Expected("float32", "int64", new Where("m.pt2", "aten::add"), "convert it");
        Assert.Equal("expected float32, but got int64\n  where: m.pt2, aten::add\n  what to do: convert it", error.Message);
    }

    [Fact]
    public void APlaceGivenLaterFillsOnlyTheGaps()
    {
        var error = SconceException.Unsupported("no", new Where(Operator: "aten::svd")).At(new Where("m.pt2", "aten::add"));
        Assert.Equal(new Where("m.pt2", "aten::svd"), error.Where);
        Assert.Equal(ErrorKind.Unsupported, error.Kind);
    }

    [Fact]
    public void WithoutPlaceAndAdviceTheMessageIsTheProblem() =>
        Assert.Equal("broken", new SconceException("broken").Message);

    [Fact]
    public void ALongNameIsCut()
    {
        var error = new SconceException($"'{new string('n', 1 << 20)}' is wrong", new Where(new string('f', 1 << 20)), new string('h', 1 << 20));
        Assert.InRange(error.Message.Length, 100, 10_000);
        Assert.Contains("… ", error.Message);
        Assert.Contains("is wrong", error.Message);
    }
}
