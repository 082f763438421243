using System.CommandLine;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Declarations;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Compiler;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce types MODEL</c>: a model's inputs and outputs as a TypeScript declaration.</summary>
internal static class TypesCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A model (.pt2 or .pt), compiled first, or an artifact (.wasm)." };
        var output = new Option<string?>("--output", "-o") { Description = "The file to write, such as model.d.ts; printed where not given." };
        var url = new Option<bool>("--url")
        {
            Description = "Declare a module that gives the model's address, as a bundler's import of the file does: load knows the types by it.",
        };
        var command = new Command("types", "Write names, dtypes and shapes of a model's inputs and outputs as a TypeScript declaration.") { model, output, url };
        var settings = new CompileSettings();
        settings.AddTo(command);
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetValue(output), parsed.GetValue(url), settings.From(parsed)));
        return command;
    }

    private static int Run(string model, string? output, bool url, CompileOptions options)
    {
        var manifest = ModelFile.IsArtifact(model)
            ? ArtifactContents.Read(model).Manifest
            : StageProgress.Show(progress => ModelCompiler.ReadManifest(model, options, progress));
        if (output is null)
        {
            TypeDeclaration.Write(Console.Out, manifest, url);
        }
        else
        {
            AtomicFile.Write(output, stream =>
            {
                using var writer = new StreamWriter(stream, leaveOpen: true);
                TypeDeclaration.Write(writer, manifest, url);
            }, model);
        }

        return ExitCode.Success;
    }
}
