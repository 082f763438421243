using FsCheck;
using FsCheck.Xunit;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>What is said about sizes must hold for all values of the symbols with which the conditions hold, and what models need must be found.</summary>
public sealed class SizeFactsTests
{
    private static readonly Symbol S = new("s", 1, null);
    private static readonly Symbol T = new("t", 1, null);
    private static readonly Symbol P = new("p", 0, 30);

    [Property(MaxTest = 200)]
    public void AnswersHold(DoNotSize<int> seed)
    {
        var sizes = new SmallSizes(seed.Item);
        var facts = new SizeFacts(sizes.Symbols, sizes.Conditions);
        for (var i = 0; i < 6; i++)
        {
            var claim = sizes.Condition(2);
            var size = sizes.Size(3);
            var (answer, simple) = (facts.Holds(claim), facts.Simplify(size));
            foreach (var point in sizes.Points)
            {
                Assert.True(answer is null || answer == claim.Evaluate(point), $"{claim} was said to be {answer} with {string.Join(", ", sizes.Conditions)}");
                Assert.True(size.Evaluate(point) == simple.Evaluate(point), $"{size} became {simple} with {string.Join(", ", sizes.Conditions)}");
            }
        }
    }

    /// <summary>Conditions, and what must follow from them.</summary>
    public static TheoryData<string, SizeCondition[], SizeCondition> Facts => new()
    {
        { "positions of a slice", [Le((Dim)P + S, 32)], Eq(Dim.Max(Dim.Min((Dim)P + S, 32) - P, 0), S) },
        { "the last eight", [Ge((Dim)P + S, 8)], Eq(Dim.Min(8, (Dim)P + S), 8) },
        { "every second", [Eq(((Dim)S + 1).FloorDiv(2), 4)], Eq(((Dim)S - 1).FloorDiv(2), 3) },
        { "halves", [], Eq((Dim)S - ((Dim)S).FloorDiv(2), ((Dim)S + 1).FloorDiv(2)) },
        { "strides one after the other", [], Eq((((Dim)S - 1).FloorDiv(2) + 1 - 1).FloorDiv(2) + 1, ((Dim)S + 3).FloorDiv(4)) },
        { "thirds in two rows", [Eq(2 * ((Dim)S).FloorDiv(6), ((Dim)S).FloorDiv(3))], Eq(((Dim)S).FloorDiv(3).Mod(2), 0) },
        { "even", [Eq(((Dim)S).Mod(2), 0)], Eq(2 * ((Dim)S).FloorDiv(2), S) },
        { "even up and down", [Eq(((Dim)S).Mod(2), 0)], Eq(2 * (((Dim)S - 1).FloorDiv(2) + 1), S) },
        { "multiples of four are even", [Eq(((Dim)S).Mod(4), 0)], Eq(((Dim)S).Mod(2), 0) },
        { "tied", [Eq(S, T)], Eq(((Dim)S + 1).FloorDiv(2), ((Dim)T + 1).FloorDiv(2)) },
        { "tied by one more", [Eq(S, (Dim)T + 1)], Eq(((Dim)S).FloorDiv(2), ((Dim)T + 1).FloorDiv(2)) },
        { "an area", [Eq((Dim)S * T, 64)], Eq(((Dim)S * T).FloorDiv(4), 16) },
        { "between", [Le(S, 8)], Eq(((Dim)S - 1).FloorDiv(8) + 1, 1) },
        { "not one", [Ne(S, 1)], Ne((2 * (Dim)S) - 2, 0) },
        { "chained order", [Le(S, T), Le(T, P)], Le(S, 30) },
        { "one of two", [new SizeCondition.Any([Le(S, 4), Lt(S, 1)])], Le(S, 4) },
        { "both", [new SizeCondition.All([Ge(S, 4), Le(S, 4)])], Eq(S, 4) },
        { "a window that moves", [Ge(S, 3)], Eq(Dim.Max((Dim)S - Dim.Max((Dim)S - 3, 0), 0), 3) },
    };

    [Theory]
    [MemberData(nameof(Facts), DisableDiscoveryEnumeration = true)]
    public void FindsWhatFollows(string name, SizeCondition[] conditions, SizeCondition claim)
    {
        var facts = new SizeFacts([S, T, P], conditions);
        Assert.True(facts.Holds(claim) == true, $"{name}: {claim} was not found");
        Assert.True(facts.Holds(claim.Not()) == false, $"{name}: {claim.Not()} was not refuted");
    }

    [Fact]
    public void WhatIsKnownToBeEqualHasOneForm()
    {
        var facts = new SizeFacts([S, T, P], [Eq(((Dim)S).FloorDiv(3), 2 * ((Dim)S).FloorDiv(6)), Eq(T, S), Le((Dim)P + S, 32)]);
        Assert.Equal("2*(s // 6)", $"{facts.Simplify(((Dim)T).FloorDiv(3))}");
        Assert.Equal("s", $"{facts.Simplify(Dim.Max(0, Dim.Min(32, (Dim)P + T) - P))}");
    }

