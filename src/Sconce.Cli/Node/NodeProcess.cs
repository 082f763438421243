using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Node;

/// <summary>Where Node, its script and the runtime are, and how they are started.</summary>
internal static class NodeProcess
{
    public static Process Start(string runtime)
    {
        var node = Environment.GetEnvironmentVariable("SCONCE_NODE") is { Length: > 0 } named ? named : "node";
        var start = new ProcessStartInfo(node)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Node", "host.mjs"));
        start.ArgumentList.Add(runtime);
        try
        {
            return Process.Start(start) ?? throw new SconceException($"{node} could not be started");
        }
        catch (Win32Exception error)
        {
            throw new SconceException($"expected Node 20.16 or newer as '{node}', but it cannot be started ({error.Message})",
                hint: "install Node (https://nodejs.org), or name it in the environment variable SCONCE_NODE", inner: error);
        }
    }

    public static string FindRuntime() => BundledFile.Find("web/runtime/dist/index.js", "runtime/index.js");
}
