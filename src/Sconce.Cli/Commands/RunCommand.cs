using System.CommandLine;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Node;
using Sconce.Cli.Numpy;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce run MODEL|OUT.wasm</c>: runs an artifact in Node with our own runtime.</summary>
internal static class RunCommand
{
    private sealed record Settings(string Model, string? Method, string[] Inputs, string[] Sizes, string? Output, int? Threads, bool Relaxed, int Repeat, long? Seed,
        TimeSpan Timeout, CompileOptions Compile);

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model (.pt2 or .pt), compiled first, or an artifact (.wasm)." };
        var input = new Option<string[]>("--input", "-i")
        {
            Description = "Numbers: FILE.npz with an array for each input, by name or as in0, in1, …; or NAME=FILE.npy for one, NAME=NUMBER for an integer."
                + " Without them inputs are those that the .pt2 keeps, else random, always the same ones."
                + " Of TorchScript, which records no shapes, also NAME=SIZES, as other commands have it: x=1x3x224x224. May be given several times.",
            AllowMultipleArgumentsPerToken = true,
        };
        var sizes = OpenSizes.Option("Of random inputs: the value of a size that the model leaves open (its least where not given). May be given several times.");
        var output = new Option<string?>("--output", "-o") { Description = "Write the outputs to this .npz file, by name." };
        var threads = CommonOptions.Threads("Threads to run with; as many as the machine has where not given.");
        var noRelaxed = CommonOptions.NoRelaxed();
        var repeat = CommonOptions.Count("--repeat", int.MaxValue, "Run so often, each time from the same state, and tell the median time.");
        var seed = CommonOptions.Seed("What the model's random numbers are made from: the same seed gives the same ones. Without it each run draws others.");
        var timeout = CommonOptions.Timeout();

