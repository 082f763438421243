namespace Sconce.Compiler.Wasm;

/// <summary>A parameter or a local variable of a function. Its number is settled when the function is encoded.</summary>
public sealed class Local : INamed
{
    internal Local(INamed function, WasmType type, string? name, int parameter = -1)
    {
        Function = function;
        Type = type;
        Name = name;
        Index = parameter;
        IsParameter = parameter >= 0;
    }

    public WasmType Type { get; }

    public string? Name { get; internal set; }

    public bool IsParameter { get; }

    /// <summary>Its value, as an expression.</summary>
    public Code Get => Type switch
    {
        WasmType.I32 => new LocalI32(this),
        WasmType.I64 => new LocalI64(this),
        WasmType.F32 => new LocalF32(this),
        WasmType.F64 => new LocalF64(this),
        _ => new LocalV128(this),
    };

    /// <summary>The function that it belongs to.</summary>
    internal INamed Function { get; }

    internal int Index { get; set; }

    public LocalI32 AsI32() => Get as LocalI32 ?? throw Wrong(WasmType.I32);

    public LocalI64 AsI64() => Get as LocalI64 ?? throw Wrong(WasmType.I64);

    public LocalF32 AsF32() => Get as LocalF32 ?? throw Wrong(WasmType.F32);

    public LocalF64 AsF64() => Get as LocalF64 ?? throw Wrong(WasmType.F64);

    public LocalV128 AsV128() => Get as LocalV128 ?? throw Wrong(WasmType.V128);

    public override string ToString() => $"{Name ?? "local"}: {Type.Name()}";

    private ArgumentException Wrong(WasmType wanted) => new($"local {this} is not {wanted.Name()}");
}
