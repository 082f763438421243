using System.Diagnostics;
using System.Text.Json;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

/// <summary>Runs modules in one Node process, which is what starting it costs.</summary>
public static class NodeEngine
{
    // Node 20 knows relaxed SIMD behind a flag; newer ones take the flag and do not mind.
    private const string Script = """
        require('v8').setFlagsFromString('--experimental-wasm-relaxed-simd');
        const answers = JSON.parse(require('fs').readFileSync(0, 'utf8')).map(({ module, pages, calls, read, optimised }) => {
          try {
            if (optimised) require('v8').setFlagsFromString('--no-liftoff');
            const memory = new WebAssembly.Memory({ initial: pages, maximum: 65536 });
            const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(module, 'base64')), { env: { memory } });
            const results = calls.map(([name, ...args]) => exports[name](...args) ?? 0);
            return { error: '', results, memory: Buffer.from(memory.buffer, 0, read).toString('base64') };
          } catch (error) {
            return { error: String(error), results: [], memory: '' };
          }
        });
        process.stdout.write(JSON.stringify(answers));
        """;

    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    /// <summary>Runs each module's calls on a memory of its own and gives the first bytes of that.</summary>
    public static IReadOnlyList<Answer> Run(params Job[] jobs)
    {
        var start = new ProcessStartInfo("node") { RedirectStandardInput = true, RedirectStandardOutput = true };
        start.ArgumentList.Add("-e");
        start.ArgumentList.Add(Script);
        using Process node = Process.Start(start)!;
        JsonSerializer.Serialize(node.StandardInput.BaseStream, jobs, Options);
        node.StandardInput.Close();
        Answer[] answers = JsonSerializer.Deserialize<Answer[]>(node.StandardOutput.BaseStream, Options)!;
        node.WaitForExit();
        return answers;
    }

    /// <summary>
    /// A module, the functions to call with their arguments, and how many bytes of memory to give back. Optimised: by V8's optimising compiler alone, for the other one of Node 20 has a
    /// fault in a dot product.
    /// </summary>
    public sealed record Job(byte[] Module, object[][] Calls, int Read = 0, int Pages = 1, bool Optimised = false)
    {
        public static Job Of(Module module, params object[][] calls) => new(module.ToArray(), calls);
    }

    /// <summary>What came of a job: an error of validating or running, or what the calls gave.</summary>
    public sealed record Answer(string Error, double[] Results, byte[] Memory);
}
