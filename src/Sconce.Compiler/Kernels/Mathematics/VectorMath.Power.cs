using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Powers. x^y = 2^(y log2 x), in float64, two bundles of two lanes in step: the logarithm of a large result needs more digits than a float32 has.
internal sealed partial class VectorMath
{
    // 1.5 · 2^52: a number that is added to it is rounded to an integer, which then lies in the lowest bits.
    private const double WideRounder = 6755399441055744;

    // 2 atanh s / (s ln 2), in powers of s², for s up to 0.172: within 5e-12 of it.
    private static readonly double[] Log2Series =
        [2.8853900817899927, 0.9617966734433009, 0.5770835676948513, 0.4116736585951656, 0.3407141386982699];

    // 2^x between -½ and ½: within 6e-11 of it.
    private static readonly double[] Exp2Series =
    [
        0.999999999959562, 0.6931471805568356, 0.24022651213498408, 0.05550410906316028,
        0.009618025613266749, 0.0013333478481456496, 0.00015469729231654125, 1.530369900137885e-05,
    ];

    /// <summary>As C's pow. Rounded once, but for some 2^-30 of the result.</summary>
    public V128 Power(V128 x, V128 y)
    {
        var (a, b, result) = (f.Let(x), f.Let(y), f.V128("power"));
        f.If(
            I32x4.AllTrue(IsOrdinary(a, b)),
            () => f.Set(result, PowerOfPositive(a, b)),
            () => f.Set(result, f.CallResult(PowerFunction(module), a, b).AsV128()));
        return result;
    }

    /// <summary>What models mostly have: finite numbers, above 0 the base.</summary>
    private V128 IsOrdinary(V128 x, V128 y) => F32x4.Gt(x, V128.Zero) & F32x4.Lt(x, SplatBits(0x7F800000)) & F32x4.Lt(F32x4.Abs(y), SplatBits(0x7F800000));

    public static FunctionBuilder PowerFunction(KernelModule module) => module.Function("pow_f32x4", [WasmType.V128, WasmType.V128], WasmType.V128, g =>
    {
        var (x, y) = (g.Parameter(0, "x").AsV128(), g.Parameter(1, "y").AsV128());
        var math = new VectorMath(g, module);
        var infinity = math.SplatBits(0x7F800000);
        var magnitude = g.Let(F32x4.Abs(x));
        var power = math.PowerOfPositive(magnitude, y);

        // Towards 0 or infinity, where the base is one of them or the exponent is infinite; of 1 always 1.
        var one = g.Let((V128)math.Splat(1f));
        var grows = ~(F32x4.Gt(magnitude, one) ^ F32x4.Gt(y, V128.Zero));
        var extreme = F32x4.Eq(magnitude, V128.Zero) | F32x4.Eq(magnitude, infinity) | F32x4.Eq(F32x4.Abs(y), infinity);
        var result = g.Let(V128.Bitselect(V128.And(grows, infinity), power, extreme));
        g.Set(result, V128.Bitselect(one, result, F32x4.Eq(magnitude, one)));

        // Of a negative number: odd exponents keep its sign, others that are not whole give NaN.
        var half = g.Let(F32x4.Mul(y, math.Splat(0.5f)));
        var whole = g.Let(F32x4.Eq(F32x4.Trunc(y), y));
        var odd = whole & F32x4.Ne(F32x4.Trunc(half), half);
        g.Set(result, result | (odd & x & math.SplatBits(int.MinValue)));
        g.Set(result, result | (F32x4.Lt(x, V128.Zero) & ~whole & F32x4.Ne(magnitude, infinity)));
        g.Set(result, V128.Bitselect(F32x4.Add(x, y), result, F32x4.Ne(x, x) | F32x4.Ne(y, y)));
        g.Return(V128.Bitselect(one, result, F32x4.Eq(y, V128.Zero) | F32x4.Eq(x, one)));
    });

    /// <summary>A positive number, known when compiling, to the power of each lane.</summary>
    public V128 PowerOf(double x, V128 y) => x == 2 ? Exp2(y) : Narrow(WideExp2(Wide(Widened(f.Let(y)), Splat64(Math.Log2(x)), F64x2.Mul)));

