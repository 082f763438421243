using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Node;

/// <summary>Whose the standard streams of a Node process are.</summary>
internal enum NodeStreams
{
    /// <summary>Pipes to this process.</summary>
    Piped,

    /// <summary>This process's own.</summary>
    Ours,
}

/// <summary>Where Node, its script and the runtime are, and how they are started.</summary>
internal static class NodeProcess
{
    /// <summary>Starts the script that answers requests.</summary>
    public static Process Start(string runtime) => Start(Path.Combine(AppContext.BaseDirectory, "Node", "host.mjs"), runtime, NodeStreams.Piped);

    public static Process Start(string script, string argument, NodeStreams streams)
    {
        var named = Environment.GetEnvironmentVariable("SCONCE_NODE") is { Length: > 0 } value ? value : null;
        var node = named ?? "node";
        var piped = streams == NodeStreams.Piped;
        var start = new ProcessStartInfo(node, [script, argument])
        {
            RedirectStandardInput = piped,
            RedirectStandardOutput = piped,
            RedirectStandardError = piped,
            StandardErrorEncoding = piped ? Encoding.UTF8 : null,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start) ?? throw new SconceException($"{node} could not be started");
        }
        catch (Win32Exception error)
        {
            throw named is null
                ? new SconceException($"expected Node 20.16 or newer as 'node' on the path, but it cannot be started ({error.Message})",
                    hint: "install Node (https://nodejs.org), or name it in the environment variable SCONCE_NODE", inner: error)
                : new SconceException($"the environment variable SCONCE_NODE is '{named}', which cannot be started ({error.Message})",
                    hint: "let it name the program node of Node 20.16 or newer, or take it away, so that the one on the path is used", inner: error);
        }
    }

    public static string FindRuntime() => BundledFile.Find("web/runtime/dist/index.js", "runtime/index.js");
}
