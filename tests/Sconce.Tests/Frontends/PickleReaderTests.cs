using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pickle;

namespace Sconce.Tests.Frontends;

public sealed class PickleReaderTests
{
    [Fact]
    public void DataIsRead()
    {
        // pickle.dumps({"a": (1, -2, 3.5, None), "b": [True, b"x", 70000]}, protocol=2), with bytes of protocol 3
        var value = Read("\u0080\u0002}(X\u0001\0\0\0a(K\u0001J\u00fe\u00ff\u00ff\u00ffG\u0040\u000c\0\0\0\0\0\0NtX\u0001\0\0\0b](\u0088C\u0001xJ\u0070\u0011\u0001\0eu.");
        var dict = Assert.IsType<PickleValue.Dict>(value);
        var tuple = Assert.IsType<PickleValue.Tuple>(dict.Items[0].Value);
        Assert.Equal(-2, Assert.IsType<PickleValue.Int>(tuple.Items[1]).Value);
        Assert.Equal(3.5, Assert.IsType<PickleValue.Float>(tuple.Items[2]).Value);
        var list = Assert.IsType<PickleValue.List>(dict.Items[1].Value);
        Assert.True(Assert.IsType<PickleValue.Bool>(list.Items[0]).Value);
        Assert.Equal(70000, Assert.IsType<PickleValue.Int>(list.Items[2]).Value);
    }

    [Fact]
    public void ACallIsKeptAndNeverMade()
    {
        var call = Assert.IsType<PickleValue.Object>(Read("\u0080\u0002cos\nsystem\nX\u0002\0\0\0ls\u0085R."));
        Assert.Equal("os.system", call.Callee.FullName);
        Assert.Equal("ls", Assert.IsType<PickleValue.Text>(Assert.IsType<PickleValue.Tuple>(call.Arguments).Items[0]).Value);
    }

    [Fact]
    public void LongIntegersHaveTheirSign()
    {
        Assert.Equal(-1, Int("\u0080\u0002\u008a\u0001\u00ff."));
        Assert.Equal(255, Int("\u0080\u0002\u008a\u0002\u00ff\0."));
        Assert.Equal(0, Int("\u0080\u0002\u008a\0."));
        Assert.Equal(long.MinValue, Int("\u0080\u0002\u008a\u0008\0\0\0\0\0\0\0\u0080."));

        static long Int(string pickle) => Assert.IsType<PickleValue.Int>(Read(pickle)).Value;
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("\u0080\u0001.")]
    [InlineData("\u0080\u0002t.")]
    [InlineData("\u0080\u0002(\u0085.")]
    [InlineData("\u0080\u0002N(0.")]
    [InlineData("\u0080\u0002X\u00ff\u00ff\u00ff\u00ff.")]
    [InlineData("\u0080\u0002X\u00ff\u00ff\u00ff\u007fabc")]
    [InlineData("\u0080\u0002X\u0001\0\0\0\u00ff.")]
    [InlineData("\u0080\u0002h\u0005.")]
    [InlineData("\u0080\u0002cos")]
    [InlineData("\u0080\u0002NNR.")]
    [InlineData("\u0080\u0002NNb.")]
    [InlineData("\u0080\u0002N]s.")]
    [InlineData("\u0080\u0002}(Nu.")]
    [InlineData("\u0080\u0002\u008a\u0009\0\0\0\0\0\0\0\0\u0001.")]
    [InlineData("\u0080\u0002i")]
    public void BrokenPicklesAreErrors(string pickle) => Assert.Contains("m.pkl", Assert.Throws<SconceException>(() => Read(pickle)).Message);

    private static PickleValue Read(string pickle) => PickleReader.Read(Encoding.Latin1.GetBytes(pickle), new Where("m.pkl"));
}
