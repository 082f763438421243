namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 4 integers of 32 bits.</summary>
public static class I32x4
{
    public static V128 Splat(I32 value) => V128.Of(Opcode.I32x4Splat, value);
    public static I32 ExtractLane(V128 vector, int lane) => Code.Lane(Opcode.I32x4ExtractLane, lane, vector).AsI32();
    public static V128 ReplaceLane(V128 vector, int lane, I32 value) => Code.Lane(Opcode.I32x4ReplaceLane, lane, vector, value).AsV128();
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.I32x4Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.I32x4Ne, left, right);
    public static V128 LtS(V128 left, V128 right) => V128.Of(Opcode.I32x4LtS, left, right);
    public static V128 LtU(V128 left, V128 right) => V128.Of(Opcode.I32x4LtU, left, right);
    public static V128 GtS(V128 left, V128 right) => V128.Of(Opcode.I32x4GtS, left, right);
    public static V128 GtU(V128 left, V128 right) => V128.Of(Opcode.I32x4GtU, left, right);
    public static V128 LeS(V128 left, V128 right) => V128.Of(Opcode.I32x4LeS, left, right);
    public static V128 LeU(V128 left, V128 right) => V128.Of(Opcode.I32x4LeU, left, right);
    public static V128 GeS(V128 left, V128 right) => V128.Of(Opcode.I32x4GeS, left, right);
    public static V128 GeU(V128 left, V128 right) => V128.Of(Opcode.I32x4GeU, left, right);
    public static V128 ExtaddPairwiseI16x8S(V128 value) => V128.Of(Opcode.I32x4ExtaddPairwiseI16x8S, value);
    public static V128 ExtaddPairwiseI16x8U(V128 value) => V128.Of(Opcode.I32x4ExtaddPairwiseI16x8U, value);
    public static V128 Abs(V128 value) => V128.Of(Opcode.I32x4Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.I32x4Neg, value);
    public static I32 AllTrue(V128 value) => I32.Of(Opcode.I32x4AllTrue, value);
    public static I32 Bitmask(V128 value) => I32.Of(Opcode.I32x4Bitmask, value);
    public static V128 ExtendLowI16x8S(V128 value) => V128.Of(Opcode.I32x4ExtendLowI16x8S, value);
    public static V128 ExtendHighI16x8S(V128 value) => V128.Of(Opcode.I32x4ExtendHighI16x8S, value);
    public static V128 ExtendLowI16x8U(V128 value) => V128.Of(Opcode.I32x4ExtendLowI16x8U, value);
    public static V128 ExtendHighI16x8U(V128 value) => V128.Of(Opcode.I32x4ExtendHighI16x8U, value);
    public static V128 Shl(V128 value, I32 count) => V128.Of(Opcode.I32x4Shl, value, count);
    public static V128 ShrS(V128 value, I32 count) => V128.Of(Opcode.I32x4ShrS, value, count);
    public static V128 ShrU(V128 value, I32 count) => V128.Of(Opcode.I32x4ShrU, value, count);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.I32x4Add, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.I32x4Sub, left, right);
    public static V128 Mul(V128 left, V128 right) => V128.Of(Opcode.I32x4Mul, left, right);
    public static V128 MinS(V128 left, V128 right) => V128.Of(Opcode.I32x4MinS, left, right);
    public static V128 MinU(V128 left, V128 right) => V128.Of(Opcode.I32x4MinU, left, right);
    public static V128 MaxS(V128 left, V128 right) => V128.Of(Opcode.I32x4MaxS, left, right);
    public static V128 MaxU(V128 left, V128 right) => V128.Of(Opcode.I32x4MaxU, left, right);
    public static V128 DotI16x8S(V128 left, V128 right) => V128.Of(Opcode.I32x4DotI16x8S, left, right);
    public static V128 ExtmulLowI16x8S(V128 left, V128 right) => V128.Of(Opcode.I32x4ExtmulLowI16x8S, left, right);
    public static V128 ExtmulHighI16x8S(V128 left, V128 right) => V128.Of(Opcode.I32x4ExtmulHighI16x8S, left, right);
    public static V128 ExtmulLowI16x8U(V128 left, V128 right) => V128.Of(Opcode.I32x4ExtmulLowI16x8U, left, right);
    public static V128 ExtmulHighI16x8U(V128 left, V128 right) => V128.Of(Opcode.I32x4ExtmulHighI16x8U, left, right);
    public static V128 TruncSatF32x4S(V128 value) => V128.Of(Opcode.I32x4TruncSatF32x4S, value);
    public static V128 TruncSatF32x4U(V128 value) => V128.Of(Opcode.I32x4TruncSatF32x4U, value);
    public static V128 TruncSatF64x2SZero(V128 value) => V128.Of(Opcode.I32x4TruncSatF64x2SZero, value);
    public static V128 TruncSatF64x2UZero(V128 value) => V128.Of(Opcode.I32x4TruncSatF64x2UZero, value);
    public static V128 RelaxedTruncF32x4S(V128 value) => V128.Of(Opcode.I32x4RelaxedTruncF32x4S, value);
    public static V128 RelaxedTruncF32x4U(V128 value) => V128.Of(Opcode.I32x4RelaxedTruncF32x4U, value);
    public static V128 RelaxedTruncF64x2SZero(V128 value) => V128.Of(Opcode.I32x4RelaxedTruncF64x2SZero, value);
    public static V128 RelaxedTruncF64x2UZero(V128 value) => V128.Of(Opcode.I32x4RelaxedTruncF64x2UZero, value);

    public static V128 RelaxedLaneselect(V128 then, V128 otherwise, V128 mask) =>
        V128.Of(Opcode.I32x4RelaxedLaneselect, then, otherwise, mask);

    public static V128 RelaxedDotI8x16I7x16AddS(V128 a, V128 b, V128 c) => V128.Of(Opcode.I32x4RelaxedDotI8x16I7x16AddS, a, b, c);
}
