using FsCheck;
using FsCheck.Xunit;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>The normal form of expressions must never change a value, and what is proved of one must hold.</summary>
public sealed class DimTests
{
    private const int Cases = 1000;
    private const int ValuesPerCase = 12;

    [Property(MaxTest = Cases)]
    public void SimplifyingKeepsTheValue(DoNotSize<int> seed) => ForValues(seed.Item, (_, pair, leaf) => Assert.Equal(pair.Plain(leaf), pair.Dim.Evaluate(leaf)));

    [Property(MaxTest = Cases)]
    public void BoundsHold(DoNotSize<int> seed) => ForValues(seed.Item, (_, pair, leaf) =>
        Assert.InRange(pair.Plain(leaf), pair.Dim.Bounds.Min, pair.Dim.Bounds.Max));

    [Property(MaxTest = Cases)]
    public void ProofsHold(DoNotSize<int> seed) => UnlessItOverflows(() =>
    {
        var dims = new RandomDims(seed.Item);
        var (a, b) = (dims.Next(3), dims.Next(3));
        var (negative, less) = (a.Dim.IsNonNegative, a.Dim.IsLess(b.Dim));
        for (var i = 0; i < ValuesPerCase; i++)
        {
            var leaf = dims.Values();
            var (left, right) = (a.Plain(leaf), b.Plain(leaf));
            Assert.True(!negative || left >= 0, $"{a.Dim} was said not to be negative, and is {left}");
            Assert.True(less is null || less == left < right, $"{a.Dim} < {b.Dim} was said to be {less}; they are {left} and {right}");
        }
    });

    [Property(MaxTest = Cases)]
    public void SubstitutionKeepsTheValue(DoNotSize<int> seed) => ForValues(seed.Item, (dims, pair, leaf) =>
    {
        foreach (var atom in dims.Leaves)
        {
            var inPlace = dims.InRangeOf(atom);
            var substituted = pair.Dim.Substitute(a => a.Equals(atom) ? inPlace.Dim : null);
            Assert.Equal(pair.Plain(a => a.Equals(atom) ? inPlace.Plain(leaf) : leaf(a)), substituted.Evaluate(leaf));
        }
    });

    [Property(MaxTest = Cases)]
    public void TheLinearPartsMakeTheWhole(DoNotSize<int> seed) => ForValues(seed.Item, (dims, pair, leaf) =>
    {
        foreach (var atom in dims.Leaves)
        {
            if (pair.Dim.LinearIn(atom) is var (coefficient, rest))
            {
                Assert.False(coefficient.DependsOn(atom));
                Assert.False(rest.DependsOn(atom));
                Assert.Equal(pair.Plain(leaf), (coefficient.Evaluate(leaf) * leaf(atom)) + rest.Evaluate(leaf));
            }
        }
    });

    [Property(MaxTest = Cases)]
    public void EqualFormsAreEqual(DoNotSize<int> seed) => UnlessItOverflows(() =>
    {
        var dims = new RandomDims(seed.Item);
        var (a, b, divisor) = (dims.Next(3).Dim, dims.Next(3).Dim, dims.Divisor(2).Dim);
        Assert.Equal(a + b, b + a);
        Assert.Equal(a * b, b * a);
        Assert.Equal(Dim.Min(a, b), Dim.Min(b, a));
        Assert.Equal(Dim.Max(a, b), Dim.Max(b, a));
        Assert.Equal(Dim.Zero, a - a);
        Assert.Equal((a * b).GetHashCode(), (b * a).GetHashCode());
        var joined = (a.FloorDiv(divisor) * divisor) + a.Mod(divisor);
        for (var i = 0; i < ValuesPerCase; i++)
        {
            var leaf = dims.Values();
            Assert.Equal(a.Evaluate(leaf), joined.Evaluate(leaf));
        }
    });

    private static readonly Symbol S = new("s", 1, 512);
    private static readonly Symbol T = new("t", 2, null);
    private static readonly Axis I = new(S, "i");

    public static TheoryData<Dim, string> Simplifications => new()
    {
        { (4 * (Dim)S).FloorDiv(4), "s" },
        { ((4 * (Dim)S) + 3).FloorDiv(4), "s" },
        { ((4 * (Dim)S) - 1).FloorDiv(4), "s - 1" },
        { ((4 * (Dim)S) + 7).Mod(4), "3" },
        { ((Dim)S).FloorDiv(3).FloorDiv(4), "(s // 12)" },
        { ((Dim)S).Mod(12).Mod(4), "(s % 4)" },
        { (((Dim)S).FloorDiv(8) * 8) + ((Dim)S).Mod(8), "s" },
        { ((Dim)I).FloorDiv(S), "0" },
        { ((Dim)I).Mod(S), "i" },
        { (((Dim)T * S) + I).FloorDiv(S), "t" },
        { (((Dim)T * S) + I).Mod(S), "i" },
        { Dim.Max(1, S), "s" },
        { Dim.Min((Dim)S + 1, S), "s" },
        { Dim.Max(0, (Dim)S - 1), "s - 1" },
        { (((Dim)S - 1).FloorDiv(2) + 1).FloorDiv(1), "((s + 1) // 2)" },
        { ((Dim)S).CeilDiv(1), "s" },
        { ((Dim)S * S) - ((Dim)S * S), "0" },
    };

    [Theory]
    [MemberData(nameof(Simplifications), DisableDiscoveryEnumeration = true)]
    public void Simplifies(Dim dim, string expected) => Assert.Equal(expected, dim.ToString());

    [Fact]
    public void FloorDivisionRoundsDown()
    {
        Assert.Equal(-1, Dim.FloorDivide(-1, 4));
        Assert.Equal(-1, Dim.FloorDivide(-4, 4));
        Assert.Equal(-2, Dim.FloorDivide(-5, 4));
        Assert.Equal(1, Dim.FloorDivide(7, 4));
    }

    private static void ForValues(int seed, Action<RandomDims, RandomDims.Pair, Func<Atom, long>> check) => UnlessItOverflows(() =>
    {
        var dims = new RandomDims(seed);
        var pair = dims.Next();
        for (var i = 0; i < ValuesPerCase; i++)
        {
            check(dims, pair, dims.Values());
        }
    });

    /// <summary>Expressions whose coefficients or values exceed 64 bits throw, as they should, and say nothing here.</summary>
    private static void UnlessItOverflows(Action check)
    {
        try
        {
            check();
        }
        catch (OverflowException)
        {
        }
    }
}
