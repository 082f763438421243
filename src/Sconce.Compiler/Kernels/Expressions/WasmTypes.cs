using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>How elements are held while they are computed with.</summary>
internal static class WasmTypes
{
    /// <summary>Bools (0 and 1) and integers up to 32 bits in i32 (extended by their own signedness), floats of 8 and 16 bits in f32.</summary>
    public static WasmType ScalarType(this DType type) => type switch
    {
        DType.Int64 or DType.UInt64 => WasmType.I64,
        DType.Float16 or DType.BFloat16 or DType.Float32 => WasmType.F32,
        _ when type.IsFloat8() => WasmType.F32,
        DType.Float64 => WasmType.F64,
        DType.Complex32 or DType.Complex64 or DType.Complex128 => throw new NotSupportedException($"Kernels compute with real numbers; {type.Name()} is lowered to pairs of them."),
        _ => WasmType.I32,
    };

    public static bool IsFloat32(this DType type) => type == DType.Float32 || type.IsNarrow();

    public static Code Constant(DType type, long bits, double value) => type.ScalarType() switch
    {
        WasmType.I32 => I32.Const((int)bits),
        WasmType.I64 => I64.Const(bits),
        WasmType.F32 => F32.Const((float)value),
        _ => F64.Const(value),
    };
}
