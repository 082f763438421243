using Sconce.Compiler.Wasm;

namespace Sconce.Bench.Kernels;

/// <summary>A kernel to time: its function takes the addresses of buffers (of so many bytes) and a tile's number.</summary>
internal sealed record Case(string Name, FunctionBuilder Function, IReadOnlyList<long> Buffers, long Tiles, double Flops)
{
    public const uint Pages = 4096;

    public byte[] ToModule()
    {
        var module = new Module();
        module.ImportMemory("env", "memory", 1, Pages);
        module.Add(Function);
        module.ExportFunction("tile", Function);
        return module.ToArray();
    }
}
