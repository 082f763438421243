using System.Diagnostics;
using System.Threading.Channels;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Verification;

/// <summary>Compiles, runs and compares models: one thread compiles ahead while Node runs the one before.</summary>
internal sealed class Verifier(VerifyOptions options, ScratchFolder scratch)
{
    /// <summary>How many compiled models may wait for Node: enough that neither side idles, few enough to keep the disk small.</summary>
    private const int Ahead = 3;

    private sealed record Compiled(string Path, CompiledFile? Result, Exception? Error, double Milliseconds);

    /// <summary>Reports a line for each model, in order, as soon as it is known.</summary>
    public async Task VerifyAsync(IReadOnlyList<string> models, Action<VerifyLine> report, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var queue = Channel.CreateBounded<Compiled>(Ahead);
        var compiling = Task.Run(() => CompileAllAsync(models, queue.Writer, stop.Token), stop.Token);
        try
        {
            await using var runner = new ModelRunner(options);
            await foreach (var compiled in queue.Reader.ReadAllAsync(cancellation))
            {
                report(await VerifyAsync(compiled, runner, cancellation));
            }

            await compiling;
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private async Task CompileAllAsync(IReadOnlyList<string> models, ChannelWriter<Compiled> queue, CancellationToken cancellation)
    {
        foreach (var path in models)
        {
            cancellation.ThrowIfCancellationRequested();
            var started = Stopwatch.GetTimestamp();
            CompiledFile? result = null;
            Exception? error = null;
            try
            {
                result = ModelCompiler.CompileToFile(path, scratch.NewFile(".wasm"), options.Compile, progress: null);
            }
            catch (Exception caught)
            {
                // One bad model, or one mistake of ours, must not end the verification of all the others.
                error = caught;
            }

            var elapsed = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            await queue.WriteAsync(new Compiled(path, result, error, elapsed), cancellation);
        }

        queue.Complete();
    }

    private async Task<VerifyLine> VerifyAsync(Compiled compiled, ModelRunner runner, CancellationToken cancellation)
    {
        var line = new VerifyLine(compiled.Path, VerifyStatus.Error, CompileMs: Math.Round(compiled.Milliseconds, 1));
        if (compiled.Result is not { } artefact)
        {
            return Failed(line, compiled.Error!);
        }

        line = line with { CodeBytes = artefact.Contents.CodeBytes };
        try
        {
            if (CasesBeside(compiled.Path) is not { Count: > 0 } cases)
            {
                return line with { Message = $"no {Path.GetFileNameWithoutExtension(compiled.Path)}.npz beside it: compiled only" };
            }

            var result = await runner.RunAsync(artefact.Path, cases, cancellation);
            line = line with { MaxError = result.MaxError, RunMs = Math.Round(result.MedianMilliseconds, 3) };
            return result.Problem is null
                ? line with { Status = VerifyStatus.Passed }
                : line with { Status = VerifyStatus.Failed, Message = FirstDifference.Explain(result.Problem, compiled.Path, options.Compile, cases) };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(line, error);
        }
        finally
        {
            File.Delete(artefact.Path);
        }
    }

    private static VerifyLine Failed(VerifyLine line, Exception error) => line with
    {
        Status = error is SconceException { Kind: ErrorKind.Unsupported } ? VerifyStatus.Unsupported : VerifyStatus.Error,
        Message = ErrorReport.Describe(error),
    };

    private static List<Case> CasesBeside(string model)
    {
        var stem = Path.Combine(Path.GetDirectoryName(model) ?? "", Path.GetFileNameWithoutExtension(model));
        var (single, sequence) = (stem + ".npz", stem + "-sequence.npz");
        var cases = new List<Case>();
        if (File.Exists(single))
        {
            cases.Add(Case.Single(single, InputFile.ReadNpz(single)));
        }

        if (File.Exists(sequence))
        {
            cases.Add(Case.Sequence(sequence, InputFile.ReadNpz(sequence)));
        }

        return cases;
    }
}
