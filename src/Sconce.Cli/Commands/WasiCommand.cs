using System.Collections.Immutable;
using System.CommandLine;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Files;
using Sconce.Cli.Terminal;
using Sconce.Cli.Wasi;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce wasi GUEST.wasm</c>: runs a program that uses WASI and WASI-NN in Node.</summary>
internal static class WasiCommand
{
    private sealed record Settings(
        string Guest, string[] Arguments, string[] Graphs, string[] Folders, string[] Environment, int? Threads, bool Relaxed, bool Verbose, CompileOptions Compile);

    public static Command Create()
    {
        var guest = new Argument<string>("GUEST") { Description = "A program for WASI preview 1 (.wasm) that imports wasi_ephemeral_nn or wasi_nn." };
        var arguments = new Argument<string[]>("ARGUMENTS")
        {
            Description = "The guest's own arguments. What looks like an option of sconce comes after --.", Arity = ArgumentArity.ZeroOrMore,
        };
        var graph = new Option<string[]>("--graph", "-g")
        {
            Description = "A graph that the guest may load by name: a model (.pt2 or .pt), compiled first, or an artifact (.wasm). May be given several times.",
            HelpName = "NAME=MODEL",
        };
        var folder = new Option<string[]>("--dir")
        {
            Description = "A folder that the guest may read and write, and under which name, if another. May be given several times.", HelpName = "HOST[::GUEST]",
        };
        var environment = new Option<string[]>("--env") { Description = "A variable of the guest's environment, which is empty otherwise.", HelpName = "NAME=VALUE" };
        var threads = CommonOptions.Threads("Threads that compute; as many as the machine has where not given.");
        var noRelaxed = CommonOptions.NoRelaxed();
        var verbose = new Option<bool>("--verbose")
        {
            Description = "Tell every error of WASI-NN as it comes; else they are told when the guest fails.",
        };

        var command = new Command("wasi", "Run a program that uses WASI-NN in Node.")
        {
            guest, arguments, graph, folder, environment, threads, noRelaxed, verbose,
        };
        var compile = new CompileSettings();
        compile.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new Settings(
                parsed.GetRequiredValue(guest), parsed.GetValue(arguments) ?? [], parsed.GetValue(graph) ?? [], parsed.GetValue(folder) ?? [],
                parsed.GetValue(environment) ?? [], parsed.GetValue(threads), !parsed.GetValue(noRelaxed), parsed.GetValue(verbose), compile.From(parsed)),
            cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellation)
    {
        GuestFile.Check(settings.Guest);
        using var scratch = new ScratchFolder();
        var request = new WasiRequest(
            Path.GetFullPath(settings.Guest), GuestProcess.FindWasiNN(), [Path.GetFileName(settings.Guest), .. settings.Arguments],
            Pairs("--env", "NAME=VALUE", settings.Environment), Folders(settings.Folders), Graphs(settings, scratch),
            settings.Threads ?? 0, settings.Relaxed, settings.Verbose, [.. GuestProcess.Self()]);
        return await GuestProcess.RunAsync(request, scratch, cancellation);
    }

    /// <summary>An artifact for each graph: the file itself, or what it compiles to.</summary>
    private static Dictionary<string, string> Graphs(Settings settings, ScratchFolder scratch)
    {
        var graphs = Pairs("--graph", "NAME=MODEL", settings.Graphs);
        foreach (var (name, model) in graphs.ToImmutableArray())
        {
            if (ModelFile.IsArtifact(model))
            {
                // For the message, before anything starts.
                ArtifactContents.Read(model);
                graphs[name] = Path.GetFullPath(model);
            }
            else
            {
                graphs[name] = StageProgress.Show(progress => ModelCompiler.CompileToFile(model, scratch.NewFile(".wasm"), settings.Compile, progress)).Path;
            }
        }

        return graphs;
    }

    private static Dictionary<string, string> Folders(IEnumerable<string> given)
    {
        const string separator = "::";
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            var (host, name) = text.Split(separator, 2) is [var first, var second] ? (first, second) : (text, text);
            if (!Directory.Exists(host))
            {
                throw SconceException.Expected("--dir HOST or --dir HOST::GUEST with a folder", File.Exists(host) ? "a file" : "nothing there", new Where(host));
            }

            folders[name.Length > 0 ? name : "."] = Path.GetFullPath(host);
        }

        return folders;
    }

    private static Dictionary<string, string> Pairs(string option, string form, IEnumerable<string> given)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in given)
        {
            if (text.Split('=', 2) is not [{ Length: > 0 } name, var value])
            {
                throw SconceException.Expected($"{option} {form}", $"{option} {text}");
            }

            pairs[name] = pairs.ContainsKey(name) ? throw SconceException.Expected($"each name once by {option}", $"'{name}' twice") : value;
        }

        return pairs;
    }
}
