using System.Text.Json;
using Sconce.Cli.Serving;
using Sconce.Tests.Cli.Commands;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Doctor;

/// <summary><c>sconce doctor</c> as a person calls it, on files and on servers with one fault each.</summary>
public sealed class DoctorTests : IDisposable
{
    private static readonly string Model = Path.Combine(ModelFiles.Repository, "tests", "models", "operators", "tiny.pt2");
    private static readonly string Digits = Path.Combine(ModelFiles.Repository, "examples", "digits", "digits.pt2");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(folder.FullName, arguments);

    [Fact]
    public async Task AModelAndWhatIsCompiledOfItAreWell()
    {
        var model = await RunAsync("doctor", Model);
        Assert.Equal((0, ""), (model.ExitCode, model.Errors));
        Assert.Contains("an exported program (torch.export.save)", model.Output);
        Assert.Contains("all is well", model.Output);

        await RunAsync("compile", Model, "-o", "tiny.wasm");
        var compiled = await RunAsync("doctor", "tiny.wasm", "--json", "found.json");
        Assert.Equal(0, compiled.ExitCode);
        Assert.Matches(@"ok    loading +[\d.]+ m?s, on \d+ thread", compiled.Output);
        using var found = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder.FullName, "found.json")));
        var digest = found.RootElement.GetProperty("findings").EnumerateArray().Single(finding => finding.GetProperty("check").GetString() == "digest");
        Assert.Equal("ok", digest.GetProperty("health").GetString());
        var expected = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(Path.Combine(folder.FullName, "tiny.wasm"))));
        Assert.StartsWith($"sha256-{expected},", digest.GetProperty("text").GetString());
    }

    [Fact]
    public async Task WhatIsWrongWithAFileIsSaidWithWhatToDo()
    {
        await RunAsync("compile", Digits, "-o", "digits.wasm", "--split", "64kB");
        var file = Path.Combine(folder.FullName, "digits.wasm");
        File.WriteAllBytes(Path.Combine(folder.FullName, "longer.wasm"), [.. File.ReadAllBytes(file), 0, 2, 1, (byte)'x']);
        File.WriteAllText(Path.Combine(folder.FullName, "text.pt2"), "no archive");
        Directory.Delete(Path.Combine(folder.FullName, "weights"), recursive: true);
        foreach (var (name, problem, remedy) in new[]
        {
            ("digits.wasm", "files in weights/ beside it", "copy the folder weights, which sconce compile --split wrote beside digits.wasm"),
            ("longer.wasm", "and its manifest says", "copy or deploy it again"),
            ("text.pt2", "it is not a zip archive", "export the PyTorch model itself"),
        })
        {
            var result = await RunAsync("doctor", name);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains("  fail  ", result.Output);
            Assert.Contains(problem, result.Output);
            Assert.Contains($"what to do: {remedy}", result.Output);
        }
    }

    [Fact]
    public async Task AServerIsAskedAsAPageWould()
    {
        await RunAsync("compile", Model, "-o", "tiny.wasm");
        await RunAsync("compile", Digits, "-o", "split.wasm", "--split", "64kB");
        File.WriteAllText(Path.Combine(folder.FullName, "page.html"), "<!doctype html><title>page</title>");
        using var server = PageServer.Start(new FolderSite(folder.FullName, null), port: null);
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);

        var well = await RunAsync("doctor", $"{server.Address}tiny.wasm", "--page", $"{server.Address}page.html");
        Assert.Equal(0, well.ExitCode);
        Assert.Contains("all is well", well.Output);
        Assert.Matches("ok    type +application/wasm", well.Output);
        Assert.Matches("ok    ranges +parts are sent", well.Output);
        Assert.Matches("ok    threads +the page is cross-origin isolated", well.Output);

        var split = await RunAsync("doctor", $"{server.Address}split.wasm");
        Assert.Matches(@"ok    weights +all \d+ files are there", split.Output);
        Directory.Delete(Path.Combine(folder.FullName, "weights"), recursive: true);
        var without = await RunAsync("doctor", $"{server.Address}split.wasm");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("deploy the folder weights, which sconce compile --split wrote, beside the .wasm", without.Output);

        var none = await RunAsync("doctor", $"{server.Address}none.wasm");
        Assert.Equal(1, none.ExitCode);
        Assert.Contains("the server answers 404", none.Output);
        await stop.CancelAsync();
        await serving;
    }

    [Fact]
    public async Task AServerThatSendsPagesForEverythingAndNoneAtAllAreToldApart()
    {
        var page = () => (Stream)new MemoryStream("<!doctype html><title>home</title>"u8.ToArray());
        using var server = PageServer.Start(new Dictionary<string, Func<Stream>> { ["model.wasm"] = page, ["index.html"] = page }, port: null);
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);
        var wrong = await RunAsync("doctor", $"{server.Address}model.wasm");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains("a page (HTML) where the model should be", wrong.Output);
        var only = await RunAsync("doctor", server.Address);
        Assert.Equal(0, only.ExitCode);
        Assert.Matches("ok    security policy +lets WebAssembly run", only.Output);
        await stop.CancelAsync();
        await serving;
        var address = server.Address;
        server.Dispose();

        var nobody = await RunAsync("doctor", $"{address}model.wasm");
        Assert.Equal(1, nobody.ExitCode);
        Assert.Contains("ECONNREFUSED", nobody.Output);
        Assert.Contains("nobody listens there", nobody.Output);
    }
}
