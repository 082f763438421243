using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// A function that makes a <see cref="FourierTable"/>: (table, first, second, size), the areas being scratch memory. Roots of unity are products of two, of a
/// small table each (steps, and multiples of as many steps as there are), so that few sines and cosines are computed.
/// </summary>
internal sealed class FourierTableFunction
{
    private const int Lanes = Vector.Lanes;

    /// <summary>Two float64.</summary>
    private const int RootBytes = 16;

    private readonly FunctionBuilder f;
    private readonly KernelModule module;
    private readonly DType type;
    private readonly FourierForm form;
    private readonly FourierArithmetic math;
    private readonly LocalI32 table;
    private readonly LocalI32 first;
    private readonly LocalI32 second;
    private readonly LocalI32 size;

    /// <summary>Elements that are transformed, half as many as an even number of real ones.</summary>
    private readonly LocalI32 given;

    /// <summary>Where the next numbers belong.</summary>
    private readonly LocalI32 at;

    /// <summary>Roots that there are of the present order, and the number of bits of a root's that the table of single steps answers.</summary>
    private readonly LocalI32 order;
    private readonly LocalI32 bits;

    private FourierTableFunction(FunctionBuilder f, KernelModule module, DType type, FourierForm form)
    {
        (this.f, this.module, this.type, this.form) = (f, module, type, form);
        math = new(f, module, type);
        (table, first, second, size) = (
            f.Parameter(0, "table").AsI32(), f.Parameter(1, "first").AsI32(), f.Parameter(2, "second").AsI32(), f.Parameter(3, "size").AsI32());
        (given, at, order, bits) = (f.I32("given"), f.I32("at"), f.I32("order"), f.I32("bits"));
    }

    public static FunctionBuilder For(KernelModule module, DType type, FourierForm form) => module.Function(
        $"fft_{type.Name()}_table_{form.ToString().ToLowerInvariant()}", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None,
        f => new FourierTableFunction(f, module, type, form).Build());

    private void Build()
    {
        var (rest, way, length, points) = (f.I32("rest"), f.I32("way"), f.I32("length"), f.I32("points"));

        // Sizes of 0 are refused before a run.
        f.Set(size, size.GtS(1).Select(size, 1));
        f.Set(rest, size);
        foreach (var factor in FourierPlan.PassFactors.Where(factor => factor != 4))
        {
            f.While(rest.RemU(factor).Eqz(), () => f.Set(rest, rest.DivU(factor)));
        }

        f.Set(at, table + (int)FourierTable.Numbers);
        var halved = form == FourierForm.Complex ? (I32)0 : f.Let((size & 1) ^ 1, "halved");
        f.Set(given, size >>> halved);
        f.If(
            rest.Eq(1),
            () =>
            {
                f.Set(length, given);
                var split = f.Let((length & (Lanes - 1)).Eqz() & length.GeU(FourierPlan.ShortestSplit), "split");
                f.Set(points, length >>> (split << 1));
                f.Set(way, split.Select((int)FourierWay.Split, Even(FourierWay.InLanes, FourierWay.OddInLanes)));
                MakeRoots(length << 1);
                Describe();
                Passes(points);
                f.If(split, () => Combining(length, points));
                f.If(halved, Reals);
            },
            () =>
            {
                f.Set(way, Even(FourierWay.Convolution, FourierWay.OddConvolution));
                SetLength(length);
                f.Set(points, length >>> 2);
                Describe();
                MakeRoots(given << 1);
                f.If(halved, Reals);
                Chirp();
                MakeRoots(length << 1);
                Passes(points);
                Combining(length, points);
                Spectrum(length, points);
            });
        f.Return();

        void Describe()
        {
            f.StoreI32(table, way, FourierTable.Way);
            f.StoreI32(table, length, FourierTable.Length);
            f.StoreI32(table, points, FourierTable.Points);
            f.StoreI32(table, given, FourierTable.Given);
        }

        I32 Even(FourierWay even, FourierWay odd) => form == FourierForm.Complex ? (int)even : halved.Select((int)even, (int)odd);
    }

    /// <summary>The outputs that a convolution must give: of an odd number of real elements half.</summary>
    private I32 Outputs => form == FourierForm.RealToComplex ? (size & 1).Select((size >>> 1) + 1, given) : given;

    /// <summary>The smallest length of those that suit a convolution.</summary>
    private void SetLength(LocalI32 length)
    {
        f.Set(length, int.MaxValue);
        var needed = f.Let(given + Outputs - 1, "needed");
        foreach (var factor in FourierTable.LengthFactors)
        {
            // A multiple of 16.
            var least = Math.Max(4 - System.Numerics.BitOperations.TrailingZeroCount(factor), 0);
            var bitsNeeded = f.Let(32 - ((needed + (factor - 1)).DivU(factor) - 1).Clz());
            var candidate = f.Let((I32)factor << bitsNeeded.GtS(least).Select(bitsNeeded, least));
            f.Set(length, candidate.LtS(length).Select(candidate, length));
        }
    }

