using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;

namespace Sconce.Tests.Cli.Commands;

/// <summary>The built tool's whole trip, on the bundled model: compile, inspect, run, verify, demo.</summary>
public sealed class ToolModelTests : IDisposable
{
    private static readonly string Root = FindRoot();
    private static readonly string Digits = Path.Combine(Root, "examples", "digits", "digits.pt2");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Sconce.slnx")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private async Task<ToolResult> RunAsync(params string[] arguments)
    {
        var result = await Tool.RunAsync(folder.FullName, arguments);
        Assert.True(result.ExitCode == 0, result.Errors);
        return result;
    }

    [Fact]
    public async Task ACompiledModelGivesPyTorchsNumbers()
    {
        var summary = await RunAsync("compile", Digits, "-o", "digits.wasm");
        Assert.All(["operators", "parameters", "code", "weights", "arena", "multiply-adds", "time"], name => Assert.Contains($"\n  {name} ", summary.Output));

        var ran = await RunAsync("run", "digits.wasm", "--input", Path.ChangeExtension(Digits, ".npz"), "--output", "out.npz", "--threads", "2", "--repeat", "3");
        Assert.Contains("median of 3", ran.Output);
        var (expected, actual) = (InputFile.ReadNpz(Path.ChangeExtension(Digits, ".npz")), InputFile.ReadNpz(At("out.npz")));
        Assert.Equal(["logits", "probabilities"], actual.Keys);
        Assert.Equal(Numbers.ToDoubles(expected["out1"]), Numbers.ToDoubles(actual["probabilities"]), (e, a) => Math.Abs(e - a) < 1e-4);
    }

