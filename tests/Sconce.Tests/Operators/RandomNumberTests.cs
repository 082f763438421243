using System.Runtime.InteropServices;
using Sconce.Compiler;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Tests.Graphs;
using Sconce.Tests.Kernels;

namespace Sconce.Tests.Operators;

/// <summary>The generator's known answers, and the distributions of what is drawn with it, from fixed seeds.</summary>
public sealed class RandomNumberTests
{
    private const int Count = 20_000;

    /// <summary>The vectors that Random123 has for philox4x32-10.</summary>
    [Theory]
    [InlineData(0u, 0u, 0u, 0u, 0u, 0u, 0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u)]
    [InlineData(~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu)]
    [InlineData(0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u, 0xa4093822u, 0x299f31d0u, 0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u)]
    public void WordsAreTheKnownOnes(uint a, uint b, uint c, uint d, uint k, uint l, uint e, uint f, uint g, uint h) =>
        Assert.Equal((e, f, g, h), Philox.Words((a, b, c, d), (k, l)));

    /// <summary>By vectors, by single elements, in the evaluator: to the bit.</summary>
    [Fact]
    public void KernelsAndEvaluatorDrawTheSameBits()
    {
        var harness = new KernelHarness();
        foreach (var gap in (int[])[1, 2])
        {
            var axis = new Axis(37, "i");
            var result = Steps.Buffer("y", DType.Int32, 37, gap);
            Expr Operand(int number) => Expr.Of((Dim)axis * (number + 1)).As(DType.Int32) + Expr.Const(DType.Int32, 0x12345 * number);
            Expr Word(int word) => new RandomExpr(word, [.. Enumerable.Range(0, RandomExpr.OperandCount).Select(Operand)]);
            var all = Word(3) + (Word(2) * Expr.Const(DType.Int32, 3L)) + (Word(1) * Expr.Const(DType.Int32, 5L)) + (Word(0) * Expr.Const(DType.Int32, 7L));
            harness.Add($"gap {gap}", [new MapStep(new Target(result, [axis, Dim.Zero]), [axis], all)],
                inputs: new Dictionary<TensorBuffer, TensorValue> { [result] = new(DType.Int32, [37, gap]) });
        }

        harness.Run();
    }

    [Fact]
    public void UniformNumbersAreUniform() => Follows(Draw("rand", ("size", new long[] { Count })), x => x);

    [Fact]
    public void NormalNumbersAreNormal() => Follows(Draw("randn", ("size", new long[] { Count })), x => 1 - (Erfc(x / Math.Sqrt(2)) / 2));

    [Fact]
    public void ExponentialNumbersAreExponential() => Follows(DrawLike("exponential", ("lambd", 2.0)), x => 1 - Math.Exp(-2 * x));

    [Fact]
    public void CauchyNumbersAreCauchy() => Follows(DrawLike("cauchy", ("median", 1.0), ("sigma", 2.0)), x => 0.5 + (Math.Atan((x - 1) / 2) / Math.PI));

    [Fact]
    public void LogNormalNumbersAreLogNormal() =>
        Follows(DrawLike("log_normal", ("mean", 0.5), ("std", 0.25)), x => 1 - (Erfc((Math.Log(x) - 0.5) / 0.25 / Math.Sqrt(2)) / 2));

    [Fact]
    public void TrialsAreGeometric() => HasFrequencies(DrawLike("geometric", ("p", 0.3)), k => k < 1 ? 0 : 0.3 * Math.Pow(0.7, k - 1), 12);

    [Fact]
    public void IntegersAreEven() => HasFrequencies(Draw("randint", ("high", 10), ("size", new long[] { Count })), k => k < 10 ? 0.1 : 0, 10);

    [Fact]
    public void SuccessesComeWithTheirProbability() => HasFrequencies(DrawLike("bernoulli.p", ("p", 0.3)), k => k == 0 ? 0.7 : k == 1 ? 0.3 : 0, 2);

    [Theory]
    [InlineData(4f)]
    [InlineData(20f)]
    public void CountsArePoisson(float mean)
    {
        var log = 0.0;
        var probabilities = Enumerable.Range(0, 60).Select(k => Math.Exp((k * Math.Log(mean)) - mean - (k == 0 ? 0 : log += Math.Log(k)))).ToArray();
        HasFrequencies(DrawOf("poisson", mean), k => probabilities[k], 50);
    }