    /// <summary>For finite numbers above 0; elsewhere it is anything.</summary>
    private V128 PowerOfPositive(V128 x, V128 y)
    {
        // x = 2^k m with m between √½ and √2. A denormal is made normal first.
        var tiny = f.Let(F32x4.Lt(x, SplatBits(0x00800000)));
        var normal = f.Let(V128.Bitselect(F32x4.Mul(x, Splat(8388608f)), x, tiny));
        var origin = f.Let((V128)SplatBits(0x3F3504F3));
        var shifted = f.Let(I32x4.Sub(normal, origin));
        var k = f.Let(I32x4.Sub(I32x4.ShrS(shifted, 23), V128.And(tiny, SplatBits(23))));
        var m = Let(Widened(f.Let(I32x4.Add(shifted & SplatBits(0x007FFFFF), origin))));

        // log2 m = 2 atanh s / ln 2, s = (m - 1) / (m + 1).
        var one = Splat64(1);
        var s = Let(Wide(Wide(m, one, F64x2.Sub), Wide(m, one, F64x2.Add), F64x2.Div));
        var atanh = WidePolynomial(Let(Wide(s, s, F64x2.Mul)), Log2Series);
        var log = WideMadd(s, atanh, new([F64x2.ConvertLowI32x4S(k), F64x2.ConvertLowI32x4S(Upper(k))]));
        return Narrow(WideExp2(Wide(Widened(f.Let(y)), log, F64x2.Mul)));
    }

    /// <summary>2^x, within 2^-33 of the result; where a float32 would be 0 or infinite, something as far out.</summary>
    private Bundle WideExp2(Bundle x)
    {
        var bounded = Let(Wide(Wide(x, Splat64(-200), F64x2.Pmax), Splat64(200), F64x2.Pmin));
        var rounder = Splat64(WideRounder);
        var rounded = Let(Wide(bounded, rounder, F64x2.Add));
        var rest = Let(Wide(bounded, Wide(rounded, rounder, F64x2.Sub), F64x2.Sub));
        var bias = new Bundle([f.Let(module.Numbers.Splat(1023ul))]);
        var scale = Wide(rounded, bias, I64x2.Add).Map(part => I64x2.Shl(part, 52));
        return Let(Wide(WidePolynomial(rest, Exp2Series), scale, F64x2.Mul));
    }

    private Bundle WidePolynomial(Bundle x, double[] coefficients)
    {
        var square = Let(Wide(x, x, F64x2.Mul));
        Bundle? sum = null;
        for (var i = (coefficients.Length - 1) / 2 * 2; i >= 0; i -= 2)
        {
            var terms = i + 1 < coefficients.Length ? Let(WideMadd(Splat64(coefficients[i + 1]), x, Splat64(coefficients[i]))) : Splat64(coefficients[i]);
            sum = sum is { } higher ? Let(WideMadd(higher, square, terms)) : terms;
        }

        return sum!.Value;
    }

    private Bundle WideMadd(Bundle a, Bundle b, Bundle c) =>
        Bundle.Zip(a, b, c, (p, q, r) => fused ? F64x2.RelaxedMadd(p, q, r) : F64x2.Add(F64x2.Mul(p, q), r));

    private static Bundle Wide(Bundle a, Bundle b, Func<V128, V128, V128> function) => Bundle.Zip(a, b, function);

    private Bundle Splat64(double value) => new([f.Let(module.Numbers.Splat(value))]);

    private static Bundle Widened(LocalV128 vector) => new([F64x2.PromoteLowF32x4(vector), F64x2.PromoteLowF32x4(Upper(vector))]);

    private LocalV128 Narrow(Bundle wide) => f.Let(I8x16.Shuffle(
        F32x4.DemoteF64x2Zero(wide.Parts[0]), F32x4.DemoteF64x2Zero(wide.Parts[1]), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23));

    private static V128 Upper(V128 vector) => I8x16.Shuffle(vector, vector, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}
