namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 8 integers of 16 bits.</summary>
public static class I16x8
{
    public static V128 Splat(I32 value) => V128.Of(Opcode.I16x8Splat, value);
    public static I32 ExtractLaneS(V128 vector, int lane) => Code.Lane(Opcode.I16x8ExtractLaneS, lane, vector).AsI32();
    public static I32 ExtractLaneU(V128 vector, int lane) => Code.Lane(Opcode.I16x8ExtractLaneU, lane, vector).AsI32();
    public static V128 ReplaceLane(V128 vector, int lane, I32 value) => Code.Lane(Opcode.I16x8ReplaceLane, lane, vector, value).AsV128();
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.I16x8Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.I16x8Ne, left, right);
    public static V128 LtS(V128 left, V128 right) => V128.Of(Opcode.I16x8LtS, left, right);
    public static V128 LtU(V128 left, V128 right) => V128.Of(Opcode.I16x8LtU, left, right);
    public static V128 GtS(V128 left, V128 right) => V128.Of(Opcode.I16x8GtS, left, right);
    public static V128 GtU(V128 left, V128 right) => V128.Of(Opcode.I16x8GtU, left, right);
    public static V128 LeS(V128 left, V128 right) => V128.Of(Opcode.I16x8LeS, left, right);
    public static V128 LeU(V128 left, V128 right) => V128.Of(Opcode.I16x8LeU, left, right);
    public static V128 GeS(V128 left, V128 right) => V128.Of(Opcode.I16x8GeS, left, right);
    public static V128 GeU(V128 left, V128 right) => V128.Of(Opcode.I16x8GeU, left, right);
    public static V128 ExtaddPairwiseI8x16S(V128 value) => V128.Of(Opcode.I16x8ExtaddPairwiseI8x16S, value);
    public static V128 ExtaddPairwiseI8x16U(V128 value) => V128.Of(Opcode.I16x8ExtaddPairwiseI8x16U, value);
    public static V128 Abs(V128 value) => V128.Of(Opcode.I16x8Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.I16x8Neg, value);
    public static V128 Q15mulrSatS(V128 left, V128 right) => V128.Of(Opcode.I16x8Q15mulrSatS, left, right);
    public static I32 AllTrue(V128 value) => I32.Of(Opcode.I16x8AllTrue, value);
    public static I32 Bitmask(V128 value) => I32.Of(Opcode.I16x8Bitmask, value);
    public static V128 NarrowI32x4S(V128 left, V128 right) => V128.Of(Opcode.I16x8NarrowI32x4S, left, right);
    public static V128 NarrowI32x4U(V128 left, V128 right) => V128.Of(Opcode.I16x8NarrowI32x4U, left, right);
    public static V128 ExtendLowI8x16S(V128 value) => V128.Of(Opcode.I16x8ExtendLowI8x16S, value);
    public static V128 ExtendHighI8x16S(V128 value) => V128.Of(Opcode.I16x8ExtendHighI8x16S, value);
    public static V128 ExtendLowI8x16U(V128 value) => V128.Of(Opcode.I16x8ExtendLowI8x16U, value);
    public static V128 ExtendHighI8x16U(V128 value) => V128.Of(Opcode.I16x8ExtendHighI8x16U, value);
    public static V128 Shl(V128 value, I32 count) => V128.Of(Opcode.I16x8Shl, value, count);
    public static V128 ShrS(V128 value, I32 count) => V128.Of(Opcode.I16x8ShrS, value, count);
    public static V128 ShrU(V128 value, I32 count) => V128.Of(Opcode.I16x8ShrU, value, count);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.I16x8Add, left, right);
    public static V128 AddSatS(V128 left, V128 right) => V128.Of(Opcode.I16x8AddSatS, left, right);
    public static V128 AddSatU(V128 left, V128 right) => V128.Of(Opcode.I16x8AddSatU, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.I16x8Sub, left, right);
    public static V128 SubSatS(V128 left, V128 right) => V128.Of(Opcode.I16x8SubSatS, left, right);
    public static V128 SubSatU(V128 left, V128 right) => V128.Of(Opcode.I16x8SubSatU, left, right);
    public static V128 Mul(V128 left, V128 right) => V128.Of(Opcode.I16x8Mul, left, right);
    public static V128 MinS(V128 left, V128 right) => V128.Of(Opcode.I16x8MinS, left, right);
    public static V128 MinU(V128 left, V128 right) => V128.Of(Opcode.I16x8MinU, left, right);
    public static V128 MaxS(V128 left, V128 right) => V128.Of(Opcode.I16x8MaxS, left, right);
    public static V128 MaxU(V128 left, V128 right) => V128.Of(Opcode.I16x8MaxU, left, right);
    public static V128 AvgrU(V128 left, V128 right) => V128.Of(Opcode.I16x8AvgrU, left, right);
    public static V128 ExtmulLowI8x16S(V128 left, V128 right) => V128.Of(Opcode.I16x8ExtmulLowI8x16S, left, right);
    public static V128 ExtmulHighI8x16S(V128 left, V128 right) => V128.Of(Opcode.I16x8ExtmulHighI8x16S, left, right);
    public static V128 ExtmulLowI8x16U(V128 left, V128 right) => V128.Of(Opcode.I16x8ExtmulLowI8x16U, left, right);
    public static V128 ExtmulHighI8x16U(V128 left, V128 right) => V128.Of(Opcode.I16x8ExtmulHighI8x16U, left, right);

    public static V128 RelaxedLaneselect(V128 then, V128 otherwise, V128 mask) =>
        V128.Of(Opcode.I16x8RelaxedLaneselect, then, otherwise, mask);

    public static V128 RelaxedQ15mulrS(V128 left, V128 right) => V128.Of(Opcode.I16x8RelaxedQ15mulrS, left, right);
    public static V128 RelaxedDotI8x16I7x16S(V128 left, V128 right) => V128.Of(Opcode.I16x8RelaxedDotI8x16I7x16S, left, right);
}
