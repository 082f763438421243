using System.Text.Json;
using Sconce.Compiler;
using Sconce.Compiler.Frontends;

namespace Sconce.Browser;

/// <summary>What the worker asks for: the host's file by its name, length and digest, and how it is to be compiled, in the words of the command line.</summary>
/// <remarks>Read and written by hand, here and in <see cref="Answer"/>: serializers of a few records would be as large as all the rest of this assembly.</remarks>
internal sealed record Request(string Name, HostFile File, CompileOptions Options, int? Samples)
{
    public static Request Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var options = new CompileOptions
        {
            Model = Text("model"), Exact = root.TryGetProperty("exact", out var exact) && exact.GetBoolean(), Budget = root.TryGetProperty("budget", out var budget) ? budget.GetDouble() : 1,
            Inputs = InputSpecParser.Parse(Texts("inputs")), Weights = WeightFormats.Parse(Text("weights")), Keep = [.. Texts("keep")],
        };
        return new(Text("name")!, new HostFile(root.GetProperty("length").GetInt64(), Text("sha256")!), options, root.TryGetProperty("samples", out var samples) ? samples.GetInt32() : null);

        string? Text(string name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;

        IEnumerable<string> Texts(string name) => root.GetProperty(name).EnumerateArray().Select(text => text.GetString()!);
    }
}
