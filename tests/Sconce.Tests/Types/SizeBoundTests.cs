using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>The most that sizes can be which a run counts or finds.</summary>
public sealed class SizeBoundTests
{
    private static readonly Symbol Rows = new("rows", 0, null), Columns = new("columns", 1, 64);
    private static readonly FoundSymbol Few = new("few", 0, Rows), Many = new("many", 0, Dim.Of(Rows) * 7), Any = new("any", 0, null);

    public static TheoryData<Dim, string> Sizes => new()
    {
        { Dim.Of(Rows) * Columns, "rows*columns" },
        { Dim.Of(Few), "rows" },
        { (Dim.Of(Few) * Columns) + 3, "rows*columns + 3" },
        { Dim.Of(Few) + Many, "8*rows" },
        { Dim.Of(Few) * Many, "7*rows*rows" },
        { Dim.Of(Rows) - Few, "rows" },
        { Dim.Min(Dim.Of(Many), 1000), "min(1000, 7*rows)" },
        { Dim.Min(Dim.Of(Any), 20), "20" },
        { Dim.Max(Dim.Of(Few) - 2, 0), "max(0, rows - 2)" },
        { Dim.Of(Many).FloorDiv(2), "((7*rows) // 2)" },
        { Dim.Of(Many).Mod(8), "7" },
        { Dim.Of(Symbol.Counter("turn", Rows)) + 1, "rows" },
    };

    [Theory]
    [MemberData(nameof(Sizes))]
    public void A_size_is_at_most_its_bound(Dim size, string bound)
    {
        var most = SizeBound.Of(size);
        Assert.Equal(bound, $"{most}");
        var random = new Random(3);
        for (var i = 0; i < 200; i++)
        {
            var (rows, columns) = (random.Next(1, 30), random.Next(1, 64));
            var (few, many, any) = (random.Next(0, rows + 1), random.Next(0, (7 * rows) + 1), random.Next(0, 100));
            long Leaf(Atom leaf) => leaf == Rows ? rows : leaf == Columns ? columns : leaf == Few ? few : leaf == Many ? many : leaf == Any ? any : few - (few == rows ? 1 : 0);
            Assert.True(size.Evaluate(Leaf) <= most!.Evaluate(Leaf), $"{size} with {rows} rows, {few}, {many} and {any}");
        }
    }

    [Fact]
    public void What_nothing_bounds_has_no_bound()
    {
        Assert.Null(SizeBound.Of(Any));
        Assert.Null(SizeBound.Of(Dim.Of(Any) * 2));
        Assert.Null(SizeBound.Of(Dim.Max(Any, Few)));
    }
}
