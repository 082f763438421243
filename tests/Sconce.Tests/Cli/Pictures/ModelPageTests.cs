using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Sconce.Cli.Pictures;
using Sconce.Compiler;
using Sconce.Tests.Cli.Commands;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Cli.Pictures;

public sealed partial class ModelPageTests : IDisposable
{
    private static readonly string Model = Path.Combine(ModelFiles.Repository, "examples", "digits", "digits.pt2");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory();

    public void Dispose() => folder.Delete(recursive: true);

    private Task<ToolResult> RunAsync(params string[] arguments) => Tool.RunAsync(folder.FullName, arguments);

    private string Page(string name) => File.ReadAllText(Path.Combine(folder.FullName, name));

    [Fact]
    public async Task ThePageHoldsItAllAndItsPolicyLetsNothingElseRun()
    {
        Assert.Equal(0, (await RunAsync("inspect", Model, "--html", "page.html")).ExitCode);
        var page = Page("page.html");
        var (style, script) = (Style().Match(page).Groups[1].Value, Script().Match(page).Groups[1].Value);
        Assert.Contains($"default-src 'none'; script-src '{Digest(script)}'; style-src '{Digest(style)}'; base-uri 'none'; form-action 'none'", page);
        Assert.DoesNotMatch("(src|href)=\"(?!#)", page);
        Assert.DoesNotMatch(" (on\\w+|style)=", page[..page.IndexOf("<script", StringComparison.Ordinal)]);

        using var data = JsonDocument.Parse(Data().Match(page).Groups[1].Value);
        var method = Assert.Single(data.RootElement.GetProperty("methods").EnumerateArray());
        var graph = method.GetProperty("graph");
        Assert.Equal(6, graph.GetProperty("nodes").EnumerateArray().Count(node => node.GetProperty("title").GetString() == "conv2d"));
        Assert.Equal(method.GetProperty("steps").GetArrayLength(), method.GetProperty("memory").GetProperty("alive").GetArrayLength());
        Assert.All(method.GetProperty("memory").GetProperty("alive").EnumerateArray(), bytes => Assert.True(bytes.GetInt64() > 0));
        // Every step that an operator became is found by its node.
        var nodes = graph.GetProperty("nodes").EnumerateArray().Where(node => node.TryGetProperty("op", out _)).Select(Key).ToHashSet();
        var products = method.GetProperty("steps").EnumerateArray().Where(step => step.GetProperty("op").GetString() is "aten::conv2d.default" or "aten::linear.default");
        Assert.All(products, step => Assert.Contains(Key(step), nodes));

        static (string?, string?) Key(JsonElement element) => (element.GetProperty("op").GetString(), element.TryGetProperty("source", out var source) ? source.GetString() : null);
    }

    [Fact]
    public async Task OfACompiledFileItHasStepsWithTheTimesThatWereMeasured()
    {
        await RunAsync("compile", Model, "-o", "digits.wasm");
        await RunAsync("bench", "digits.wasm", "--rounds", "1", "--json", "times.json");
        Assert.Equal(0, (await RunAsync("inspect", "digits.wasm", "--html", "page.html", "--profile", "times.json")).ExitCode);
        using var data = JsonDocument.Parse(Data().Match(Page("page.html")).Groups[1].Value);
        var method = Assert.Single(data.RootElement.GetProperty("methods").EnumerateArray());
        Assert.False(method.TryGetProperty("graph", out _));
        Assert.True(method.GetProperty("steps").EnumerateArray().Sum(step => step.GetProperty("ms").GetDouble()) > 0);
        Assert.StartsWith("Node ", data.RootElement.GetProperty("profile").GetProperty("engine").GetString());

        File.WriteAllText(Path.Combine(folder.FullName, "other.json"), "{\"engine\":\"x\",\"run_ms\":{},\"steps\":[]}");
        File.WriteAllText(Path.Combine(folder.FullName, "none.json"), "[1]");
        foreach (var (file, message) in new[] { ("other.json", "those of 0 steps that are others"), ("none.json", "the numbers that bench --json wrote") })
        {
            var result = await RunAsync("inspect", "digits.wasm", "--html", "not-written.html", "--profile", file);
            Assert.Equal(1, result.ExitCode);
            Assert.Contains(message, result.Errors);
            Assert.False(File.Exists(Path.Combine(folder.FullName, "not-written.html")));
        }

        Assert.Contains("expected --html FILE with --profile", (await RunAsync("inspect", "digits.wasm", "--profile", "times.json")).Errors);
    }

    [Fact]
    public void TensorsLiveFromTheirFirstUseToTheirLast()
    {
        var program = Compilation.Compile(File.ReadAllBytes(Model), "digits.pt2").Program;
        var lives = BufferLives.Of(program);
        Assert.All(lives, life => Assert.True(life.First >= 0 && life.First <= life.Last && life.Last < program.Steps.Count && life.Bytes >= 0));
        var alive = BufferLives.Alive(lives, program.Steps.Count);
        Assert.Equal(
            Enumerable.Range(0, program.Steps.Count).Select(step => lives.Where(life => life.First <= step && step <= life.Last).Sum(life => life.Bytes)), alive);
        Assert.Equal([3, 5, 5, 2], BufferLives.Alive([new("a", 3, 0, 2), new("b", 2, 1, 3)], 4));
    }

    private static string Digest(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    [GeneratedRegex("<style>(.*?)</style>", RegexOptions.Singleline)]
    private static partial Regex Style();

    [GeneratedRegex("<script>(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Script();

    [GeneratedRegex("<script type=\"application/json\" id=\"data\">(.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex Data();
}
