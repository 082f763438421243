namespace Sconce.Compiler.Wasm;

// Relaxed SIMD: the result may differ between machines, within what each entry allows.
public sealed partial class Opcode
{
    public static readonly Opcode I8x16RelaxedSwizzle = VectorBinary("i8x16.relaxed_swizzle", 0x100);
    public static readonly Opcode I8x16RelaxedLaneselect = VectorTernary("i8x16.relaxed_laneselect", 0x109);

    public static readonly Opcode I16x8RelaxedLaneselect = VectorTernary("i16x8.relaxed_laneselect", 0x10A);
    public static readonly Opcode I16x8RelaxedQ15mulrS = VectorBinary("i16x8.relaxed_q15mulr_s", 0x111);
    public static readonly Opcode I16x8RelaxedDotI8x16I7x16S = VectorBinary("i16x8.relaxed_dot_i8x16_i7x16_s", 0x112);

    public static readonly Opcode I32x4RelaxedTruncF32x4S = VectorUnary("i32x4.relaxed_trunc_f32x4_s", 0x101);
    public static readonly Opcode I32x4RelaxedTruncF32x4U = VectorUnary("i32x4.relaxed_trunc_f32x4_u", 0x102);
    public static readonly Opcode I32x4RelaxedTruncF64x2SZero = VectorUnary("i32x4.relaxed_trunc_f64x2_s_zero", 0x103);
    public static readonly Opcode I32x4RelaxedTruncF64x2UZero = VectorUnary("i32x4.relaxed_trunc_f64x2_u_zero", 0x104);
    public static readonly Opcode I32x4RelaxedLaneselect = VectorTernary("i32x4.relaxed_laneselect", 0x10B);
    public static readonly Opcode I32x4RelaxedDotI8x16I7x16AddS = VectorTernary("i32x4.relaxed_dot_i8x16_i7x16_add_s", 0x113);

    public static readonly Opcode I64x2RelaxedLaneselect = VectorTernary("i64x2.relaxed_laneselect", 0x10C);

    public static readonly Opcode F32x4RelaxedMadd = VectorTernary("f32x4.relaxed_madd", 0x105);
    public static readonly Opcode F32x4RelaxedNmadd = VectorTernary("f32x4.relaxed_nmadd", 0x106);
    public static readonly Opcode F32x4RelaxedMin = VectorBinary("f32x4.relaxed_min", 0x10D);
    public static readonly Opcode F32x4RelaxedMax = VectorBinary("f32x4.relaxed_max", 0x10E);

    public static readonly Opcode F64x2RelaxedMadd = VectorTernary("f64x2.relaxed_madd", 0x107);
    public static readonly Opcode F64x2RelaxedNmadd = VectorTernary("f64x2.relaxed_nmadd", 0x108);
    public static readonly Opcode F64x2RelaxedMin = VectorBinary("f64x2.relaxed_min", 0x10F);
    public static readonly Opcode F64x2RelaxedMax = VectorBinary("f64x2.relaxed_max", 0x110);
}