    [Fact]
    public void SaysNothingOfWhatMayBeEither()
    {
        var facts = new SizeFacts([S, T, P], []);
        Assert.Null(facts.Equal(S, T));
        Assert.Null(facts.Equal(S, 1));
        Assert.Null(facts.Less(P, S));
        Assert.Null(facts.Divides(2, S));
    }

    [Fact]
    public void AQuestionEndsWhateverTheConditionsAre()
    {
        Dim deep = S;
        for (var i = 0; i < 9; i++)
        {
            deep = Dim.Min((deep + ((Dim)T).FloorDiv(i + 2)).FloorDiv(2), Dim.Max(deep + i, P));
        }

        var facts = new SizeFacts([S, T, P], Enumerable.Range(2, 300).Select(i => Le(((Dim)S).Mod(i) + ((Dim)T).FloorDiv(i), Dim.Min(deep, (Dim)P + i))));
        Assert.Null(facts.Equal(deep, (Dim)S + 1));
        Assert.NotNull(facts.Simplify(deep));
    }

    private static SizeCondition Eq(Dim a, Dim b) => new SizeCondition.Compare(a, SizeComparison.Equal, b);

    private static SizeCondition Ne(Dim a, Dim b) => new SizeCondition.Compare(a, SizeComparison.NotEqual, b);

    private static SizeCondition Le(Dim a, Dim b) => new SizeCondition.Compare(a, SizeComparison.LessOrEqual, b);

    private static SizeCondition Lt(Dim a, Dim b) => new SizeCondition.Compare(a, SizeComparison.Less, b);

    private static SizeCondition Ge(Dim a, Dim b) => new SizeCondition.Compare(a, SizeComparison.GreaterOrEqual, b);

    /// <summary>Random sizes and conditions over symbols with few values, all of which can be tried.</summary>
    private sealed class SmallSizes
    {
        private readonly Random random;
        private readonly List<Dictionary<Atom, long>> points = [];

        public SmallSizes(int seed)
        {
            random = new Random(seed);
            Symbols = [new("s", random.Next(3), 14), new("t", 1, random.Next(4, 12)), new("u", 2, 9)];
            for (var s = Symbols[0].Min; s <= Symbols[0].Max; s++)
            {
                for (var t = Symbols[1].Min; t <= Symbols[1].Max; t++)
                {
                    for (var u = Symbols[2].Min; u <= Symbols[2].Max; u++)
                    {
                        points.Add(new() { [Symbols[0]] = s, [Symbols[1]] = t, [Symbols[2]] = u });
                    }
                }
            }

            // Conditions with which something is left, as those of a model that was traced are.
            for (var tries = 0; tries < 12 && Conditions.Count < 3; tries++)
            {
                var condition = Condition(2);
                if (points.Exists(point => condition.Evaluate(leaf => point[leaf])))
                {
                    points.RemoveAll(point => !condition.Evaluate(leaf => point[leaf]));
                    Conditions.Add(condition);
                }
            }
        }

        public Symbol[] Symbols { get; }

        public List<SizeCondition> Conditions { get; } = [];

        public IEnumerable<Func<Atom, long>> Points => points.Select(point => (Func<Atom, long>)(leaf => point[leaf]));

        public SizeCondition Condition(int depth)
        {
            if (depth > 0 && random.Next(8) == 0)
            {
                return random.Next(2) == 0
                    ? new SizeCondition.All([Condition(depth - 1), Condition(depth - 1)])
                    : new SizeCondition.Any([Condition(depth - 1), Condition(depth - 1)]);
            }

            var comparison = (SizeComparison)random.Next(6);
            return new SizeCondition.Compare(Size(depth), comparison, random.Next(2) == 0 ? Size(depth) : random.Next(12));
        }

        public Dim Size(int depth)
        {
            if (depth == 0 || random.Next(4) == 0)
            {
                return random.Next(4) == 0 ? random.Next(-3, 9) : Symbols[random.Next(3)];
            }

            var (a, b) = (Size(depth - 1), Size(depth - 1));
            var divisor = random.Next(4) == 0 ? (Dim)Symbols[random.Next(1, 3)] : random.Next(2, 7);
            return random.Next(9) switch
            {
                0 or 1 => a + b,
                2 => a - b,
                3 => random.Next(2) == 0 ? a * b : a * random.Next(1, 4),
                4 or 5 => a.FloorDiv(divisor),
                6 => a.Mod(divisor),
                7 => Dim.Min(a, b),
                _ => Dim.Max(a, b),
            };
        }
    }
}
