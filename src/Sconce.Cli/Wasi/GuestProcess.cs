using System.Text.Json;
using Sconce.Cli.Files;
using Sconce.Cli.Node;

namespace Sconce.Cli.Wasi;

/// <summary>A guest in a Node process that has this process's standard streams.</summary>
internal static class GuestProcess
{
    private static string Script => Path.Combine(AppContext.BaseDirectory, "Wasi", "host.mjs");

    /// <summary>The script that has WASI-NN, with the runtime in it.</summary>
    public static string FindWasiNN() => BundledFile.Find("web/wasi-nn/dist/tool/wasi-nn.js", "wasi-nn/wasi-nn.js");

    /// <summary>How this very tool is started.</summary>
    public static string[] Self() =>
        Environment.ProcessPath is { } program && Path.GetFileNameWithoutExtension(program) != "dotnet"
            ? [program]
            : [Environment.ProcessPath ?? "dotnet", Path.Combine(AppContext.BaseDirectory, "sconce.dll")];

    /// <summary>Runs it to its end and gives its exit code.</summary>
    public static async Task<int> RunAsync(WasiRequest request, ScratchFolder scratch, CancellationToken cancellation)
    {
        var file = scratch.NewFile(".json");
        await File.WriteAllBytesAsync(file, JsonSerializer.SerializeToUtf8Bytes(request, WasiJson.Default.WasiRequest), cancellation);
        using var process = NodeProcess.Start(Script, file, NodeStreams.Ours);
        try
        {
            await process.WaitForExitAsync(cancellation);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None);
            }
        }
    }
}