    /// <summary>Fills the second area with roots of unity of an order: e^(-2πi · k / order).</summary>
    private void MakeRoots(I32 count)
    {
        f.Set(order, count);
        f.Set(bits, (33 - order.Clz()) >>> 1);
        var steps = f.Let((I32)1 << bits, "steps");
        var (number, place, root) = (f.I32("number"), f.I32("place"), f.I32("root"));
        var end = f.Let(steps + (order >>> bits) + 1, "roots");
        var functions = new MathFunctions(f, module);
        f.Set(root, second);
        f.For(number, 0, end, 1, () =>
        {
            using var scope = f.Scope();
            f.Set(place, number.LtS(steps).Select(number, (number - steps) << bits));

            // Within an eighth of a circle to either side of a quarter both functions are at their best.
            var (part, all) = (f.Let(F64.ConvertI32S(place) * 4), f.Let(F64.ConvertI32S(order)));
            var quarters = f.Let((part / all).Nearest(), "quarters");
            var angle = f.Let((part - (quarters * all)) * (Math.PI / 2) / all, "angle");
            var (cosine, sine) = (f.Let(functions.SinCos(angle, sine: false)), f.Let(functions.SinCos(angle, sine: true)));
            var quarter = f.Let(I32.TruncF64S(quarters));
            var (odd, sign) = (quarter & 1, f.Let((quarter & 2).Select(F64.Const(-1), 1)));
            f.StoreF64(root, odd.Select(sine.Neg(), cosine) * sign);
            f.StoreF64(root, odd.Select(cosine, sine) * sign.Neg(), 8);
            f.Set(root, root + RootBytes);
        });
    }

    private (LocalF64 Cosine, LocalF64 Sine) Root(I32 number)
    {
        var kept = f.Let(number);
        var low = f.Let(second + ((kept & (((I32)1 << bits) - 1)) * RootBytes));
        var high = f.Let(second + ((((I32)1 << bits) + (kept >>> bits)) * RootBytes));
        var (a, b, c, d) = (f.Let(Memory.LoadF64(low)), f.Let(Memory.LoadF64(low, 8)), f.Let(Memory.LoadF64(high)), f.Let(Memory.LoadF64(high, 8)));
        return (f.Let((a * c) - (b * d)), f.Let((a * d) + (b * c)));
    }

    private void Store(I32 address, F64 value) => math.StoreNumber(address, math.IsWide ? value : F32.DemoteF64(value));

    private void StoreRoot(I32 number)
    {
        var (cosine, sine) = Root(number);
        Store(at, cosine);
        Store(at + math.NumberBytes, sine);
        f.Set(at, at + (2 * math.NumberBytes));
    }

    /// <summary>The record and the roots of each pass.</summary>
    private void Passes(LocalI32 points)
    {
        using var scope = f.Scope();
        var (rest, each, stride, record) = (f.Let(points, "rest"), f.Let(order.DivU(points), "each"), f.Let(math.ElementBytes, "stride"), f.Let(table + (int)FourierTable.Records, "record"));
        var (number, factor, repeats, p, turn, root, last) = (f.I32("number"), f.I32("factor"), f.I32("repeats"), f.I32("p"), f.I32("turn"), f.I32("root"), f.I32("last"));
        var factors = FourierPlan.PassFactors.Select((value, i) => value << (4 * i)).Sum();
        f.Set(number, 0);
        f.While(rest.Ne(1), () =>
        {
            f.Set(factor, ((I32)factors >>> (number << 2)) & 15);
            f.If(rest.RemU(factor), () => f.Set(number, number + 1), () =>
            {
                f.Set(repeats, rest.DivU(factor));
                f.StoreI32(
                    record, (number * FourierFunctions.Places) + repeats.Eq(1).Select((int)PassPlace.Last, rest.Eq(points).Select((int)PassPlace.First, (int)PassPlace.Middle)), FourierTable.Pass);
                f.StoreI32(record, repeats, FourierTable.Repeats);
                f.StoreI32(record, stride, FourierTable.Stride);
                f.StoreI32(record, at - table, FourierTable.Roots);
                f.Set(record, record + FourierTable.RecordSize);

                // Root p · j for each j from 1 to the factor.
                f.For(p, 0, repeats, 1, () =>
                {
                    f.Set(turn, p * each);
                    f.Set(root, turn);
                    f.Set(last, turn * factor);
                    f.While(root.Ne(last), () => RootAndNext());
                    f.If(turn.Eqz(), () => f.For(last, 1, factor, 1, () => RootAndNext()));
                });
                f.Set(rest, repeats);
                f.Set(stride, stride * factor);
                f.Set(each, each * factor);
            });
        });
        f.StoreI32(table, record - table - (int)FourierTable.Records, FourierTable.RecordBytes);

        void RootAndNext()
        {
            using var inner = f.Scope();
            StoreRoot(root);
            f.Set(root, root + turn);
        }
    }

