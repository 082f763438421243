namespace Sconce.Compiler.Wasm;

// Vectors of floats, and what treats a vector as 128 bits.
public sealed partial class Opcode
{
    public static readonly Opcode V128Const = new("v128.const", SimdPrefix, 0x0C, [], v128, ImmediateKind.V128);
    public static readonly Opcode V128Not = VectorUnary("v128.not", 0x4D);
    public static readonly Opcode V128And = VectorBinary("v128.and", 0x4E);
    public static readonly Opcode V128Andnot = VectorBinary("v128.andnot", 0x4F);
    public static readonly Opcode V128Or = VectorBinary("v128.or", 0x50);
    public static readonly Opcode V128Xor = VectorBinary("v128.xor", 0x51);
    public static readonly Opcode V128Bitselect = VectorTernary("v128.bitselect", 0x52);
    public static readonly Opcode V128AnyTrue = VectorTest("v128.any_true", 0x53);

    public static readonly Opcode F32x4Splat = Splat("f32x4.splat", 0x13, f32);
    public static readonly Opcode F32x4ExtractLane = ExtractLane("f32x4.extract_lane", 0x1F, f32, 4);
    public static readonly Opcode F32x4ReplaceLane = ReplaceLane("f32x4.replace_lane", 0x20, f32, 4);
    public static readonly Opcode F32x4Eq = VectorBinary("f32x4.eq", 0x41);
    public static readonly Opcode F32x4Ne = VectorBinary("f32x4.ne", 0x42);
    public static readonly Opcode F32x4Lt = VectorBinary("f32x4.lt", 0x43);
    public static readonly Opcode F32x4Gt = VectorBinary("f32x4.gt", 0x44);
    public static readonly Opcode F32x4Le = VectorBinary("f32x4.le", 0x45);
    public static readonly Opcode F32x4Ge = VectorBinary("f32x4.ge", 0x46);
    public static readonly Opcode F32x4DemoteF64x2Zero = VectorUnary("f32x4.demote_f64x2_zero", 0x5E);
    public static readonly Opcode F32x4Ceil = VectorUnary("f32x4.ceil", 0x67);
    public static readonly Opcode F32x4Floor = VectorUnary("f32x4.floor", 0x68);
    public static readonly Opcode F32x4Trunc = VectorUnary("f32x4.trunc", 0x69);
    public static readonly Opcode F32x4Nearest = VectorUnary("f32x4.nearest", 0x6A);
    public static readonly Opcode F32x4Abs = VectorUnary("f32x4.abs", 0xE0);
    public static readonly Opcode F32x4Neg = VectorUnary("f32x4.neg", 0xE1);
    public static readonly Opcode F32x4Sqrt = VectorUnary("f32x4.sqrt", 0xE3);
    public static readonly Opcode F32x4Add = VectorBinary("f32x4.add", 0xE4);
    public static readonly Opcode F32x4Sub = VectorBinary("f32x4.sub", 0xE5);
    public static readonly Opcode F32x4Mul = VectorBinary("f32x4.mul", 0xE6);
    public static readonly Opcode F32x4Div = VectorBinary("f32x4.div", 0xE7);
    public static readonly Opcode F32x4Min = VectorBinary("f32x4.min", 0xE8);
    public static readonly Opcode F32x4Max = VectorBinary("f32x4.max", 0xE9);
    public static readonly Opcode F32x4Pmin = VectorBinary("f32x4.pmin", 0xEA);
    public static readonly Opcode F32x4Pmax = VectorBinary("f32x4.pmax", 0xEB);
    public static readonly Opcode F32x4ConvertI32x4S = VectorUnary("f32x4.convert_i32x4_s", 0xFA);
    public static readonly Opcode F32x4ConvertI32x4U = VectorUnary("f32x4.convert_i32x4_u", 0xFB);

    public static readonly Opcode F64x2Splat = Splat("f64x2.splat", 0x14, f64);
    public static readonly Opcode F64x2ExtractLane = ExtractLane("f64x2.extract_lane", 0x21, f64, 2);
    public static readonly Opcode F64x2ReplaceLane = ReplaceLane("f64x2.replace_lane", 0x22, f64, 2);
    public static readonly Opcode F64x2Eq = VectorBinary("f64x2.eq", 0x47);
    public static readonly Opcode F64x2Ne = VectorBinary("f64x2.ne", 0x48);
    public static readonly Opcode F64x2Lt = VectorBinary("f64x2.lt", 0x49);
    public static readonly Opcode F64x2Gt = VectorBinary("f64x2.gt", 0x4A);
    public static readonly Opcode F64x2Le = VectorBinary("f64x2.le", 0x4B);
    public static readonly Opcode F64x2Ge = VectorBinary("f64x2.ge", 0x4C);
    public static readonly Opcode F64x2PromoteLowF32x4 = VectorUnary("f64x2.promote_low_f32x4", 0x5F);
    public static readonly Opcode F64x2Ceil = VectorUnary("f64x2.ceil", 0x74);
    public static readonly Opcode F64x2Floor = VectorUnary("f64x2.floor", 0x75);
    public static readonly Opcode F64x2Trunc = VectorUnary("f64x2.trunc", 0x7A);
    public static readonly Opcode F64x2Nearest = VectorUnary("f64x2.nearest", 0x94);
    public static readonly Opcode F64x2Abs = VectorUnary("f64x2.abs", 0xEC);
    public static readonly Opcode F64x2Neg = VectorUnary("f64x2.neg", 0xED);
    public static readonly Opcode F64x2Sqrt = VectorUnary("f64x2.sqrt", 0xEF);
    public static readonly Opcode F64x2Add = VectorBinary("f64x2.add", 0xF0);
    public static readonly Opcode F64x2Sub = VectorBinary("f64x2.sub", 0xF1);
    public static readonly Opcode F64x2Mul = VectorBinary("f64x2.mul", 0xF2);
    public static readonly Opcode F64x2Div = VectorBinary("f64x2.div", 0xF3);
    public static readonly Opcode F64x2Min = VectorBinary("f64x2.min", 0xF4);
    public static readonly Opcode F64x2Max = VectorBinary("f64x2.max", 0xF5);
    public static readonly Opcode F64x2Pmin = VectorBinary("f64x2.pmin", 0xF6);
    public static readonly Opcode F64x2Pmax = VectorBinary("f64x2.pmax", 0xF7);
    public static readonly Opcode F64x2ConvertLowI32x4S = VectorUnary("f64x2.convert_low_i32x4_s", 0xFE);
    public static readonly Opcode F64x2ConvertLowI32x4U = VectorUnary("f64x2.convert_low_i32x4_u", 0xFF);
}
