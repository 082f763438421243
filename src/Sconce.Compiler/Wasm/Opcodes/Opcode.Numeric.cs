namespace Sconce.Compiler.Wasm;

// Scalar arithmetic, comparisons and conversions.
public sealed partial class Opcode
{
    public static readonly Opcode I32Const = Constant("i32.const", 0x41, i32, ImmediateKind.I32);
    public static readonly Opcode I64Const = Constant("i64.const", 0x42, i64, ImmediateKind.I64);
    public static readonly Opcode F32Const = Constant("f32.const", 0x43, f32, ImmediateKind.F32);
    public static readonly Opcode F64Const = Constant("f64.const", 0x44, f64, ImmediateKind.F64);

    public static readonly Opcode I32Eqz = Test("i32.eqz", 0x45, i32);
    public static readonly Opcode I32Eq = Compare("i32.eq", 0x46, i32);
    public static readonly Opcode I32Ne = Compare("i32.ne", 0x47, i32);
    public static readonly Opcode I32LtS = Compare("i32.lt_s", 0x48, i32);
    public static readonly Opcode I32LtU = Compare("i32.lt_u", 0x49, i32);
    public static readonly Opcode I32GtS = Compare("i32.gt_s", 0x4A, i32);
    public static readonly Opcode I32GtU = Compare("i32.gt_u", 0x4B, i32);
    public static readonly Opcode I32LeS = Compare("i32.le_s", 0x4C, i32);
    public static readonly Opcode I32LeU = Compare("i32.le_u", 0x4D, i32);
    public static readonly Opcode I32GeS = Compare("i32.ge_s", 0x4E, i32);
    public static readonly Opcode I32GeU = Compare("i32.ge_u", 0x4F, i32);

    public static readonly Opcode I64Eqz = Test("i64.eqz", 0x50, i64);
    public static readonly Opcode I64Eq = Compare("i64.eq", 0x51, i64);
    public static readonly Opcode I64Ne = Compare("i64.ne", 0x52, i64);
    public static readonly Opcode I64LtS = Compare("i64.lt_s", 0x53, i64);
    public static readonly Opcode I64LtU = Compare("i64.lt_u", 0x54, i64);
    public static readonly Opcode I64GtS = Compare("i64.gt_s", 0x55, i64);
    public static readonly Opcode I64GtU = Compare("i64.gt_u", 0x56, i64);
    public static readonly Opcode I64LeS = Compare("i64.le_s", 0x57, i64);
    public static readonly Opcode I64LeU = Compare("i64.le_u", 0x58, i64);
    public static readonly Opcode I64GeS = Compare("i64.ge_s", 0x59, i64);
    public static readonly Opcode I64GeU = Compare("i64.ge_u", 0x5A, i64);

    public static readonly Opcode F32Eq = Compare("f32.eq", 0x5B, f32);
    public static readonly Opcode F32Ne = Compare("f32.ne", 0x5C, f32);
    public static readonly Opcode F32Lt = Compare("f32.lt", 0x5D, f32);
    public static readonly Opcode F32Gt = Compare("f32.gt", 0x5E, f32);
    public static readonly Opcode F32Le = Compare("f32.le", 0x5F, f32);
    public static readonly Opcode F32Ge = Compare("f32.ge", 0x60, f32);

    public static readonly Opcode F64Eq = Compare("f64.eq", 0x61, f64);
    public static readonly Opcode F64Ne = Compare("f64.ne", 0x62, f64);
    public static readonly Opcode F64Lt = Compare("f64.lt", 0x63, f64);
    public static readonly Opcode F64Gt = Compare("f64.gt", 0x64, f64);
    public static readonly Opcode F64Le = Compare("f64.le", 0x65, f64);
    public static readonly Opcode F64Ge = Compare("f64.ge", 0x66, f64);

    public static readonly Opcode I32Clz = Unary("i32.clz", 0x67, i32);
    public static readonly Opcode I32Ctz = Unary("i32.ctz", 0x68, i32);
    public static readonly Opcode I32Popcnt = Unary("i32.popcnt", 0x69, i32);
    public static readonly Opcode I32Add = Binary("i32.add", 0x6A, i32);
    public static readonly Opcode I32Sub = Binary("i32.sub", 0x6B, i32);
    public static readonly Opcode I32Mul = Binary("i32.mul", 0x6C, i32);
    public static readonly Opcode I32DivS = Binary("i32.div_s", 0x6D, i32);
    public static readonly Opcode I32DivU = Binary("i32.div_u", 0x6E, i32);
    public static readonly Opcode I32RemS = Binary("i32.rem_s", 0x6F, i32);
    public static readonly Opcode I32RemU = Binary("i32.rem_u", 0x70, i32);
    public static readonly Opcode I32And = Binary("i32.and", 0x71, i32);
    public static readonly Opcode I32Or = Binary("i32.or", 0x72, i32);
    public static readonly Opcode I32Xor = Binary("i32.xor", 0x73, i32);
    public static readonly Opcode I32Shl = Binary("i32.shl", 0x74, i32);
    public static readonly Opcode I32ShrS = Binary("i32.shr_s", 0x75, i32);
    public static readonly Opcode I32ShrU = Binary("i32.shr_u", 0x76, i32);
    public static readonly Opcode I32Rotl = Binary("i32.rotl", 0x77, i32);
    public static readonly Opcode I32Rotr = Binary("i32.rotr", 0x78, i32);

