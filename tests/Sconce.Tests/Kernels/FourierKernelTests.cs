using Sconce.Compiler.Kernels;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Complex = System.Numerics.Complex;

namespace Sconce.Tests.Kernels;

/// <summary>Transforms of many lengths against sums written down, and what must hold of any transform.</summary>
public sealed class FourierKernelTests
{
    private static readonly int[] Lengths =
        [1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 18, 20, 21, 24, 26, 32, 33, 40, 48, 60, 64, 65, 80, 84, 91, 96, 100, 104, 128, 144, 165, 176, 208, 240];

    /// <summary>Those with a large prime factor.</summary>
    private static readonly int[] Primes = [17, 19, 34, 51, 67, 101];

    [Fact]
    public void The_plain_transform_is_the_sum_of_its_definition()
    {
        var random = new Random(7);
        foreach (var size in (int[])[.. Lengths, .. Primes])
        {
            Complex[] x = [.. Enumerable.Range(0, size).Select(_ => new Complex(random.NextDouble() - 0.5, random.NextDouble() - 0.5))];
            var result = FourierTransform.Forward(x);
            for (var k = 0; k < size; k++)
            {
                var sum = Complex.Zero;
                for (var n = 0; n < size; n++)
                {
                    sum += x[n] * Complex.FromPolarCoordinates(1, -2 * Math.PI * ((long)n * k % size) / size);
                }

                Assert.True((sum - result[k]).Magnitude < 1e-12 * size, $"{size}: output {k} is {result[k]}, not {sum}.");
            }
        }
    }

    [Theory]
    [InlineData(DType.Float32, false)]
    [InlineData(DType.Float32, true)]
    [InlineData(DType.Float64, true)]
    public void Kernels_agree_with_the_evaluator(DType type, bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        foreach (var size in Lengths)
        {
            foreach (var form in Enum.GetValues<FourierForm>().Where(form => form == FourierForm.Complex || size % 2 == 0))
            {
                foreach (var (outer, rows) in ((long, long)[])[(1, 1), (1, 3), (2, 5)])
                {
                    harness.Add($"{form} {size} of {outer} x {rows}", [Transform(form, size, type, [outer, rows], scale: 0.5)], type == DType.Float32 ? 2e-5 : 1e-13);
                }
            }
        }

        harness.Run();
    }

    [Fact]
    public void How_many_may_be_known_only_when_run()
    {
        var harness = new KernelHarness();
        foreach (var size in (int[])[6, 15, 64, 96])
        {
            foreach (var count in (long[])[1, 4, 7])
            {
                var rows = new Symbol("rows", 1, 99);
                harness.Add($"{size} of {count}", [Transform(FourierForm.Complex, size, DType.Float32, [Dim.Of(rows), 2])], 2e-5, new Dictionary<Symbol, long> { [rows] = count });
            }
        }

        harness.Run();
    }

    [Theory]
    [InlineData(DType.Float32, false)]
    [InlineData(DType.Float32, true)]
    [InlineData(DType.Float64, true)]
    public void How_long_may_be_known_only_when_run(DType type, bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        foreach (var size in (int[])[.. Lengths, .. Primes, 23, 37, 38, 289, 361, 1009, 1024])
        {
            foreach (var form in Enum.GetValues<FourierForm>())
            {
                foreach (var (outer, rows) in ((long, long)[])[(1, 1), (2, 5)])
                {
                    var length = new Symbol("length", 1, null);
                    harness.Add(
                        $"{form} {size} of {outer} x {rows}", [AtRun(form, Dim.Of(length), type, [outer, rows], 0.5)], type == DType.Float32 ? 4e-5 : 2e-13,
                        new Dictionary<Symbol, long> { [length] = size });
                }
            }
        }

        harness.Run();
    }

    [Fact]
    public void Length_and_count_may_both_be_known_only_when_run()
    {
        var harness = new KernelHarness();
        foreach (var size in (int[])[1, 15, 34, 64, 96])
        {
            foreach (var count in (long[])[1, 4, 7])
            {
                var (rows, length) = (new Symbol("rows", 1, 99), new Symbol("length", 1, 999));
                harness.Add(
                    $"{size} of {count}", [AtRun(FourierForm.RealToComplex, (Dim.Of(length) * 2) - 1, DType.Float32, [Dim.Of(rows), 2])], 2e-5,
                    new Dictionary<Symbol, long> { [rows] = count, [length] = size });
            }
        }

        harness.Run();
    }

