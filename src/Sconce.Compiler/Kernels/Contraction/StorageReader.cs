using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>The code that loads elements as they are stored, and widens them.</summary>
internal static class StorageReader
{
    /// <summary>Emits what readers need before their first load, and gives the load of a vector of elements at an address, as what they are computed with.</summary>
    public static Func<I32, uint, V128> For(FunctionBuilder f, Storage.Elementwise storage) => storage switch
    {
        Storage.ScaledHalf => ScaledHalf(f),
        Storage.Plain { Type: var type } when type.IsNarrow() => Narrow(f, type),
        Storage.Plain { Type: DType.Float32 or DType.Float64 } => (pointer, offset) => Memory.LoadV128(pointer, offset),
        _ => throw new NotSupportedException($"No kernel reads what is stored as {storage.Name}."),
    };

    private static Func<I32, uint, V128> Narrow(FunctionBuilder f, DType type)
    {
        var narrow = new NarrowFloats(f);
        return (pointer, offset) => narrow.FromBits(
            type.IsFloat8() ? I32x4.ExtendLowI16x8U(I16x8.ExtendLowI8x16U(Memory.Load32Zero(pointer, offset))) : Memory.Load16x4U(pointer, offset), type);
    }

    /// <summary>Sign-extended and shifted, the sign stands in the upper bits: it stays in the first, and leaves the others to the exponent.</summary>
    private static Func<I32, uint, V128> ScaledHalf(FunctionBuilder f)
    {
        var (mask, scale) = (Splat(unchecked((int)0x8FFFFFFF), "mask"), Splat(0x77800000 - (Storage.ScaledHalf.ScaleLog << 23), "scale"));
        return (pointer, offset) => F32x4.Mul(I32x4.Shl(Memory.Load16x4S(pointer, offset), 13) & mask, scale);

        LocalV128 Splat(int bits, string name) => f.Let(V128.Const(bits, bits, bits, bits), name);
    }
}
