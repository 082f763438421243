using System.Runtime.CompilerServices;

namespace Sconce.Compiler.Wasm;

/// <summary>A 32-bit integer: an expression, or (as <see cref="LocalI32"/>) a local variable.</summary>
public class I32 : Code
{
    internal I32(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.I32, operands)
    {
    }

    /// <summary>An instruction that gives i32; see <see cref="Code.Of"/>.</summary>
    public static new I32 Of(Opcode opcode, params ReadOnlySpan<Code> operands) => Code.Of(opcode, operands).AsI32();

    public static I32 Const(int value) => Constant(value);

    public static implicit operator I32(int value) => Const(value);

    /// <summary>The same 32 bits, for addresses past two gigabytes.</summary>
    public static implicit operator I32(uint value) => Const(unchecked((int)value));

    public static I32 operator +(I32 left, I32 right) => Of(Opcode.I32Add, left, right);
    public static I32 operator -(I32 left, I32 right) => Of(Opcode.I32Sub, left, right);
    public static I32 operator *(I32 left, I32 right) => Of(Opcode.I32Mul, left, right);
    public static I32 operator &(I32 left, I32 right) => Of(Opcode.I32And, left, right);
    public static I32 operator |(I32 left, I32 right) => Of(Opcode.I32Or, left, right);
    public static I32 operator ^(I32 left, I32 right) => Of(Opcode.I32Xor, left, right);
    public static I32 operator <<(I32 left, I32 right) => Of(Opcode.I32Shl, left, right);

    /// <summary>shr_s: copies of the sign bit come in.</summary>
    public static I32 operator >>(I32 left, I32 right) => Of(Opcode.I32ShrS, left, right);

    /// <summary>shr_u: zeros come in.</summary>
    public static I32 operator >>>(I32 left, I32 right) => Of(Opcode.I32ShrU, left, right);

    public static I32 operator -(I32 value) => Const(0) - value;

    public static I32 operator ~(I32 value) => value ^ Const(-1);

    public I32 Clz() => Of(Opcode.I32Clz, this);
    public I32 Ctz() => Of(Opcode.I32Ctz, this);
    public I32 Popcnt() => Of(Opcode.I32Popcnt, this);
    public I32 Extend8S() => Of(Opcode.I32Extend8S, this);
    public I32 Extend16S() => Of(Opcode.I32Extend16S, this);

    public I32 DivS(I32 other) => Of(Opcode.I32DivS, this, other);
    public I32 DivU(I32 other) => Of(Opcode.I32DivU, this, other);
    public I32 RemS(I32 other) => Of(Opcode.I32RemS, this, other);
    public I32 RemU(I32 other) => Of(Opcode.I32RemU, this, other);
    public I32 Shl(I32 other) => Of(Opcode.I32Shl, this, other);
    public I32 ShrS(I32 other) => Of(Opcode.I32ShrS, this, other);
    public I32 ShrU(I32 other) => Of(Opcode.I32ShrU, this, other);
    public I32 Rotl(I32 other) => Of(Opcode.I32Rotl, this, other);
    public I32 Rotr(I32 other) => Of(Opcode.I32Rotr, this, other);

    public I32 Eqz() => Of(Opcode.I32Eqz, this);
    public I32 Eq(I32 other) => Of(Opcode.I32Eq, this, other);
    public I32 Ne(I32 other) => Of(Opcode.I32Ne, this, other);
    public I32 LtS(I32 other) => Of(Opcode.I32LtS, this, other);
    public I32 LtU(I32 other) => Of(Opcode.I32LtU, this, other);
    public I32 GtS(I32 other) => Of(Opcode.I32GtS, this, other);
    public I32 GtU(I32 other) => Of(Opcode.I32GtU, this, other);
    public I32 LeS(I32 other) => Of(Opcode.I32LeS, this, other);
    public I32 LeU(I32 other) => Of(Opcode.I32LeU, this, other);
    public I32 GeS(I32 other) => Of(Opcode.I32GeS, this, other);
    public I32 GeU(I32 other) => Of(Opcode.I32GeU, this, other);

    public static I32 WrapI64(I64 value) => Of(Opcode.I32WrapI64, value);
    public static I32 TruncF32S(F32 value) => Of(Opcode.I32TruncF32S, value);
    public static I32 TruncF32U(F32 value) => Of(Opcode.I32TruncF32U, value);
    public static I32 TruncF64S(F64 value) => Of(Opcode.I32TruncF64S, value);
    public static I32 TruncF64U(F64 value) => Of(Opcode.I32TruncF64U, value);
    public static I32 ReinterpretF32(F32 value) => Of(Opcode.I32ReinterpretF32, value);
    public static I32 TruncSatF32S(F32 value) => Of(Opcode.I32TruncSatF32S, value);
    public static I32 TruncSatF32U(F32 value) => Of(Opcode.I32TruncSatF32U, value);
    public static I32 TruncSatF64S(F64 value) => Of(Opcode.I32TruncSatF64S, value);
    public static I32 TruncSatF64U(F64 value) => Of(Opcode.I32TruncSatF64U, value);

    /// <summary>select: the first where this is not zero, else the second; both are computed.</summary>
    [OverloadResolutionPriority(4)]
    public I32 Select(I32 then, I32 otherwise) => Code.Select(then, otherwise, this).AsI32();

    [OverloadResolutionPriority(3)]
    public I64 Select(I64 then, I64 otherwise) => Code.Select(then, otherwise, this).AsI64();

    [OverloadResolutionPriority(2)]
    public F32 Select(F32 then, F32 otherwise) => Code.Select(then, otherwise, this).AsF32();

    [OverloadResolutionPriority(1)]
    public F64 Select(F64 then, F64 otherwise) => Code.Select(then, otherwise, this).AsF64();

    public V128 Select(V128 then, V128 otherwise) => Code.Select(then, otherwise, this).AsV128();
}
