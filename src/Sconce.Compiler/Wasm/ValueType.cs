namespace Sconce.Compiler.Wasm;

/// <summary>The types of WebAssembly values, by their codes in the format. <see cref="None"/> is the empty result.</summary>
public enum ValueType : byte
{
    None = 0x40,
    FuncRef = 0x70,
    V128 = 0x7B,
    F64 = 0x7C,
    F32 = 0x7D,
    I64 = 0x7E,
    I32 = 0x7F,
}

/// <summary>How the text format writes a value type.</summary>
public static class ValueTypes
{
    public static string Name(this ValueType type) => type switch
    {
        ValueType.None => "none",
        ValueType.FuncRef => "funcref",
        ValueType.V128 => "v128",
        ValueType.F64 => "f64",
        ValueType.F32 => "f32",
        ValueType.I64 => "i64",
        ValueType.I32 => "i32",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such value type"),
    };
}
