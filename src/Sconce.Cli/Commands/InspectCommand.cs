using System.CommandLine;
using System.Text;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Bench;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Pictures;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors.Text;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce inspect MODEL|OUT.wasm</c>: what a model takes and gives, what it costs, what its code is.</summary>
internal static class InspectCommand
{
    private sealed record Settings(string Model, bool Steps, bool Wat, string? Graph, string? Html, string? Profile, string? Json, CompileOptions Options);

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model (.pt2 or .pt), compiled first, or an artifact (.wasm)." };
        var wat = new Option<bool>("--wat") { Description = "Print the code as WebAssembly text instead." };
        var graph = new Option<string?>("--graph") { Description = "Write a picture of the model's graph after the passes to this file (SVG).", HelpName = "OUT.svg" };
        var steps = new Option<bool>("--steps") { Description = "Show every step of a run instead: kernel, operator, line of Python, flops and bytes." };
        var html = new Option<string?>("--html") { Description = "Write a page to this file: the graph to zoom and search, costs, lines of Python, memory over time.", HelpName = "FILE" };
        var profile = new Option<string?>("--profile") { Description = "With --html: times of the steps, as bench --json FILE wrote them.", HelpName = "FILE" };
        var json = new Option<string?>("--json") { Description = "Write what the model takes, gives and costs, with all steps, to this file.", HelpName = "FILE" };
        var program = new Option<bool>("--program") { Description = "Print the model as a tensor program instead, as it is after all passes." };
        var after = new Option<string?>("--after")
        {
            Description = "With --program: as it is after this pass, NAME:2 for its second run. In order: lowering, " + string.Join("; ", Compilation.Passes.DistinctBy(pass => pass.Name)
                .Select(pass => $"{pass.Name} ({pass.Description})")) + ".",
            HelpName = "PASS",
        };
        var command = new Command("inspect", "Show inputs, outputs, costs, memory, code or graph of a model.") { model, steps, wat, graph, html, profile, json, program, after };
        var settings = new CompileSettings();
        settings.AddTo(command);
        command.SetAction(parsed => parsed.GetValue(program) || parsed.GetValue(after) is not null
            ? PrintProgram(parsed.GetRequiredValue(model), parsed.GetValue(after), settings.From(parsed))
            : Run(new Settings(
                parsed.GetRequiredValue(model), parsed.GetValue(steps), parsed.GetValue(wat), parsed.GetValue(graph), parsed.GetValue(html), parsed.GetValue(profile),
                parsed.GetValue(json), settings.From(parsed))));
        return command;
    }

    private static int Run(Settings settings)
    {
        var (model, steps, wat, graph, html, profile, json, options) = settings;
        if (profile is not null && html is null)
        {
            throw SconceException.Expected("--html FILE with --profile", "--profile alone", hint: "bench prints the times itself");
        }

        using var scratch = new ScratchFolder();
        var isArtifact = ModelFile.IsArtifact(model);
        if (isArtifact && graph is not null)
        {
            throw SconceException.Expected("a model (.pt2 or .pt) to draw the graph of", "an artifact, which holds code but no graph", new Where(model));
        }

        var compiled = isArtifact ? null : StageProgress.Show(progress => ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), options, progress));
        if (graph is not null)
        {
            DrawGraph(compiled!.Graph, graph, model);
        }

        if (html is not null)
        {
            WritePage(html, model, compiled?.Contents ?? ArtifactContents.Read(model), compiled?.Methods ?? [], profile);
        }

        if (json is not null)
        {
            var report = InspectJson.Of(model, compiled?.Contents ?? ArtifactContents.Read(model));
            AtomicFile.Write(json, stream => stream.Write(Encoding.UTF8.GetBytes(report + "\n")), model);
        }

        if (wat)
        {
            using var output = new CleanWriter(new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16));
            Disassembler.Print(compiled?.Path ?? model, output);
        }
        else if (steps)
        {
            InspectReport.Steps(compiled?.Contents ?? ArtifactContents.Read(model), Console.Out);
        }
        else
        {
            InspectReport.Print(model, compiled?.Contents ?? ArtifactContents.Read(model), Console.Out);
        }

        return ExitCode.Success;
    }

    private static void WritePage(string path, string model, ArtifactContents contents, IReadOnlyList<CompiledMethod> methods, string? profile)
    {
        var times = profile is null ? null : BenchReport.Read(profile, contents.Manifest);
        AtomicFile.Write(path, stream => ModelPage.Write(stream, Path.GetFileName(model), contents, methods, times), profile is null ? [model] : [model, profile]);
        Console.Error.WriteLine($"page written to {path}");
    }

    private static int PrintProgram(string model, string? after, CompileOptions options)
    {
        if (ModelFile.IsArtifact(model))
        {
            throw SconceException.Expected("a model (.pt2 or .pt) to print the program of", "an artifact, which holds code alone (--wat prints it)", new Where(model));
        }

        var program = ModelCompiler.ProgramAfter(model, options, after);
        using var output = new CleanWriter(new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16));
        output.Write(ProgramPrinter.Print(program));
        return ExitCode.Success;
    }

    private static void DrawGraph(Graph graph, string path, string model)
    {
        AtomicFile.Write(path, stream =>
        {
            using var writer = new CleanWriter(new StreamWriter(stream, leaveOpen: true));
            Svg.Write(writer, GraphPicture.Of(graph));
        }, model);
        Console.Error.WriteLine($"graph written to {path}");
    }
}
