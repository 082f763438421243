using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Declarations;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Projects;

/// <summary>A template with a model in it.</summary>
internal sealed class Project
{
    /// <summary>How the examples call the model that they are shown with.</summary>
    private const string ExampleModel = "../digits/digits.pt2";

    private readonly ProjectTemplate template;
    private readonly string name;

    /// <param name="template">The template.</param>
    /// <param name="folder">The folder that it becomes.</param>
    private Project(ProjectTemplate template, string folder)
    {
        (this.template, name) = (template, Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder))));
        Package = new PackageManifest(template.Files["package.json"]).Named(name);
    }

    public PackageManifest Package { get; }

    /// <summary>How the model is asked: a line for people.</summary>
    public required string Asked { get; init; }

    /// <summary>Where the model lies, seen from the project.</summary>
    public string ModelPath => template.ModelFolder + "model.wasm";

    public string ScriptPath => template.ScriptPath;

    /// <summary>With the digit recogniser, which the templates are written for.</summary>
    public static Project OfExample(string template, string folder) => new(ProjectTemplate.Read(template), folder) { Asked = "handwritten digits, by camera or picture" };

    /// <param name="name">The template's name.</param>
    /// <param name="folder">The folder that it becomes.</param>
    /// <param name="model">The model's file.</param>
    /// <param name="manifest">What it takes and gives.</param>
    /// <param name="labels">What the numbers of its answer stand for, where that is known.</param>
    public static Project Of(string name, string folder, string model, ManifestView manifest, ImmutableArray<string>? labels)
    {
        var template = ProjectTemplate.Read(name);
        var script = new ModelScript(manifest, Path.GetFileName(model), template.IsTyped);
        string text, asked;
        if (PictureInput.Of(manifest) is { } picture)
        {
            CheckLabels(manifest, labels);
            (text, asked) = (script.ForPictures(picture, labels), $"{picture.Port.Name}, a picture of {picture.Width} x {picture.Height}");
        }
        else if (template.WithForm() is { } form)
        {
            (template, text, asked) = (form, script.ForNumbers(), Describe(manifest.Inputs));
        }
        else
        {
            throw SconceException.Unsupported(
                $"the template {name} shows its model pictures, and this one takes no single picture ({Describe(manifest.Inputs)})",
                new Where(model), $"take a template with a form for numbers: {string.Join(", ", ProjectTemplate.Names.Where(other => ProjectTemplate.Read(other).WithForm() is not null))}");
        }

        return new(template with { Files = template.Files.SetItem(template.ScriptPath, text).SetItem("README.md", Readme(template.Files["README.md"], model)) }, folder) { Asked = asked };
    }

    /// <summary>Writes all but the model.</summary>
    public void Write(string folder, ManifestView manifest)
    {
        foreach (var (path, text) in template.Files)
        {
            var file = Path.Combine(folder, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, path switch { "package.json" => Package.ToString(), "README.md" => Titled(text), _ => text });
        }

        File.WriteAllText(Path.Combine(folder, ".gitignore"), "node_modules/\ndist/\n.next/\n");
        if (template.IsTyped)
        {
            using var writer = new StreamWriter(Path.Combine(folder, ModelPath + ".d.ts"));
            TypeDeclaration.Write(writer, manifest, url: true);
        }
    }

    private static string Readme(string text, string model) => text.Replace(ExampleModel, Path.GetFileName(model), StringComparison.Ordinal);

    private string Titled(string text) => $"# {name}\n{text[text.IndexOf('\n', StringComparison.Ordinal)..]}".Replace("\n\n\n", "\n\n", StringComparison.Ordinal);

    private static string Describe(IEnumerable<Port> ports) => string.Join(", ", ports.Select(port => $"{port.Name} {port.Type.Name()} [{string.Join(", ", port.Shape)}]"));

    private static void CheckLabels(ManifestView manifest, ImmutableArray<string>? labels)
    {
        if (labels is { } names && !manifest.Outputs.Any(port => ModelScript.Classes(port) == names.Length))
        {
            throw SconceException.Expected(
                $"labels for a row of numbers that the model gives ({Describe(manifest.Outputs)})", $"{names.Length} labels");
        }
    }
}
