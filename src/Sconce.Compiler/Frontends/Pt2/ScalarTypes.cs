using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The schema's numbers for element types.</summary>
internal static class ScalarTypes
{
    public static DType ToDType(int number, Where place) => number switch
    {
        1 => DType.UInt8,
        2 => DType.Int8,
        3 => DType.Int16,
        4 => DType.Int32,
        5 => DType.Int64,
        6 => DType.Float16,
        7 => DType.Float32,
        8 => DType.Float64,
        9 => DType.Complex32,
        10 => DType.Complex64,
        11 => DType.Complex128,
        12 => DType.Bool,
        13 => DType.BFloat16,
        28 => DType.UInt16,
        29 => DType.Float8E4M3FN,
        30 => DType.Float8E5M2,
        31 => DType.Float8E4M3FNUZ,
        32 => DType.Float8E5M2FNUZ,
        33 => DType.Float8E8M0FNU,
        34 => DType.UInt32,
        35 => DType.UInt64,
        _ => throw new SconceException($"no element type has the number {number}", place, "the file is damaged: export it again"),
    };
}
