namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 2 integers of 64 bits.</summary>
public static class I64x2
{
    public static V128 Splat(I64 value) => V128.Of(Opcode.I64x2Splat, value);
    public static I64 ExtractLane(V128 vector, int lane) => Code.Lane(Opcode.I64x2ExtractLane, lane, vector).AsI64();
    public static V128 ReplaceLane(V128 vector, int lane, I64 value) => Code.Lane(Opcode.I64x2ReplaceLane, lane, vector, value).AsV128();
    public static V128 Abs(V128 value) => V128.Of(Opcode.I64x2Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.I64x2Neg, value);
    public static I32 AllTrue(V128 value) => I32.Of(Opcode.I64x2AllTrue, value);
    public static I32 Bitmask(V128 value) => I32.Of(Opcode.I64x2Bitmask, value);
    public static V128 ExtendLowI32x4S(V128 value) => V128.Of(Opcode.I64x2ExtendLowI32x4S, value);
    public static V128 ExtendHighI32x4S(V128 value) => V128.Of(Opcode.I64x2ExtendHighI32x4S, value);
    public static V128 ExtendLowI32x4U(V128 value) => V128.Of(Opcode.I64x2ExtendLowI32x4U, value);
    public static V128 ExtendHighI32x4U(V128 value) => V128.Of(Opcode.I64x2ExtendHighI32x4U, value);
    public static V128 Shl(V128 value, I32 count) => V128.Of(Opcode.I64x2Shl, value, count);
    public static V128 ShrS(V128 value, I32 count) => V128.Of(Opcode.I64x2ShrS, value, count);
    public static V128 ShrU(V128 value, I32 count) => V128.Of(Opcode.I64x2ShrU, value, count);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.I64x2Add, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.I64x2Sub, left, right);
    public static V128 Mul(V128 left, V128 right) => V128.Of(Opcode.I64x2Mul, left, right);
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.I64x2Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.I64x2Ne, left, right);
    public static V128 LtS(V128 left, V128 right) => V128.Of(Opcode.I64x2LtS, left, right);
    public static V128 GtS(V128 left, V128 right) => V128.Of(Opcode.I64x2GtS, left, right);
    public static V128 LeS(V128 left, V128 right) => V128.Of(Opcode.I64x2LeS, left, right);
    public static V128 GeS(V128 left, V128 right) => V128.Of(Opcode.I64x2GeS, left, right);
    public static V128 ExtmulLowI32x4S(V128 left, V128 right) => V128.Of(Opcode.I64x2ExtmulLowI32x4S, left, right);
    public static V128 ExtmulHighI32x4S(V128 left, V128 right) => V128.Of(Opcode.I64x2ExtmulHighI32x4S, left, right);
    public static V128 ExtmulLowI32x4U(V128 left, V128 right) => V128.Of(Opcode.I64x2ExtmulLowI32x4U, left, right);
    public static V128 ExtmulHighI32x4U(V128 left, V128 right) => V128.Of(Opcode.I64x2ExtmulHighI32x4U, left, right);

    public static V128 RelaxedLaneselect(V128 then, V128 otherwise, V128 mask) =>
        V128.Of(Opcode.I64x2RelaxedLaneselect, then, otherwise, mask);
}
