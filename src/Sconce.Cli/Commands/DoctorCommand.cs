using System.CommandLine;
using System.Text;
using System.Text.Json;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Compiling;
using Sconce.Cli.Doctor;
using Sconce.Cli.Files;
using Sconce.Cli.Node;
using Sconce.Cli.Terminal;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Commands;

/// <summary><c>sconce doctor MODEL|URL</c>: what is well and what is not of a file, the server that sends it and the engine that is to run it.</summary>
internal static class DoctorCommand
{
    /// <summary>What a model can be at most: its code and weights lie in 4 GB, and code in a second copy.</summary>
    private const long LargestFile = 6L << 30;

    private sealed record Settings(string Model, string? Page, string? Json, TimeSpan Timeout, CompileOptions Compile);

    public static Command Create()
    {
        var model = new Argument<string>("MODEL") { Description = "A compiled file (.wasm), a model (.pt2 or .pt), or the URL of a compiled file or of a page." };
        var page = new Option<string?>("--page") { Description = "The page that loads the model of the URL; the folder's own where not given.", HelpName = "URL" };
        var json = new Option<string?>("--json") { Description = "Write everything that was found to this file.", HelpName = "FILE" };
        var timeout = CommonOptions.Timeout();
        var command = new Command("doctor", "Say what is well and what is not, and what to do: of a file, the server that sends it, and the engine.") { model, page, json, timeout };
        var compile = new CompileSettings();
        compile.AddTo(command);
        command.SetAction((parsed, cancellation) => RunAsync(
            new Settings(parsed.GetRequiredValue(model), parsed.GetValue(page), parsed.GetValue(json), TimeSpan.FromSeconds(parsed.GetValue(timeout)), compile.From(parsed)), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(Settings settings, CancellationToken cancellation)
    {
        var diagnosis = new Diagnosis(settings.Model, AddressOf(settings.Model, "MODEL") is { } url
            ? await StageProgress.ShowAsync("asking the server", () => OfServerAsync(url, AddressOf(settings.Page, "--page"), settings, cancellation))
            : await OfFileAsync(settings, cancellation));
        DiagnosisReport.Print(diagnosis, Console.Out);
        if (settings.Json is { } json)
        {
            var text = JsonSerializer.Serialize(diagnosis, DiagnosisJson.Default.Diagnosis);
            AtomicFile.Write(json, stream => stream.Write(Encoding.UTF8.GetBytes(text + "\n")), settings.Model);
        }

        return diagnosis.Failed > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private static async Task<IReadOnlyList<Finding>> OfFileAsync(Settings settings, CancellationToken cancellation)
    {
        if (settings.Page is not null)
        {
            throw SconceException.Expected("a URL as MODEL where --page names the page that loads it", "a file");
        }

        var (file, engine) = (new Findings("file"), new Findings("engine"));
        var isArtifact = ModelFile.IsArtifact(settings.Model);
        var manifest = isArtifact ? FileCheckup.LookAtArtifact(settings.Model, settings.Model, hasFolder: true, file) : null;
        if (!isArtifact)
        {
            FileCheckup.LookAtModel(settings.Model, settings.Compile, file);
        }

        if (PortableTool.IsThis)
        {
            engine.Warn("Node", "not looked at: the portable tool starts no processes", "install the native tool for it: the package sconce-compiler brings one for most systems");
        }
        else
        {
            await WithNodeAsync(settings, engine, async host =>
            {
                EngineCheckup.LookAt((await host.ProbeAsync(new ProbeRequest(), cancellation)).Engine, engine);
                if (manifest is not null && file.All.All(finding => finding.Health != Health.Fail))
                {
                    await EngineCheckup.LoadAsync(host, settings.Model, engine, cancellation);
                }
            });
        }

        return [.. file.All, .. engine.All];
    }

    private static async Task<IReadOnlyList<Finding>> OfServerAsync(Uri url, Uri? page, Settings settings, CancellationToken cancellation)
    {
        if (PortableTool.IsThis)
        {
            throw PortableTool.Cannot("'doctor' of a URL needs Node as a process of its own");
        }

        var (server, file, pages, engine) = (new Findings("server"), new Findings("file"), new Findings("page"), new Findings("engine"));
        using var scratch = new ScratchFolder();
        var fetched = scratch.NewFile(".wasm");
        await WithNodeAsync(settings, engine, async host =>
        {
            var probed = await host.ProbeAsync(new ProbeRequest(url.AbsoluteUri, (page ?? new Uri(url, ".")).AbsoluteUri, fetched, LargestFile), cancellation);
            if (probed is not { Model: { } model, Part: { } part, Page: { } shown })
            {
                throw new SconceException("the measurement gave no answers");
            }

            EngineCheckup.LookAt(probed.Engine, engine);
            if (model.IsPage && page is null && !url.AbsolutePath.EndsWith(".wasm", StringComparison.OrdinalIgnoreCase))
            {
                ServerCheckup.LookAtPage(model, wasNamed: true, null, null, pages);
                return;
            }

            if (ServerCheckup.LookAtModel(model, part, server) && FileCheckup.LookAtArtifact(fetched, url.AbsolutePath, hasFolder: false, file) is { } manifest)
            {
                await LookFurtherAsync(host, manifest, new Uri(model.Address), fetched, server, engine, cancellation);
            }

            ServerCheckup.LookAtPage(shown, page is not null, new Uri(model.Address), model, pages);
        });
        return [.. server.All, .. file.All, .. pages.All, .. engine.All];
    }

    /// <summary>The files of weights where they are beside it; else whether it can be loaded.</summary>
    private static async Task LookFurtherAsync(NodeHost host, ManifestView manifest, Uri url, string fetched, Findings server, Findings engine, CancellationToken cancellation)
    {
        if (manifest.Shards.IsEmpty)
        {
            await EngineCheckup.LoadAsync(host, fetched, engine, cancellation);
            return;
        }

        var weights = manifest.Shards.Select(shard => new Uri(url, $"{ShardInfo.Folder}/{shard.FileName}").AbsoluteUri);
        ServerCheckup.LookAtWeights(manifest, (await host.ProbeAsync(new ProbeRequest(Heads: [.. weights]), cancellation)).Heads, server);
    }

    /// <summary>Does it with a Node; where there is none that will do, that is what is found.</summary>
    private static async Task WithNodeAsync(Settings settings, Findings engine, Func<NodeHost, Task> work)
    {
        try
        {
            await using var host = NodeHost.Start(settings.Timeout);
            await work(host);
        }
        catch (SconceException error)
        {
            engine.Fail("Node", error.Problem, error.Hint ?? "install Node 20.16 or newer: https://nodejs.org");
        }
    }

    private static Uri? AddressOf(string? text, string what) =>
        text is null || !(text.StartsWith("http://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)) ? null
            : Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : throw SconceException.Expected($"a URL for {what}", $"'{text}'");
}