    [Fact]
    public void A_convolution_has_room_for_its_numbers()
    {
        foreach (var size in Enumerable.Range(1, 5000).Append(10007).Append(65537).Append(1_000_003))
        {
            // As the function that makes the table does it: the least multiple of 16 that suits.
            var needed = (2L * size) - 1;
            var length = long.MaxValue;
            foreach (var factor in FourierTable.LengthFactors)
            {
                var candidate = (long)factor;
                while (candidate < needed || candidate % 16 != 0)
                {
                    candidate *= 2;
                }

                length = Math.Min(length, candidate);
            }

            var numbers = (FourierTable.Numbers / sizeof(float)) + (4 * length) + (2 * (size + 4)) + 8;
            Assert.True(numbers <= FourierTable.Count(size).Value, $"{size}: a table has {numbers} numbers, and room for {FourierTable.Count(size)}.");
            Assert.True(Math.Max(2 * (length + 4), 8 * (size + 1)) <= FourierTable.AreaCount(size).Value, $"{size}: an area has room for {FourierTable.AreaCount(size)} numbers.");
        }
    }

    [Fact]
    public void Results_may_lie_in_any_order()
    {
        var harness = new KernelHarness();
        foreach (var size in (int[])[6, 15, 34, 64])
        {
            var length = new Symbol("length", 1, 999);
            foreach (var step in (FourierStep[])[.. FourierPlan.Suits(size) ? [Transform(FourierForm.Complex, size, DType.Float32, [3, 5])] : Array.Empty<FourierStep>(),
                AtRun(FourierForm.Complex, Dim.Of(length), DType.Float32, [3, 5])])
            {
                foreach (var target in step.Targets)
                {
                    target.Buffer.Order = [2, 0, 1];
                }

                harness.Add($"{size}", [step], 2e-5, new Dictionary<Symbol, long> { [length] = size });
            }
        }

        harness.Run();
    }

