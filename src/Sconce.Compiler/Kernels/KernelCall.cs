using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// A step as a wasm function and what to call it with. The function takes the address (i32) of each buffer in
/// <see cref="Buffers"/>, then the value (i32) of each symbol in <see cref="Symbols"/>, then a tile's number (i32), and gives nothing. It is called once for
/// each tile from 0 to <see cref="Tiles"/> - 1, in any order, by any thread: tiles of a step write to different places.
/// </summary>
/// <param name="Function">Not yet in a module; identical functions are shared by whoever adds it.</param>
/// <param name="Buffers">In the order of the parameters.</param>
/// <param name="Symbols">In the order of the parameters after the addresses.</param>
/// <param name="Tiles">An expression over the symbols.</param>
/// <param name="Name">The kernel as the profiler shows it: <c>gemm 4x8 relaxed</c>.</param>
public sealed record KernelCall(FunctionBuilder Function, ImmutableArray<TensorBuffer> Buffers, ImmutableArray<Symbol> Symbols, Dim Tiles, string Name)
{
    /// <summary>
    /// Bytes from the start of the first buffer, which is the target, to the address that the function takes for it. Steps that write parts of one
    /// buffer, as a concatenation does, share a function by this.
    /// </summary>
    public long TargetOffset { get; init; }

    /// <summary>
    /// Among the symbols of a kernel, how many threads run the model: for those whose tiles cost something, and whose results do not depend on how many they are.
    /// </summary>
    public static Symbol Threads { get; } = new("threads", 0, null);

    /// <summary>The call that must be done, all tiles of it, before the first tile of this.</summary>
    public KernelCall? Before { get; init; }
}
