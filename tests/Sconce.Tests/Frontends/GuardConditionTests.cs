using System.Globalization;
using FsCheck;
using FsCheck.Xunit;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Frontends;

/// <summary>Guards of PyTorch 2.14 hold where Python says so, and what none of them says of sizes is told apart from what cannot be said.</summary>
public sealed class GuardConditionTests
{
    private const int Cases = 2000;
    private const int ValuesPerCase = 20;

    private static readonly Dictionary<string, GuardInput> Inputs = new()
    {
        ["x"] = new([Size("s0"), Size("s1"), new(null, 7)]),
        ["past.0"] = new([Size("s2")]),
        ["state.h"] = new([Size("s0")]),
        ["args_1.mask"] = new([Size("s2")]),
        ["extra"] = new([Size("s2")]),
        ["k"] = new([], Size("s3")),
        ["n"] = new([], new(null, 5)),
    };

    private static readonly Dictionary<string, RangeJson> Ranges = new() { ["s0"] = new(0, null), ["s1"] = new(1, 60), ["s2"] = new(0, null), ["s3"] = new(-40, 40) };

    private static SymIntJson Size(string name) => new(new($"Symbol('{name}', integer=True)", null));

    private static List<SizeCheck> Checks(params string[] guards) =>
        [.. new Guards([.. guards], Inputs, [.. Inputs.Keys], new Where("m.pt2")).Checks(new SymbolTable(Ranges, new Dictionary<string, long>(), new Where("m.pt2")))];

    private static bool Holds(SizeCheck check, params long[] sizes) => check.Condition.Holds(leaf => sizes[((Symbol)leaf).Name[1] - '0']);

    [Property(MaxTest = Cases)]
    public void GuardsHoldWherePythonSaysSo(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var (text, python) = new RandomGuards(random).Condition(3);
        var check = Assert.Single(Checks(text));
        for (var i = 0; i < ValuesPerCase; i++)
        {
            long[] sizes = [random.NextInt64(12), random.NextInt64(1, 61), random.NextInt64(90), random.NextInt64(-40, 41)];
            Assert.True(Python(python, sizes) == Holds(check, sizes), $"{text} at {string.Join(", ", sizes)}");
        }
    }

    private static bool Python(Func<long[], bool> guard, long[] sizes)
    {
        try
        {
            return guard(sizes);
        }
        catch (DivideByZeroException)
        {
            return false;
        }
    }

    [Theory]
    [InlineData("L['past'][0].size()[0] == L['x'].size()[0]", "past[0].shape[0] == x.shape[0]", new long[] { 4, 1, 4, 0 }, new long[] { 4, 1, 5, 0 })]
    [InlineData("L['state'].h.size()[0] != 3", "state.h.shape[0] != 3", new long[] { 4, 1, 0, 0 }, new long[] { 3, 1, 0, 0 })]
    [InlineData("L['kw']['extra'].size()[0] < L['args'][1]['mask'].size()[0] + 1 - L['x'].size()[0]", "kw['extra'].shape[0] < args[1]['mask'].shape[0] + 1 - x.shape[0]", new long[] { 0, 1, 4, 0 }, new long[] { 1, 1, 4, 0 })]
    [InlineData("L['k'] >= 0 and L['k'] <= L['x'].size()[0]", "k >= 0 and k <= x.shape[0]", new long[] { 4, 1, 0, 4 }, new long[] { 4, 1, 0, 5 })]
    [InlineData("abs(L['x'].size()[0] + ((-1)*L['k'])) < 4", "abs(x.shape[0] + ((-1)*k)) < 4", new long[] { 4, 1, 0, 7 }, new long[] { 4, 1, 0, 8 })]
    [InlineData("(L['x'].size()[0] & 3) == 1", "(x.shape[0] & 3) == 1", new long[] { 9, 1, 0, 0 }, new long[] { 7, 1, 0, 0 })]
    [InlineData("round(L['x'].size()[0] / 2) == 2", "round(x.shape[0] / 2) == 2", new long[] { 5, 1, 0, 0 }, new long[] { 6, 1, 0, 0 })]
    [InlineData("L['x'].size()[0] / 2 > 1.5", "x.shape[0] / 2 > 1.5", new long[] { 4, 1, 0, 0 }, new long[] { 3, 1, 0, 0 })]
    [InlineData("3 < L['x'].size()[0] < L['x'].size()[1] <= 40", "3 < x.shape[0] < x.shape[1] <= 40", new long[] { 4, 40, 0, 0 }, new long[] { 4, 41, 0, 0 })]
    [InlineData("math.trunc(0.5*torch.sym_float(L['x'].size()[0])) == 2", "math.trunc(0.5*float(x.shape[0])) == 2", new long[] { 5, 1, 0, 0 }, new long[] { 6, 1, 0, 0 })]
    [InlineData("math.trunc(0.3*torch.sym_float(L['x'].size()[0])) == 2", "math.trunc(0.3*float(x.shape[0])) == 2", new long[] { 9, 1, 0, 0 }, new long[] { 10, 1, 0, 0 })]
    [InlineData("torch.sym_max(1, L['k']) != 9", "max(1, k) != 9", new long[] { 0, 1, 0, -3 }, new long[] { 0, 1, 0, 9 })]
    public void GuardsAreReadableAndHold(string guard, string text, long[] holds, long[] fails)
    {
        var check = Assert.Single(Checks(guard));
        Assert.Equal(text, check.Text);
        Assert.True(Holds(check, holds));
        Assert.False(Holds(check, fails));
    }

