namespace Sconce.Compiler.Wasm;

/// <summary>A parameter or a local variable of a function. Its number is settled when the function is encoded.</summary>
public sealed class Local
{
    internal Local(FunctionBuilder function, ValueType type, string? name, int parameter = -1)
    {
        Function = function;
        Type = type;
        Name = name;
        Index = parameter;
        IsParameter = parameter >= 0;
    }

    public ValueType Type { get; }

    public string? Name { get; internal set; }

    public bool IsParameter { get; }

    /// <summary>Its value, as an expression.</summary>
    public Code Get => Type switch
    {
        ValueType.I32 => new LocalI32(this),
        ValueType.I64 => new LocalI64(this),
        ValueType.F32 => new LocalF32(this),
        ValueType.F64 => new LocalF64(this),
        _ => new LocalV128(this),
    };

    internal FunctionBuilder Function { get; }

    internal int Index { get; set; }

    public LocalI32 AsI32() => Get as LocalI32 ?? throw Wrong(ValueType.I32);

    public LocalI64 AsI64() => Get as LocalI64 ?? throw Wrong(ValueType.I64);

    public LocalF32 AsF32() => Get as LocalF32 ?? throw Wrong(ValueType.F32);

    public LocalF64 AsF64() => Get as LocalF64 ?? throw Wrong(ValueType.F64);

    public LocalV128 AsV128() => Get as LocalV128 ?? throw Wrong(ValueType.V128);

    public override string ToString() => $"{Name ?? "local"}: {Type.Name()}";

    private ArgumentException Wrong(ValueType wanted) => new($"local {this} is not {wanted.Name()}");
}
