using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The schema's numbers for element types.</summary>
internal static class ScalarTypes
{
    private static readonly Dictionary<int, string> Unsupported = new()
    {
        [29] = "float8_e4m3fn", [30] = "float8_e5m2", [31] = "float8_e4m3fnuz", [32] = "float8_e5m2fnuz", [33] = "float8_e8m0fnu",
    };

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
        34 => DType.UInt32,
        35 => DType.UInt64,
        _ when Unsupported.TryGetValue(number, out var name) => throw SconceException.Unsupported(
            $"tensors of torch.{name} are not supported", place, "convert the model to float32 (model.float()) before exporting it"),
        _ => throw new SconceException($"no element type has the number {number}", place, "the file is damaged: export it again"),
    };
}
