using Sconce.Compiler.Frontends.Pt2;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Frontends;

public sealed class SympyParserTests
{
    private static readonly Dictionary<string, Symbol> Symbols = new()
    {
        ["s0"] = new Symbol("s0", 2, 512),
        ["s1"] = new Symbol("s1", 1, null),
        ["u0"] = new Symbol("u0", long.MinValue, null),
    };

    [Theory]
    [InlineData("Symbol('s0', positive=True, integer=True)", "s0")]
    [InlineData("Add(Symbol('s0', positive=True, integer=True), Integer(-1))", "s0 - 1")]
    [InlineData("Mul(Integer(2), Symbol('s0'), Symbol('s1'))", "2*s0*s1")]
    [InlineData("Add(FloorDiv(Add(Symbol('s0', positive=True, integer=True), Integer(-1)), Integer(8)), Integer(1))", "((s0 - 1) // 8) + 1")]
    [InlineData("(s0 - 1)//8 + 1", "((s0 - 1) // 8) + 1")]
    [InlineData("2*s0", "2*s0")]
    [InlineData("-s0 + 3*s1*s1", "3*s1*s1 - s0")]
    [InlineData("s0**2 - s0*s0 + 4", "4")]
    [InlineData("Pow(Symbol('s0'), Integer(2))", "s0*s0")]
    [InlineData("PythonMod(Symbol('s0'), Integer(4))", "(s0 % 4)")]
    [InlineData("Mod(Mul(Integer(4), Symbol('s0')), Integer(4))", "0")]
    [InlineData("ModularIndexing(Symbol('s0'), Integer(2), Integer(3))", "((s0 // 2) % 3)")]
    [InlineData("Max(Integer(1), Add(Symbol('s0'), Integer(-5)))", "max(1, s0 - 5)")]
    [InlineData("Min(Integer(1), Symbol('s0'))", "1")]
    [InlineData("CeilToInt(IntTrueDiv(Symbol('s0'), Integer(2)))", "((s0 + 1) // 2)")]
    [InlineData("TruncToInt(Mul(Float('1.5', precision=53), ToFloat(Symbol('s0'))))", "((3*s0) // 2)")]
    [InlineData("TruncToInt(Mul(Float('0.3', precision=53), ToFloat(Symbol('s0'))))", "((3*s0) // 10)")]
    [InlineData("FloorToInt(Mul(Rational(1, 4), Symbol('s1')))", "(s1 // 4)")]
    [InlineData("CleanDiv(Mul(Integer(8), Symbol('s0')), Integer(4))", "2*s0")]
    [InlineData("Mul(Rational(1, 2), Symbol('s0'), Integer(6))", "3*s0")]
    [InlineData("Integer(7)", "7")]
    public void ExpressionsBecomeDims(string text, string expected)
    {
        var dim = Parse(text);
        Assert.NotNull(dim);
        foreach (var (a, b) in new[] { (2, 1), (3, 2), (17, 5), (511, 1000), (64, 12) })
        {
            // Printed forms may be reordered: what counts is the value.
            Assert.Equal(Parse(expected.Replace("max(", "Max(", StringComparison.Ordinal))!.Evaluate(Leaf), dim.Evaluate(Leaf));

            long Leaf(Atom atom) => ((Symbol)atom).Name == "s0" ? a : b;
        }
    }

    [Theory]
    [InlineData("Mul(Rational(1, 2), Symbol('s0'))")]
    [InlineData("TruncToInt(Mul(Float('0.7', precision=53), ToFloat(Symbol('s0'))))")]
    [InlineData("TruncToInt(Mul(Float('0.123456789', precision=53), ToFloat(Symbol('s0'))))")]
    [InlineData("CeilToInt(Mul(Float('0.3', precision=53), ToFloat(Symbol('s0'))))")]
    [InlineData("TruncToInt(Add(Integer(1), Mul(Float('0.3', precision=53), ToFloat(Symbol('s0')))))")]
    [InlineData("Mul(Float('0.3', precision=53), ToFloat(Symbol('s0')))")]
    [InlineData("FloorDiv(Symbol('s0'), Symbol('u0'))")]
    [InlineData("GreaterThan(Symbol('s0'), Integer(0))")]
    [InlineData("oo")]
    public void WhatNoDimSaysIsNull(string text) =>
        Assert.Null(Parse(text));

    [Theory]
    [InlineData("StrictGreaterThan(Mul(Integer(3), Symbol('s0', positive=True, integer=True)), Integer(20))", 7, 6)]
    [InlineData("And(Unequality(FloorDiv(Symbol('s0'), Integer(2)), Integer(1)), Not(Equality(Symbol('s0'), Integer(9))))", 4, 9)]
    [InlineData("Or(LessThan(Symbol('s0'), Integer(3)), Equality(Mod(Symbol('s0'), Integer(2)), Integer(0)))", 3, 5)]
    [InlineData("s0 >= 4", 4, 3)]
    public void ConditionsHold(string text, long holds, long fails)
    {
        var condition = SympyParser.ParseCondition(text, (name, _) => Symbols[name]);
        Assert.NotNull(condition);
        Assert.True(condition.Holds(_ => holds));
        Assert.False(condition.Holds(_ => fails));
    }

    [Theory]
    [InlineData("")]
    [InlineData("Add(Symbol('s0'")]
    [InlineData("s0 +")]
    [InlineData("s0 s1")]
    [InlineData("Symbol('s0)")]
    [InlineData("Integer(99999999999999999999)")]
    [InlineData("Mul(Integer(9223372036854775807), Integer(9223372036854775807))")]
    [InlineData("$")]
    public void OtherTextIsAnError(string text) => Assert.Throws<FormatException>(() => Parse(text));

    [Fact]
    public void HostileTextIsAnError()
    {
        Assert.Throws<FormatException>(() => Parse(new string('(', 10_000)));
        Assert.Throws<FormatException>(() => Parse(new string('-', 10_000)));
        Assert.Throws<FormatException>(() => Parse(new string('1', 100_000)));
        var sum = string.Join(" + ", Enumerable.Range(0, 40).Select(i => $"x{i}"));
        Assert.Throws<FormatException>(() => Parse($"({sum})*({sum})*({sum})"));
        Assert.Throws<FormatException>(() => Parse($"({sum})**8"));
    }

    private static Dim? Parse(string text) => SympyParser.Parse(text, Find);

    private static Dim Find(string name, SymbolSigns signs) =>
        Symbols.TryGetValue(name, out var symbol) ? symbol : Symbols[name] = new Symbol(name, signs == SymbolSigns.Positive ? 1 : 0, null);
}
