using System.CommandLine;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Serving;
using Sconce.Cli.Terminal;
using Sconce.Compiler;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce playground</c>: a page that compiles, proves and runs models, alone or for WASI programs which use WASI-NN.</summary>
internal static class PlaygroundCommand
{
    public static Command Create()
    {
        var port = CommonOptions.Port();
        var command = new Command("playground", "Serve a page that compiles, proves and runs the model that is dropped on it, in the tab; or a WASI-NN program with its models and files.") { port };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(port), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(int? port, CancellationToken cancellation)
    {
        var contents = PageFolder.Read(BundledFile.Find("web/playground/dist/index.html", "playground/index.html"));
        using var scratch = new ScratchFolder();
        var model = BundledFile.Find("examples/digits/digits.pt2", "demo/digits.pt2");
        var artifact = StageProgress.Show(progress => ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), new CompileOptions(), progress));
        contents["digits.wasm"] = () => File.OpenRead(artifact.Path);

        using var server = PageServer.Start(contents, port);
        Console.WriteLine($"Compile, prove and run models, and run WASI-NN programs, at {Paint.Strong(server.Address)} (Ctrl-C stops)");
        await server.ServeAsync(cancellation);
        return ExitCode.Success;
    }
}