    [Fact]
    public void SizesThatAFloatRoundsBelowAreRefused()
    {
        var checks = Checks("math.trunc(0.7*torch.sym_float(L['x'].size()[0])) != 1");
        Assert.Equal(2, checks.Count);
        Assert.Equal("math.trunc(0.7*float(x.shape[0])) != 1 without rounding", checks[0].Text);
        Assert.True(checks.All(check => Holds(check, 80, 1, 0, 0)));
        Assert.False(Holds(checks[0], 90, 1, 0, 0));
    }

    [Theory]
    [InlineData("isinstance(L['x'], torch.Tensor)")]
    [InlineData("L['x'].dtype == torch.float32")]
    [InlineData("L['x'].stride()[0] == 4*L['x'].size()[0]")]
    [InlineData("L['x'].storage_offset() == 0")]
    [InlineData("not L['flag']")]
    [InlineData("L['mode'] == 'nearest'")]
    [InlineData("L['n'] == 5")]
    [InlineData("len(L['past']) == 1")]
    public void WhatIsNotAboutSizesIsLookedAtElsewhere(string guard) => Assert.All(Checks(guard), check => Assert.True(check.Condition.Known));

    [Fact]
    public void AStrictExportNumbersItsInputs()
    {
        var check = Assert.Single(Checks("L['flat_args'][1].size()[0] == L['flat_args'][0].size()[0]"));
        Assert.True(Holds(check, 4, 0, 4, 0));
        Assert.False(Holds(check, 4, 0, 5, 0));
        Assert.Equal("past.0.shape[0] == x.shape[0]", check.Text);
        Assert.Throws<SconceException>(() => Checks("L['flat_args'][99].size()[0] == 4"));
    }

    [Theory]
    [InlineData("math.trunc(0.123456789*torch.sym_float(L['x'].size()[0])) == 5")]
    [InlineData("torch.sym_float(L['x'].size()[0]) ** 0.5 > 1.0")]
    [InlineData("L['y'].size()[0] == 4")]
    [InlineData("L['x'].size()[9] == 4")]
    [InlineData("(L['x'].size()[0] if L['k'] > 2 else 3) == 4")]
    [InlineData("(L['x'].size()[0] == 3) == (L['k'] == 2)")]
    [InlineData("f(L['k']) == 2")]
    public void WhatCannotBeSaidOfSizesIsRefused(string guard)
    {
        var error = Assert.Throws<SconceException>(() => Checks(guard));
        Assert.Equal(ErrorKind.Unsupported, error.Kind);
        Assert.Contains("the model runs only with inputs for which ", error.Message);
    }

