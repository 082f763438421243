using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Projects;

/// <summary>A template's package.json, as a project's.</summary>
internal sealed partial class PackageManifest(string text)
{
    private readonly JsonObject root = JsonNode.Parse(text)!.AsObject();

    /// <summary>What starts the project, once npm has installed what it needs.</summary>
    public string Start => root["scripts"] is JsonObject scripts && scripts.ContainsKey("dev") ? "npm run dev" : root["scripts"]!.AsObject().ContainsKey("build") ? "npm run build" : "npm start";

    public PackageManifest Named(string name)
    {
        root["name"] = NotInNames().Replace(name.ToLowerInvariant(), "-").Trim('-', '.', '_') is { Length: > 0 } fit ? fit : "page";
        return this;
    }

    /// <summary>Takes our packages from a folder of tarballs, and not from npm.</summary>
    public PackageManifest From(string folder)
    {
        var replaced = 0;
        foreach (var kind in (string[])["dependencies", "devDependencies"])
        {
            foreach (var (name, version) in (root[kind] as JsonObject ?? []).ToArray())
            {
                var tarball = Path.GetFullPath(Path.Combine(folder, $"{name}-{version}.tgz"));
                if (File.Exists(tarball))
                {
                    root[kind]![name] = $"file:{tarball.Replace('\\', '/')}";
                    replaced++;
                }
            }
        }

        return replaced > 0 ? this : throw SconceException.Expected(
            $"sconce-{root["dependencies"]?["sconce"]}.tgz in the folder of packages", "none", new Where(folder), ".ci/pack npm makes it, in artifacts/packages");
    }

    public override string ToString()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, new() { Indented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            root.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(stream.ToArray()).ReplaceLineEndings("\n") + "\n";
    }

    [GeneratedRegex("[^a-z0-9._-]+", RegexOptions.CultureInvariant)]
    private static partial Regex NotInNames();
}
