using System.Collections.Immutable;
using System.Text;

namespace Sconce.Cli.Projects;

/// <summary>What a project is made of: the files of an example, which are part of this program, by their paths with slashes.</summary>
internal sealed record ProjectTemplate(string Name, ImmutableSortedDictionary<string, string> Files)
{
    /// <summary>The script that knows the model; beside it lies the model.</summary>
    private const string ModelScript = "model";

    /// <summary>All of them, the first ones first that most people take.</summary>
    public static IReadOnlyList<string> Names { get; } = ["vite-react", "vanilla", "next", "vue", "svelte", "extension", "service-worker", "node"];

    /// <summary>The folder in which the model lies, "" or with a slash at its end.</summary>
    public string ModelFolder => ScriptPath[..(ScriptPath.LastIndexOf('/') + 1)];

    /// <summary>Where the script is that knows the model.</summary>
    public string ScriptPath { get; } = Files.Keys.Single(path => Path.GetFileNameWithoutExtension(path) == ModelScript);

    public bool IsTyped => ScriptPath.EndsWith(".ts", StringComparison.Ordinal);

    public static ProjectTemplate Read(string name) => new(name, Resources($"templates/{name}/"));

    /// <summary>The same with a page for numbers in place of the one for pictures; null where there is none for this host.</summary>
    public ProjectTemplate? WithForm()
    {
        var form = Resources($"forms/{Name}/");
        return form.IsEmpty ? null : this with { Files = Files.RemoveRange(["camera.js", "src/camera.ts", "app/camera.js", "app/CameraPage.jsx", "pgm.js"]).SetItems(form) };
    }

    private static ImmutableSortedDictionary<string, string> Resources(string prefix)
    {
        var assembly = typeof(ProjectTemplate).Assembly;
        var files = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            // Windows writes the folders within a name as it does.
            if (resource.Replace('\\', '/') is var path && path.StartsWith(prefix, StringComparison.Ordinal))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
                files[path[prefix.Length..]] = reader.ReadToEnd();
            }
        }

        return files.ToImmutable();
    }
}