    [Fact]
    public void BracketsWithoutEndTakeNoTime()
    {
        var guard = $"{new string('(', 40)}L['x'].size()[0] < 3{string.Concat(Enumerable.Repeat(") and (L['k'] < 3)", 40))}";
        Assert.True(Holds(Assert.Single(Checks(guard)), 1, 1, 1, 1));
        Assert.Throws<SconceException>(() => Checks($"{new string('(', 30_000)}L['x'].size()[0] < 3"));
        Assert.Throws<SconceException>(() => Checks(string.Concat(Enumerable.Repeat("not ", 10_000)) + "L['x'].size()[0] < 3"));
    }

    [Theory]
    [InlineData(long.MaxValue - 3, null)]
    [InlineData(5L, 4L)]
    public void ARangeWhereNoSizeLiesIsRefused(long? min, long? max)
    {
        var table = new SymbolTable(new Dictionary<string, RangeJson> { ["s0"] = new(min, max) }, new Dictionary<string, long>(), new Where("m.pt2"));
        var guards = new Guards(["L['x'].size()[0] // (-1) != 7"], Inputs, [.. Inputs.Keys], new Where("m.pt2"));
        Assert.Contains("where no tensor's can lie", Assert.Throws<SconceException>(() => guards.FindMultiples(table)).Message);
    }

    /// <summary>Random guards, each with what Python computes; without the short cuts of "and" and "or", for a division by zero anywhere refuses the sizes.</summary>
    private sealed class RandomGuards(Random random)
    {
        public (string Text, Func<long[], bool> Python) Condition(int depth)
        {
            if (depth == 0 || random.Next(3) == 0)
            {
                return Comparison();
            }

            var (a, b) = (Condition(depth - 1), Condition(depth - 1));
            return random.Next(3) switch
            {
                0 => ($"({a.Text}) and ({b.Text})", sizes => a.Python(sizes) & b.Python(sizes)),
                1 => ($"({a.Text}) or ({b.Text})", sizes => a.Python(sizes) | b.Python(sizes)),
                _ => ($"not ({a.Text})", sizes => !a.Python(sizes)),
            };
        }

        private (string Text, Func<long[], bool> Python) Comparison()
        {
            var (a, b, c) = (Number(3), Number(2), Number(1));
            var (first, second) = (Sign(), Sign());
            return random.Next(4) == 0
                ? ($"{a.Text} {first.Text} {b.Text} {second.Text} {c.Text}", sizes => first.Holds(a.Python(sizes), b.Python(sizes)) & second.Holds(b.Python(sizes), c.Python(sizes)))
                : ($"{a.Text} {first.Text} {b.Text}", sizes => first.Holds(a.Python(sizes), b.Python(sizes)));
        }

        private (string Text, Func<long, long, bool> Holds) Sign() => random.Next(6) switch
        {
            0 => ("==", (a, b) => a == b),
            1 => ("!=", (a, b) => a != b),
            2 => ("<", (a, b) => a < b),
            3 => ("<=", (a, b) => a <= b),
            4 => (">", (a, b) => a > b),
            _ => (">=", (a, b) => a >= b),
        };

        private (string Text, Func<long[], long> Python) Number(int depth)
        {
            if (depth == 0 || random.Next(4) == 0)
            {
                return Leaf();
            }

            var (a, b) = (Number(depth - 1), Number(depth - 1));
            var divisor = Divisor();
            return random.Next(8) switch
            {
                0 => ($"({a.Text} + {b.Text})", sizes => a.Python(sizes) + b.Python(sizes)),
                1 => ($"({a.Text} - {b.Text})", sizes => a.Python(sizes) - b.Python(sizes)),
                2 => ($"({a.Text}*{b.Text})", sizes => a.Python(sizes) * b.Python(sizes)),
                3 => ($"({a.Text} // {divisor.Text})", sizes => Floor(a.Python(sizes), divisor.Python(sizes))),
                4 => ($"({a.Text} % {divisor.Text})", sizes => Modulo(a.Python(sizes), divisor.Python(sizes))),
                5 => ($"torch.sym_max({a.Text}, {b.Text})", sizes => Math.Max(a.Python(sizes), b.Python(sizes))),
                6 => ($"torch.sym_min({a.Text}, {b.Text})", sizes => Math.Min(a.Python(sizes), b.Python(sizes))),
                _ => ($"abs({a.Text})", sizes => Math.Abs(a.Python(sizes))),
            };
        }

        /// <summary>Of one sign, and perhaps zero.</summary>
        private (string Text, Func<long[], long> Python) Divisor()
        {
            var number = random.Next(1, 9);
            return random.Next(5) switch
            {
                0 => ("L['x'].size()[0]", sizes => sizes[0]),
                1 => ("L['x'].size()[1]", sizes => sizes[1]),
                2 => ($"({number}*L['past'][0].size()[0])", sizes => number * sizes[2]),
                3 => ($"(-{number})", _ => -number),
                _ => (number.ToString(CultureInfo.InvariantCulture), _ => number),
            };
        }

        private (string Text, Func<long[], long> Python) Leaf()
        {
            var number = random.Next(-9, 40);
            return random.Next(6) switch
            {
                0 => ("L['x'].size()[0]", sizes => sizes[0]),
                1 => ("L['x'].size()[1]", sizes => sizes[1]),
                2 => ("L['past'][0].size()[0]", sizes => sizes[2]),
                3 => ("L['k']", sizes => sizes[3]),
                4 => ("L['x'].size()[2]", _ => 7),
                _ => ($"({number})", _ => number),
            };
        }

        private static long Floor(long a, long b) => b == 0 ? throw new DivideByZeroException() : (long)Math.Floor((decimal)a / b);

        private static long Modulo(long a, long b) => a - (Floor(a, b) * b);
    }
}