    /// <summary>Of the pass that joins the lanes: lane by lane, real parts before imaginary ones.</summary>
    private void Combining(I32 length, I32 points)
    {
        using var scope = f.Scope();
        f.StoreI32(table, at - table, FourierTable.Combining);
        var (lane, k, step, root) = (f.I32("lane"), f.I32("k"), f.I32("step"), f.I32("root"));
        f.Set(step, order.DivU(length));
        f.For(lane, 1, Lanes, 1, () =>
        {
            f.Set(root, 0);
            Planes(k, points, points, () =>
            {
                var both = Root(root);
                f.Set(root, root + (step * lane));
                return both;
            });
        });
    }

    /// <summary>Of the stage that makes a real transform of a complex one.</summary>
    private void Reals()
    {
        using var scope = f.Scope();
        f.StoreI32(table, at - table, FourierTable.Reals);
        var k = f.I32("k");
        var count = f.Let(new FourierSizes(form, LaneUse.Rows, given, given, 0, 0).RealCount, "count");
        Planes(k, count, count, () =>
        {
            var (cosine, sine) = Root(k);
            return form == FourierForm.RealToComplex ? (sine * 0.5, cosine * -0.5) : (sine, cosine);
        });
    }

    /// <summary>So many numbers, the first ones at the place for the next numbers and the second ones that far behind.</summary>
    private void Planes(LocalI32 k, I32 count, I32 apart, Func<(F64 First, F64 Second)> make)
    {
        f.For(k, 0, count, 1, () =>
        {
            using var scope = f.Scope();
            var (first, second) = make();
            Store(at, first);
            Store(f.Let(at + (apart * math.NumberBytes)), second);
            f.Set(at, at + math.NumberBytes);
        });
        f.Set(at, at + (apart * math.NumberBytes));
    }

    /// <summary>The conjugate of the chirp, root n² of twice as many, and zeros up to a whole element.</summary>
    private void Chirp()
    {
        using var scope = f.Scope();
        f.Set(at, (at + (FourierArithmetic.UnitBytes - 1)) & -FourierArithmetic.UnitBytes);
        f.StoreI32(table, at - table, FourierTable.Chirp);
        var elements = f.Let((given + (Lanes - 1)) >>> 2, "elements");
        f.MemoryFill(at, 0, elements * math.ElementBytes);
        var (n, square) = (f.I32("n"), f.I32("square"));
        f.Set(square, 0);
        f.For(n, 0, given, 1, () =>
        {
            using var inner = f.Scope();
            var (cosine, sine) = Root(square);
            var place = f.Let(math.InElements(at, n));
            Store(place, cosine);
            Store(place + FourierArithmetic.ImaginaryPart, sine);

            // (n + 1)² is 2n + 1 more.
            f.Set(square, square + (n << 1) + 1);
            f.Set(square, square.GeU(order).Select(square - order, square));
        });
        f.Set(at, at + (elements * math.ElementBytes));
    }

    /// <summary>The spectrum of the chirp around 0, as the distance k - n may be negative, divided by the convolution's length.</summary>
    private void Spectrum(LocalI32 length, LocalI32 points)
    {
        using var scope = f.Scope();
        f.StoreI32(table, at - table, FourierTable.Spectrum);
        f.MemoryFill(first, 0, points * math.ElementBytes);
        var chirp = f.Let(table + Memory.LoadI32(table, FourierTable.Chirp), "chirp");
        var outputs = f.Let(Outputs, "outputs");
        var n = f.I32("n");
        f.For(n, 0, given, 1, () =>
        {
            using var inner = f.Scope();
            var given = f.Let(math.InElements(chirp, n));
            f.If(n.LtU(outputs), () => Copy(f.Let(math.InElements(first, n))));
            f.If(n, () => Copy(f.Let(math.InElements(first, f.Let(length - n)))));

            void Copy(I32 place)
            {
                math.StoreNumber(place, math.LoadNumber(given));
                var imaginary = f.Let(given + FourierArithmetic.ImaginaryPart);
                math.StoreNumber(place, math.IsWide ? Memory.LoadF64(imaginary).Neg() : Memory.LoadF32(imaginary).Neg(), FourierArithmetic.ImaginaryPart);
            }
        });
        var planes = f.Let(f.CallResult(FourierFunctions.ToPlanes(module, type), table, first, second).AsI32(), "planes");
        var plane = f.Let((length + Lanes) * math.NumberBytes, "plane");
        var scale = f.Let(F64.Const(1) / F64.ConvertI32S(length));
        var splat = math.Let(math.IsWide ? new(F64x2.Splat(scale), F64x2.Splat(scale)) : new(F32x4.Splat(F32.DemoteF64(scale))));
        f.For(n, 0, points, 1, () =>
        {
            using var inner = f.Scope();
            math.StoreElement(at, new(math.Mul(math.Load(planes, 0), splat), math.Mul(math.Load(planes, plane), splat)));
            f.Set(at, at + math.ElementBytes);
            f.Set(planes, planes + (Lanes * math.NumberBytes));
        });
    }
}
