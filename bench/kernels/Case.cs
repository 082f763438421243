using Sconce.Compiler.Kernels;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>A function of a kernel, and how many tiles there are to call it for.</summary>
internal sealed record Phase(FunctionBuilder Function, long Tiles);

/// <summary>A kernel to time: its functions, one after the other, take the addresses of buffers (of so many bytes) and a tile's number.</summary>
internal sealed record Case(string Name, string Kernel, bool Relaxed, IReadOnlyList<Phase> Phases, Module Module, IReadOnlyList<long> Buffers, double Flops)
{
    public static Case Of(string name, bool relaxed, KernelCall call, Module module, double flops)
    {
        // Phases of a step take the same buffers.
        KernelCall[] calls = call.Before is { } before ? [before, call] : [call];
        return new(name, call.Name, relaxed, [.. calls.Select(phase => new Phase(phase.Function, phase.Tiles.Value))], module, [.. call.Buffers.Select(buffer => buffer.ByteCount.Value)], flops);
    }

    public byte[] ToModule()
    {
        Module.ImportMemory("env", "memory", 1, 4096);
        foreach (var (number, phase) in Phases.Index())
        {
            Module.Add(phase.Function);
            Module.ExportFunction($"tile{number}", phase.Function);
        }

        return Module.ToArray();
    }
}
