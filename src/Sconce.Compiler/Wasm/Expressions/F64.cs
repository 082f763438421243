namespace Sconce.Compiler.Wasm;

/// <summary>A 64-bit float: an expression, or (as <see cref="LocalF64"/>) a local variable.</summary>
public class F64 : Code
{
    internal F64(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.F64, operands)
    {
    }

    /// <summary>An instruction that gives f64; see <see cref="Code.Of"/>.</summary>
    public static new F64 Of(Opcode opcode, params ReadOnlySpan<Code> operands) => Code.Of(opcode, operands).AsF64();

    public static F64 Const(double value) => Constant(value);

    public static implicit operator F64(double value) => Const(value);

    public static F64 operator +(F64 left, F64 right) => Of(Opcode.F64Add, left, right);
    public static F64 operator -(F64 left, F64 right) => Of(Opcode.F64Sub, left, right);
    public static F64 operator *(F64 left, F64 right) => Of(Opcode.F64Mul, left, right);
    public static F64 operator /(F64 left, F64 right) => Of(Opcode.F64Div, left, right);

    public static F64 operator -(F64 value) => value.Neg();

    public F64 Abs() => Of(Opcode.F64Abs, this);
    public F64 Neg() => Of(Opcode.F64Neg, this);
    public F64 Ceil() => Of(Opcode.F64Ceil, this);
    public F64 Floor() => Of(Opcode.F64Floor, this);
    public F64 Trunc() => Of(Opcode.F64Trunc, this);
    public F64 Nearest() => Of(Opcode.F64Nearest, this);
    public F64 Sqrt() => Of(Opcode.F64Sqrt, this);

    public F64 Min(F64 other) => Of(Opcode.F64Min, this, other);
    public F64 Max(F64 other) => Of(Opcode.F64Max, this, other);
    public F64 Copysign(F64 other) => Of(Opcode.F64Copysign, this, other);

    public I32 Eq(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Eq, this, other);
    public I32 Ne(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Ne, this, other);
    public I32 Lt(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Lt, this, other);
    public I32 Gt(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Gt, this, other);
    public I32 Le(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Le, this, other);
    public I32 Ge(F64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F64Ge, this, other);

    public static F64 ConvertI32S(I32 value) => Of(Opcode.F64ConvertI32S, value);
    public static F64 ConvertI32U(I32 value) => Of(Opcode.F64ConvertI32U, value);
    public static F64 ConvertI64S(I64 value) => Of(Opcode.F64ConvertI64S, value);
    public static F64 ConvertI64U(I64 value) => Of(Opcode.F64ConvertI64U, value);
    public static F64 PromoteF32(F32 value) => Of(Opcode.F64PromoteF32, value);
    public static F64 ReinterpretI64(I64 value) => Of(Opcode.F64ReinterpretI64, value);
}
