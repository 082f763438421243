using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>
/// The code of a <see cref="UnaryOp"/>, by how a number is held: bools as i32 and, in vectors, as masks; small integers as i32, each result brought back to the dtype by the code itself;
/// 16-bit floats as f32, which are rounded for them afterwards. Of 64-bit numbers a vector holds two. What answers with true or false gives an i32, or a mask as wide as its operand.
/// What an entry leaves out is made of the rest: float32 of a lane of its vectors, or else of float64; vectors lane by lane.
/// </summary>
internal sealed record UnaryCode
{
    public Func<Site, I32, I32>? I32 { get; init; }

    public Func<Site, I64, Code>? I64 { get; init; }

    public Func<Site, F32, Code>? F32 { get; init; }

    public Func<Site, F64, Code>? F64 { get; init; }

    public Func<Site, V128, V128>? Mask { get; init; }

    public Func<Site, V128, V128>? I32x4 { get; init; }

    public Func<Site, V128, V128>? I64x2 { get; init; }

    public Func<Site, V128, V128>? F32x4 { get; init; }

    public Func<Site, V128, V128>? F64x2 { get; init; }

    /// <summary>In the place of <see cref="F32x4"/> a function that is written out where it is used, for several vectors in step.</summary>
    public Func<VectorMath, Bundle, Bundle>? InStep { get; init; }
}

