namespace Sconce.Compiler.Wasm;

/// <summary>A 64-bit integer: an expression, or (as <see cref="LocalI64"/>) a local variable.</summary>
public class I64 : Code
{
    internal I64(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.I64, operands)
    {
    }

    /// <summary>An instruction that gives i64; see <see cref="Code.Of"/>.</summary>
    public static new I64 Of(Opcode opcode, params ReadOnlySpan<Code> operands) => Code.Of(opcode, operands).AsI64();

    public static I64 Const(long value) => Constant(value);

    public static implicit operator I64(long value) => Const(value);

    public static I64 operator +(I64 left, I64 right) => Of(Opcode.I64Add, left, right);
    public static I64 operator -(I64 left, I64 right) => Of(Opcode.I64Sub, left, right);
    public static I64 operator *(I64 left, I64 right) => Of(Opcode.I64Mul, left, right);
    public static I64 operator &(I64 left, I64 right) => Of(Opcode.I64And, left, right);
    public static I64 operator |(I64 left, I64 right) => Of(Opcode.I64Or, left, right);
    public static I64 operator ^(I64 left, I64 right) => Of(Opcode.I64Xor, left, right);
    public static I64 operator <<(I64 left, I64 right) => Of(Opcode.I64Shl, left, right);

    /// <summary>shr_s: copies of the sign bit come in.</summary>
    public static I64 operator >>(I64 left, I64 right) => Of(Opcode.I64ShrS, left, right);

    /// <summary>shr_u: zeros come in.</summary>
    public static I64 operator >>>(I64 left, I64 right) => Of(Opcode.I64ShrU, left, right);

    public static I64 operator -(I64 value) => Const(0) - value;

    public static I64 operator ~(I64 value) => value ^ Const(-1);

    public I64 Clz() => Of(Opcode.I64Clz, this);
    public I64 Ctz() => Of(Opcode.I64Ctz, this);
    public I64 Popcnt() => Of(Opcode.I64Popcnt, this);
    public I64 Extend8S() => Of(Opcode.I64Extend8S, this);
    public I64 Extend16S() => Of(Opcode.I64Extend16S, this);
    public I64 Extend32S() => Of(Opcode.I64Extend32S, this);

    public I64 DivS(I64 other) => Of(Opcode.I64DivS, this, other);
    public I64 DivU(I64 other) => Of(Opcode.I64DivU, this, other);
    public I64 RemS(I64 other) => Of(Opcode.I64RemS, this, other);
    public I64 RemU(I64 other) => Of(Opcode.I64RemU, this, other);
    public I64 Shl(I64 other) => Of(Opcode.I64Shl, this, other);
    public I64 ShrS(I64 other) => Of(Opcode.I64ShrS, this, other);
    public I64 ShrU(I64 other) => Of(Opcode.I64ShrU, this, other);
    public I64 Rotl(I64 other) => Of(Opcode.I64Rotl, this, other);
    public I64 Rotr(I64 other) => Of(Opcode.I64Rotr, this, other);

    public I32 Eqz() => Sconce.Compiler.Wasm.I32.Of(Opcode.I64Eqz, this);
    public I32 Eq(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64Eq, this, other);
    public I32 Ne(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64Ne, this, other);
    public I32 LtS(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64LtS, this, other);
    public I32 LtU(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64LtU, this, other);
    public I32 GtS(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64GtS, this, other);
    public I32 GtU(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64GtU, this, other);
    public I32 LeS(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64LeS, this, other);
    public I32 LeU(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64LeU, this, other);
    public I32 GeS(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64GeS, this, other);
    public I32 GeU(I64 other) => Sconce.Compiler.Wasm.I32.Of(Opcode.I64GeU, this, other);

    public static I64 ExtendI32S(I32 value) => Of(Opcode.I64ExtendI32S, value);
    public static I64 ExtendI32U(I32 value) => Of(Opcode.I64ExtendI32U, value);
    public static I64 TruncF32S(F32 value) => Of(Opcode.I64TruncF32S, value);
    public static I64 TruncF32U(F32 value) => Of(Opcode.I64TruncF32U, value);
    public static I64 TruncF64S(F64 value) => Of(Opcode.I64TruncF64S, value);
    public static I64 TruncF64U(F64 value) => Of(Opcode.I64TruncF64U, value);
    public static I64 ReinterpretF64(F64 value) => Of(Opcode.I64ReinterpretF64, value);
    public static I64 TruncSatF32S(F32 value) => Of(Opcode.I64TruncSatF32S, value);
    public static I64 TruncSatF32U(F32 value) => Of(Opcode.I64TruncSatF32U, value);
    public static I64 TruncSatF64S(F64 value) => Of(Opcode.I64TruncSatF64S, value);
    public static I64 TruncSatF64U(F64 value) => Of(Opcode.I64TruncSatF64U, value);
}
