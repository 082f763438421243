namespace Sconce.Compiler.Wasm;

/// <summary>
/// Loads. An address is unsigned and the offset is added without wrapping round; <c>align</c> is a hint in bytes (0: the usual one).
/// A load is computed where the expression stands: set a local to keep its value.
/// </summary>
public static class Memory
{
    public static I32 LoadI32(I32 address, uint offset = 0, int align = 0) => Code.Load(Opcode.I32Load, address, offset, align).AsI32();
    public static I64 LoadI64(I32 address, uint offset = 0, int align = 0) => Code.Load(Opcode.I64Load, address, offset, align).AsI64();
    public static F32 LoadF32(I32 address, uint offset = 0, int align = 0) => Code.Load(Opcode.F32Load, address, offset, align).AsF32();
    public static F64 LoadF64(I32 address, uint offset = 0, int align = 0) => Code.Load(Opcode.F64Load, address, offset, align).AsF64();

    public static I32 LoadI32_8S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I32Load8S, address, offset, align).AsI32();

    public static I32 LoadI32_8U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I32Load8U, address, offset, align).AsI32();

    public static I32 LoadI32_16S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I32Load16S, address, offset, align).AsI32();

    public static I32 LoadI32_16U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I32Load16U, address, offset, align).AsI32();

    public static I64 LoadI64_8S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load8S, address, offset, align).AsI64();

    public static I64 LoadI64_8U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load8U, address, offset, align).AsI64();

    public static I64 LoadI64_16S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load16S, address, offset, align).AsI64();

    public static I64 LoadI64_16U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load16U, address, offset, align).AsI64();

    public static I64 LoadI64_32S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load32S, address, offset, align).AsI64();

    public static I64 LoadI64_32U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.I64Load32U, address, offset, align).AsI64();

    public static V128 LoadV128(I32 address, uint offset = 0, int align = 0) => Code.Load(Opcode.V128Load, address, offset, align).AsV128();

    public static V128 Load8x8S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load8x8S, address, offset, align).AsV128();

    public static V128 Load8x8U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load8x8U, address, offset, align).AsV128();

    public static V128 Load16x4S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load16x4S, address, offset, align).AsV128();

    public static V128 Load16x4U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load16x4U, address, offset, align).AsV128();

    public static V128 Load32x2S(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load32x2S, address, offset, align).AsV128();

    public static V128 Load32x2U(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load32x2U, address, offset, align).AsV128();

    public static V128 Load8Splat(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load8Splat, address, offset, align).AsV128();

    public static V128 Load16Splat(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load16Splat, address, offset, align).AsV128();

    public static V128 Load32Splat(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load32Splat, address, offset, align).AsV128();

    public static V128 Load64Splat(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load64Splat, address, offset, align).AsV128();

    public static V128 Load32Zero(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load32Zero, address, offset, align).AsV128();

    public static V128 Load64Zero(I32 address, uint offset = 0, int align = 0) =>
        Code.Load(Opcode.V128Load64Zero, address, offset, align).AsV128();

    public static V128 Load8Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Code.LoadLane(Opcode.V128Load8Lane, address, vector, lane, offset, align);

    public static V128 Load16Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Code.LoadLane(Opcode.V128Load16Lane, address, vector, lane, offset, align);

    public static V128 Load32Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Code.LoadLane(Opcode.V128Load32Lane, address, vector, lane, offset, align);

    public static V128 Load64Lane(I32 address, V128 vector, int lane, uint offset = 0, int align = 0) =>
        Code.LoadLane(Opcode.V128Load64Lane, address, vector, lane, offset, align);

    /// <summary>Pages of 64 KiB.</summary>
    public static I32 Size() => I32.Of(Opcode.MemorySize);

    /// <summary>Adds pages; the size before, or -1 where there are no more.</summary>
    public static I32 Grow(I32 pages) => I32.Of(Opcode.MemoryGrow, pages);
}
