using System.CommandLine;
using Sconce.Cli.Artefacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Pictures;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graph;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce inspect MODEL|OUT.wasm</c>: what a model takes and gives, what it costs, what its code is.</summary>
internal static class InspectCommand
{
    private const long PageSize = 64 * 1024;

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model (.pt2), compiled first, or an artefact (.wasm)." };
        var wat = new Option<bool>("--wat") { Description = "Print the code as WebAssembly text instead." };
        var graph = new Option<string?>("--graph") { Description = "Write a picture of the model's graph after the passes to this file (SVG).", HelpName = "OUT.svg" };
        var steps = new Option<bool>("--steps") { Description = "Show every step of a run instead: kernel, operator, line of Python, flops and bytes." };
        var command = new Command("inspect", "Show inputs, outputs, costs, memory, code or graph of a model.") { model, steps, wat, graph };
        var settings = new CompileSettings();
        settings.AddTo(command);
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetValue(steps), parsed.GetValue(wat), parsed.GetValue(graph), settings.From(parsed)));
        return command;
    }

    private static int Run(string model, bool steps, bool wat, string? graph, CompileOptions options)
    {
        using var scratch = new ScratchFolder();
        var isArtefact = ModelFile.IsArtefact(model);
        if (isArtefact && graph is not null)
        {
            throw SconceException.Expected("a model (.pt2) to draw the graph of", "an artefact, which holds code but no graph", new Where(model));
        }

        var compiled = isArtefact ? null : StageProgress.Show(progress => ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), options, progress));
        if (graph is not null)
        {
            DrawGraph(compiled!.Graph, graph);
        }

        if (wat)
        {
            using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
            Disassembler.Print(compiled?.Path ?? model, output);
        }
        else if (steps)
        {
            Steps((compiled?.Contents ?? ArtefactContents.Read(model)).Manifest).Print(Console.Out);
        }
        else
        {
            Print(model, compiled?.Contents ?? ArtefactContents.Read(model));
        }

        return ExitCode.Success;
    }

    private static void DrawGraph(Graph graph, string path)
    {
        AtomicFile.Write(path, stream =>
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            Svg.Write(writer, GraphPicture.Of(graph));
        });
        Console.Error.WriteLine($"graph written to {path}");
    }

    private static void Print(string name, ArtefactContents contents)
    {
        var manifest = contents.Manifest;
        Console.WriteLine($"{Paint.Strong(name)}  {Paint.Faint($"from {manifest.SourceName} by {manifest.Compiler}")}");
        Section("inputs", Ports(manifest.Inputs));
        Section("outputs", Ports(manifest.Outputs));
        if (!manifest.Symbols.IsEmpty)
        {
            Section("sizes", Symbols(manifest));
        }

        if (!manifest.Checks.IsEmpty)
        {
            Section("conditions on sizes", Checks(manifest));
        }

        Section("operators", Operators(manifest));
        Section("memory", Memory(contents));
    }

    private static void Section(string title, Grid grid)
    {
        Console.WriteLine();
        Console.WriteLine(Paint.Strong(title));
        grid.Print(Console.Out, indent: "  ");
    }

    private static Grid Ports(IEnumerable<Port> ports)
    {
        var grid = new Grid("", "", "");
        foreach (var port in ports)
        {
            grid.Add(port.Name, port.Type.Name(), $"[{string.Join(", ", port.Shape)}]");
        }

        return grid;
    }

    private static Grid Symbols(ManifestView manifest)
    {
        var grid = new Grid("", "");
        foreach (var symbol in manifest.Symbols)
        {
            grid.Add(symbol.Name, symbol.Max is { } max ? $"{symbol.Min} to {max}" : $"from {symbol.Min}");
        }

        return grid;
    }

    private static Grid Checks(ManifestView manifest)
    {
        var grid = new Grid("", "", "");
        foreach (var check in manifest.Checks)
        {
            grid.Add(check.Text, check.Why, check.Source ?? "");
        }

        return grid;
    }

    /// <summary>By cost; where sizes hang on the input's, at the smallest.</summary>
    private static Grid Operators(ManifestView manifest)
    {
        var total = Math.Max(manifest.Steps.Sum(step => (double)step.Flops.Bounds.Min), 1);
        var grid = new Grid("operator", "steps>", "flops>", "share>", "bytes moved>", "kernels");
        foreach (var group in manifest.Steps.GroupBy(step => step.Operator).OrderByDescending(Flops).ThenBy(group => group.Key))
        {
            var kernels = group.CountBy(step => step.Kernel).OrderByDescending(kernel => kernel.Value).Select(kernel => $"{kernel.Key} {kernel.Value}");
            grid.Add(
                group.Key, $"{group.Count()}", Quantity.Count(Flops(group)), $"{100 * Flops(group) / total:0.0} %",
                Quantity.Bytes(group.Sum(step => step.Bytes.Bounds.Min)), string.Join(", ", kernels));
        }

        return grid;

        static long Flops(IEnumerable<StepCost> steps) => steps.Sum(step => step.Flops.Bounds.Min);
    }

    private static Grid Steps(ManifestView manifest)
    {
        var grid = new Grid("step>", "operator", "kernel", "python", "flops>", "bytes moved>");
        foreach (var (number, step) in manifest.Steps.Index())
        {
            grid.Add(
                $"{number}", step.Operator, step.Kernel, step.Source ?? "", Quantity.Of(step.Flops, Quantity.Count), Quantity.Of(step.Bytes, Quantity.Bytes));
        }

        return grid;
    }

    private static Grid Memory(ArtefactContents contents)
    {
        var manifest = contents.Manifest;
        var grid = new Grid("", "");
        grid.Add("file", Quantity.Bytes(contents.TotalBytes));
        grid.Add("code", $"{Quantity.Bytes(contents.CodeBytes)}, and {Quantity.Bytes(contents.RelaxedBytes)} for relaxed SIMD");
        grid.Add("parameters", Quantity.Count(manifest.Parameters));
        grid.Add("constants", $"{Quantity.Bytes(manifest.ConstantsEnd - manifest.ConstantsOffset)} at {manifest.ConstantsOffset}");
        grid.Add("arena", Quantity.Of(manifest.Arena, Quantity.Bytes) + (manifest.LargestLive is { } live ? $", of which {Quantity.Bytes(live)} are alive at once" : ""));
        grid.Add("memory at start", $"{Quantity.Bytes(manifest.MinPages * PageSize)} ({manifest.MinPages} pages)");
        grid.Add("multiply-adds", Quantity.Of(manifest.MultiplyAdds, Quantity.Count));
        return grid;
    }
}