/// <summary>The table of <see cref="UnaryCode"/>.</summary>
internal static class UnaryCodes
{
    private static readonly Dictionary<UnaryOp, UnaryCode> table = new()
    {
        [UnaryOp.Neg] = new()
        {
            I32 = (at, x) => at.Wrap(-x), I64 = (_, x) => -x, F32 = (_, x) => x.Neg(), F64 = (_, x) => x.Neg(),
            I32x4 = (at, x) => at.Wrap(I32x4.Neg(x)), I64x2 = (_, x) => I64x2.Neg(x), F32x4 = (_, x) => F32x4.Neg(x), F64x2 = (_, x) => F64x2.Neg(x),
        },
        [UnaryOp.Abs] = new()
        {
            I32 = (at, x) => at.Type == DType.UInt32 ? x : at.Function.Let(x) is var v ? at.Wrap(v.LtS(0).Select(-v, v)) : null!,
            I64 = (at, x) => at.Type == DType.UInt64 ? x : at.Function.Let(x) is var v ? v.LtS(0).Select(-v, v) : null!,
            F32 = (_, x) => x.Abs(), F64 = (_, x) => x.Abs(),
            I32x4 = (at, x) => at.Type == DType.UInt32 ? x : at.Wrap(I32x4.Abs(x)), I64x2 = (at, x) => at.Type == DType.UInt64 ? x : I64x2.Abs(x),
            F32x4 = (_, x) => F32x4.Abs(x), F64x2 = (_, x) => F64x2.Abs(x),
        },
        [UnaryOp.Not] = new()
        {
            I32 = (_, x) => x.Eqz(), I64 = (_, x) => x.Eqz(), F32 = (_, x) => x.Eq(0f), F64 = (_, x) => x.Eq(0d), Mask = (_, x) => ~x,
            I32x4 = (_, x) => I32x4.Eq(x, V128.Zero), I64x2 = (_, x) => I64x2.Eq(x, V128.Zero), F32x4 = (_, x) => F32x4.Eq(x, V128.Zero), F64x2 = (_, x) => F64x2.Eq(x, V128.Zero),
        },
        [UnaryOp.BitNot] = new()
        {
            I32 = (at, x) => at.Wrap(~x), I64 = (_, x) => ~x,
            I32x4 = (at, x) => at.Wrap(~x), I64x2 = (_, x) => ~x,
        },
        [UnaryOp.Sqrt] = new() { F32 = (_, x) => x.Sqrt(), F64 = (_, x) => x.Sqrt(), F32x4 = (_, x) => F32x4.Sqrt(x), F64x2 = (_, x) => F64x2.Sqrt(x) },
        [UnaryOp.Exp] = new() { F64 = (at, x) => at.Math.Exp(x), InStep = (math, x) => math.Exp(x) },
        [UnaryOp.Expm1] = new() { F64 = (at, x) => at.Math.Expm1(x), InStep = (math, x) => math.Expm1(x) },
        [UnaryOp.Log] = new() { F64 = (at, x) => at.Math.Log(x), InStep = (math, x) => math.Log(x) },
        [UnaryOp.Log1p] = new() { F64 = (at, x) => at.Math.Log1p(x), InStep = (math, x) => math.Log1p(x) },
        [UnaryOp.Sin] = new() { F64 = (at, x) => at.Math.SinCos(x, sine: true), F32x4 = (at, x) => at.VectorMath.SinCos(x, sine: true) },
        [UnaryOp.Cos] = new() { F64 = (at, x) => at.Math.SinCos(x, sine: false), F32x4 = (at, x) => at.VectorMath.SinCos(x, sine: false) },
        [UnaryOp.Tan] = new() { F64 = (at, x) => at.Math.Tan(x) },
        [UnaryOp.Asin] = new() { F64 = (at, x) => at.Math.Asin(x) },
        [UnaryOp.Acos] = new() { F64 = (at, x) => at.Math.Acos(x) },
        [UnaryOp.Atan] = new() { F64 = (at, x) => at.Math.Atan(x) },
        [UnaryOp.Sinh] = new() { F64 = (at, x) => at.Math.Sinh(x) },
        [UnaryOp.Cosh] = new() { F64 = (at, x) => at.Math.Cosh(x) },
        [UnaryOp.Tanh] = new() { F64 = (at, x) => at.Math.Tanh(x), InStep = (math, x) => math.Tanh(x) },
        [UnaryOp.Asinh] = new() { F64 = (at, x) => at.Math.Asinh(x) },
        [UnaryOp.Acosh] = new() { F64 = (at, x) => at.Math.Acosh(x) },
        [UnaryOp.Atanh] = new() { F64 = (at, x) => at.Math.Atanh(x) },
        [UnaryOp.Sigmoid] = new() { F64 = (at, x) => at.Math.Sigmoid(x), InStep = (math, x) => math.Sigmoid(x) },
        [UnaryOp.Erf] = new() { F64 = (at, x) => at.Math.Erf(x), InStep = (math, x) => math.Erf(x) },
        [UnaryOp.Erfc] = new() { F64 = (at, x) => at.Math.Erfc(x) },
        [UnaryOp.Erfinv] = new() { F64 = (at, x) => at.Math.Erfinv(x) },
        [UnaryOp.Lgamma] = new() { F64 = (at, x) => at.Math.Lgamma(x) },
        [UnaryOp.Digamma] = new() { F64 = (at, x) => at.Math.Digamma(x) },
        [UnaryOp.Floor] = Rounding(x => x.Floor(), x => x.Floor(), F32x4.Floor, F64x2.Floor),
        [UnaryOp.Ceil] = Rounding(x => x.Ceil(), x => x.Ceil(), F32x4.Ceil, F64x2.Ceil),
        [UnaryOp.Trunc] = Rounding(x => x.Trunc(), x => x.Trunc(), F32x4.Trunc, F64x2.Trunc),
        [UnaryOp.Round] = Rounding(x => x.Nearest(), x => x.Nearest(), F32x4.Nearest, F64x2.Nearest),
        [UnaryOp.IsNan] = new()
        {
            F32 = (at, x) => at.Function.Let(x) is var v ? v.Ne(v) : null!,
            F64 = (at, x) => at.Function.Let(x) is var v ? v.Ne(v) : null!,
            F32x4 = (at, x) => at.Function.Let(x) is var v ? F32x4.Ne(v, v) : null!,
            F64x2 = (at, x) => at.Function.Let(x) is var v ? F64x2.Ne(v, v) : null!,
        },
    };

    public static UnaryCode Of(UnaryOp op) => table[op];

    /// <summary>Integers are whole already.</summary>
    private static UnaryCode Rounding(Func<F32, F32> f32, Func<F64, F64> f64, Func<V128, V128> f32x4, Func<V128, V128> f64x2) => new()
    {
        I32 = (_, x) => x, I64 = (_, x) => x, F32 = (_, x) => f32(x), F64 = (_, x) => f64(x),
        Mask = (_, x) => x, I32x4 = (_, x) => x, I64x2 = (_, x) => x, F32x4 = (_, x) => f32x4(x), F64x2 = (_, x) => f64x2(x),
    };
}