    public static readonly Opcode I64Clz = Unary("i64.clz", 0x79, i64);
    public static readonly Opcode I64Ctz = Unary("i64.ctz", 0x7A, i64);
    public static readonly Opcode I64Popcnt = Unary("i64.popcnt", 0x7B, i64);
    public static readonly Opcode I64Add = Binary("i64.add", 0x7C, i64);
    public static readonly Opcode I64Sub = Binary("i64.sub", 0x7D, i64);
    public static readonly Opcode I64Mul = Binary("i64.mul", 0x7E, i64);
    public static readonly Opcode I64DivS = Binary("i64.div_s", 0x7F, i64);
    public static readonly Opcode I64DivU = Binary("i64.div_u", 0x80, i64);
    public static readonly Opcode I64RemS = Binary("i64.rem_s", 0x81, i64);
    public static readonly Opcode I64RemU = Binary("i64.rem_u", 0x82, i64);
    public static readonly Opcode I64And = Binary("i64.and", 0x83, i64);
    public static readonly Opcode I64Or = Binary("i64.or", 0x84, i64);
    public static readonly Opcode I64Xor = Binary("i64.xor", 0x85, i64);
    public static readonly Opcode I64Shl = Binary("i64.shl", 0x86, i64);
    public static readonly Opcode I64ShrS = Binary("i64.shr_s", 0x87, i64);
    public static readonly Opcode I64ShrU = Binary("i64.shr_u", 0x88, i64);
    public static readonly Opcode I64Rotl = Binary("i64.rotl", 0x89, i64);
    public static readonly Opcode I64Rotr = Binary("i64.rotr", 0x8A, i64);

    public static readonly Opcode F32Abs = Unary("f32.abs", 0x8B, f32);
    public static readonly Opcode F32Neg = Unary("f32.neg", 0x8C, f32);
    public static readonly Opcode F32Ceil = Unary("f32.ceil", 0x8D, f32);
    public static readonly Opcode F32Floor = Unary("f32.floor", 0x8E, f32);
    public static readonly Opcode F32Trunc = Unary("f32.trunc", 0x8F, f32);
    public static readonly Opcode F32Nearest = Unary("f32.nearest", 0x90, f32);
    public static readonly Opcode F32Sqrt = Unary("f32.sqrt", 0x91, f32);
    public static readonly Opcode F32Add = Binary("f32.add", 0x92, f32);
    public static readonly Opcode F32Sub = Binary("f32.sub", 0x93, f32);
    public static readonly Opcode F32Mul = Binary("f32.mul", 0x94, f32);
    public static readonly Opcode F32Div = Binary("f32.div", 0x95, f32);
    public static readonly Opcode F32Min = Binary("f32.min", 0x96, f32);
    public static readonly Opcode F32Max = Binary("f32.max", 0x97, f32);
    public static readonly Opcode F32Copysign = Binary("f32.copysign", 0x98, f32);

    public static readonly Opcode F64Abs = Unary("f64.abs", 0x99, f64);
    public static readonly Opcode F64Neg = Unary("f64.neg", 0x9A, f64);
    public static readonly Opcode F64Ceil = Unary("f64.ceil", 0x9B, f64);
    public static readonly Opcode F64Floor = Unary("f64.floor", 0x9C, f64);
    public static readonly Opcode F64Trunc = Unary("f64.trunc", 0x9D, f64);
    public static readonly Opcode F64Nearest = Unary("f64.nearest", 0x9E, f64);
    public static readonly Opcode F64Sqrt = Unary("f64.sqrt", 0x9F, f64);
    public static readonly Opcode F64Add = Binary("f64.add", 0xA0, f64);
    public static readonly Opcode F64Sub = Binary("f64.sub", 0xA1, f64);
    public static readonly Opcode F64Mul = Binary("f64.mul", 0xA2, f64);
    public static readonly Opcode F64Div = Binary("f64.div", 0xA3, f64);
    public static readonly Opcode F64Min = Binary("f64.min", 0xA4, f64);
    public static readonly Opcode F64Max = Binary("f64.max", 0xA5, f64);
    public static readonly Opcode F64Copysign = Binary("f64.copysign", 0xA6, f64);

