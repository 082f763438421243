using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Sine and cosine. The multiple of π/2 is taken off in float64; numbers beyond 2^20 go through the float64 functions.
internal sealed partial class VectorMath
{
    // π/2 in two parts; the product of the first with an integer of 20 bits is exact.
    private const double HalfPiHigh = 1.57079632673412561417;
    private const double HalfPiLow = 6.07710050650619224932e-11;

    public V128 SinCos(V128 x, bool sine) => f.CallResult(SinCosFunction(sine), x).AsV128();

    private FunctionBuilder SinCosFunction(bool sine) => module.Function(sine ? "sin_f32x4" : "cos_f32x4", [WasmType.V128], WasmType.V128, g =>
    {
        var x = g.Parameter(0, "x").AsV128();
        g.If(V128.AnyTrue(~F32x4.Lt(F32x4.Abs(x), Splat(1048576f))), () =>
        {
            var scalar = new MathFunctions(g, module);
            var result = g.V128("result");
            for (var lane = 0; lane < 4; lane++)
            {
                var wide = F64.PromoteF32(F32x4.ExtractLane(x, lane));
                g.Set(result, F32x4.ReplaceLane(result, lane, F32.DemoteF64(scalar.SinCos(wide, sine))));
            }

            g.Return(result);
        });
        g.Return(new VectorMath(g, module).SinCosWithin(x, sine));
    });

    private V128 SinCosWithin(V128 x, bool sine)
    {
        var (r, q) = TakeOffQuarterTurns(x);
        var square = Let(F32x4.Mul(r, r));
        var s = Madd(F32x4.Mul(square, r), Polynomial(square, -1.666665524e-01f, 8.332154714e-03f, -1.951408485e-04f), r);
        var c = Madd(
            F32x4.Mul(square, square), Polynomial(square, 4.166664556e-02f, -1.388733741e-03f, 2.443484664e-05f),
            Nmadd(square, Splat(0.5f), Splat(1f)));

        // An odd number of quarter turns swaps sine and cosine; the second bit of it (for the cosine, of one more) is the sign.
        var odd = I32x4.Ne(q & SplatBits(1), V128.Zero);
        var turn = sine ? q : I32x4.Add(q, SplatBits(1));
        var value = sine ? V128.Bitselect(c, s, odd) : V128.Bitselect(s, c, odd);
        var signed = value ^ I32x4.Shl(turn & SplatBits(2), 30);
        return sine ? V128.Bitselect(x, signed, F32x4.Eq(x, Splat(0f))) : signed;
    }

    private (V128 Remainder, V128 Quarter) TakeOffQuarterTurns(V128 x)
    {
        var low = Half(F64x2.PromoteLowF32x4(x));
        var high = Half(F64x2.PromoteLowF32x4(I8x16.Shuffle(x, x, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15)));
        return (
            Let(I8x16.Shuffle(low.Remainder, high.Remainder, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)),
            Let(I8x16.Shuffle(low.Quarter, high.Quarter, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)));

        (V128 Remainder, V128 Quarter) Half(V128 wide)
        {
            var a = Let(wide);
            var n = Let(F64x2.Nearest(F64x2.Mul(a, V128.Const(2 / Math.PI, 2 / Math.PI))));
            var r = F64x2.Sub(
                F64x2.Sub(a, F64x2.Mul(n, V128.Const(HalfPiHigh, HalfPiHigh))), F64x2.Mul(n, V128.Const(HalfPiLow, HalfPiLow)));
            return (Let(F32x4.DemoteF64x2Zero(r)), Let(I32x4.TruncSatF64x2SZero(n)));
        }
    }
}