    /// <summary>Each place of a permutation holds each number equally often.</summary>
    [Fact]
    public void PermutationsAreEven()
    {
        var firsts = new List<double>();
        for (var seed = 0; seed < 500; seed++)
        {
            var drawn = Draw(new GraphBuilder(), "randperm", seed, 1, [("n", 5)], 5);
            Assert.Equal([0, 1, 2, 3, 4], drawn.Order());
            firsts.Add(drawn[2]);
        }

        HasFrequencies(firsts, k => k < 5 ? 0.2 : 0, 5);
    }

    /// <summary>The same seed gives the same numbers, another one others; and so does the next run.</summary>
    [Fact]
    public void SeedsAndRunsDrawTheirOwn()
    {
        var size = ("size", (object?)new long[] { Count });
        Assert.Equal(Draw("rand", 5, size), Draw("rand", 5, size));
        Assert.NotEqual(Draw("rand", 5, size), Draw("rand", 6, size));
        Assert.NotEqual(Draw("rand", 5, size), Draw("rand", 5, runs: 2, size));
    }

    private static double[] Draw(string op, params (string Name, object? Argument)[] arguments) => Draw(op, 1, arguments);

    private static double[] Draw(string op, long seed, params (string Name, object? Argument)[] arguments) => Draw(op, seed, runs: 1, arguments);

    private static double[] Draw(string op, long seed, int runs, params (string Name, object? Argument)[] arguments) => Draw(new GraphBuilder(), op, seed, runs, arguments);

    private static double[] DrawLike(string op, params (string Name, object? Argument)[] arguments) => DrawOf(op, 0, arguments);

    private static double[] DrawOf(string op, float element, params (string Name, object? Argument)[] arguments)
    {
        var builder = new GraphBuilder();
        var elements = Enumerable.Repeat(element, Count).ToArray();
        var self = builder.Buffer("self", TensorData.Dense(DType.Float32, [Count], MemoryMarshal.AsBytes(elements.AsSpan()).ToArray()));
        return Draw(builder, op, 1, 1, [("self", self), .. arguments]);
    }

    private static double[] Draw(GraphBuilder builder, string op, long seed, int runs, (string Name, object? Argument)[] arguments, long count = Count)
    {
        var type = op.StartsWith("rand", StringComparison.Ordinal) && op is not ("rand" or "randn") ? DType.Int64 : DType.Float32;
        builder.Output(builder.Node("drawn", op, GraphBuilder.Tensor(type, count), arguments));
        var program = GraphLowering.Lower(builder.Graph).Program;
        Pipeline.Run(program, verify: true);
        var evaluator = new Evaluator();
        evaluator.Set(program.Seed!, TensorProgram.SeedOf(seed));
        TensorValue drawn = null!;
        for (var run = 0; run < runs; run++)
        {
            drawn = evaluator.Run(program, [])[0];
        }

        return [.. Enumerable.Range(0, (int)drawn.Count).Select(i => drawn.Type.IsFloat() ? drawn.GetFloat(i) : drawn.GetInteger(i))];
    }

    /// <summary>Kolmogorov and Smirnov's test, of which one set of right numbers in ten thousand fails: these are always the same ones.</summary>
    private static void Follows(double[] drawn, Func<double, double> distribution)
    {
        Array.Sort(drawn);
        var distance = drawn.Select((x, i) => Math.Max(Math.Abs(distribution(x) - ((double)i / drawn.Length)), Math.Abs(distribution(x) - ((i + 1.0) / drawn.Length)))).Max();
        Assert.True(distance < 2.23 / Math.Sqrt(drawn.Length), $"The distance is {distance}.");
    }

    /// <summary>Chi-square, of the values that are expected five times at least: beyond five standard deviations of it something is wrong.</summary>
    private static void HasFrequencies(IReadOnlyCollection<double> drawn, Func<int, double> probability, int values)
    {
        Assert.All(drawn, x => Assert.True(x >= 0 && double.IsInteger(x), $"{x}"));
        var (sum, freedom) = (0.0, -1);
        for (var k = 0; k < values; k++)
        {
            var expected = probability(k) * drawn.Count;
            var found = drawn.Count(x => x == k);
            if (expected >= 5)
            {
                sum += (found - expected) * (found - expected) / expected;
                freedom++;
            }
        }

        Assert.True(sum < freedom + (5 * Math.Sqrt(2.0 * Math.Max(freedom, 1))) + 5, $"Chi-square is {sum} for {freedom} degrees of freedom.");
    }

    private static double Erfc(double x) => UnaryOperation.Of(UnaryOp.Erfc).Floats!(x);
}
