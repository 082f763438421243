namespace Sconce.Compiler.Wasm;

/// <summary>Instructions on a vector of 4 floats of 32 bits.</summary>
public static class F32x4
{
    public static V128 Splat(F32 value) => V128.Of(Opcode.F32x4Splat, value);
    public static F32 ExtractLane(V128 vector, int lane) => Code.Lane(Opcode.F32x4ExtractLane, lane, vector).AsF32();
    public static V128 ReplaceLane(V128 vector, int lane, F32 value) => Code.Lane(Opcode.F32x4ReplaceLane, lane, vector, value).AsV128();
    public static V128 Eq(V128 left, V128 right) => V128.Of(Opcode.F32x4Eq, left, right);
    public static V128 Ne(V128 left, V128 right) => V128.Of(Opcode.F32x4Ne, left, right);
    public static V128 Lt(V128 left, V128 right) => V128.Of(Opcode.F32x4Lt, left, right);
    public static V128 Gt(V128 left, V128 right) => V128.Of(Opcode.F32x4Gt, left, right);
    public static V128 Le(V128 left, V128 right) => V128.Of(Opcode.F32x4Le, left, right);
    public static V128 Ge(V128 left, V128 right) => V128.Of(Opcode.F32x4Ge, left, right);
    public static V128 DemoteF64x2Zero(V128 value) => V128.Of(Opcode.F32x4DemoteF64x2Zero, value);
    public static V128 Ceil(V128 value) => V128.Of(Opcode.F32x4Ceil, value);
    public static V128 Floor(V128 value) => V128.Of(Opcode.F32x4Floor, value);
    public static V128 Trunc(V128 value) => V128.Of(Opcode.F32x4Trunc, value);
    public static V128 Nearest(V128 value) => V128.Of(Opcode.F32x4Nearest, value);
    public static V128 Abs(V128 value) => V128.Of(Opcode.F32x4Abs, value);
    public static V128 Neg(V128 value) => V128.Of(Opcode.F32x4Neg, value);
    public static V128 Sqrt(V128 value) => V128.Of(Opcode.F32x4Sqrt, value);
    public static V128 Add(V128 left, V128 right) => V128.Of(Opcode.F32x4Add, left, right);
    public static V128 Sub(V128 left, V128 right) => V128.Of(Opcode.F32x4Sub, left, right);
    public static V128 Mul(V128 left, V128 right) => V128.Of(Opcode.F32x4Mul, left, right);
    public static V128 Div(V128 left, V128 right) => V128.Of(Opcode.F32x4Div, left, right);
    public static V128 Min(V128 left, V128 right) => V128.Of(Opcode.F32x4Min, left, right);
    public static V128 Max(V128 left, V128 right) => V128.Of(Opcode.F32x4Max, left, right);
    public static V128 Pmin(V128 left, V128 right) => V128.Of(Opcode.F32x4Pmin, left, right);
    public static V128 Pmax(V128 left, V128 right) => V128.Of(Opcode.F32x4Pmax, left, right);
    public static V128 ConvertI32x4S(V128 value) => V128.Of(Opcode.F32x4ConvertI32x4S, value);
    public static V128 ConvertI32x4U(V128 value) => V128.Of(Opcode.F32x4ConvertI32x4U, value);

    /// <summary>(a * b) + addend, rounded once or twice.</summary>
    public static V128 RelaxedMadd(V128 a, V128 b, V128 addend) => V128.Of(Opcode.F32x4RelaxedMadd, a, b, addend);

    /// <summary>-(a * b) + addend, rounded once or twice.</summary>
    public static V128 RelaxedNmadd(V128 a, V128 b, V128 addend) => V128.Of(Opcode.F32x4RelaxedNmadd, a, b, addend);
    public static V128 RelaxedMin(V128 left, V128 right) => V128.Of(Opcode.F32x4RelaxedMin, left, right);
    public static V128 RelaxedMax(V128 left, V128 right) => V128.Of(Opcode.F32x4RelaxedMax, left, right);
}
