using System.Collections.Immutable;
using System.CommandLine;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Projects;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce new NAME --template T --model MODEL</c>: a project that runs, with the model compiled into it.</summary>
internal static class NewCommand
{
    public static Command Create()
    {
        var name = new Argument<string>("NAME") { Description = "The folder to make; its name becomes the project's." };
        var template = new Option<string>("--template", "-t")
        {
            Description = $"What it is made of, each an example that our tests build and open: {string.Join(", ", ProjectTemplate.Names)}.", HelpName = "TEMPLATE", Required = true,
        };
        template.AcceptOnlyFromAmong([.. ProjectTemplate.Names]);
        var model = new Option<string?>("--model", "-m")
        {
            Description = "A model (.pt2 or .pt), which is compiled, or an artifact (.wasm); a recogniser of handwritten digits where not given."
                + " One that takes a picture gets a camera and a drop of pictures, others a form of numbers.",
            HelpName = "MODEL",
        };
        var labels = new Option<string?>("--labels") { Description = "What the numbers of its answer stand for: a text file with a line for each.", HelpName = "FILE" };
        var packages = new Option<string?>("--packages") { Description = "Take our packages from a folder of tarballs, as .ci/pack npm makes it in a checkout, and not from npm.", HelpName = "FOLDER" };
        var command = new Command("new", "Make a project for a web page, an extension or Node, with a model in it, that runs.") { name, template, model, labels, packages };
        var settings = new CompileSettings();
        settings.AddTo(command, parts: false);
        command.SetAction(parsed => Run(
            parsed.GetRequiredValue(name), parsed.GetRequiredValue(template), parsed.GetValue(model), parsed.GetValue(labels), parsed.GetValue(packages), settings.From(parsed)));
        return command;
    }

    private static int Run(string folder, string template, string? model, string? labels, string? packages, CompileOptions options)
    {
        ProjectFolder.Check(folder);
        var names = labels is null ? null : ReadLabels(labels);
        if (names is not null && model is null)
        {
            throw SconceException.Expected("--model beside --labels", "none", hint: "say which model they are of");
        }

        using var scratch = new ScratchFolder();
        var contents = Compile(model ?? Sample(), scratch.NewFile(".wasm"), options, out var compiled);
        var project = model is null ? Project.OfExample(template, folder) : Project.Of(template, folder, model, contents.Manifest, names);
        if (packages is not null)
        {
            project.Package.From(packages);
        }

        ProjectFolder.Write(folder, aside =>
        {
            project.Write(aside, contents.Manifest);
            File.Copy(compiled, Path.Combine(aside, project.ModelPath));
        });

        Console.WriteLine($"{Paint.Strong(folder)}  {template}");
        var grid = new Grid("", "");
        grid.Add("model", $"{project.ModelPath}, {Quantity.Bytes(contents.FileBytes)}");
        grid.Add("takes", project.Asked);
        grid.Add("yours", $"{project.ScriptPath}: how the model is asked, and what is shown");
        grid.Print(Console.Out, indent: "  ");
        Console.WriteLine($"start it by\n  cd {Quoted(folder)}\n  npm install\n  {project.Package.Start}");
        return ExitCode.Success;
    }

    private static ArtifactContents Compile(string model, string output, CompileOptions options, out string compiled)
    {
        if (!ModelFile.IsArtifact(model))
        {
            compiled = output;
            return StageProgress.Show(progress => ModelCompiler.CompileToFile(model, output, options, progress)).Contents;
        }

        compiled = model;
        var contents = ArtifactContents.Read(model);
        return contents.Manifest.Shards.IsEmpty ? contents
            : throw SconceException.Expected("an artifact in one file", "one whose weights are files of their own", new Where(model), "compile the model without --split");
    }

    private static string Sample() => PortableTool.IsThis
        ? throw SconceException.Expected("--model MODEL", "none", hint: "the portable tool brings no sample model along")
        : BundledFile.Find("examples/digits/digits.pt2", "demo/digits.pt2");

    private static ImmutableArray<string>? ReadLabels(string path)
    {
        using var reader = new StreamReader(InputFile.Open(path, "a text file of labels"));
        ImmutableArray<string> lines = [.. reader.ReadToEnd().ReplaceLineEndings("\n").TrimEnd('\n').Split('\n').Select(line => line.Trim())];
        return lines is [""] ? throw SconceException.Expected("a label in each line", "an empty file", new Where(path)) : lines;
    }

    private static string Quoted(string path) => path.Contains(' ', StringComparison.Ordinal) ? $"\"{path}\"" : path;
}
