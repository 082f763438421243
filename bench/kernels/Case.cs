using Sconce.Compiler.Kernels;
using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>A kernel to time: its function takes the addresses of buffers (of so many bytes) and a tile's number.</summary>
internal sealed record Case(string Name, FunctionBuilder Function, Module Module, IReadOnlyList<long> Buffers, long Tiles, double Flops)
{
    public static Case Of(string name, KernelCall call, Module module, double flops) =>
        new(name, call.Function, module, [.. call.Buffers.Select(buffer => buffer.ByteCount.Value)], call.Tiles.Value, flops);

    public byte[] ToModule()
    {
        Module.ImportMemory("env", "memory", 1, 4096);
        Module.Add(Function);
        Module.ExportFunction("tile", Function);
        return Module.ToArray();
    }
}
