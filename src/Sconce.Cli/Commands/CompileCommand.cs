using System.CommandLine;
using System.Diagnostics;
using Sconce.Cli.Compiling;
using Sconce.Cli.Terminal;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce compile MODEL</c>: a model of PyTorch's becomes one .wasm file, and files of weights beside it where asked for.</summary>
internal static class CompileCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model as torch.export.save (.pt2) or torch.jit.save (.pt) writes it." };
        var output = new Option<string?>("--output", "-o") { Description = "The file to write; MODEL with the ending .wasm where not given." };
        var command = new Command("compile", "Compile a PyTorch model to one WebAssembly file.") { model, output };
        var samples = CommonOptions.Count("--samples", most: 1000,
            "With --weights: run the model and the float model by the reference evaluator, on the inputs that lie with it and on so many random ones, and tell how far each layer's results are off.");
        command.Options.Add(samples);
        var settings = new CompileSettings();
        settings.AddTo(command);
        command.SetAction(parsed =>
        {
            var source = parsed.GetRequiredValue(model);
            return Run(source, parsed.GetValue(output) ?? Path.ChangeExtension(source, ".wasm"), settings.From(parsed), parsed.GetValue(samples));
        });
        return command;
    }

    private static int Run(string model, string output, CompileOptions options, int? samples)
    {
        if (samples is not null && options.Weights == WeightFormat.AsIs)
        {
            throw SconceException.Expected("--weights with --samples", "weights that stay as they are", null, "add --weights int8 (or int4, float16), or leave --samples out");
        }

        var started = Stopwatch.GetTimestamp();
        var compiled = StageProgress.Show(progress => ModelCompiler.CompileToFile(model, output, options, progress));
        PrintSummary(output, compiled, Stopwatch.GetElapsedTime(started));
        CompressionReport.Print(compiled.Compressed, samples is { } count ? LayerErrors.Measure(model, options, compiled.Contents.Manifest, compiled.Compressed, count) : null);
        return ExitCode.Success;
    }

    private static void PrintSummary(string output, CompiledFile compiled, TimeSpan elapsed)
    {
        var contents = compiled.Contents;
        var manifest = contents.Manifest;
        var grid = new Grid("", "");
        grid.Add("operators", $"{manifest.OperatorCount} in {manifest.Steps.Length} steps");
        grid.Add("parameters", Quantity.Count(manifest.Parameters));
        grid.Add("code", Quantity.Bytes(contents.CodeBytes) + (contents.RelaxedBytes > 0 ? $" + {Quantity.Bytes(contents.RelaxedBytes)} for relaxed SIMD" : ""));
        grid.Add("weights", Quantity.Bytes(contents.WeightBytes) + Shards(compiled));
        if (compiled.Flushed is { Count: > 0 } flushed)
        {
            var tensors = flushed.MaxBy(tensor => tensor.Count).Name is var most && flushed.Count == 1 ? most : $"{flushed.Count} tensors, most of them in {most}";
            grid.Add("subnormal", $"{Quantity.Count(flushed.Sum(tensor => tensor.Count))} weights too small for normal numbers became 0 (--exact keeps them): in {tensors}");
        }

        grid.Add("arena", Quantity.Of(manifest.Arena, Quantity.Bytes));
        grid.Add("multiply-adds", Quantity.Of(manifest.MultiplyAdds, Quantity.Count));
        grid.Add("time", Quantity.Milliseconds(elapsed.TotalMilliseconds));
        Console.WriteLine($"{Paint.Strong(output)}  {Quantity.Bytes(contents.FileBytes)}");
        grid.Print(Console.Out, indent: "  ");
    }

    private static string Shards(CompiledFile compiled)
    {
        var (written, removed) = compiled.Shards;
        var gone = removed > 0 ? $"{removed} of an earlier version removed" : "";
        var count = compiled.Contents.Manifest.Shards.Length;
        return count == 0
            ? removed > 0 ? $" ({ShardInfo.Folder}/: {gone})" : ""
            : $" in {count} files, {ShardInfo.Folder}/SHA-256.bin beside it ({Quantity.Bytes(written)} of them new{(removed > 0 ? $", {gone}" : "")})";
    }
}