    public static readonly Opcode I32WrapI64 = Convert("i32.wrap_i64", 0xA7, i64, i32);
    public static readonly Opcode I32TruncF32S = Convert("i32.trunc_f32_s", 0xA8, f32, i32);
    public static readonly Opcode I32TruncF32U = Convert("i32.trunc_f32_u", 0xA9, f32, i32);
    public static readonly Opcode I32TruncF64S = Convert("i32.trunc_f64_s", 0xAA, f64, i32);
    public static readonly Opcode I32TruncF64U = Convert("i32.trunc_f64_u", 0xAB, f64, i32);
    public static readonly Opcode I64ExtendI32S = Convert("i64.extend_i32_s", 0xAC, i32, i64);
    public static readonly Opcode I64ExtendI32U = Convert("i64.extend_i32_u", 0xAD, i32, i64);
    public static readonly Opcode I64TruncF32S = Convert("i64.trunc_f32_s", 0xAE, f32, i64);
    public static readonly Opcode I64TruncF32U = Convert("i64.trunc_f32_u", 0xAF, f32, i64);
    public static readonly Opcode I64TruncF64S = Convert("i64.trunc_f64_s", 0xB0, f64, i64);
    public static readonly Opcode I64TruncF64U = Convert("i64.trunc_f64_u", 0xB1, f64, i64);
    public static readonly Opcode F32ConvertI32S = Convert("f32.convert_i32_s", 0xB2, i32, f32);
    public static readonly Opcode F32ConvertI32U = Convert("f32.convert_i32_u", 0xB3, i32, f32);
    public static readonly Opcode F32ConvertI64S = Convert("f32.convert_i64_s", 0xB4, i64, f32);
    public static readonly Opcode F32ConvertI64U = Convert("f32.convert_i64_u", 0xB5, i64, f32);
    public static readonly Opcode F32DemoteF64 = Convert("f32.demote_f64", 0xB6, f64, f32);
    public static readonly Opcode F64ConvertI32S = Convert("f64.convert_i32_s", 0xB7, i32, f64);
    public static readonly Opcode F64ConvertI32U = Convert("f64.convert_i32_u", 0xB8, i32, f64);
    public static readonly Opcode F64ConvertI64S = Convert("f64.convert_i64_s", 0xB9, i64, f64);
    public static readonly Opcode F64ConvertI64U = Convert("f64.convert_i64_u", 0xBA, i64, f64);
    public static readonly Opcode F64PromoteF32 = Convert("f64.promote_f32", 0xBB, f32, f64);
    public static readonly Opcode I32ReinterpretF32 = Convert("i32.reinterpret_f32", 0xBC, f32, i32);
    public static readonly Opcode I64ReinterpretF64 = Convert("i64.reinterpret_f64", 0xBD, f64, i64);
    public static readonly Opcode F32ReinterpretI32 = Convert("f32.reinterpret_i32", 0xBE, i32, f32);
    public static readonly Opcode F64ReinterpretI64 = Convert("f64.reinterpret_i64", 0xBF, i64, f64);

    public static readonly Opcode I32Extend8S = Unary("i32.extend8_s", 0xC0, i32);
    public static readonly Opcode I32Extend16S = Unary("i32.extend16_s", 0xC1, i32);
    public static readonly Opcode I64Extend8S = Unary("i64.extend8_s", 0xC2, i64);
    public static readonly Opcode I64Extend16S = Unary("i64.extend16_s", 0xC3, i64);
    public static readonly Opcode I64Extend32S = Unary("i64.extend32_s", 0xC4, i64);

    public static readonly Opcode I32TruncSatF32S = Saturate("i32.trunc_sat_f32_s", 0, f32, i32);
    public static readonly Opcode I32TruncSatF32U = Saturate("i32.trunc_sat_f32_u", 1, f32, i32);
    public static readonly Opcode I32TruncSatF64S = Saturate("i32.trunc_sat_f64_s", 2, f64, i32);
    public static readonly Opcode I32TruncSatF64U = Saturate("i32.trunc_sat_f64_u", 3, f64, i32);
    public static readonly Opcode I64TruncSatF32S = Saturate("i64.trunc_sat_f32_s", 4, f32, i64);
    public static readonly Opcode I64TruncSatF32U = Saturate("i64.trunc_sat_f32_u", 5, f32, i64);
    public static readonly Opcode I64TruncSatF64S = Saturate("i64.trunc_sat_f64_s", 6, f64, i64);
    public static readonly Opcode I64TruncSatF64U = Saturate("i64.trunc_sat_f64_u", 7, f64, i64);
}
