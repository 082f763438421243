using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Sconce.Compiler;
using Sconce.Compiler.Types;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>Runs artifacts in a Node process, which looks whether they leave their memory.</summary>
internal sealed class NodeRunner : IDisposable
{
    private readonly Process process = Process.Start(
        new ProcessStartInfo("node", [Path.Combine(Folders.Repository, "tests", "fuzz", "web", "run.mjs")]) { RedirectStandardInput = true, RedirectStandardOutput = true })!;

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    /// <summary>The outputs' bytes; null where the model stopped with an error of its own.</summary>
    public IReadOnlyList<byte[]>? Run(Compilation compilation, ImmutableArray<TensorData> inputs)
    {
        using var artifact = new MemoryStream();
        compilation.WriteTo(artifact);
        var request = new JsonObject
        {
            ["artifact"] = Convert.ToBase64String(artifact.ToArray()),
            ["inputs"] = new JsonArray([.. inputs.Select(input => new JsonObject
            {
                ["shape"] = new JsonArray([.. input.Shape.Select(size => (JsonNode)size)]),
                ["data"] = Convert.ToBase64String(input.ToDense().Span),
            })]),
        };
        process.StandardInput.WriteLine(request.ToJsonString());
        process.StandardInput.Flush();
        var reply = JsonNode.Parse(process.StandardOutput.ReadLine() ?? throw new Finding("Node ended"))!;
        if (reply["problem"] is { } problem)
        {
            throw new Finding(problem.GetValue<string>());
        }

        return reply["outputs"] is JsonArray outputs ? [.. outputs.Select(output => Convert.FromBase64String(output!.GetValue<string>()))] : null;
    }
}
