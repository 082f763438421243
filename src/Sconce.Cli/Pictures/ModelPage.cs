using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Bench;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Pictures;

/// <summary>
/// What <c>sconce inspect --html</c> writes: one page with the graph, what the steps cost, the lines of Python they come from, and memory over time. It has its script and
/// style within it, fetches nothing, and its policy lets it run nothing else.
/// </summary>
internal static class ModelPage
{
    /// <summary>What the page's script reads. Costs and bytes are at the least of open sizes.</summary>
    internal sealed record PageData(
        string Source, string Compiler, bool Open, ImmutableArray<ImmutableArray<string>> Facts, PageProfile? Profile, ImmutableArray<PageMethod> Methods);

    internal sealed record PageProfile(string Engine, int Threads, double RunMs);

    /// <summary>Code is by a step's source, as far as the model's file records it; inputs and outputs are name, dtype and shape.</summary>
    internal sealed record PageMethod(
        string Name, ImmutableArray<ImmutableArray<string>> Facts, ImmutableArray<ImmutableArray<string>> Inputs, ImmutableArray<ImmutableArray<string>> Outputs,
        ImmutableArray<PageStep> Steps, IReadOnlyDictionary<string, string> Code, PageGraph? Graph, PageMemory? Memory);

    internal sealed record PageStep(string Op, string Kernel, string? Source, long Flops, long Bytes, double? Ms);

    /// <summary>Edges are lines from one place to another: two points each.</summary>
    internal sealed record PageGraph(double Width, double Height, ImmutableArray<PageNode> Nodes, ImmutableArray<ImmutableArray<double>> Edges);

    internal sealed record PageNode(double X, double Y, double W, double H, string Title, IReadOnlyList<string> Lines, string? Tip, string Kind, string? Op, string? Source);

    /// <summary>Bytes at each step, and tensors: name, bytes, the first and the last step of their lives.</summary>
    internal sealed record PageMemory(long Constants, ImmutableArray<long> Alive, ImmutableArray<ImmutableArray<object>> Buffers);

    /// <param name="output">Where it goes.</param>
    /// <param name="name">The model's.</param>
    /// <param name="contents">The compiled file.</param>
    /// <param name="methods">The methods with their graphs; none of a file that was compiled before.</param>
    /// <param name="profile">What was measured, if anything was.</param>
    public static void Write(Stream output, string name, ArtifactContents contents, IReadOnlyList<CompiledMethod> methods, BenchReport? profile)
    {
        var (style, script) = (Read("model-page.css"), Read("model-page.js"));
        var policy = $"default-src 'none'; script-src '{Digest(script)}'; style-src '{Digest(style)}'; base-uri 'none'; form-action 'none'";
        var data = JsonSerializer.Serialize(Of(contents, methods, profile), ModelPageJson.Default.PageData);
        var parts = new Dictionary<string, string>
        {
            ["{policy}"] = policy, ["{title}"] = WebUtility.HtmlEncode(name), ["{style}"] = style, ["{data}"] = data, ["{script}"] = script,
        };
        using var writer = new StreamWriter(output, new UTF8Encoding(false), leaveOpen: true);
        var page = Read("model-page.html").AsSpan();
        while (page.IndexOf('{') is >= 0 and var start)
        {
            var end = start + page[start..].IndexOf('}') + 1;
            writer.Write(page[..start]);
            writer.Write(parts[page[start..end].ToString()]);
            page = page[end..];
        }

        writer.Write(page);
    }

