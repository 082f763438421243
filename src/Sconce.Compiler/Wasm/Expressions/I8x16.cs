namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 16 integers of 8 bits.</summary>
public static class I8x16
{
    /// <summary>Picks 16 of the 32 bytes of both vectors: lanes 0..15 are the first's, 16..31 the second's.</summary>
    public static V128 Shuffle(V128 first, V128 second, params ReadOnlySpan<byte> lanes) => Code.Shuffle(first, second, lanes);

    public static V128 Swizzle(V128 left, V128 right) => V128.Of(Opcode.I8x16Swizzle, left, right);
    public static V128 Splat(I32 value) => V128.Of(Opcode.I8x16Splat, value);
    public static I32 ExtractLaneS(V128 vector, int lane) => Code.Lane(Opcode.I8x16ExtractLaneS, lane, vector).AsI32();
    public static I32 ExtractLaneU(V128 vector, int lane) => Code.Lane(Opcode.I8x16ExtractLaneU, lane, vector).AsI32();
    public static V128 ReplaceLane(V128 vector, int lane, I32 value) => Code.Lane(Opcode.I8x16ReplaceLane, lane, vector, value).AsV128();
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.I8x16Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.I8x16Ne, left, right);
    public static V128 LtS(V128 left, V128 right) => V128.Of(Opcode.I8x16LtS, left, right);
    public static V128 LtU(V128 left, V128 right) => V128.Of(Opcode.I8x16LtU, left, right);
    public static V128 GtS(V128 left, V128 right) => V128.Of(Opcode.I8x16GtS, left, right);
    public static V128 GtU(V128 left, V128 right) => V128.Of(Opcode.I8x16GtU, left, right);
    public static V128 LeS(V128 left, V128 right) => V128.Of(Opcode.I8x16LeS, left, right);
    public static V128 LeU(V128 left, V128 right) => V128.Of(Opcode.I8x16LeU, left, right);
    public static V128 GeS(V128 left, V128 right) => V128.Of(Opcode.I8x16GeS, left, right);
    public static V128 GeU(V128 left, V128 right) => V128.Of(Opcode.I8x16GeU, left, right);
    public static V128 Abs(V128 value) => V128.Of(Opcode.I8x16Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.I8x16Neg, value);
    public static V128 Popcnt(V128 value) => V128.Of(Opcode.I8x16Popcnt, value);
    public static I32 AllTrue(V128 value) => I32.Of(Opcode.I8x16AllTrue, value);
    public static I32 Bitmask(V128 value) => I32.Of(Opcode.I8x16Bitmask, value);
    public static V128 NarrowI16x8S(V128 left, V128 right) => V128.Of(Opcode.I8x16NarrowI16x8S, left, right);
    public static V128 NarrowI16x8U(V128 left, V128 right) => V128.Of(Opcode.I8x16NarrowI16x8U, left, right);
    public static V128 Shl(V128 value, I32 count) => V128.Of(Opcode.I8x16Shl, value, count);
    public static V128 ShrS(V128 value, I32 count) => V128.Of(Opcode.I8x16ShrS, value, count);
    public static V128 ShrU(V128 value, I32 count) => V128.Of(Opcode.I8x16ShrU, value, count);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.I8x16Add, left, right);
    public static V128 AddSatS(V128 left, V128 right) => V128.Of(Opcode.I8x16AddSatS, left, right);
    public static V128 AddSatU(V128 left, V128 right) => V128.Of(Opcode.I8x16AddSatU, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.I8x16Sub, left, right);
    public static V128 SubSatS(V128 left, V128 right) => V128.Of(Opcode.I8x16SubSatS, left, right);
    public static V128 SubSatU(V128 left, V128 right) => V128.Of(Opcode.I8x16SubSatU, left, right);
    public static V128 MinS(V128 left, V128 right) => V128.Of(Opcode.I8x16MinS, left, right);
    public static V128 MinU(V128 left, V128 right) => V128.Of(Opcode.I8x16MinU, left, right);
    public static V128 MaxS(V128 left, V128 right) => V128.Of(Opcode.I8x16MaxS, left, right);
    public static V128 MaxU(V128 left, V128 right) => V128.Of(Opcode.I8x16MaxU, left, right);
    public static V128 AvgrU(V128 left, V128 right) => V128.Of(Opcode.I8x16AvgrU, left, right);
    public static V128 RelaxedSwizzle(V128 left, V128 right) => V128.Of(Opcode.I8x16RelaxedSwizzle, left, right);

    public static V128 RelaxedLaneselect(V128 then, V128 otherwise, V128 mask) =>
        V128.Of(Opcode.I8x16RelaxedLaneselect, then, otherwise, mask);
}
