namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 2 floats of 64 bits.</summary>
public static class F64x2
{
    public static V128 Splat(F64 value) => V128.Of(Opcode.F64x2Splat, value);
    public static F64 ExtractLane(V128 vector, int lane) => Code.Lane(Opcode.F64x2ExtractLane, lane, vector).AsF64();
    public static V128 ReplaceLane(V128 vector, int lane, F64 value) => Code.Lane(Opcode.F64x2ReplaceLane, lane, vector, value).AsV128();
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.F64x2Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.F64x2Ne, left, right);
    public static V128 Lt(V128 left, V128 right) => V128.Of(Opcode.F64x2Lt, left, right);
    public static V128 Gt(V128 left, V128 right) => V128.Of(Opcode.F64x2Gt, left, right);
    public static V128 Le(V128 left, V128 right) => V128.Of(Opcode.F64x2Le, left, right);
    public static V128 Ge(V128 left, V128 right) => V128.Of(Opcode.F64x2Ge, left, right);
    public static V128 PromoteLowF32x4(V128 value) => V128.Of(Opcode.F64x2PromoteLowF32x4, value);
    public static V128 Ceil(V128 value) => V128.Of(Opcode.F64x2Ceil, value);
    public static V128 Floor(V128 value) => V128.Of(Opcode.F64x2Floor, value);
    public static V128 Trunc(V128 value) => V128.Of(Opcode.F64x2Trunc, value);
    public static V128 Nearest(V128 value) => V128.Of(Opcode.F64x2Nearest, value);
    public static V128 Abs(V128 value) => V128.Of(Opcode.F64x2Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.F64x2Neg, value);
    public static V128 Sqrt(V128 value) => V128.Of(Opcode.F64x2Sqrt, value);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.F64x2Add, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.F64x2Sub, left, right);
    public static V128 Mul(V128 left, V128 right) => V128.Of(Opcode.F64x2Mul, left, right);
    public static V128 Div(V128 left, V128 right) => V128.Of(Opcode.F64x2Div, left, right);
    public static V128 Min(V128 left, V128 right) => V128.Of(Opcode.F64x2Min, left, right);
    public static V128 Max(V128 left, V128 right) => V128.Of(Opcode.F64x2Max, left, right);
    public static V128 Pmin(V128 left, V128 right) => V128.Of(Opcode.F64x2Pmin, left, right);
    public static V128 Pmax(V128 left, V128 right) => V128.Of(Opcode.F64x2Pmax, left, right);
    public static V128 ConvertLowI32x4S(V128 value) => V128.Of(Opcode.F64x2ConvertLowI32x4S, value);
    public static V128 ConvertLowI32x4U(V128 value) => V128.Of(Opcode.F64x2ConvertLowI32x4U, value);

    /// <summary>(a * b) + addend, rounded once or twice.</summary>
    public static V128 RelaxedMadd(V128 a, V128 b, V128 addend) => V128.Of(Opcode.F64x2RelaxedMadd, a, b, addend);

    /// <summary>-(a * b) + addend, rounded once or twice.</summary>
    public static V128 RelaxedNmadd(V128 a, V128 b, V128 addend) => V128.Of(Opcode.F64x2RelaxedNmadd, a, b, addend);
    public static V128 RelaxedMin(V128 left, V128 right) => V128.Of(Opcode.F64x2RelaxedMin, left, right);
    public static V128 RelaxedMax(V128 left, V128 right) => V128.Of(Opcode.F64x2RelaxedMax, left, right);
}
