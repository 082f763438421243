using System.Runtime.InteropServices;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>Functions over the whole range of floats, sampled by bit patterns, against references in double precision.</summary>
public sealed class MathFunctionTests(ITestOutputHelper output)
{
    // Every so many bit patterns; a prime, so that all low bits occur.
    private const int Step = 65521;

    /// <summary>The largest error that is promised, in units in the last place; what the sigmoid has below the normal range may be 0.</summary>
    private static readonly (UnaryOp Op, double Ulp)[] Promised =
    [
        (UnaryOp.Exp, 1), (UnaryOp.Expm1, 1.5), (UnaryOp.Log, 1), (UnaryOp.Log1p, 1.5), (UnaryOp.Sin, 1.6), (UnaryOp.Cos, 1.6), (UnaryOp.Tan, 0.51),
        (UnaryOp.Asin, 0.51), (UnaryOp.Acos, 0.51), (UnaryOp.Atan, 0.51), (UnaryOp.Sinh, 0.51), (UnaryOp.Cosh, 0.51), (UnaryOp.Tanh, 2.5),
        (UnaryOp.Asinh, 0.51), (UnaryOp.Acosh, 0.51), (UnaryOp.Atanh, 0.51), (UnaryOp.Sigmoid, 2.5), (UnaryOp.Erf, 1.5), (UnaryOp.Sqrt, 0.5),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Float32_functions_keep_their_promises(bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        var samples = Samples();
        foreach (var (op, _) in Promised)
        {
            Add(harness, op.ToString(), DType.Float32, samples, x => x.Apply(op));
        }

        var worst = new List<string>();
        foreach (var (name, _, value) in harness.Results())
        {
            var op = Enum.Parse<UnaryOp>(name);
            var results = MemoryMarshal.Cast<byte, float>(value.Bytes);
            var (largest, where) = (0.0, 0f);
            for (var i = 0; i < samples.Length; i++)
            {
                var wanted = Reference(op, samples[i]);
                wanted = op == UnaryOp.Sigmoid && wanted < 1.2e-38 && results[i] < 1.2e-38 ? results[i] : wanted;
                var error = Error(results[i], wanted, 24, -126);
                if (!(error <= largest))
                {
                    (largest, where) = (error, samples[i]);
                }
            }

            output.WriteLine($"{op}: {largest:F3} ulp at {where:R}");
            if (!(largest <= Promised.First(promise => promise.Op == op).Ulp))
            {
                worst.Add($"{op}: {largest} ulp at {where:R} (bits {BitConverter.SingleToUInt32Bits(where):X8}), is {results[samples.IndexOf(where)]:R}");
            }
        }

        Assert.True(worst.Count == 0, string.Join("\n", worst));
    }

    /// <summary>Activations by how models write them; the largest error in units in the last place of the result from -1 on, and of x everywhere.</summary>
    private static readonly (string Name, Func<Expr, Expr> Function, Func<double, double> Reference, double Ulp, double UlpOfX)[] Activations =
    [
        ("silu", x => x * x.Sigmoid(), x => x / (1 + Math.Exp(-x)), 2.5, 1.5),
        ("gate", x => x.Sigmoid() * (x + x), x => 2 * x / (1 + Math.Exp(-x)), 2.5, 3),
        ("gelu", x => x.Gelu(tanh: false), Gelu, 3, 1.5),
        ("gelu, divided", x => x.Like(0.5) * (x * ((x / x.Like(Math.Sqrt(2))).Apply(UnaryOp.Erf) + x.One)), Gelu, 3, 1.5),
        ("gelu, tanh", x => x.Gelu(tanh: true), GeluByTanh, 2.5, 1.5),
        ("one and tanh", x => x * (x.Tanh() + x.One), x => 2 * x / (1 + Math.Exp(-2 * x)), 2.5, 3),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Activations_keep_their_promises(bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        var samples = Samples();
        foreach (var activation in Activations)
        {
            Add(harness, activation.Name, DType.Float32, samples, activation.Function);
        }

        var worst = new List<string>();
        foreach (var (name, _, value) in harness.Results())
        {
            var (_, _, reference, ulp, ulpOfX) = Activations.Single(activation => activation.Name == name);
            var results = MemoryMarshal.Cast<byte, float>(value.Bytes);
            var (largest, where, largestOfX) = (0.0, 0f, 0.0);
            for (var i = 0; i < samples.Length; i++)
            {
                var (x, got) = (samples[i], (double)results[i]);
                if (x < -1e38)
                {
                    // Minus infinity times 0 is NaN, as in PyTorch; so is what overflows before.
                    Assert.True(double.IsNaN(got) || (Math.Abs(got) < 2e-7 && x != float.NegativeInfinity), $"{name} of {x} is {got}");
                    continue;
                }

                var wanted = reference(x);
                var zeros = got == 0 && Math.Abs(wanted) < 1.2e-38;
                var error = x < -1 || zeros ? 0 : Error((float)got, wanted, 24, -126);
                (largest, where) = error <= largest ? (largest, where) : (error, x);
                largestOfX = float.IsFinite(x) && float.IsNormal(x) && Math.Abs(wanted) < float.MaxValue
                    ? Math.Max(largestOfX, Math.Abs(got - wanted) / Math.ScaleB(1, Math.ILogB(x) - 23))
                    : largestOfX;
            }

            output.WriteLine($"{name}: {largest:F3} ulp at {where:R}, {largestOfX:F3} of x");
            if (!(largest <= ulp && largestOfX <= ulpOfX))
            {
                worst.Add($"{name}: {largest} ulp at {where:R}, {largestOfX} ulp of x");
            }
        }

        Assert.True(worst.Count == 0, string.Join("\n", worst));
    }

    private static readonly (string Name, Func<Expr, Expr> Function, Func<double, double> Reference, double Ulp)[] Powers =
    [
        ("to the 2.2", x => x.Apply(BinaryOp.Pow, x.Like(2.2)), x => Math.Pow(x, 2.2f), 0.51),
        ("to the -0.37", x => x.Apply(BinaryOp.Pow, x.Like(-0.37)), x => Math.Pow(x, -0.37f), 0.51),
        ("to the 5", x => x.Apply(BinaryOp.Pow, x.Like(5)), x => Math.Pow(x, 5), 0.51),
        ("of 2", x => x.Like(2).Apply(BinaryOp.Pow, x), x => Math.Pow(2, x), 1.1),
        ("of 0.3", x => x.Like(0.3).Apply(BinaryOp.Pow, x), x => Math.Pow(0.3f, x), 0.51),
        ("of itself", x => x.Apply(BinaryOp.Pow, x), x => Math.Pow(x, x), 0.51),
        ("of its root", x => x.Abs().Sqrt().Apply(BinaryOp.Pow, x), x => Math.Pow(MathF.Sqrt(MathF.Abs((float)x)), x), 0.51),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Powers_are_rounded_once(bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        var samples = Samples();
        foreach (var power in Powers)
        {
            Add(harness, power.Name, DType.Float32, samples, power.Function);
        }

        var worst = new List<string>();
        foreach (var (name, _, value) in harness.Results())
        {
            var (_, _, reference, ulp) = Powers.Single(power => power.Name == name);
            var results = MemoryMarshal.Cast<byte, float>(value.Bytes);
            for (var i = 0; i < samples.Length; i++)
            {
                var error = Error(results[i], reference(samples[i]), 24, -126);
                if (!(error <= ulp))
                {
                    worst.Add($"{name}: {error} ulp at {samples[i]:R}, is {results[i]:R}, expected {reference(samples[i]):R}");
                    break;
                }
            }
        }

        Assert.True(worst.Count == 0, string.Join("\n", worst));
    }

    private static double Gelu(double x) => x * 0.5 * SpecialFunctions.Erfc(-x * Math.Sqrt(0.5));

    private static double GeluByTanh(double x) => x / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))));

    [Fact]
    public void Float64_functions_are_good_to_14_digits()
    {
        var harness = new KernelHarness();
        var random = new Random(3);
        var samples = new double[4001];
        for (var i = 0; i < samples.Length; i++)
        {
            samples[i] = i % 4 == 0 ? BitConverter.Int64BitsToDouble(random.NextInt64()) * (i % 8 == 0 ? 1 : -1)
                : Math.Exp((random.NextDouble() * 16) - 10) * (i % 2 == 0 ? 1 : -1);
        }

        double[] special = [0, -0.0, 1, -1, double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.5, 710, -746, 1e-310];
        special.CopyTo(samples, 0);
        foreach (var (op, _) in Promised)
        {
            var (x, y) = (Steps.Buffer("x", DType.Float64, samples.Length), Steps.Buffer("y", DType.Float64, samples.Length));
            harness.Add(op.ToString(), [Steps.Map(y, axes => x.At(axes).Apply(op))],
                inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = new(DType.Float64, [samples.Length], MemoryMarshal.AsBytes<double>(samples).ToArray()) });
        }

        var worst = new List<string>();
        foreach (var (name, _, value) in harness.Results())
        {
            var results = MemoryMarshal.Cast<byte, double>(value.Bytes);
            for (var i = 0; i < samples.Length; i++)
            {
                var wanted = Reference(Enum.Parse<UnaryOp>(name), samples[i]);
                var scale = Math.Max(Math.Abs(wanted), 1e-300);
                if (!(results[i].Equals(wanted) || Math.Abs(results[i] - wanted) <= 1e-14 * scale))
                {
                    worst.Add($"{name}({samples[i]:R}) is {results[i]:R}, expected {wanted:R}");
                    break;
                }
            }
        }

        Assert.True(worst.Count == 0, string.Join("\n", worst));
    }

    [Fact]
    public void Rare_functions_agree_with_the_evaluator()
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Float64 })
        {
            foreach (var op in new[] { UnaryOp.Erf, UnaryOp.Erfc, UnaryOp.Erfinv, UnaryOp.Lgamma, UnaryOp.Digamma })
            {
                var (x, y) = (Steps.Buffer("x", type, 203), Steps.Buffer("y", type, 203));
                var value = new TensorValue(type, [203]);
                for (var i = 0; i < 203; i++)
                {
                    value.SetFloat(i, op == UnaryOp.Erfinv ? (i - 101) / 101.0 : (i - 60) / 8.0 + (i % 3 * 0.01));
                }

                harness.Add($"{op} {type}", [Steps.Map(y, axes => x.At(axes).Apply(op))], type == DType.Float32 ? 3e-7 : 2e-13,
                    inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = value });
            }

            foreach (var op in new[] { BinaryOp.Pow, BinaryOp.Atan2, BinaryOp.Rem, BinaryOp.Mod, BinaryOp.FloorDiv })
            {
                double[] numbers = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 1.5, 7.25, -7.25, 100, 1e-3, 40, double.PositiveInfinity, double.NegativeInfinity, double.NaN];
                var count = numbers.Length;
                var (a, b, y) = (Steps.Buffer("a", type, count), Steps.Buffer("b", type, count), Steps.Buffer("y", type, count, count));
                var (left, right) = (new TensorValue(type, [count]), new TensorValue(type, [count]));
                for (var i = 0; i < count; i++)
                {
                    left.SetFloat(i, numbers[i]);
                    right.SetFloat(i, numbers[i]);
                }

                harness.Add($"{op} {type}", [Steps.Map(y, axes => a.At(axes[0]).Apply(op, b.At(axes[1])))], type == DType.Float32 ? 1e-7 : 1e-14,
                    inputs: new Dictionary<TensorBuffer, TensorValue> { [a] = left, [b] = right });
            }

            foreach (var exponent in new[] { 2, 3, 4, 1, 0.5, -0.5, -1, -2, 2.5 })
            {
                var (x, y) = (Steps.Buffer("x", type, 35), Steps.Buffer("y", type, 35));
                harness.Add($"power {exponent} {type}", [
                    Steps.Map(y, axes => x.At(axes).Apply(UnaryOp.Abs).Apply(BinaryOp.Pow, Expr.Const(type, exponent)))], type == DType.Float32 ? 3e-7 : 1e-14);
            }
        }

        harness.Run();
    }

    private static float[] Samples()
    {
        var samples = new List<float> { 0f, -0f, 1f, -1f, float.NaN, float.PositiveInfinity, float.NegativeInfinity, float.Epsilon, 88.8f, -104f, 1048576f };
        for (var bits = 0L; bits <= uint.MaxValue; bits += Step)
        {
            samples.Add(BitConverter.UInt32BitsToSingle((uint)bits));
        }

        // More where functions bend.
        for (var i = -20000; i <= 20000; i++)
        {
            samples.Add(i / 1777f);
        }

        for (var i = -11000; i <= 11000; i++)
        {
            samples.Add(i / 101f);
        }

        samples.Add(3e38f);
        return [.. samples];
    }

    private static void Add(KernelHarness harness, string name, DType type, float[] samples, Func<Expr, Expr> function)
    {
        var (x, y) = (Steps.Buffer("x", type, samples.Length), Steps.Buffer("y", type, samples.Length));
        harness.Add(name, [Steps.Map(y, axes => function(x.At(axes)))], evaluate: false,
            inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = new(type, [samples.Length], MemoryMarshal.AsBytes<float>(samples).ToArray()) });
    }

    private static double Error(double got, double wanted, int digits, int lowestExponent)
    {
        if (double.IsNaN(wanted) || double.IsNaN(got))
        {
            return double.IsNaN(wanted) && double.IsNaN(got) ? 0 : double.PositiveInfinity;
        }

        if (got == wanted || (double.IsInfinity(got) && Math.Abs(wanted) > float.MaxValue && digits == 24))
        {
            return wanted == 0 && double.IsNegative(got) != double.IsNegative(wanted) ? double.PositiveInfinity : 0;
        }

        var exponent = wanted == 0 ? lowestExponent : Math.Max(Math.ILogB(wanted), lowestExponent);
        return Math.Abs(got - wanted) / Math.ScaleB(1, exponent - digits + 1);
    }

    private static double Reference(UnaryOp op, double x) => op switch
    {
        UnaryOp.Exp => Math.Exp(x),
        UnaryOp.Expm1 => SpecialFunctions.Expm1(x),
        UnaryOp.Log => Math.Log(x),
        UnaryOp.Log1p => SpecialFunctions.Log1p(x),
        UnaryOp.Sin => Math.Sin(x),
        UnaryOp.Cos => Math.Cos(x),
        UnaryOp.Tan => Math.Tan(x),
        UnaryOp.Asin => Math.Asin(x),
        UnaryOp.Acos => Math.Acos(x),
        UnaryOp.Atan => Math.Atan(x),
        UnaryOp.Sinh => Math.Sinh(x),
        UnaryOp.Cosh => Math.Cosh(x),
        UnaryOp.Tanh => Math.Tanh(x),
        UnaryOp.Asinh => Math.Asinh(x),
        UnaryOp.Acosh => Math.Acosh(x),
        UnaryOp.Atanh => Math.Atanh(x),
        UnaryOp.Sigmoid => 1 / (1 + Math.Exp(-x)),
        UnaryOp.Erf => SpecialFunctions.Erf(x),
        _ => Math.Sqrt(x),
    };
}
