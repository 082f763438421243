using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Kernels;

/// <summary>Compares products and convolutions, prepared and run as kernels, with what the evaluator makes of the step as it was.</summary>
internal static class StepCheck
{
    /// <summary>Tries the step with and without relaxed SIMD; all buffers hold random numbers. Gives the kernels' names.</summary>
    public static IReadOnlyList<string> Run(Step step, double tolerance = 1e-4, params (Symbol Symbol, long Value)[] symbols)
    {
        var expected = Fresh(step, symbols);
        expected.Run(step);
        var target = step.Targets[0].Buffer;
        var names = new List<string>();
        foreach (var relaxed in new[] { false, true })
        {
            var values = Fresh(step, symbols);
            foreach (var prepared in KernelPreparation.Prepare(step))
            {
                var module = new Module();
                var options = new KernelModule(module, new KernelOptions { RelaxedSimd = relaxed });
                if (prepared is not (ContractionStep or ConvolutionStep))
                {
                    values.Run(prepared);
                    continue;
                }

                var call = KernelGenerator.Generate(prepared, options);
                CheckEvaluator(prepared, values, expected.Get(target), symbols, tolerance);
                TileRunner.Run(call, module, values, symbols.ToDictionary(pair => pair.Symbol, pair => pair.Value));
                names.Add(call.Name);
            }

            Compare(expected.Get(target), values.Get(target), tolerance, names.LastOrDefault() ?? "reduction");
        }

        return names;
    }

    /// <summary>The prepared step still means the same to the evaluator.</summary>
    private static void CheckEvaluator(Step prepared, Evaluator values, TensorValue expected, (Symbol Symbol, long Value)[] symbols, double tolerance)
    {
        var other = new Evaluator();
        foreach (var (symbol, value) in symbols)
        {
            other.Bind(symbol, value);
        }

        foreach (var buffer in BuffersOf(prepared))
        {
            var value = values.Get(buffer);
            other.Set(buffer, new TensorValue(value.Type, value.Shape, [.. value.Bytes]));
        }

        other.Run(prepared);
        Compare(expected, other.Get(prepared.Targets[0].Buffer), tolerance, "the evaluator");
    }

    private static void Compare(TensorValue expected, TensorValue actual, double tolerance, string what)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (var i = 0L; i < expected.Count; i++)
        {
            var (a, b) = (expected.GetFloat(i), actual.GetFloat(i));
            Assert.True(Math.Abs(a - b) <= tolerance * (1 + Math.Abs(a)), $"{what}: element {i} of {expected.Count} is {b}, not {a}.");
        }
    }

    private static Evaluator Fresh(Step step, (Symbol Symbol, long Value)[] symbols)
    {
        var values = new Evaluator();
        foreach (var (symbol, value) in symbols)
        {
            values.Bind(symbol, value);
        }

        var random = new Random(1);
        foreach (var buffer in BuffersOf(step))
        {
            var value = values.Get(buffer);
            for (var i = 0L; i < value.Count; i++)
            {
                value.SetFloat(i, buffer.Type.IsFloat() ? Math.Round((random.NextDouble() * 2) - 1, 2) : random.Next(-9, 10));
            }
        }

        return values;
    }

    private static IEnumerable<Compiler.Tensors.Buffer> BuffersOf(Step step)
    {
        var found = new List<Compiler.Tensors.Buffer>(step.Targets.Select(target => target.Buffer));
        _ = step.Rewrite(new ExprRewriter(loads: load =>
        {
            found.Add(load.Buffer);
            return null;
        }).Rewrite);
        return found.Distinct();
    }
}
