using System.Globalization;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Says of a model whose numbers are wrong where they first went wrong: compiles it once more so that every node's tensor is an
/// output, and lays these beside what the reference evaluator computes.
/// </summary>
internal sealed class FirstDifference(VerifyOptions options, ScratchFolder scratch, ModelRunner runner)
{
    /// <summary>The evaluator takes about a minute for so many; larger models are left unexplained.</summary>
    private const long MostMultiplyAdds = 1_000_000_000;

    /// <summary>
    /// Two results of equal precision, rounded in different places, are about twice as far apart as each is from the unrounded one; how far that is, is
    /// known from one sample. Six layers of a transformer in float16 and bfloat16: 0.9 to 2.2.
    /// </summary>
    private const double MostRounding = 4;

    /// <summary>The problem, and in further lines what was found out about it.</summary>
    public async Task<string> ExplainAsync(string model, CompileOptions compile, CasesResult failed, CancellationToken cancellation)
    {
        var problem = failed.Problem;
        try
        {
            return $"{problem}\n{await FindAsync(model, compile, failed, cancellation)}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"{problem}\nthe nodes could not be compared one by one: {error.Message}";
        }
    }

    private async Task<string> FindAsync(string model, CompileOptions compile, CasesResult failed, CancellationToken cancellation)
    {
        var calls = failed.FailedCalls;
        if (calls.Any(call => call.Method is not null))
        {
            return "the nodes of models with several methods are not compared one by one";
        }

        using var file = InputFile.Open(model, ModelFile.Kinds);
        var bytes = ModelBytes.Of(file);
        var reference = ReferenceRun.Read(bytes, Path.GetFileName(model), compile);
        if (UsualSizes.AtLeast(reference.MultiplyAdds) > MostMultiplyAdds)
        {
            return "the model is too large to compare its nodes one by one with the reference evaluator";
        }

        var probed = ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), compile with { WithProbes = true }, progress: null);
        IReadOnlyList<DType> types = [.. probed.Contents.Manifest.Inputs.Select(port => port.Type)];
        var (expected, outputs) = Evaluate(reference, calls, types);
        var widened = reference.Half is not null ? ReferenceRun.Read(bytes, Path.GetFileName(model), compile, widened: true) : reference;
        var unrounded = reference.Half is null
            ? (Probes: expected, Outputs: outputs)
            : Evaluate(widened, calls, [.. types.Select(type => type.IsHalf() ? DType.Float32 : type)]);
        var unroundedProbes = widened.Probes.Zip(unrounded.Probes).ToDictionary(pair => pair.First.Value.Name, pair => pair.Second);
        var tolerance = reference.Half is { } half ? options.Tolerance.For(half) : options.Tolerance;
        var actual = await runner.RunAllAsync(probed.Path, calls, cancellation);
        var noise = 0.0;
        for (var i = 0; i < expected.Count; i++)
        {
            // The rounding of half precision adds up from node to node: a difference within what it makes is none. A conversion that
            // the wider graph does not need has as much of it as what it converts.
            var probe = reference.Probes[i];
            noise = unroundedProbes.TryGetValue(probe.Value.Name, out var exact) ? Rounding(expected[i], exact) : noise;
            if (actual.GetValueOrDefault(probe.Name) is { } given
                && Comparison.Of(probe.Value.Name, expected[i], given, tolerance) is { Problem: { } problem } comparison
                && !(comparison.MaxError <= MostRounding * noise))
            {
                return $"the first node that differs from the reference evaluator: {probe.Node.FullName}\n  {problem}"
                    + (probe.Node.Source is { } source ? $"\n  at {source}" : "");
            }
        }

        var rounding = outputs.Zip(unrounded.Outputs, Rounding).Max();
        if (reference.Half is not null && failed.MaxError <= MostRounding * rounding)
        {
            return string.Create(
                CultureInfo.InvariantCulture,
                $"no node differs from the reference evaluator: the model computes in half precision, and its rounding explains the difference, which is {failed.MaxError:G2} of the output's scale. "
                    + $"Without that rounding the evaluator's outputs change by {rounding:G2}. To allow for it: --atol {RoundedUp(failed.MaxError):G1}");
        }

        return calls[^1].Outputs.Zip(outputs).All(pair => Comparison.Of("", pair.First, pair.Second, tolerance).IsRight)
            ? "no node differs from the reference evaluator when each gives its tensor out: the fault lies in how they are fused or placed in memory"
            : "no node differs from the reference evaluator, which is wrong as well: the fault lies in reading the model or in an operator's lowering";
    }

    /// <summary>How far half precision's rounding moves a tensor, as a part of its scale.</summary>
    private static double Rounding(TensorData rounded, TensorData unrounded) => Comparison.Of("", unrounded, rounded, new Tolerance()).MaxError;

    /// <summary>To one digit, upwards.</summary>
    private static double RoundedUp(double value)
    {
        var unit = Math.Pow(10, Math.Floor(Math.Log10(value)));
        return Math.Ceiling(value / unit) * unit;
    }

    private (IReadOnlyList<TensorData> Probes, IReadOnlyList<TensorData> Outputs) Evaluate(
        ReferenceRun reference, IReadOnlyList<Call> calls, IReadOnlyList<DType> types)
    {
        (IReadOnlyList<TensorData> Outputs, IReadOnlyList<TensorData> Probes) last = ([], []);
        foreach (var call in calls)
        {
            if (call.Reset)
            {
                reference.Reset();
            }

            last = reference.Run([.. call.Inputs.Select((input, i) => HalfPrecision.ForType(input, types[i]))], options.Seed);
        }

        return (last.Probes, last.Outputs);
    }
}
