using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>Where in a transform a pass stands.</summary>
internal enum PassPlace
{
    /// <summary>Neighbours belong to different butterflies.</summary>
    First,
    Middle,

    /// <summary>Of one butterfly for all, whose factors are 1.</summary>
    Last,
}

/// <summary>
/// Stockham's pass of a factor r, as a function that all transforms share: (from, to, factors, count, stride). Butterfly p of <c>count</c> takes the r elements that
/// lie <c>count</c> strides apart from stride p on, and leaves what becomes of them side by side, from stride r · p on. A stride, in bytes, is what earlier passes have put together.
/// </summary>
internal sealed class FourierPass
{
    private readonly FunctionBuilder f;
    private readonly FourierArithmetic math;
    private readonly int radix;
    private readonly LocalI32[] inputs;
    private readonly LocalV128[] cosines;
    private readonly LocalV128[] sines;

    private FourierPass(FunctionBuilder f, KernelModule module, DType type, int radix, PassPlace place)
    {
        (this.f, this.radix) = (f, radix);
        math = new(f, module, type);
        var (from, to, factors, count, stride) = (
            f.Parameter(0, "from").AsI32(), f.Parameter(1, "to").AsI32(), f.Parameter(2, "factors").AsI32(), f.Parameter(3, "count").AsI32(), f.Parameter(4, "stride").AsI32());
        var apart = f.Let(count * stride, "apart");
        inputs = [.. Enumerable.Range(0, radix).Select(k => k < 2 ? apart : f.Let(apart * k))];
        var half = (radix - 1) / 2;
        var odd = radix % 2 == 1;
        cosines = odd ? [.. Enumerable.Range(0, half).Select(k => f.Let(math.Splat(Math.Cos(2 * Math.PI * (k + 1) / radix))))] : [];
        sines = odd ? [.. Enumerable.Range(0, half).Select(k => f.Let(math.Splat(Math.Sin(2 * Math.PI * (k + 1) / radix))))] : [];
        LocalI32[] outputs = place == PassPlace.First ? [] : [.. Enumerable.Range(0, radix).Select(k => k < 2 ? stride : f.Let(stride * k))];
        var p = f.I32("p");
        switch (place)
        {
            case PassPlace.First:
                f.For(p, 0, count, 1, () =>
                {
                    using var scope = f.Scope();
                    var roots = Roots(factors);
                    for (var unit = 0; unit < math.Units; unit++)
                    {
                        using var inner = f.Scope();
                        Butterfly(from, (uint)(unit * FourierArithmetic.UnitBytes), roots, (j, real, imaginary) =>
                            StoreUnit(to, (uint)((j * math.ElementBytes) + (unit * FourierArithmetic.UnitBytes)), real, imaginary));
                    }

                    f.Set(from, from + math.ElementBytes);
                    f.Set(to, to + (radix * math.ElementBytes));
                    f.Set(factors, factors + ((radix - 1) * 2 * math.NumberBytes));
                });
                break;
            case PassPlace.Middle:
                var skipped = f.Let(stride * (radix - 1), "skipped");
                f.For(p, 0, count, 1, () =>
                {
                    using var scope = f.Scope();
                    Stride(Roots(factors));
                    f.Set(to, to + skipped);
                    f.Set(factors, factors + ((radix - 1) * 2 * math.NumberBytes));
                });
                break;
            default:
                Stride(null);
                break;
        }

        void Stride((LocalV128 Real, LocalV128 Imaginary)[]? roots)
        {
            var end = f.Let(from + stride, "end");
            f.Loop(again =>
            {
                using var scope = f.Scope();
                Butterfly(from, 0, roots, (j, real, imaginary) => StoreUnit(j == 0 ? to : to + outputs[j], 0, real, imaginary));
                f.Set(from, from + FourierArithmetic.UnitBytes);
                f.Set(to, to + FourierArithmetic.UnitBytes);
                f.BranchIf(again, from.LtU(end));
            });
        }
    }

    public static FunctionBuilder For(KernelModule module, DType type, int radix, PassPlace place) => module.Function(
        $"fft_{type.Name()}_{radix}_{place.ToString().ToLowerInvariant()}", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None,
        f => _ = new FourierPass(f, module, type, radix, place));

    private (LocalV128 Real, LocalV128 Imaginary)[] Roots(I32 factors) => [.. Enumerable.Range(0, radix - 1).Select(j => (
        f.Let(math.LoadSplat(factors, (uint)(2 * j * math.NumberBytes))), f.Let(math.LoadSplat(factors, (uint)(((2 * j) + 1) * math.NumberBytes)))))];

    private void StoreUnit(I32 address, uint offset, V128 real, V128 imaginary)
    {
        f.StoreV128(address, real, offset);
        f.StoreV128(address, imaginary, offset + (FourierArithmetic.UnitBytes / 2));
    }

