namespace Sconce.Compiler.Wasm;

/// <summary>A local variable of type i32, readable wherever an <see cref="I32"/> is wanted.</summary>
public sealed class LocalI32 : I32
{
    internal LocalI32(Local local) : base(Opcode.LocalGet, new Immediate { Target = local }, [])
    {
        Local = local;
    }

    public Local Local { get; }

    public static implicit operator Local(LocalI32 local) => local.Local;
}

/// <summary>A local variable of type i64, readable wherever an <see cref="I64"/> is wanted.</summary>
public sealed class LocalI64 : I64
{
    internal LocalI64(Local local) : base(Opcode.LocalGet, new Immediate { Target = local }, [])
    {
        Local = local;
    }

    public Local Local { get; }

    public static implicit operator Local(LocalI64 local) => local.Local;
}

/// <summary>A local variable of type f32, readable wherever an <see cref="F32"/> is wanted.</summary>
public sealed class LocalF32 : F32
{
    internal LocalF32(Local local) : base(Opcode.LocalGet, new Immediate { Target = local }, [])
    {
        Local = local;
    }

    public Local Local { get; }

    public static implicit operator Local(LocalF32 local) => local.Local;
}

/// <summary>A local variable of type f64, readable wherever an <see cref="F64"/> is wanted.</summary>
public sealed class LocalF64 : F64
{
    internal LocalF64(Local local) : base(Opcode.LocalGet, new Immediate { Target = local }, [])
    {
        Local = local;
    }

    public Local Local { get; }

    public static implicit operator Local(LocalF64 local) => local.Local;
}

/// <summary>A local variable of type v128, readable wherever an <see cref="V128"/> is wanted.</summary>
public sealed class LocalV128 : V128
{
    internal LocalV128(Local local) : base(Opcode.LocalGet, new Immediate { Target = local }, [])
    {
        Local = local;
    }

    public Local Local { get; }

    public static implicit operator Local(LocalV128 local) => local.Local;
}
