using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Commands;

/// <summary>Exit codes and messages of the built tool where something is wrong with what it is given.</summary>
public sealed class ToolErrorTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, text, Encoding.Latin1);
        return path;
    }

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(folder.FullName, arguments);

    [Theory]
    [InlineData("")]
    [InlineData("bogus")]
    [InlineData("compile")]
    [InlineData("verify m.pt2 --threads 0")]
    [InlineData("run m.pt2 --repeat 0")]
    [InlineData("run m.pt2 --threads many")]
    [InlineData("verify m.pt2 --rtol x")]
    [InlineData("bench m.pt2 --in netscape")]
    [InlineData("serve --port 0")]
    [InlineData("doctor")]
    [InlineData("wasi")]
    [InlineData("wasi g.wasm --threads 0")]
    [InlineData("wasi g.wasm --dir")]
    public async Task AWrongCommandLineEndsWithStatus2(string commandLine)
    {
        var result = await RunAsync(commandLine.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(2, result.ExitCode);
        Assert.NotEmpty(result.Errors);
        Assert.Equal(commandLine.Length > 0, result.Errors.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Equal(commandLine.Length > 0, result.Errors.Contains(" --help says what it takes", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("complie m.pt2", "error: there is no command 'complie' (did you mean 'compile'?)\n  what to do")]
    [InlineData("zebra m.pt2", "error: there is no command 'zebra'\n  what to do")]
    [InlineData("compile m.pt2 --spilt", "'--spilt' (did you mean '--split'?)")]
    [InlineData("compile m.pt2 --zebra", "'--zebra'\n")]
    public async Task AMisspeltWordIsAnsweredWithWhatWasMeant(string commandLine, string message) =>
        Assert.Contains(message, (await RunAsync(commandLine.Split(' '))).Errors);

    [Theory]
    [InlineData("compile missing.pt2", "expected a PyTorch model (.pt2 or .pt), but got nothing there", "missing.pt2")]
    [InlineData("run missing.pt2", "expected a model (.pt2 or .pt) or an artifact (.wasm), but got nothing there", "missing.pt2")]
    [InlineData("inspect .", "but got a folder", ".")]
    [InlineData("serve missing", "expected a folder to serve, but got nothing there", "missing")]
    [InlineData("doctor missing.wasm", "expected a model (.pt2 or .pt) or an artifact (.wasm), but got nothing there", "missing.wasm")]
    [InlineData("verify missing", "expected a model or a folder of models, but got nothing there", "missing")]
    [InlineData("verify .", "expected models (.pt2 or .pt) in the folder, but got none", ".")]
    [InlineData("inspect plain.wasm", "but got a WebAssembly module without a manifest", "plain.wasm")]
    [InlineData("inspect cut.wasm", "the file is truncated", "cut.wasm")]
    [InlineData("inspect plain.wasm --program", "an artifact, which holds code alone", "plain.wasm")]
    [InlineData("inspect plain.wasm --graph g.svg", "an artifact, which holds code but no graph", "plain.wasm")]
    [InlineData("run plain.wasm --input text.npz", "expected a NumPy .npz archive", "text.npz")]
    [InlineData("run plain.wasm --input zip.npz", "a zip of other files, of 'model/data.pkl' first", "zip.npz")]
    [InlineData("run plain.wasm --input x=text.npz", "expected a NumPy .npy array", "text.npz")]
    [InlineData("run plain.wasm --input x.npy", "expected NAME=FILE.npy", "x.npy")]
    [InlineData("run plain.wasm --input x=missing.npy", "expected a NumPy .npy file, but got nothing there", "missing.npy")]
    [InlineData("compile plain.wasm", "this is WebAssembly, and no PyTorch model", "plain.wasm")]
    [InlineData("wasi missing.wasm", "expected a WASI program (.wasm), but got nothing there", "missing.wasm")]
    [InlineData("wasi text.npz", "expected a WebAssembly module", "text.npz")]
    [InlineData("wasi model.pt", "expected a WASI program (.wasm), but got a model", "model.pt")]
    [InlineData("wasi artifact.wasm", "--graph artifact=artifact.wasm", "artifact.wasm")]
    [InlineData("wasi component.wasm", "translate it with jco", "component.wasm")]
    [InlineData("wasi plain.wasm --graph a=missing.pt2", "expected a model (.pt2 or .pt) or an artifact (.wasm), but got nothing there", "missing.pt2")]
    [InlineData("wasi plain.wasm --graph a=plain.wasm", "but got a WebAssembly module without a manifest", "plain.wasm")]
    [InlineData("wasi plain.wasm --dir missing::.", "with a folder, but got nothing there", "missing")]
    [InlineData("wasi plain.wasm --dir text.npz", "with a folder, but got a file", "text.npz")]
    public async Task ABadFileIsNamedWithWhatWasExpectedAndStatus1(string commandLine, string message, string where)
    {
        Write("plain.wasm", "\0asm\u0001\0\0\0");
        Write("cut.wasm", "\0asm\u0001\0\0\0\u0001\u0050\u0001");
        Write("text.npz", "these are words, not numbers");
        Write("model.pt", "PK\u0003\u0004");
        using (var zip = ZipFile.Open(Path.Combine(folder.FullName, "zip.npz"), ZipArchiveMode.Create))
        {
            zip.CreateEntry("model/data.pkl");
        }

        Write("artifact.wasm", "\0asm\u0001\0\0\0\0\u0010\u000fsconce.manifest");
        Write("component.wasm", "\0asm\u000d\0\u0001\0");
        var result = await RunAsync(commandLine.Split(' '));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors);
        Assert.Contains($"where: {where}", result.Errors);
    }

    [Fact]
    public async Task APartOfNoOperatorsNameIsAnError()
    {
        var result = await RunAsync("ops", "no_such_operator");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("'no_such_operator', which no operator's name holds", result.Errors);
    }

    [Theory]
    [InlineData("wasi plain.wasm --graph model.pt2", "expected --graph NAME=MODEL, but got --graph model.pt2")]
    [InlineData("wasi plain.wasm --graph =model.pt2", "expected --graph NAME=MODEL, but got --graph =model.pt2")]
    [InlineData("wasi plain.wasm --graph a=x --graph a=y", "expected each name once by --graph, but got 'a' twice")]
    [InlineData("wasi plain.wasm --env HOME", "expected --env NAME=VALUE, but got --env HOME")]
    [InlineData("wasi plain.wasm", "the guest exports no _start")]
    public async Task AGuestsOptionsAreChecked(string commandLine, string message)
    {
        Write("plain.wasm", "\0asm\u0001\0\0\0");
        var result = await RunAsync(commandLine.Split(' '));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors);
    }

    [Fact]
    public async Task AFailedCompileLeavesTheOldOutputAsItWas()
    {
        Write("bad.pt2", "not a zip archive");
        var old = Write("out.wasm", "the old one");
        var result = await RunAsync("compile", "bad.pt2", "-o", "out.wasm");
        Assert.Equal(1, result.ExitCode);
        Assert.Equal("the old one", File.ReadAllText(old));
        Assert.Equal(2, folder.GetFiles().Length);
    }

    /// <summary>Wrong numbers would come of it, were it compiled as if each name held a tensor of its own.</summary>
    [Theory]
    [InlineData("AliasGrow", ": buf += x[i]); whether it does is not recorded")]
    [InlineData("AliasAfter", ": h.mul_(100)); whether it does is not recorded")]
    public async Task AScriptWhoseNamesMayHoldTheSameIsRefused(string name, string message)
    {
        var result = await RunAsync("compile", Path.Combine(ModelFiles.Repository, "tests", "models", "scripted", $"{name}.pt"), "-o", "out.wasm");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains(message, result.Errors);
    }

    [Fact]
    public async Task AFolderOfBadModelsGivesALineForEachAndAJsonReport()
    {
        Directory.CreateDirectory(Path.Combine(folder.FullName, "deep", "deeper"));
        Write("a.pt2", "not a zip archive");
        Write("deep/deeper/b.pt2", "");
        Write("deep/skipped.pt", "a later matter");
        var result = await RunAsync("verify", ".", "--json", "report.json");
        Assert.Equal(1, result.ExitCode);
        Assert.EndsWith("0 passed, 2 failed", result.Output.TrimEnd());
        var lines = File.ReadAllLines(Path.Combine(folder.FullName, "report.json")).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.Equal(["a", "b"], lines.Select(line => Path.GetFileNameWithoutExtension(line.GetProperty("model").GetString())));
        Assert.All(lines, line =>
        {
            Assert.Equal(["model", "status", "message", "max_error", "compile_ms", "run_ms", "code_bytes"], line.EnumerateObject().Select(property => property.Name));
            Assert.Equal("error", line.GetProperty("status").GetString());
            Assert.NotEmpty(line.GetProperty("message").GetString()!);
        });
    }

    [Fact]
    public async Task ModelsForLaterAreNotCounted()
    {
        Write("a.pt2", "not a zip archive");
        Write("b.pt2", "not a zip archive");
        Write("later.txt", "# what waits\na wrong # for reasons\n");
        var result = await RunAsync("verify", ".", "--later", "later.txt");
        Assert.EndsWith("0 passed, 1 failed", result.Output.TrimEnd());
        Assert.DoesNotContain("a  ", result.Output);
    }

    [Fact]
    public async Task WhatShouldBeRefusedIsCountedWhereItFailsInAnotherWay()
    {
        Write("a.pt2", "not a zip archive");
        Write("later.txt", "a # is refused\n");
        var result = await RunAsync("verify", ".", "--later", "later.txt");
        Assert.EndsWith("0 passed, 1 failed", result.Output.TrimEnd());
    }

    [Fact]
    public async Task HelpNamesEveryCommand()
    {
        var result = await RunAsync("--help");
        Assert.Equal(0, result.ExitCode);
        Assert.All(["compile", "run", "verify", "inspect", "ops", "wasi", "demo", "playground"], name => Assert.Contains($"\n  {name} ", result.Output));
    }
}
