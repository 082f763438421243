using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Numpy;
using Sconce.Compiler;
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

    /// <summary>The problem, and in further lines what was found out about it.</summary>
    public async Task<string> ExplainAsync(
        string problem, string model, CompileOptions compile, IReadOnlyList<Call> calls, CancellationToken cancellation)
    {
        try
        {
            return $"{problem}\n{await FindAsync(model, compile, calls, cancellation)}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"{problem}\nthe nodes could not be compared one by one: {error.Message}";
        }
    }

    private async Task<string> FindAsync(string model, CompileOptions compile, IReadOnlyList<Call> calls, CancellationToken cancellation)
    {
        var reference = ReferenceRun.Read(InputFile.ReadAll(model, "a PyTorch model (.pt2)"), Path.GetFileName(model), compile);
        if (reference.MultiplyAdds.Bounds.Min > MostMultiplyAdds)
        {
            return "the model is too large to compare its nodes one by one with the reference evaluator";
        }

        var probed = ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), compile with { WithProbes = true }, progress: null);
        var (expected, outputs) = Evaluate(reference, calls, [.. probed.Contents.Manifest.Inputs.Select(port => port.Type)]);
        var actual = await runner.RunAllAsync(probed.Path, calls, cancellation);
        foreach (var (probe, tensor) in reference.Probes.Zip(expected))
        {
            if (actual.GetValueOrDefault(probe.Name) is { } given
                && Comparison.Of(probe.Value.Name, tensor, given, options.Tolerance).Problem is { } problem)
            {
                return $"the first node that differs from the reference evaluator: {probe.Node.FullName}\n  {problem}"
                    + (probe.Node.Source is { } source ? $"\n  at {source}" : "");
            }
        }

        var agrees = calls[^1].Outputs.Zip(outputs).All(pair => Comparison.Of("", pair.First, pair.Second, options.Tolerance).IsRight);
        return agrees
            ? "no node differs from the reference evaluator when each gives its tensor out: the fault lies in how they are fused or placed in memory"
            : "no node differs from the reference evaluator, which is wrong as well: the fault lies in reading the model or in an operator's lowering";
    }

    private static (IReadOnlyList<TensorData> Probes, IReadOnlyList<TensorData> Outputs) Evaluate(
        ReferenceRun reference, IReadOnlyList<Call> calls, IReadOnlyList<DType> types)
    {
        (IReadOnlyList<TensorData> Outputs, IReadOnlyList<TensorData> Probes) last = ([], []);
        foreach (var call in calls)
        {
            if (call.Reset)
            {
                reference.Reset();
            }

            last = reference.Run([.. call.Inputs.Select((input, i) => HalfPrecision.ForType(input, types[i]))]);
        }

        return (last.Probes, last.Outputs);
    }
}
