using System.ComponentModel;
using System.Diagnostics;
using System.Text.Json;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Files;
using Sconce.Cli.Serving;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Bench;

/// <summary>Measures on a page of a browser, which is started without a window and with a profile of its own.</summary>
internal static class Browser
{
    private static readonly string[] ChromiumNames = ["chromium", "chromium-browser", "google-chrome"];
    private static readonly string[] FirefoxNames = ["firefox-esr", "firefox"];

    public static async Task<BenchAnswer> MeasureAsync(string name, string artifact, BenchRequest request, TimeSpan timeout, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource<BenchAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var server = PageServer.Start(Contents(artifact, request), port: null, posts: new Dictionary<string, Action<byte[]>>
        {
            ["answer"] = bytes =>
            {
                try
                {
                    answered.TrySetResult(JsonSerializer.Deserialize(bytes, BenchMessageJson.Default.BenchAnswer) ?? throw new JsonException("null"));
                }
                catch (JsonException error)
                {
                    answered.TrySetException(error);
                }
            },
        });
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var serving = server.ServeAsync(stop.Token);
        using var profile = new ScratchFolder();
        using var browser = Start(name, profile.Folder, server.Address);
        try
        {
            return await answered.Task.WaitAsync(timeout, cancellation);
        }
        catch (TimeoutException error)
        {
            throw new SconceException($"{name} did not answer within {timeout.TotalSeconds:0} s", hint: "give it longer with --timeout SECONDS", inner: error);
        }
        finally
        {
            browser.Kill(entireProcessTree: true);
            await browser.WaitForExitAsync(CancellationToken.None);
            await stop.CancelAsync();
            await serving;
        }
    }

    private static Dictionary<string, Func<Stream>> Contents(string artifact, BenchRequest request)
    {
        var contents = new Dictionary<string, Func<Stream>>(StringComparer.Ordinal)
        {
            ["index.html"] = () => File.OpenRead(Script("page.html")),
            ["request.json"] = () => new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(request, BenchMessageJson.Default.BenchRequest)),
            ["model.wasm"] = () => InputFile.Open(artifact, "an artifact"),
        };
        foreach (var script in new[] { "page.mjs", "measure.mjs", "random.mjs", "peak.mjs" })
        {
            contents[script] = () => File.OpenRead(Script(script));
        }

        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(Node.NodeProcess.FindRuntime())!, "*.js"))
        {
            contents[$"runtime/{Path.GetFileName(file)}"] = () => File.OpenRead(file);
        }

        foreach (var shard in ArtifactContents.Read(artifact).Manifest.Shards)
        {
            var name = $"{ShardInfo.Folder}/{shard.FileName}";
            contents[name] = () => InputFile.Open(Path.Combine(Path.GetDirectoryName(Path.GetFullPath(artifact))!, name), "a file of weights");
        }

        return contents;
    }

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Bench", name);

    private static Process Start(string name, string profile, string address)
    {
        var isFirefox = name == "firefox";
        var names = isFirefox ? FirefoxNames : ChromiumNames;
        string[] arguments = isFirefox
            ? ["--headless", "--no-remote", "--profile", profile, address]
            :
            [
                "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                $"--user-data-dir={profile}", address,
            ];
        foreach (var command in names)
        {
            var start = new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            if (isFirefox)
            {
                start.Environment["HOME"] = profile;
            }

            try
            {
                if (Process.Start(start) is { } process)
                {
                    // Read, so that it never waits for somebody to do so.
                    process.BeginOutputReadLine();
                    process.BeginErrorReadLine();
                    return process;
                }
            }
            catch (Win32Exception)
            {
                // The next name, then.
            }
        }

        throw SconceException.Expected($"{name} on the PATH, as {string.Join(" or ", names)}", "none that starts", hint: "install it, or measure --in node");
    }
}
