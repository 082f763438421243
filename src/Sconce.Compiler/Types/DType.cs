namespace Sconce.Compiler.Types;

/// <summary>Element types, named as PyTorch names them (<c>torch.dtype</c>).</summary>
public enum DType : byte
{
    Bool,
    UInt8,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt16,
    UInt32,
    UInt64,
    Float16,
    BFloat16,
    Float32,
    Float64,
    Complex32,
    Complex64,
    Complex128,
    Float8E4M3FN,
    Float8E5M2,
    Float8E4M3FNUZ,
    Float8E5M2FNUZ,
    Float8E8M0FNU,
}

/// <summary>Facts about element types.</summary>
public static class DTypes
{
    /// <summary>Size of one element in bytes, in memory and in files.</summary>
    public static int Size(this DType type) => type switch
    {
        DType.Bool or DType.UInt8 or DType.Int8 => 1,
        _ when type.IsFloat8() => 1,
        DType.Int16 or DType.UInt16 or DType.Float16 or DType.BFloat16 => 2,
        DType.Int32 or DType.UInt32 or DType.Float32 or DType.Complex32 => 4,
        DType.Int64 or DType.UInt64 or DType.Float64 or DType.Complex64 => 8,
        DType.Complex128 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    public static bool IsFloat(this DType type) =>
        type is DType.Float16 or DType.BFloat16 or DType.Float32 or DType.Float64 || type.IsFloat8();

    /// <summary>The 8-bit floats, in which PyTorch keeps and converts numbers, but hardly computes.</summary>
    public static bool IsFloat8(this DType type) => type is >= DType.Float8E4M3FN and <= DType.Float8E8M0FNU;

    public static bool IsComplex(this DType type) => type is DType.Complex32 or DType.Complex64 or DType.Complex128;

    /// <summary>The dtype of the parts of complex numbers.</summary>
    public static DType ToPart(this DType complex) => complex switch
    {
        DType.Complex128 => DType.Float64,
        DType.Complex32 => DType.Float16,
        _ => DType.Float32,
    };

    /// <summary>The dtype of complex numbers whose parts have a dtype.</summary>
    public static DType ToComplex(this DType part) => part switch
    {
        DType.Float64 => DType.Complex128,
        DType.Float16 => DType.Complex32,
        _ => DType.Complex64,
    };

    /// <summary>Integers without bool.</summary>
    public static bool IsInteger(this DType type) =>
        type is DType.UInt8 or DType.Int8 or DType.Int16 or DType.Int32 or DType.Int64 || type.IsWideUnsigned();

    /// <summary>The unsigned integers of more than 8 bits, of which PyTorch keeps the dtypes apart: none is promoted to another integer.</summary>
    public static bool IsWideUnsigned(this DType type) => type is DType.UInt16 or DType.UInt32 or DType.UInt64;

    /// <summary>The 16-bit floats, which are computed with in float32 and rounded after each operator, as PyTorch does on the CPU.</summary>
    public static bool IsHalf(this DType type) => type is DType.Float16 or DType.BFloat16;

    /// <summary>The floats of 8 and 16 bits: an element is a float32 while it is computed with, and is rounded after.</summary>
    public static bool IsNarrow(this DType type) => type.IsHalf() || type.IsFloat8();

    /// <summary>The signed integer dtype of the same size; of complex numbers there is none.</summary>
    public static DType SameSizeInteger(this DType type) => type.Size() switch
    {
        1 => DType.Int8,
        2 => DType.Int16,
        4 => DType.Int32,
        _ when !type.IsComplex() => DType.Int64,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>The name as the manifest and PyTorch write it: <c>float32</c>.</summary>
    public static string Name(this DType type) => type switch
    {
        DType.Bool => "bool",
        DType.UInt8 => "uint8",
        DType.Int8 => "int8",
        DType.Int16 => "int16",
        DType.Int32 => "int32",
        DType.Int64 => "int64",
        DType.UInt16 => "uint16",
        DType.UInt32 => "uint32",
        DType.UInt64 => "uint64",
        DType.Float16 => "float16",
        DType.BFloat16 => "bfloat16",
        DType.Float32 => "float32",
        DType.Float64 => "float64",
        DType.Complex32 => "complex32",
        DType.Complex64 => "complex64",
        DType.Complex128 => "complex128",
        DType.Float8E4M3FN => "float8_e4m3fn",
        DType.Float8E5M2 => "float8_e5m2",
        DType.Float8E4M3FNUZ => "float8_e4m3fnuz",
        DType.Float8E5M2FNUZ => "float8_e5m2fnuz",
        DType.Float8E8M0FNU => "float8_e8m0fnu",
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };
}