        var command = new Command("run", "Run a model or an artifact in Node.") { model, input, sizes, output, threads, noRelaxed, repeat, seed, timeout };
        var settings = new CompileSettings();
        settings.AddTo(command, input: false);
        command.SetAction((parsed, cancellation) => RunAsync(
            new Settings(
                parsed.GetRequiredValue(model), settings.MethodOf(parsed), parsed.GetValue(input) ?? [], parsed.GetValue(sizes) ?? [], parsed.GetValue(output), parsed.GetValue(threads),
                !parsed.GetValue(noRelaxed), parsed.GetValue(repeat) ?? 1, parsed.GetValue(seed), TimeSpan.FromSeconds(parsed.GetValue(timeout)),
                settings.From(parsed)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellation)
    {
        var (numbers, shapes) = RunInputs.Split(settings.Inputs, () => !ModelFile.IsArtifact(settings.Model) && InputShapes.IsTorchScript(settings.Model));
        settings = settings with { Inputs = numbers };
        if (settings is { Inputs.Length: > 0, Sizes.Length: > 0 })
        {
            throw SconceException.Expected("--size without --input", "both", hint: "what --input gives has its own sizes");
        }

        using var scratch = new ScratchFolder();
        var arrays = RunInputs.Read(settings.Inputs);
        var isArtifact = ModelFile.IsArtifact(settings.Model);
        if (isArtifact && shapes.Length > 0)
        {
            throw SconceException.Expected("numbers for --input, as NAME=FILE.npy", $"sizes, '{shapes[0].Name}', of a model that is compiled already", new Where(settings.Model),
                "sizes that it leaves open are given by --size");
        }

        // What is known of TorchScript's inputs, of which the file says nothing: what is said, else what the numbers are like.
        var prefix = settings.Method is null ? "" : $"{settings.Method}.";
        var ofNumbers = !isArtifact && arrays.Count > 0 && InputShapes.IsTorchScript(settings.Model) ? InputShapes.Of(arrays).Select(input => input with { Name = prefix + input.Name }) : [];
        var compile = settings.Compile with { Inputs = [.. shapes, .. ofNumbers.Where(input => shapes.All(shape => shape.Name != input.Name))] };
        var artifact = isArtifact
            ? settings.Model
            : StageProgress.Show(progress => ModelCompiler.CompileToFile(settings.Model, scratch.NewFile(".wasm"), compile, progress)).Path;

        await using var host = NodeHost.Start(settings.Timeout);
        _ = settings.Method is null ? null : ArtifactContents.Read(artifact).Manifest.Of(settings.Method);
        await using var model = await host.LoadAsync(artifact, settings.Threads, settings.Relaxed, cancellation);
        var run = settings.Inputs.Length > 0
            ? await RunOnFilesAsync(model, arrays, settings, cancellation)
            : await RunWithoutFilesAsync(model, artifact, settings, cancellation);
        Print(model, run);
        if (settings.Output is { } output)
        {
            AtomicFile.Write(output, stream => Npz.Write(stream, run.Outputs), [settings.Model, .. settings.Inputs]);
            Console.WriteLine($"written to {output}");
        }

        return ExitCode.Success;
    }

    private static Task<NodeRun> RunOnFilesAsync(NodeModel model, IReadOnlyDictionary<string, TensorData> arrays, Settings settings, CancellationToken cancellation)
    {
        var ports = model.Of(settings.Method).Inputs;
        var inputs = RunInputs.ByName(arrays, [.. ports.Select(port => port.Name)]);
        RunInputs.Check(inputs, ports);
        return model.RunAsync(inputs, settings.Method, settings.Repeat, settings.Seed, cancellation);
    }

    /// <summary>On the inputs that the archive keeps of its export, or on random ones: always where sizes are given.</summary>
    private static Task<NodeRun> RunWithoutFilesAsync(NodeModel model, string artifact, Settings settings, CancellationToken cancellation)
    {
        var manifest = ArtifactContents.Read(artifact).Manifest.Of(settings.Method);
        if (settings.Sizes.Length == 0 && artifact != settings.Model && ModelCompiler.SampleInputs(settings.Model, settings.Compile.Model, manifest) is { } kept)
        {
            foreach (var (name, input) in kept)
            {
                var other = input is { Type: DType.Int64, Shape.IsEmpty: true } ? "NUMBER gives another" : "FILE.npy gives numbers of yours";
                Console.WriteLine($"{name}  {input.Type.Name()}  {NpyHeader.ShapeText(input.Shape)}  a sample input of the file; --input {name}={other}");
            }

            return model.RunAsync(kept, settings.Method, settings.Repeat, settings.Seed, cancellation);
        }

        var inputs = OpenSizes.Inputs(manifest, OpenSizes.Of(manifest, settings.Sizes));
        foreach (var input in inputs)
        {
            Console.WriteLine($"{input.Name}  {input.Dtype}  {NpyHeader.ShapeText(input.Shape)}  "
                + (input.Value is { } value ? $"{value}; --input {input.Name}=NUMBER gives another" : $"at random; --input {input.Name}=FILE.npy gives numbers of yours"));
        }

        return model.RunRandomAsync(inputs, settings.Method, settings.Repeat, settings.Seed, cancellation);
    }

    private static void Print(NodeModel model, NodeRun run)
    {
        var grid = new Grid("output", "dtype", "shape", "min>", "max>", "mean>", "first");
        foreach (var (name, tensor) in run.Outputs)
        {
            var values = Numbers.Of(tensor);
            grid.Add(name, tensor.Type.Name(), NpyHeader.ShapeText(tensor.Shape), values.Min, values.Max, values.Mean, values.First);
        }

        grid.Print(Console.Out);
        var sorted = run.Milliseconds.Sort();
        var median = Quantity.Milliseconds(sorted[sorted.Length / 2]);
        Console.WriteLine(sorted.Length == 1
            ? $"{median}, after {Quantity.Milliseconds(model.LoadMilliseconds)} of loading"
            : $"{median} (median of {sorted.Length}; {Quantity.Milliseconds(sorted[0])} to {Quantity.Milliseconds(sorted[^1])}), "
                + $"after {Quantity.Milliseconds(model.LoadMilliseconds)} of loading");
    }
}