    [Theory]
    [InlineData(DType.Float32, false, 3e-6)]
    [InlineData(DType.Float64, false, 1e-14)]
    [InlineData(DType.Float32, true, 3e-6)]
    [InlineData(DType.Float64, true, 1e-14)]
    public void The_inverse_of_a_transform_is_what_went_in(DType type, bool atRun, double tolerance)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = true });
        var given = new Dictionary<string, TensorValue>();
        var results = new Dictionary<string, TensorBuffer>();
        foreach (var size in (int[])[.. Lengths, .. Primes])
        {
            var (program, symbol) = (new TensorProgram(), new Symbol("length", 1, 1 << 20));
            program.Symbols.Add(symbol);
            Dim length = atRun ? symbol : size;
            var (x, y) = (new TensorBuffer("x", type, [2, length]), new TensorBuffer("y", type, [2, length]));
            var context = new LoweringContext(program);
            var backwards = atRun ? Scale(1) / Expr.Of(length).As(DType.Float64) : Scale(1.0 / size);
            var z = Discrete.Inverse(context, Discrete.Forward(context, new(x, y), length, Scale(1)), length, backwards);
            var half = Discrete.FromHalf(context, Discrete.Half(context, x, length, Scale(1)), length, backwards);
            var (a, b) = (harness.Draw(x, Value), harness.Draw(y, Value));
            harness.Add($"{size}", program.Steps, 0, new Dictionary<Symbol, long> { [symbol] = size }, new Dictionary<TensorBuffer, TensorValue> { [x] = a, [y] = b }, evaluate: false);
            long Value(Dim dim) => dim.Evaluate(_ => size);
            foreach (var (result, wanted) in ((TensorBuffer, TensorValue)[])[(z.Real, a), (z.Imaginary, b), (half, a)])
            {
                results.Add($"{size} {results.Count}", result);
                given.Add($"{size} {given.Count}", wanted);
            }
        }

        var values = harness.Results().ToLookup(result => result.Buffer, result => result.Value, (IEqualityComparer<TensorBuffer>)ReferenceEqualityComparer.Instance);
        foreach (var (name, buffer) in results)
        {
            AssertNear(name, given[name], values[buffer].Last(), tolerance);
        }
    }

    [Fact]
    public void A_sum_transforms_into_the_sum()
    {
        var harness = new KernelHarness();
        var random = new Random(11);
        var outputs = new List<(string Name, TensorBuffer Real, TensorBuffer Imaginary)>();
        foreach (var size in (int[])[15, 60, 64, 67, 100])
        {
            // Rows: a, b, 2a - 3b.
            var x = Steps.Buffer("x", DType.Float64, 3, size);
            var value = new TensorValue(DType.Float64, [3, size]);
            for (var i = 0; i < size; i++)
            {
                var (a, b) = (random.NextDouble() - 0.5, random.NextDouble() - 0.5);
                value.SetFloat(i, a);
                value.SetFloat(size + i, b);
                value.SetFloat((2 * size) + i, (2 * a) - (3 * b));
            }

            var program = new TensorProgram();
            var z = Discrete.Half(new LoweringContext(program), x, size, Scale(1));
            harness.Add($"{size}", program.Steps, inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = value }, evaluate: false);
            outputs.Add(($"{size}", z.Real, z.Imaginary));
        }

        var values = harness.Results().ToLookup(result => result.Buffer, result => result.Value, (IEqualityComparer<TensorBuffer>)ReferenceEqualityComparer.Instance);
        foreach (var (name, buffer) in outputs.SelectMany(output => ((string, TensorBuffer)[])[(output.Name, output.Real), (output.Name, output.Imaginary)]))
        {
            var value = values[buffer].Last();
            var count = value.Count / 3;
            for (var k = 0; k < count; k++)
            {
                var sum = (2 * value.GetFloat(k)) - (3 * value.GetFloat(count + k));
                Assert.True(Math.Abs(sum - value.GetFloat((2 * count) + k)) < 1e-12, $"{name}: output {k}");
            }
        }
    }

    private static FourierStep Transform(FourierForm form, int size, DType type, Dim[] batch, double scale = 1)
    {
        var plan = new FourierPlan(form, size);
        var data = plan.Table(type);
        return Transform(form, size, type, batch, scale, plan, new TensorBuffer("table", type, [data.Shape[0]], BufferKind.Constant, data));
    }

    private static FourierStep AtRun(FourierForm form, Dim size, DType type, Dim[] batch, double scale = 1)
    {
        var table = new TensorBuffer("table", type, [FourierTable.Count(size)], BufferKind.Kept);
        return Transform(form, size, type, batch, scale, null, table) with { Made = new TensorBuffer("made", DType.Int32, [1], BufferKind.Kept) };
    }

    private static FourierStep Transform(FourierForm form, Dim size, DType type, Dim[] batch, double scale, FourierPlan? plan, TensorBuffer table)
    {
        var half = size.FloorDiv(2) + 1;
        var (inputs, outputs) = (form == FourierForm.ComplexToReal ? half : size, form == FourierForm.RealToComplex ? half : size);
        var (x, y) = (new TensorBuffer("x", type, [.. batch, inputs]), new TensorBuffer("y", type, [.. batch, inputs]));
        var axes = batch.Select((dim, i) => new Axis(dim, $"b{i}")).ToArray();
        var (input, output) = (new Axis(inputs, "n"), new Axis(outputs, "k"));
        Expr own = Expr.Of(Dim.Of(input)).EqualTo(Expr.Of(Dim.Zero)) | Expr.Of(Dim.Of(input) * 2).EqualTo(Expr.Of(size));
        var imaginary = form == FourierForm.ComplexToReal ? Expr.Select(own, Expr.Const(type, 0L), y.At([.. axes, input])) : y.At([.. axes, input]);
        return new FourierStep(
            [.. Enumerable.Range(0, form == FourierForm.ComplexToReal ? 1 : 2).Select(i => Target.Whole(new TensorBuffer($"result{i}", type, [.. batch, outputs]), [.. axes, output]))],
            [.. axes], input, output, x.At([.. axes, input]), form == FourierForm.RealToComplex ? Expr.Const(type, 0L) : imaginary, form, plan, Scale(scale), new LoadExpr(table, [Dim.Zero]));
    }

    private static Expr Scale(double scale) => Expr.Const(DType.Float64, scale);

    private static void AssertNear(string name, TensorValue wanted, TensorValue got, double tolerance)
    {
        Assert.Equal(wanted.Shape, got.Shape);
        for (var i = 0L; i < wanted.Count; i++)
        {
            Assert.True(Math.Abs(wanted.GetFloat(i) - got.GetFloat(i)) <= tolerance, $"{name}: element {i} is {got.GetFloat(i)}, not {wanted.GetFloat(i)}.");
        }
    }
}