    private void Butterfly(I32 from, uint offset, (LocalV128 Real, LocalV128 Imaginary)[]? roots, Action<int, V128, V128> store)
    {
        var x = new (V128 Real, V128 Imaginary)[radix];
        for (var k = 0; k < radix; k++)
        {
            I32 address = k == 0 ? from : from + inputs[k];
            address = k == 0 ? address : f.Let(address);
            x[k] = (f.Let(Memory.LoadV128(address, offset)), f.Let(Memory.LoadV128(address, offset + (FourierArithmetic.UnitBytes / 2))));
        }

        switch (radix)
        {
            case 2:
                Give(0, Sum(x[0], x[1]));
                Give(1, Difference(x[0], x[1]));
                break;
            case 4:
                var (a, b, c, d) = (Sum(x[0], x[2]), Difference(x[0], x[2]), Sum(x[1], x[3]), Difference(x[1], x[3]));
                Give(0, Sum(a, c));
                Give(2, Difference(a, c));

                // -i · d is (imaginary, -real).
                Give(1, (math.Add(b.Real, d.Imaginary), math.Sub(b.Imaginary, d.Real)));
                Give(3, (math.Sub(b.Real, d.Imaginary), math.Add(b.Imaginary, d.Real)));
                break;
            default:
                Odd(x, Give);
                break;
        }

        void Give(int j, (V128 Real, V128 Imaginary) y)
        {
            if (j == 0 || roots is null)
            {
                store(j, y.Real, y.Imaginary);
                return;
            }

            var (real, imaginary) = (f.Let(y.Real), f.Let(y.Imaginary));
            var root = roots[j - 1];
            store(j, math.Nmadd(imaginary, root.Imaginary, math.Mul(real, root.Real)), math.Madd(imaginary, root.Real, math.Mul(real, root.Imaginary)));
        }
    }

    /// <summary>Elements k and r - k have the same cosines and opposite sines.</summary>
    private void Odd((V128 Real, V128 Imaginary)[] x, Action<int, (V128 Real, V128 Imaginary)> give)
    {
        var half = (radix - 1) / 2;
        var sums = new (V128 Real, V128 Imaginary)[half];
        var differences = new (V128 Real, V128 Imaginary)[half];
        for (var k = 0; k < half; k++)
        {
            sums[k] = Sum(x[k + 1], x[radix - 1 - k]);
            differences[k] = Difference(x[k + 1], x[radix - 1 - k]);
        }

        give(0, (sums.Aggregate(x[0].Real, (total, s) => math.Add(total, s.Real)), sums.Aggregate(x[0].Imaginary, (total, s) => math.Add(total, s.Imaginary))));
        for (var j = 1; j <= half; j++)
        {
            var even = x[0];
            (V128 Real, V128 Imaginary)? odd = null;
            for (var k = 1; k <= half; k++)
            {
                var turn = j * k % radix;
                var (place, negative) = turn <= half ? (turn - 1, false) : (radix - turn - 1, true);
                var (cosine, sine) = (cosines[place], sines[place]);
                even = (math.Madd(sums[k - 1].Real, cosine, even.Real), math.Madd(sums[k - 1].Imaginary, cosine, even.Imaginary));
                var d = differences[k - 1];
                odd = odd is not { } sofar ? (math.Mul(d.Real, sine), math.Mul(d.Imaginary, sine))
                    : negative ? (math.Nmadd(d.Real, sine, sofar.Real), math.Nmadd(d.Imaginary, sine, sofar.Imaginary))
                    : (math.Madd(d.Real, sine, sofar.Real), math.Madd(d.Imaginary, sine, sofar.Imaginary));
            }

            var (e, o) = (Keep(even), Keep(odd!.Value));
            give(j, (math.Add(e.Real, o.Imaginary), math.Sub(e.Imaginary, o.Real)));
            give(radix - j, (math.Sub(e.Real, o.Imaginary), math.Add(e.Imaginary, o.Real)));
        }
    }

    private (V128 Real, V128 Imaginary) Sum((V128 Real, V128 Imaginary) a, (V128 Real, V128 Imaginary) b) =>
        Keep((math.Add(a.Real, b.Real), math.Add(a.Imaginary, b.Imaginary)));

    private (V128 Real, V128 Imaginary) Difference((V128 Real, V128 Imaginary) a, (V128 Real, V128 Imaginary) b) =>
        Keep((math.Sub(a.Real, b.Real), math.Sub(a.Imaginary, b.Imaginary)));

    private (V128 Real, V128 Imaginary) Keep((V128 Real, V128 Imaginary) value) => (f.Let(value.Real), f.Let(value.Imaginary));
}
