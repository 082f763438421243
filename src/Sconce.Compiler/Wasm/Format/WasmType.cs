namespace Sconce.Compiler.Wasm;

/// <summary>The types of WebAssembly values, by their codes in the format. <see cref="None"/> is the empty result.</summary>
public enum WasmType : byte
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
    public static string Name(this WasmType type) => type switch
    {
        WasmType.None => "none",
        WasmType.FuncRef => "funcref",
        WasmType.V128 => "v128",
        WasmType.F64 => "f64",
        WasmType.F32 => "f32",
        WasmType.I64 => "i64",
        WasmType.I32 => "i32",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "no such value type"),
    };
}
