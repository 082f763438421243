using System.Text.Json.Nodes;
using Sconce.Cli.Node;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Doctor;

/// <summary>What the Node of this machine has, and what it makes of the model.</summary>
internal static class EngineCheckup
{
    public static void LookAt(ProbedEngine engine, Findings found)
    {
        found.Ok("Node", $"{engine.Version} (V8 {engine.V8}), {engine.Processors} processors, {Quantity.Bytes(engine.Memory)} of memory");
        found.Is(engine.Simd, "SIMD", "there", "missing", "take a newer Node: https://nodejs.org");
        found.Is(engine.Shared, "threads", "shared memory is there", "no shared memory", "take a newer Node, without flags that switch it off");
    }

    /// <summary>Loads a compiled file, as a program would.</summary>
    public static async Task LoadAsync(NodeHost host, string path, Findings found, CancellationToken cancellation)
    {
        try
        {
            await using var model = await host.LoadAsync(path, threads: null, relaxed: true, cancellation);
            var report = JsonNode.Parse(model.Report);
            var (threads, relaxed, memory) = (report?["threads"]?["used"], report?["relaxedSimd"]?["used"], report?["bytes"]?["memory"]);
            var with = $"{relaxed}" == "true" ? "with" : "without";
            found.Ok("loading", $"{Quantity.Milliseconds(model.LoadMilliseconds)}, on {threads} thread{($"{threads}" == "1" ? "" : "s")}, {with} relaxed SIMD, "
                + $"{Quantity.Bytes(memory?.GetValue<long>() ?? 0)} of memory");
        }
        catch (SconceException error)
        {
            found.Fail("loading", error.Problem, error.Hint ?? "compile the model again; if it stays so, report it with the file");
        }
    }
}
