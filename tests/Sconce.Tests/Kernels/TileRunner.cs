using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Kernels;

/// <summary>
/// Runs single kernels in a Node process that all tests share. Every buffer lies between guard bytes, which must stay as they were; tiles are run
/// from the last to the first, since no order is promised.
/// </summary>
internal static class TileRunner
{
    private const int Guard = 256;
    private const byte GuardByte = 0xAB;

    private const string Script = """
        const fs = require("fs");
        require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
          const [module, image, args, tiles] = line.split("\t");
          try {
            const bytes = fs.readFileSync(image);
            const memory = new WebAssembly.Memory({ initial: (bytes.length >>> 16) + 1, maximum: 65536 });
            new Uint8Array(memory.buffer).set(bytes);
            const { tile } = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(module)), { env: { memory } }).exports;
            for (let i = Number(tiles) - 1; i >= 0; i--) tile(...args.split(",").filter((a) => a).map(Number), i);
            fs.writeFileSync(image, new Uint8Array(memory.buffer, 0, bytes.length));
            console.log("done");
          } catch (error) {
            console.log(String(error).replaceAll("\n", " "));
          }
        });
        """;

    private static readonly Lock Turn = new();
    private static readonly Lazy<Process> Node = new(Start);
    private static readonly DirectoryInfo Folder = Directory.CreateTempSubdirectory("sconce-tiles-");

    /// <summary>Runs all tiles of a kernel over the evaluator's values and puts what it wrote back there.</summary>
    public static void Run(KernelCall call, Module module, Evaluator values, IReadOnlyDictionary<Symbol, long> symbols)
    {
        module.ImportMemory("env", "memory", 1, 65536);
        module.Add(call.Function);
        module.ExportFunction("tile", call.Function);

        var places = new List<(int Start, TensorValue Value, int[] Order)>();
        var end = 1024 + Guard;
        foreach (var buffer in call.Buffers)
        {
            var value = values.Get(buffer);
            places.Add((end, value, Positions(buffer, value, values)));
            end = (end + value.Bytes.Length + Guard + 15) & ~15;
        }

        var image = new byte[end + Guard];
        image.AsSpan().Fill(GuardByte);
        foreach (var (start, value, order) in places)
        {
            var size = value.Type.Size();
            for (var i = 0; i < order.Length; i++)
            {
                value.Bytes.AsSpan(i * size, size).CopyTo(image.AsSpan(start + (order[i] * size)));
            }
        }

        var arguments = places.Select(place => (long)place.Start).Concat(call.Symbols.Select(symbol => symbols[symbol]));
        var result = Execute(module.ToArray(), image, arguments, values.Evaluate(call.Tiles));
        var untouched = Enumerable.Repeat(true, image.Length).ToArray();
        foreach (var (start, value, order) in places)
        {
            untouched.AsSpan(start, value.Bytes.Length).Clear();
            var size = value.Type.Size();
            for (var i = 0; i < order.Length; i++)
            {
                result.AsSpan(start + (order[i] * size), size).CopyTo(value.Bytes.AsSpan(i * size, size));
            }
        }

        for (var i = 0; i < image.Length; i++)
        {
            Assert.True(!untouched[i] || result[i] == GuardByte, $"{call.Name} wrote outside of its buffers, at {i}.");
        }
    }

    private static int[] Positions(Compiler.Tensors.Buffer buffer, TensorValue value, Evaluator values)
    {
        var strides = buffer.Strides.Select(values.Evaluate).ToArray();
        var positions = new int[value.Count];
        for (var i = 0L; i < positions.Length; i++)
        {
            var (rest, at) = (i, 0L);
            for (var dim = 0; dim < strides.Length; dim++)
            {
                at += rest / value.Strides[dim] * strides[dim];
                rest %= value.Strides[dim];
            }

            positions[i] = (int)at;
        }

        return positions;
    }

    private static byte[] Execute(byte[] module, byte[] image, IEnumerable<long> arguments, long tiles)
    {
        lock (Turn)
        {
            var (code, memory) = (Path.Combine(Folder.FullName, "tile.wasm"), Path.Combine(Folder.FullName, "image"));
            File.WriteAllBytes(code, module);
            File.WriteAllBytes(memory, image);
            Node.Value.StandardInput.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{code}\t{memory}\t{string.Join(',', arguments)}\t{tiles}"));
            Node.Value.StandardInput.Flush();
            Assert.Equal("done", Node.Value.StandardOutput.ReadLine());
            return File.ReadAllBytes(memory);
        }
    }

    private static Process Start()
    {
        var node = Environment.GetEnvironmentVariable("SCONCE_NODE") is { Length: > 0 } named ? named : "node";
        // Node 20 and 21 have relaxed SIMD behind a flag, which later ones no longer know.
        var old = Version(node) < 22;
        var start = new ProcessStartInfo(node) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (ImmutableArray<string>)[.. old ? ["--experimental-wasm-relaxed-simd"] : Array.Empty<string>(), "-e", Script])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            process.StandardInput.Close();
            Folder.Delete(recursive: true);
        };
        return process;
    }

    private static int Version(string node)
    {
        using var process = Process.Start(new ProcessStartInfo(node, "--version") { RedirectStandardOutput = true, UseShellExecute = false })!;
        return int.Parse(process.StandardOutput.ReadToEnd().TrimStart('v').Split('.')[0], CultureInfo.InvariantCulture);
    }
}