    [Fact]
    public async Task ASplitModelGivesTheSameNumbersAndLeavesNothingBehind()
    {
        var whole = await RunAsync("compile", Digits, "-o", "whole.wasm");
        var split = await RunAsync("compile", Digits, "-o", "digits.wasm", "--split", "8kB");
        Assert.Matches(@"weights +\S+ kB in \d+ files, weights/SHA-256.bin beside it \(\S+ kB of them new\)", split.Output);
        var first = Shards();
        Assert.All(first, path => Assert.Equal(Path.GetFileNameWithoutExtension(path), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))));
        Assert.InRange(first.Count, 30, 100);
        Assert.InRange(new FileInfo(At("whole.wasm")).Length, new FileInfo(At("digits.wasm")).Length + 50_000, long.MaxValue);

        var outputs = new List<IReadOnlyDictionary<string, Sconce.Compiler.Types.TensorData>>();
        foreach (var name in new[] { "whole.wasm", "digits.wasm" })
        {
            await RunAsync("run", name, "--input", Path.ChangeExtension(Digits, ".npz"), "--output", "out.npz", "--threads", "1");
            outputs.Add(InputFile.ReadNpz(At("out.npz")));
        }

        Assert.Equal(Numbers.ToDoubles(outputs[0]["logits"]), Numbers.ToDoubles(outputs[1]["logits"]));
        var inspected = await RunAsync("inspect", "digits.wasm");
        Assert.All(first, path => Assert.Contains(Path.GetFileName(path), inspected.Output));
        Assert.Contains($"{first.Count} in all", inspected.Output);
        await RunAsync("inspect", "digits.wasm", "--json", "digits.json");
        var bytes = JsonDocument.Parse(File.ReadAllText(At("digits.json"))).RootElement.GetProperty("bytes");
        Assert.Equal(new FileInfo(At("digits.wasm")).Length, bytes.GetProperty("file").GetInt64());
        Assert.Equal(first.Sum(path => new FileInfo(path).Length), bytes.GetProperty("shards").GetInt64());

        // Another model names the same files, and keeps them.
        Assert.Contains("(0 B of them new)", (await RunAsync("compile", Digits, "-o", "copy.wasm", "--split", "8kB")).Output);
        Assert.DoesNotContain("removed", (await RunAsync("compile", Digits, "-o", "copy.wasm")).Output);
        Assert.Equal(first, Shards());
        Assert.Contains($"(weights/: {first.Count} of an earlier version removed)", (await RunAsync("compile", Digits, "-o", "digits.wasm")).Output);
        Assert.False(Directory.Exists(At("weights")));
    }

    [Fact]
    public async Task AShardThatIsDamagedIsWrittenAnewAndOneThatIsMissingIsNamed()
    {
        await RunAsync("compile", Digits, "-o", "digits.wasm", "--split", "8kB");
        var path = Shards().Order(StringComparer.Ordinal).First();
        var right = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, [.. right.Select(value => (byte)(value ^ 1))]);
        Assert.Contains($"weights/{Path.GetFileName(path)} is damaged", (await Tool.RunAsync(folder.FullName, "run", "digits.wasm")).Errors);
        await RunAsync("compile", Digits, "-o", "digits.wasm", "--split", "8kB");
        Assert.Equal(right, await File.ReadAllBytesAsync(path));
        File.Delete(path);
        Assert.Contains(Path.GetFileName(path), (await Tool.RunAsync(folder.FullName, "run", "digits.wasm")).Errors);
    }

    [Theory]
    [InlineData("nowhere/digits.wasm", "8kB", "the output could not be written (its folder does not exist)\n  where: nowhere/digits.wasm")]
    [InlineData(".", "8kB", "expected a file to write to, but got a folder")]
    [InlineData("digits.wasm", "3", "--split: expected a size from 4kB to 2GB, such as 16MB, but got '3'")]
    [InlineData("digits.wasm", "9e9", "--split: expected a size")]
    public async Task ASplitThatCannotBeLeavesNothing(string output, string size, string message)
    {
        var result = await Tool.RunAsync(folder.FullName, "compile", Digits, "-o", output, "--split", size);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Contains(message, result.Errors + result.Output);
        Assert.Empty(Directory.EnumerateFiles(folder.FullName, "*", SearchOption.AllDirectories));
    }

    private HashSet<string> Shards() => [.. Directory.EnumerateFiles(At("weights"))];

    [Fact]
    public async Task AFileSaysAtItsBeginningHowLargeItIs()
    {
        await RunAsync("compile", Digits, "-o", "digits.wasm");
        var beginning = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(At("digits.wasm")), 0, 200);
        Assert.Contains($"\"fileBytes\":{new FileInfo(At("digits.wasm")).Length},", beginning);
    }

    [Fact]
    public async Task WhatAModelIsCanBeSeen()
    {
        var shown = await RunAsync("inspect", Digits, "--graph", "graph.svg");
        Assert.Matches(@"image +float32 +\[\w+, 1, 28, 28\]", shown.Output);
        Assert.Matches(@"aten::conv2d\S* +\d+ ", shown.Output);
        Assert.Contains("<svg", File.ReadAllText(At("graph.svg")));
        await RunAsync("inspect", Digits, "--json", "digits.json");
        var model = JsonDocument.Parse(File.ReadAllText(At("digits.json"))).RootElement;
        Assert.Equal(["image"], model.GetProperty("inputs").EnumerateArray().Select(input => input.GetProperty("name").GetString()));
        var shape = model.GetProperty("inputs")[0].GetProperty("shape");
        Assert.Equal(model.GetProperty("sizes")[0].GetProperty("name").GetString(), shape[0].GetString());
        Assert.Equal([1, 28, 28], shape.EnumerateArray().Skip(1).Select(size => size.GetInt32()));
        Assert.True(model.GetProperty("bytes").GetProperty("file").GetInt64() > model.GetProperty("bytes").GetProperty("code").GetInt64());
        Assert.True(model.GetProperty("steps").GetArrayLength() > 10);
        var code = await RunAsync("inspect", Digits, "--wat");
        Assert.StartsWith("(module", code.Output);
        Assert.Contains("f32x4.mul", code.Output);
        var (first, last) = (await RunAsync("inspect", Digits, "--program", "--after", "lowering"), await RunAsync("inspect", Digits, "--program"));
        Assert.All([first, last], program => Assert.StartsWith("program\nsymbol ", program.Output));
        Assert.Contains("kernel winograd(", last.Output);
        Assert.DoesNotContain("kernel winograd(", first.Output);
    }

    [Fact]
    public async Task ATruthfulModelPassesAndALiarFails()
    {
        var passed = await RunAsync("verify", Digits, "--json", "report.json", "--no-relaxed");
        Assert.EndsWith("1 passed, 0 failed", passed.Output.TrimEnd());
        var line = JsonDocument.Parse(File.ReadAllText(At("report.json"))).RootElement;
        Assert.Equal("passed", line.GetProperty("status").GetString());
        Assert.InRange(line.GetProperty("max_error").GetDouble(), 0, 1e-4);
        Assert.All(["compile_ms", "run_ms", "code_bytes"], name => Assert.True(line.GetProperty(name).GetDouble() > 0));

        // The same inputs with outputs that are a little off.
        File.Copy(Digits, At("liar.pt2"));
        var arrays = InputFile.ReadNpz(Path.ChangeExtension(Digits, ".npz")).ToDictionary();
        arrays["out0"] = Tensors.Floats(arrays["out0"].Shape, [.. Numbers.ToDoubles(arrays["out0"]).Select((value, i) => (float)value + (i == 13 ? 0.1f : 0))]);
        AtomicFile.Write(At("liar.npz"), stream => Sconce.Cli.Numpy.Npz.Write(stream, arrays));
        File.Copy(Digits, At("unknown.pt2"));
        var failed = await Tool.RunAsync(folder.FullName, "verify", ".");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("logits[1, 3]: expected", failed.Output);
        Assert.Contains("no node differs from the reference evaluator, which is wrong as well", failed.Output);
        Assert.Contains("no unknown.npz beside it", failed.Output);
        Assert.EndsWith("1 passed, 1 failed", failed.Output.TrimEnd());
    }

    [Fact]
    public async Task CallsOfOtherSizesAreComparedTooAndTheArtifactKept()
    {
        File.Copy(Digits, At("sizes.pt2"));
        var arrays = InputFile.ReadNpz(Path.ChangeExtension(Digits, ".npz")).ToDictionary();
        Write("sizes.npz", 7);
        Write("sizes-sizes.npz", 2);
        Write("sizes-sizes-2.npz", 5);
        var passed = await RunAsync("verify", "sizes.pt2", "-o", "kept.wasm");
        Assert.EndsWith("1 passed, 0 failed", passed.Output.TrimEnd());
        Assert.Equal("\0asm"u8, File.ReadAllBytes(At("kept.wasm")).AsSpan(0, 4));

        arrays["out1"] = Tensors.Floats(arrays["out1"].Shape, [.. Numbers.ToDoubles(arrays["out1"]).Select((value, i) => (float)value + (i == 43 ? 0.1f : 0))]);
        Write("sizes-sizes-2.npz", 5);
        var failed = await Tool.RunAsync(folder.FullName, "verify", "sizes.pt2");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("probabilities[4, 3]: expected", failed.Output);

        File.Copy(Digits, At("second.pt2"));
        var two = await Tool.RunAsync(folder.FullName, "verify", ".", "-o", "kept.wasm");
        Assert.Equal(1, two.ExitCode);
        Assert.Contains("expected one model, whose artifact to keep, but got 2", two.Errors);

        // The first images, with their answers.
        void Write(string name, int count) => AtomicFile.Write(At(name), stream => Sconce.Cli.Numpy.Npz.Write(stream, arrays.ToDictionary(
            array => array.Key,
            array => Sconce.Compiler.Types.TensorData.Dense(
                array.Value.Type, array.Value.Shape.SetItem(0, count), array.Value.ToDense()[..(array.Value.ToDense().Length / 7 * count)]))));
    }

    [Fact]
    public async Task ACaseThatLacksAnOutputIsNoFaultOfTheModel()
    {
        File.Copy(Digits, At("lacking.pt2"));
        var arrays = InputFile.ReadNpz(Path.ChangeExtension(Digits, ".npz")).Where(array => array.Key != "out1").ToDictionary();
        AtomicFile.Write(At("lacking.npz"), stream => Sconce.Cli.Numpy.Npz.Write(stream, arrays));
        var failed = await Tool.RunAsync(folder.FullName, "verify", ".");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("expected an array for each of the model's 2 outputs, out0 … (logits, probabilities), but got 1", failed.Output);
        Assert.DoesNotContain("fault", failed.Output);
    }

    [Theory]
    [InlineData("x=image.npy", "image")]
    [InlineData("image=wrong.npy", "image")]
    public async Task RunSaysWhatWasExpectedOfAnInput(string input, string name)
    {
        AtomicFile.Write(At("image.npy"), stream => Sconce.Cli.Numpy.Npy.Write(stream, Tensors.Floats([1, 1, 28, 28], new float[784])));
        AtomicFile.Write(At("wrong.npy"), stream => Sconce.Cli.Numpy.Npy.Write(stream, Tensors.Floats([1, 1, 28, 27], new float[756])));
        var result = await Tool.RunAsync(folder.FullName, "run", Digits, "--input", input);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(name, result.Errors);
    }

    [Fact]
    public async Task RunSaysHowToGiveAnInput()
    {
        AtomicFile.Write(At("none.npz"), stream => Sconce.Cli.Numpy.Npz.Write(stream, new Dictionary<string, Compiler.Types.TensorData>()));
        var missing = await Tool.RunAsync(folder.FullName, "run", Digits, "--input", "none.npz");
        Assert.Equal(1, missing.ExitCode);
        Assert.Contains("none for 'image'", missing.Errors);
        Assert.Contains("--input image=FILE.npy", missing.Errors);
        AtomicFile.Write(At("bytes.npy"), stream => Sconce.Cli.Numpy.Npy.Write(stream, Compiler.Types.TensorData.Dense(Compiler.Types.DType.UInt8, [1, 1, 28, 28], new byte[784])));
        var other = await Tool.RunAsync(folder.FullName, "run", Digits, "--input", "image=bytes.npy");
        Assert.Equal(1, other.ExitCode);
        Assert.Contains("expected float32 for input 'image', but got uint8", other.Errors);
        Assert.Contains("array.astype(\"float32\")", other.Errors);
    }

    [Fact]
    public async Task WithoutInputsARunIsOnRandomOnesOfTheSizesThatAreAskedFor()
    {
        string Values(ToolResult result) => string.Join('\n', result.Output.Split('\n').Where(line => line.Contains("float32", StringComparison.Ordinal)));
        var first = await RunAsync("run", Digits, "--size", "s40=3", "--threads", "1");
        Assert.Contains("image  float32  [3, 1, 28, 28]  at random", first.Output);
        Assert.Matches(@"logits +float32 +\[3, 10\]", first.Output);
        Assert.Equal(Values(first), Values(await RunAsync("run", Digits, "--size", "s40=3", "--threads", "1")));
        var both = await Tool.RunAsync(folder.FullName, "run", Digits, "--size", "s40=3", "--input", Path.ChangeExtension(Digits, ".npz"));
        Assert.Contains("expected --size without --input", both.Errors);
    }

    [Theory]
    [InlineData("/nowhere/node", "", "the environment variable SCONCE_NODE is '/nowhere/node', which cannot be started")]
    [InlineData("", "--import=data:text/javascript,process.getBuiltinModule=undefined", "Node 20.16 or newer (of 22, 22.3) is wanted to run models, but ")]
    public async Task ANodeThatCannotRunModelsIsNamed(string node, string options, string message)
    {
        var result = await Tool.RunAsync(folder.FullName, new Dictionary<string, string> { ["SCONCE_NODE"] = node, ["NODE_OPTIONS"] = options }, "run", Digits);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors);
    }

    [Fact]
    public async Task ABenchTellsTheTimeOfEachStep()
    {
        var shown = await RunAsync("bench", Digits, "--size", "s40=3", "--rounds", "3", "--threads", "2", "--plain", "--json", "bench.json", "--trace", "trace.json");
        Assert.Contains("2 threads, no relaxed SIMD", shown.Output);
        Assert.Matches(@"image +float32 +\[3, 1, 28, 28\]", shown.Output);
        Assert.Contains("median of 3", shown.Output);

        var report = JsonDocument.Parse(File.ReadAllText(At("bench.json"))).RootElement;
        var steps = report.GetProperty("steps").EnumerateArray().ToArray();
        Assert.Contains(steps, step => step.GetProperty("operator").GetString() == "aten::conv2d.default" && step.GetProperty("gflops").GetDouble() > 0);
        Assert.Contains(steps, step => step.TryGetProperty("source", out var source) && source.GetString()!.Contains("features.0"));
        Assert.Equal(1, steps.Sum(step => step.GetProperty("share").GetDouble()), 1e-6);
        Assert.Equal(steps.Length, report.GetProperty("kernels").EnumerateArray().Sum(kernel => kernel.GetProperty("steps").GetInt32()));
        Assert.True(report.GetProperty("peak_gflops").GetDouble() > 0);
        Assert.True(report.GetProperty("read_gbytes").GetDouble() > 0);

        var events = JsonDocument.Parse(File.ReadAllText(At("trace.json"))).RootElement.GetProperty("traceEvents").EnumerateArray().ToArray();
        Assert.Equal(steps.Length + 3, events.Count(item => item.GetProperty("ph").GetString() == "X"));
    }

    [Theory]
    [InlineData("s40", "expected --size NAME=VALUE")]
    [InlineData("batch=2", "s40")]
    [InlineData("s40=65", "expected s40 from 0 to 64, but got 65")]
    public async Task ABenchSaysWhichSizesAModelTakes(string size, string message)
    {
        var result = await Tool.RunAsync(folder.FullName, "bench", Digits, "--size", size);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors);
    }

    [Fact]
    public async Task TheDemoReadsTheDigits()
    {
        var result = await RunAsync("demo", "--no-serve");
        Assert.Matches(@"(19|20) of 20 handwritten digits right", result.Output);
        Assert.Contains("shipped to a browser", result.Output);
    }
}
