using System.Diagnostics;
using System.Threading.Channels;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;

namespace Sconce.Cli.Verification;

/// <summary>Compiles, runs and compares models: one thread compiles ahead while Node runs the one before.</summary>
internal sealed class Verifier(VerifyOptions options, ScratchFolder scratch)
{
    /// <summary>How many compiled models may wait for Node: enough that neither side idles, few enough to keep the disk small.</summary>
    private const int Ahead = 3;

    private const int SeveralThreads = 4;

    /// <summary>A model to verify; <see cref="Member"/> is its name in an archive that holds several, else null.</summary>
    private sealed record Subject(string Path, string? Member)
    {
        public string Name => Member is null ? Path : $"{Path}:{Member}";

        /// <summary>NAME.npz, NAME-sequence.npz; of an archive's member NAME.MEMBER.npz.</summary>
        public string CasePath(string ending) => System.IO.Path.Combine(
            System.IO.Path.GetDirectoryName(Path) ?? "", System.IO.Path.GetFileNameWithoutExtension(Path) + (Member is null ? "" : $".{Member}") + ending);
    }

    private sealed record Compiled(Subject Subject, CompiledFile? Result, Exception? Error, double Milliseconds, IReadOnlyDictionary<string, IReadOnlyList<string>>? Operators = null);

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
        try
        {
            foreach (var subject in models.SelectMany(Subjects))
            {
                cancellation.ThrowIfCancellationRequested();
                await queue.WriteAsync(Compile(subject), cancellation);
            }
        }
        finally
        {
            // Who reads the queue would wait for ever, and never see the exception.
            queue.Complete();
        }
    }

    /// <summary>Usually one; the members of an archive where the cases beside it are named after those.</summary>
    private static IEnumerable<Subject> Subjects(string path)
    {
        var whole = new Subject(path, null);
        if (File.Exists(whole.CasePath(".npz")))
        {
            return [whole];
        }

        try
        {
            var names = ModelCompiler.ModelNames(path);
            return names.Count > 1 ? names.Select(name => new Subject(path, name)) : [whole];
        }
        catch (SconceException)
        {
            // What is wrong with the file is for the compiler to say.
            return [whole];
        }
    }

    private Compiled Compile(Subject subject)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            var result = ModelCompiler.CompileToFile(subject.Path, options.Output ?? scratch.NewFile(".wasm"), CompileOptionsOf(subject), progress: null);
            return new(subject, result, null, Elapsed(), options.Operators ? ModelCompiler.OperatorsOf(subject.Path, CompileOptionsOf(subject)) : null);
        }
        catch (Exception error)
        {
            // One bad model, or one mistake of ours, must not end the verification of all the others.
            return new(subject, null, error, Elapsed());
        }

        double Elapsed() => Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private CompileOptions CompileOptionsOf(Subject subject) =>
        subject.Member is null ? InputShapes.Complete(subject.Path, WithMethods(subject.Path, options.Compile)) : options.Compile with { Model = subject.Member };

    /// <summary>With the methods that the files beside a TorchScript model are about.</summary>
    private static CompileOptions WithMethods(string model, CompileOptions options)
    {
        string[] methods = [.. CaseFiles.Methods(model).Except(options.Methods)];
        return methods.Length > 0 && InputShapes.IsTorchScript(model) ? options with { Methods = [.. options.Methods, .. methods] } : options;
    }

    private async Task<VerifyLine> VerifyAsync(Compiled compiled, ModelRunner runner, CancellationToken cancellation)
    {
        var line = new VerifyLine(compiled.Subject.Name, VerifyStatus.Error, CompileMs: Math.Round(compiled.Milliseconds, 1));
        if (compiled.Result is not { } artifact)
        {
            return Failed(line, compiled.Error!);
        }

        line = line with { CodeBytes = artifact.Contents.CodeBytes, Operators = compiled.Operators };
        try
        {
            var random = artifact.Contents.Manifest.Random;
            IReadOnlyList<Case> cases = LeftOutIntegers.PutIn(FixedNumbers.TakeOut(CasesBeside(compiled.Subject, artifact.Methods), artifact.Methods), artifact.Contents.Manifest);
            cases = random ? [.. cases.Select(beside => beside with { Forms = artifact.Contents.Manifest.Outputs })] : cases;
            var result = cases.Count > 0 ? await runner.RunAsync(artifact.Path, cases, variant: null, cancellation) : new(null, [], 0, 0);
            if (result.Problem is not null && options.Tolerance.Absolute < QuantisedActivations.Absolute && QuantisedActivations.In(artifact.Graph))
            {
                var wider = options.Tolerance with { Absolute = QuantisedActivations.Absolute };
                var again = await runner.RunAsync(artifact.Path, [.. cases.Select(beside => beside with { Tolerance = wider })], variant: null, cancellation);
                (result, var note) = again.Problem is null ? (again, $"activations are quantised: a step more or less upstream moves outputs by up to {QuantisedActivations.Absolute} of their scale") : (result, null);
                line = line with { Message = note };
            }

            if (result.Problem is null && (cases.Count == 0 || random || options.Samples is not null))
            {
                var made = ByReference(compiled.Subject, artifact.Contents.Manifest, random ? cases : []);
                line = line with { Message = cases.Count > 0 && random ? $"draws random numbers: of PyTorch's, dtypes and shapes alone; {made.Note}" : cases.Count > 0 ? made.Note : $"no {Path.GetFileName(compiled.Subject.CasePath(".npz"))} beside it; {made.Note}" };
                if (cases.Count == 0 && made.Cases.Count == 0)
                {
                    return line;
                }

                result = await RunAllWaysAsync(runner, artifact.Path, made.Cases, result, cancellation);
            }

            line = line with { MaxError = result.MaxError, RunMs = Math.Round(result.MedianMilliseconds, 3) };
            if (result.Problem is null)
            {
                return line with { Status = VerifyStatus.Passed };
            }

            var message = await new FirstDifference(options, scratch, runner).ExplainAsync(
                compiled.Subject.Path, CompileOptionsOf(compiled.Subject), artifact.Contents.Manifest, result, cancellation);
            return line with { Status = VerifyStatus.Failed, Message = message };
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return Failed(line, error);
        }
        finally
        {
            if (options.Output is null)
            {
                File.Delete(artifact.Path);
            }
        }
    }

    /// <summary>Cases with the reference evaluator's numbers.</summary>
    private ReferenceCases ByReference(Subject subject, ManifestView manifest, IReadOnlyList<Case> beside)
    {
        var (compile, name) = (CompileOptionsOf(subject), Path.GetFileName(subject.Path));
        using var file = InputFile.Open(subject.Path, ModelFile.Kinds);
        var bytes = ModelBytes.Of(file);
        return ReferenceCases.Make(ReferenceRun.Read(bytes, name, compile), manifest, SampleInputs.Read(bytes, name, compile.Model, manifest), beside, options.Samples, options.Seed);
    }

    /// <summary>With one thread and several, with relaxed SIMD and without.</summary>
    private async Task<CasesResult> RunAllWaysAsync(ModelRunner runner, string artifact, IReadOnlyList<Case> cases, CasesResult before, CancellationToken cancellation)
    {
        int[] threads = [1, options.Threads > 1 ? options.Threads : SeveralThreads];
        bool[] relaxed = options.Relaxed ? [true, false] : [false];
        foreach (var variant in threads.SelectMany(count => relaxed.Select(one => new RunVariant(count, one))))
        {
            var result = await runner.RunAsync(artifact, cases, variant, cancellation);
            before = result with
            {
                MaxError = Math.Max(before.MaxError, result.MaxError),
                MedianMilliseconds = before.MedianMilliseconds > 0 ? before.MedianMilliseconds : result.MedianMilliseconds,
            };
            if (result.Problem is not null)
            {
                break;
            }
        }

        return before;
    }

    private static VerifyLine Failed(VerifyLine line, Exception error) => line with
    {
        Status = error is SconceException { Kind: ErrorKind.Unsupported } ? VerifyStatus.Unsupported : VerifyStatus.Error,
        Message = ErrorReport.Describe(error),
    };

    private static List<Case> CasesBeside(Subject subject, IReadOnlyList<CompiledMethod> methods)
    {
        var (single, sequence) = (subject.CasePath(".npz"), subject.CasePath("-sequence.npz"));
        var cases = new List<Case>();
        if (File.Exists(single))
        {
            cases.Add(CaseReader.Single(single, InputFile.ReadNpz(single)));
        }

        if (File.Exists(sequence))
        {
            cases.Add(CaseReader.Sequence(sequence, InputFile.ReadNpz(sequence)));
        }

        foreach (var (method, file) in methods.Skip(1).Select(method => (method.Name, subject.CasePath($".{method.Name}.npz"))).Where(method => File.Exists(method.Item2)))
        {
            cases.Add(CaseReader.Single(file, InputFile.ReadNpz(file), method));
        }

        cases.AddRange(CaseFiles.Numbered(subject.CasePath("-sizes")).Select(file => CaseReader.Single(file, InputFile.ReadNpz(file))));
        cases.AddRange(CaseFiles.Numbered(subject.CasePath("-refused")).Select(file => CaseReader.Refused(file, InputFile.ReadNpz(file))));
        return cases;
    }
}
