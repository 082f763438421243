using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>
/// Compares products and convolutions with what the evaluator makes of the step as it was: the steps they are prepared into, run by the evaluator, and
/// those steps' kernels, with and without relaxed SIMD. All buffers, targets too, begin with random numbers.
/// </summary>
internal sealed class StepCheck
{
    private readonly KernelHarness[] harnesses = [new(), new(new KernelOptions { RelaxedSimd = true })];
    private readonly List<(string Name, TensorBuffer Target, TensorValue Expected, double Tolerance)> cases = [];

    public void Add(string name, Step step, double tolerance = 1e-4, params (Symbol Symbol, long Value)[] symbols) =>
        Add(name, step, KernelPreparation.Prepare(step), tolerance, symbols);

    /// <summary>The same for a preparation that is not the usual one.</summary>
    public void Add(string name, Step step, IReadOnlyList<Step> steps, double tolerance = 1e-4, params (Symbol Symbol, long Value)[] symbols)
    {
        var inputs = Draw(step, symbols);
        var expected = Fresh(inputs, symbols);
        expected.Run(step);
        var target = step.Targets[0].Buffer;

        var prepared = Fresh(inputs, symbols);
        foreach (var part in steps)
        {
            prepared.Run(part);
        }

        Compare($"{name}, prepared, in the evaluator", expected.Get(target), prepared.Get(target), tolerance);
        foreach (var harness in harnesses)
        {
            harness.Add(
                name, steps, tolerance, symbols.ToDictionary(pair => pair.Symbol, pair => pair.Value),
                inputs.ToDictionary(pair => pair.Key, pair => Copy(pair.Value)), evaluate: false);
        }

        cases.Add((name, target, expected.Get(target), tolerance));
    }

    public void Run()
    {
        foreach (var (harness, build) in harnesses.Zip((string[])["plain", "relaxed"]))
        {
            var results = harness.Results();
            foreach (var (name, target, expected, tolerance) in cases)
            {
                Compare($"{name}, {build}", expected, results.Single(result => ReferenceEquals(result.Buffer, target)).Value, tolerance);
            }
        }
    }

    private static void Compare(string what, TensorValue expected, TensorValue actual, double tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (var i = 0L; i < expected.Count; i++)
        {
            var (a, b) = (expected.GetFloat(i), actual.GetFloat(i));
            Assert.True(a.Equals(b) || Math.Abs(a - b) <= tolerance * (1 + Math.Abs(a)), $"{what}: element {i} of {expected.Count} is {b}, not {a}.");
        }
    }

    private static Evaluator Fresh(Dictionary<TensorBuffer, TensorValue> inputs, (Symbol Symbol, long Value)[] symbols)
    {
        var values = new Evaluator();
        foreach (var (symbol, value) in symbols)
        {
            values.Bind(symbol, value);
        }

        foreach (var (buffer, value) in inputs)
        {
            values.Set(buffer, Copy(value));
        }

        return values;
    }

    private static Dictionary<TensorBuffer, TensorValue> Draw(Step step, (Symbol Symbol, long Value)[] symbols)
    {
        var sizes = Fresh([], symbols);
        var random = new Random(1);
        var inputs = new Dictionary<TensorBuffer, TensorValue>();
        var buffers = new List<TensorBuffer>(step.Targets.Select(target => target.Buffer));
        _ = step.Rewrite(new ExprRewriter(loads: load =>
        {
            buffers.Add(load.Buffer);
            return null;
        }).Rewrite);
        foreach (var buffer in buffers.Distinct())
        {
            var value = new TensorValue(buffer.Type, [.. buffer.Dims.Select(sizes.Evaluate)]);
            for (var i = 0L; i < value.Count; i++)
            {
                value.SetFloat(i, buffer.Type.IsFloat() ? Math.Round((random.NextDouble() * 2) - 1, 2) : random.Next(-9, 10));
            }

            inputs.Add(buffer, value);
        }

        return inputs;
    }

    private static TensorValue Copy(TensorValue value) => new(value.Type, value.Shape, [.. value.Bytes]);
}
