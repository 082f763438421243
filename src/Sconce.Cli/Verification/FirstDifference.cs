using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Compiler;
using Sconce.Compiler.Frontends;

namespace Sconce.Cli.Verification;

/// <summary>
/// Says of a model whose numbers are wrong where they first went wrong: compiles it once more so that every node's tensor is an
/// output, and lays these beside what the reference evaluator computes.
/// </summary>
internal sealed class FirstDifference(VerifyOptions options, ScratchFolder scratch, ModelRunner runner)
{
    /// <summary>The problem, and in further lines what was found out about it.</summary>
    public async Task<string> ExplainAsync(string model, CompileOptions compile, ManifestView manifest, CasesResult failed, CancellationToken cancellation)
    {
        var problem = failed.Problem;
        try
        {
            return $"{problem}\n{await FindAsync(model, compile, manifest, failed, cancellation)}";
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return $"{problem}\nthe nodes could not be compared one by one: {error.Message}";
        }
    }

    private async Task<string> FindAsync(string model, CompileOptions compile, ManifestView manifest, CasesResult failed, CancellationToken cancellation)
    {
        var calls = failed.FailedCalls;
        if (calls.Any(call => call.Method is not null))
        {
            return "the nodes of models with several methods are not compared one by one";
        }

        using var file = InputFile.Open(model, ModelFile.Kinds);
        if (NodeComparison.Of(
            ModelBytes.Of(file), Path.GetFileName(model), compile, calls, [.. manifest.Inputs.Select(port => port.Type)], options.Tolerance, options.Seed) is not { } nodes)
        {
            return NodeComparison.TooLarge;
        }

        var probed = ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), compile with { WithProbes = true }, progress: null);
        var actual = await runner.RunAllAsync(probed.Path, calls, cancellation);
        return nodes.Explain(probe => actual.GetValueOrDefault(probe.Name), failed.MaxError);
    }
}