    private static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(ModelPage).Assembly.GetManifestResourceStream(resource)!);
        // A browser takes the digest of what it reads, whose lines end so.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Digest(string text) => $"sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(text)))}";

    private static PageData Of(ArtifactContents contents, IReadOnlyList<CompiledMethod> methods, BenchReport? profile)
    {
        var manifest = contents.Manifest;
        var views = manifest.Methods.Prepend((Name: Manifest.MainMethod, View: manifest)).ToList();
        return new(
            manifest.SourceName, manifest.Compiler, views.Any(view => !view.View.Symbols.IsEmpty),
            [
                ["file", Quantity.Bytes(contents.FileBytes)],
                ["code", $"{Quantity.Bytes(contents.CodeBytes)}, and {Quantity.Bytes(contents.RelaxedBytes)} for relaxed SIMD"],
                ["weights", manifest.Shards.IsEmpty ? Quantity.Bytes(contents.WeightBytes) : $"{Quantity.Bytes(contents.WeightBytes)} in {manifest.Shards.Length} files beside it"],
                ["parameters", Quantity.Count(manifest.Parameters)],
                ["memory at start", Quantity.Bytes(manifest.MinPages << 16)],
            ],
            profile is null ? null : new(profile.Engine, profile.Threads, profile.RunMs.Median),
            [.. views.Select((view, number) => Of(view.Name, view.View, number < methods.Count ? methods[number] : null, number == 0 ? profile : null))]);
    }

    private static PageMethod Of(string name, ManifestView view, CompiledMethod? compiled, BenchReport? profile) => new(
        name,
        [
            ["multiply-adds", Quantity.Of(view.MultiplyAdds, Quantity.Count)],
            ["memory of a run", Quantity.Of(view.Arena, Quantity.Bytes)],
            ["operators", $"{view.OperatorCount} in {view.Steps.Length} steps"],
            .. view.Symbols.Select(symbol => ImmutableArray.Create($"size {symbol.Name}", symbol.Max is { } max ? $"{symbol.Min} to {max}" : $"from {symbol.Min}")),
        ],
        [.. view.Inputs.Select(Text)], [.. view.Outputs.Select(Text)],
        [.. view.Steps.Select((step, number) => profile is null
            ? new PageStep(step.Operator, step.Kernel, step.Source, UsualSizes.AtLeast(step.Flops), UsualSizes.AtLeast(step.Bytes), null)
            : new PageStep(step.Operator, step.Kernel, step.Source, profile.Steps[number].Flops, profile.Steps[number].Bytes, profile.Steps[number].Ms))],
        compiled is null ? ImmutableDictionary<string, string>.Empty : CodeOf(compiled),
        compiled is null ? null : GraphOf(compiled),
        compiled is null ? null : MemoryOf(view, compiled));

    private static ImmutableArray<string> Text(Port port) => [port.Name, port.Type.Name(), string.Join(", ", port.Shape)];

    private static Dictionary<string, string> CodeOf(CompiledMethod method)
    {
        var code = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var source in method.Graph.Body.Nodes.Select(node => node.Source))
        {
            if (source is { Brief: { } place, Code: { } line })
            {
                code.TryAdd(place, line.Trim());
            }
        }

        return code;
    }

    private static PageGraph GraphOf(CompiledMethod method)
    {
        var layout = new LayeredLayout(GraphPicture.Of(method.Graph), Svg.Size);
        return new(
            Math.Ceiling(layout.Width), Math.Ceiling(layout.Height),
            [
                .. layout.Places.Where(place => place.Node is not null).OrderBy(place => place.Y).ThenBy(place => place.X).Select(place => new PageNode(
                    Math.Round(place.X - (place.Width / 2)), Math.Round(place.Y), Math.Round(place.Width), Math.Round(place.Height),
                    place.Node!.Title, place.Node.Lines, place.Node.Tooltip, place.Node.Kind.ToString().ToLowerInvariant(), place.Node.Operator, place.Node.Source)),
            ],
            [
                .. layout.Places.SelectMany(place => place.Below.Select(below => ImmutableArray.Create(
                    Math.Round(place.X), Math.Round(place.Y + place.Height), Math.Round(below.X), Math.Round(below.Y)))),
            ]);
    }

    private static PageMemory? MemoryOf(ManifestView view, CompiledMethod method)
    {
        var lives = BufferLives.Of(method.Program);
        var steps = method.Program.Steps.Count;
        return steps == 0 ? null : new(
            view.ConstantsEnd - view.ConstantsOffset, BufferLives.Alive(lives, steps),
            [.. lives.Where(life => life.Bytes > 0).Select(life => ImmutableArray.Create<object>(life.Name, life.Bytes, life.First, life.Last))]);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelPage.PageData))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(int))]
internal sealed partial class ModelPageJson : JsonSerializerContext;
