using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

// Taking multiples of π/2 off an angle.
internal sealed partial class MathFunctions
{
    // π/2 in three parts; the products of the first two with an integer of 20 bits are exact.
    private const double HalfPiFirst = 1.5707963267341256;
    private const double HalfPiSecond = 6.077100506303966e-11;
    private const double HalfPiThird = 2.0222662487959506e-21;

    // The bits of 2/π, after a word of zeros: what a number of up to 2^1024 needs.
    private static readonly ulong[] TwoOverPi =
    [
        0, 0xA2F9836E4E441529, 0xFC2757D1F534DDC0, 0xDB6295993C439041, 0xFE5163ABDEBBC561, 0xB7246E3A424DD2E0, 0x06492EEA09D1921C,
        0xFE1DEB1CB129A73E, 0xE88235F52EBB4484, 0xE99C7026B45F7E41, 0x3991D639835339F4, 0x9C845F8BBDF9283B, 0x1FF897FFDE05980F,
        0xEF2F118B5A0A6D1F, 0x6D367ECF27CB09B7, 0x4F463F669E5FEA2D, 0x7527BAC7EBE5F17B, 0x3D0739F78A5292EA, 0x6BFB5FB11F8D5D08,
        0x56033046FC7B6BAB, 0xF0CFBC209AF4361D,
    ];

    /// <summary>x = (r + rest) + n π/2 with |r| ≤ π/4; n modulo 4. What is no number stays none.</summary>
    private (LocalF64 Remainder, LocalF64 Below, LocalI32 Quarter) TakeOffQuarterTurns(LocalF64 x)
    {
        var (r, rest, quarter) = (f.F64("r"), f.F64("rest"), f.I32("quarter"));
        f.If(
            x.Abs().Lt(1048576),
            () =>
            {
                var n = f.Let((x * (2 / Math.PI)).Nearest());
                var first = f.Let(x - (n * HalfPiFirst));
                var second = f.Let(n * HalfPiSecond);
                var near = f.Let(first - second);
                var third = f.Let((first - near) - second - (n * HalfPiThird));
                f.Set(r, near + third);
                f.Set(rest, (near - r) + third);
                f.Set(quarter, I32.TruncSatF64S(n) & 3);
            },
            () =>
            {
                TakeOffMany(x.Abs(), r, quarter);
                f.Set(rest, 0);
                f.If(x.Lt(0), () =>
                {
                    f.Set(r, r.Neg());
                    f.Set(quarter, (4 - quarter) & 3);
                });
                f.If((x - x).Ne(0), () => f.Set(r, x - x));
            });
        return (r, rest, quarter);
    }

    /// <summary>
    /// For x from 2^20 on. With x = m 2^e: those bits of 2/π that give multiples of 4 when multiplied are passed over; the next 192, times m,
    /// give the quarter turns in the top two bits and their fraction below.
    /// </summary>
    private void TakeOffMany(F64 x, LocalF64 r, LocalI32 quarter)
    {
        var bits = f.Let(I64.ReinterpretF64(x));
        var m = f.Let((bits & 0x000FFFFFFFFFFFFF) | 0x0010000000000000);
        var first = f.Let(I32.WrapI64(bits >>> 52) - 1013, "first");
        var word = first >>> 6;
        var shift = f.Let(I64.ExtendI32U(first & 63));
        var words = new LocalI64[4];
        for (var i = 0; i < 4; i++)
        {
            words[i] = f.Let(f.CallResult(WordOfTwoOverPi(), word + i).AsI64());
        }

        var window = new LocalI64[3];
        for (var i = 0; i < 3; i++)
        {
            // A shift by 64 would be one by 0.
            window[i] = f.Let((words[i] << shift) | ((words[i + 1] >>> 1) >>> (63 - shift)));
        }

        var low = f.Let(m * window[2]);
        var (carry, middle) = (f.Let(f.CallResult(MultiplyHigh(), m, window[2]).AsI64()), f.Let(m * window[1]));
        var sum = f.Let(middle + carry);
        var high = f.Let((m * window[0]) + f.CallResult(MultiplyHigh(), m, window[1]).AsI64() + I64.ExtendI32U(sum.LtU(carry)));
        var fraction = f.Let((high << 2) | (sum >>> 62));
        var below = f.Let((sum << 2) | (low >>> 62));

        // Read as a signed number, the fraction is the one from the nearest quarter turn.
        f.Set(quarter, I32.WrapI64((high >>> 62) + (fraction >>> 63)) & 3);
        var turns = (F64.ConvertI64S(fraction) * 5.421010862427522e-20) + (F64.ConvertI64U(below) * 2.938735877055719e-39);
        f.Set(r, turns * HalfPi);
    }

    private FunctionBuilder WordOfTwoOverPi() => module.Function("two_over_pi_word", [WasmType.I32], WasmType.I64, g =>
    {
        var number = g.Parameter(0, "word").AsI32();
        I64 value = 0;
        for (var i = TwoOverPi.Length - 1; i > 0; i--)
        {
            value = number.Eq(i).Select(I64.Const((long)TwoOverPi[i]), value);
        }

        g.Return(value);
    });

    /// <summary>The upper 64 bits of an unsigned product.</summary>
    private FunctionBuilder MultiplyHigh() => module.Function("multiply_high", [WasmType.I64, WasmType.I64], WasmType.I64, g =>
    {
        var (a, b) = (g.Parameter(0, "a").AsI64(), g.Parameter(1, "b").AsI64());
        var (a0, a1, b0, b1) = (g.Let(a & 0xFFFFFFFF), g.Let(a >>> 32), g.Let(b & 0xFFFFFFFF), g.Let(b >>> 32));
        var cross = g.Let((a1 * b0) + ((a0 * b0) >>> 32));
        var other = g.Let((a0 * b1) + (cross & 0xFFFFFFFF));
        g.Return((a1 * b1) + (cross >>> 32) + (other >>> 32));
    });
}
