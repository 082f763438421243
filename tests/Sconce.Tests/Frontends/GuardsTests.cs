using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;

namespace Sconce.Tests.Frontends;

/// <summary>Guards as PyTorch 2.14 writes them.</summary>
public sealed class GuardsTests
{
    private static readonly Dictionary<string, RangeJson> Ranges = new() { ["s0"] = new(2, null), ["s1"] = new(2, 100) };

    [Theory]
    [InlineData(4, "(L['x'].size()[0] % 4) == 0", "4*(L['x'].size()[0] // 4) >= 2", "(L['x'].size()[0] // 4) != 1")]
    [InlineData(4, "(3*L['x'].size()[0]) == (12*(L['x'].size()[0] // 4))")]
    [InlineData(12, "(L['x'].size()[0] % 4) == 0", "(L['x'].size()[0] % 6) == 0")]
    [InlineData(2, "((L['x'].size()[1]*L['x'].size()[0]) % (2*L['x'].size()[1])) == 0")]
    [InlineData(2, "torch.sym_max(1, L['x'].size()[0] // 2)*2 == L['x'].size()[0]", "some.code() == 'else'")]
    [InlineData(2, "(3*L['x'].size()[1]*L['x'].size()[0]) == (12*(L['x'].size()[1] // 2)*(L['x'].size()[0] // 2))", "L['x'].size()[0] // 2 == 2*L['x'].size()[1]")]
    [InlineData(1, "2*L['x'].size()[0] <= L['x'].size()[1]*L['x'].size()[0]")]
    [InlineData(1, "(-1) + L['x'].size()[0] >= 2")]
    [InlineData(1, "L['y'].size()[0] % 4 == 0")]
    [InlineData(1, "nonsense (")]
    public void ASizeThatMustBeAMultipleIsFound(long expected, params string[] guards)
    {
        var inputs = new Dictionary<string, GuardInput>
        {
            ["x"] = new([new(new("Symbol('s0', positive=True, integer=True)", new(24))), new(new("Symbol('s1', positive=True, integer=True)", new(6)))]),
        };
        var table = new SymbolTable(Ranges, new Dictionary<string, long>(), new Where("m.pt2"));
        Assert.Equal(expected, new Guards([.. guards], inputs, [.. inputs.Keys], new Where("m.pt2")).FindMultiples(table).GetValueOrDefault("s0", 1));
    }

    [Fact]
    public void AMultipleIsAnotherSymbolTimesTheNumber()
    {
        var table = new SymbolTable(Ranges, new Dictionary<string, long> { ["s1"] = 8 }, new Where("m.pt2"));
        var dim = table.Parse(new SymIntJson(new("FloorDiv(Symbol('s1', positive=True, integer=True), Integer(4))")))!;
        Assert.Equal("2*s1_by8", dim.ToString());
        Assert.Equal((0, 24), (dim.Bounds.Min, dim.Bounds.Max));
    }
}
