namespace Sconce.Compiler.Wasm;

/// <summary>A 32-bit float: an expression, or (as <see cref="LocalF32"/>) a local variable.</summary>
public class F32 : Code
{
    internal F32(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.F32, operands)
    {
    }

    /// <summary>An instruction that gives f32; see <see cref="Code.Of"/>.</summary>
    public static new F32 Of(Opcode opcode, params ReadOnlySpan<Code> operands) => Code.Of(opcode, operands).AsF32();

    public static F32 Const(float value) => Constant(value);

    public static implicit operator F32(float value) => Const(value);

    public static F32 operator +(F32 left, F32 right) => Of(Opcode.F32Add, left, right);
    public static F32 operator -(F32 left, F32 right) => Of(Opcode.F32Sub, left, right);
    public static F32 operator *(F32 left, F32 right) => Of(Opcode.F32Mul, left, right);
    public static F32 operator /(F32 left, F32 right) => Of(Opcode.F32Div, left, right);

    public static F32 operator -(F32 value) => value.Neg();

    public F32 Abs() => Of(Opcode.F32Abs, this);
    public F32 Neg() => Of(Opcode.F32Neg, this);
    public F32 Ceil() => Of(Opcode.F32Ceil, this);
    public F32 Floor() => Of(Opcode.F32Floor, this);
    public F32 Trunc() => Of(Opcode.F32Trunc, this);
    public F32 Nearest() => Of(Opcode.F32Nearest, this);
    public F32 Sqrt() => Of(Opcode.F32Sqrt, this);

    public F32 Min(F32 other) => Of(Opcode.F32Min, this, other);
    public F32 Max(F32 other) => Of(Opcode.F32Max, this, other);
    public F32 Copysign(F32 other) => Of(Opcode.F32Copysign, this, other);

    public I32 Eq(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Eq, this, other);
    public I32 Ne(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Ne, this, other);
    public I32 Lt(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Lt, this, other);
    public I32 Gt(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Gt, this, other);
    public I32 Le(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Le, this, other);
    public I32 Ge(F32 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.F32Ge, this, other);

    public static F32 ConvertI32S(I32 value) => Of(Opcode.F32ConvertI32S, value);
    public static F32 ConvertI32U(I32 value) => Of(Opcode.F32ConvertI32U, value);
    public static F32 ConvertI64S(I64 value) => Of(Opcode.F32ConvertI64S, value);
    public static F32 ConvertI64U(I64 value) => Of(Opcode.F32ConvertI64U, value);
    public static F32 DemoteF64(F64 value) => Of(Opcode.F32DemoteF64, value);
    public static F32 ReinterpretI32(I32 value) => Of(Opcode.F32ReinterpretI32, value);
}
