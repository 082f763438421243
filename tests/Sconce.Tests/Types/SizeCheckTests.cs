using FsCheck;
using FsCheck.Xunit;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>Conditions on sizes: what is known of one holds for all values, and only those are kept that a run must look at.</summary>
public sealed class SizeCheckTests
{
    private static readonly Symbol S = new("s", 0, 40);

    [Property(MaxTest = 500)]
    public void WhatIsKnownHoldsAndTheOppositeIsTheOpposite(DoNotSize<int> seed)
    {
        var (dims, random) = (new RandomDims(seed.Item), new Random(seed.Item));
        try
        {
            var condition = Next(2);
            for (var i = 0; i < 12; i++)
            {
                var leaf = dims.Values();
                var holds = condition.Evaluate(leaf);
                Assert.True(condition.Known is null || condition.Known == holds, $"{condition} was said to be {condition.Known}");
                Assert.Equal(!holds, condition.Not().Evaluate(leaf));
            }
        }
        catch (OverflowException)
        {
            // Beyond 64 bits nothing is said.
        }

        SizeCondition Next(int depth) => (depth == 0 ? 2 : random.Next(3)) switch
        {
            0 => new SizeCondition.All([Next(depth - 1), Next(depth - 1)]),
            1 => new SizeCondition.Any([Next(depth - 1), Next(depth - 1)]),
            _ => new SizeCondition.Compare(dims.Next(2).Dim, Enum.GetValues<SizeComparison>()[random.Next(6)], dims.Next(1).Dim),
        };
    }

    [Fact]
    public void OnlyWhatARunMustLookAtIsKept()
    {
        var checks = new SizeChecks
        {
            SizeCheck.LessOrEqual(0, S, "ranges prove it"),
            SizeCheck.Equal((Dim)S * 2, (Dim)S + S, "they are one"),
            SizeCheck.NotEqual(S, 3, "the first"),
            SizeCheck.NotEqual(S, 3, "the same again"),
        };
        Assert.Equal("the first", Assert.Single(checks).Why);
    }

    [Fact]
    public void WhatNeverHoldsIsAnErrorAtOnce()
    {
        var error = Assert.Throws<SconceException>(() => new SizeChecks().Add(SizeCheck.Less(50, S, "it needs more", "model.py:7")));
        Assert.Contains("the model can run with no sizes: 50 < s never holds", error.Message);
        Assert.Contains("model.py:7", error.Message);
    }
}
