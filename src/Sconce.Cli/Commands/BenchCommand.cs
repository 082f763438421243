using System.CommandLine;
using System.Globalization;
using System.Text;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Bench;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Node;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce bench MODEL|OUT.wasm</c>: how fast a model is, as a whole and by its steps.</summary>
internal static class BenchCommand
{
    private const string Node = "node";

    private sealed record Settings(
        string Model, string Engine, int Threads, bool Relaxed, int? Rounds, string[] Sizes, string? Json, string? Trace, long? Seed, TimeSpan Timeout, CompileOptions Compile);

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model (.pt2 or .pt), compiled first, or an artifact (.wasm)." };
        var engine = new Option<string>("--in") { Description = "Where it runs.", DefaultValueFactory = _ => Node };
        engine.AcceptOnlyFromAmong(Node, "chromium", "firefox");
        var threads = CommonOptions.Threads("Threads to run with (1 where not given).");
        var noRelaxed = CommonOptions.NoRelaxed();
        noRelaxed.Aliases.Add("--plain");
        var rounds = CommonOptions.Count("--rounds", most: 100_000, "How often it runs, and how often each step is timed; where not given, as often as two seconds allow.");
        var sizes = OpenSizes.Option("The value of a size that the model leaves open (its least where not given). May be given several times.");
        var json = new Option<string?>("--json") { Description = "Write all numbers to this file.", HelpName = "FILE" };
        var trace = new Option<string?>("--trace") { Description = "Write the steps to this file as trace events, for Perfetto or chrome://tracing.", HelpName = "FILE" };
        var seed = CommonOptions.Seed("What the model's random numbers are made from; without it each run draws others.");
        var timeout = CommonOptions.Timeout();

        var command = new Command("bench", "Time a model and each of its steps, with random inputs, in Node or a browser.")
        {
            model, engine, threads, noRelaxed, rounds, sizes, json, trace, seed, timeout,
        };
        var compile = new CompileSettings();
        compile.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new Settings(
                parsed.GetRequiredValue(model), parsed.GetRequiredValue(engine), parsed.GetValue(threads) ?? 1, !parsed.GetValue(noRelaxed), parsed.GetValue(rounds),
                parsed.GetValue(sizes) ?? [], parsed.GetValue(json), parsed.GetValue(trace), parsed.GetValue(seed), TimeSpan.FromSeconds(parsed.GetValue(timeout)), compile.From(parsed)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellation)
    {
        using var scratch = new ScratchFolder();
        var artifact = ModelFile.IsArtifact(settings.Model)
            ? settings.Model
            : StageProgress.Show(progress => ModelCompiler.CompileToFile(settings.Model, scratch.NewFile(".wasm"), settings.Compile, progress)).Path;
        var manifest = ArtifactContents.Read(artifact).Manifest;
        var sizes = OpenSizes.Of(manifest, settings.Sizes);
        var inputs = OpenSizes.Inputs(manifest, sizes);
        var request = new BenchRequest(settings.Threads, settings.Relaxed, settings.Rounds, inputs, settings.Seed?.ToString(CultureInfo.InvariantCulture));

        var answer = await StageProgress.ShowAsync("measuring", () => settings.Engine == Node
            ? NodeHost.BenchAsync(artifact, request, settings.Timeout, cancellation)
            : Browser.MeasureAsync(settings.Engine, artifact, request, settings.Timeout, cancellation));
        if (answer.Error is { } error)
        {
            throw new SconceException(error, new Where(settings.Model));
        }

        var report = BenchReport.Of(settings.Model, manifest, inputs, answer);
        BenchTable.Print(report, Console.Out);
        if (settings.Json is { } json)
        {
            AtomicFile.Write(json, stream => stream.Write(Encoding.UTF8.GetBytes(report.ToJson() + "\n")), settings.Model);
        }

        if (settings.Trace is { } trace)
        {
            AtomicFile.Write(trace, stream => Trace.Write(report, stream), settings.Model);
        }

        return ExitCode.Success;
    }
}
