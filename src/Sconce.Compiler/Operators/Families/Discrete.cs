using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using ComplexNumber = System.Numerics.Complex;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Discrete Fourier transforms along a tensor's last dim.</summary>
internal static class Discrete
{
    /// <summary>Of complex elements, forwards; scaled.</summary>
    public static Lowered.Complex Forward(LoweringContext context, Lowered.Complex z, Dim size, Expr scale)
    {
        if (Known(context, size) is { } known && !FourierPlan.Suits(known))
        {
            return ByConvolution(context, z, known, known, scale);
        }

        var (real, imaginary) = Step(context, FourierForm.Complex, size, size, scale, z.Real, z.Imaginary);
        return new(real, imaginary!);
    }

    /// <summary>Backwards: the same with the parts exchanged.</summary>
    public static Lowered.Complex Inverse(LoweringContext context, Lowered.Complex z, Dim size, Expr scale)
    {
        var (imaginary, real) = Forward(context, new(z.Imaginary, z.Real), size, scale);
        return new(real, imaginary);
    }

    /// <summary>The first half of a real tensor's spectrum, the middle included.</summary>
    public static Lowered.Complex Half(LoweringContext context, TensorBuffer real, Dim size, Expr scale)
    {
        var outputs = size.FloorDiv(2) + 1;
        var known = Known(context, size);
        if (known is null || (known % 2 == 0 && FourierPlan.Suits(known.Value)))
        {
            var (a, b) = Step(context, FourierForm.RealToComplex, size, outputs, scale, real, null);
            return new(a, b!);
        }

        var z = new Lowered.Complex(real, context.Fill(real.Type, real.Dims, Expr.Const(real.Type, 0L)));
        if (!FourierPlan.Suits(known.Value))
        {
            return ByConvolution(context, z, known.Value, (known.Value / 2) + 1, scale);
        }

        z = Forward(context, z, size, scale);
        return new(First(context, z.Real, outputs), First(context, z.Imaginary, outputs));
    }

    /// <summary>A real tensor of its half spectrum, backwards.</summary>
    public static TensorBuffer FromHalf(LoweringContext context, Lowered.Complex z, Dim size, Expr scale)
    {
        var known = Known(context, size);

        // What is its own mirror image has no imaginary part.
        var imaginary = context.Map(z.Imaginary.Type, z.Imaginary.Dims, i =>
        {
            var (element, own) = (z.Imaginary.ValueAt(i), Expr.Of(i[^1]).EqualTo(Expr.Of(Dim.Zero)));
            own = known % 2 == 1 ? own : own | (known is null ? Expr.Of(i[^1] * 2).EqualTo(Expr.Of(size)) : Expr.Of(i[^1]).EqualTo(Expr.Of(size.FloorDiv(2))));
            return Expr.Select(own, Expr.Const(element.Type, 0L), element);
        });
        if (known is null || (known % 2 == 0 && FourierPlan.Suits(known.Value)))
        {
            return Step(context, FourierForm.ComplexToReal, size, size, scale, z.Real, imaginary).Real;
        }

        return Inverse(context, Mirrored(context, new(z.Real, imaginary), size), size, scale).Real;
    }

    /// <summary>A whole spectrum of half of it: the rest is the conjugate, backwards.</summary>
    public static Lowered.Complex Mirrored(LoweringContext context, Lowered.Complex z, Dim size)
    {
        var given = size.FloorDiv(2) + 1;
        TensorBuffer Whole(TensorBuffer part, bool negate)
        {
            var whole = context.Temporary(part.Type, part.Dims.SetItem(part.Rank - 1, size));
            context.MapInto(whole, part.Dims.SetItem(part.Rank - 1, given), i => i, i => part.At(i));
            context.MapInto(
                whole, part.Dims.SetItem(part.Rank - 1, size - given), i => i.SetItem(i.Length - 1, i[^1] + given),
                i => part.ValueAt(i.SetItem(i.Length - 1, size - given - i[^1])) is var element && negate ? -element : element);
            return whole;
        }

        return new(Whole(z.Real, negate: false), Whole(z.Imaginary, negate: true));
    }

    /// <summary>A size that is known when compiling, or null; it is one that PyTorch transforms.</summary>
    private static int? Known(LoweringContext context, Dim size)
    {
        size = context.Facts.Simplify(size);
        context.Require(SizeCheck.LessOrEqual(1, size, "a Fourier transform has at least one element"));
        return size.IsConstant ? checked((int)size.Value) : null;
    }

    private static TensorBuffer First(LoweringContext context, TensorBuffer part, Dim count) =>
        context.View(part, part.Dims.SetItem(part.Rank - 1, count), i => i);

    private static (TensorBuffer Real, TensorBuffer? Imaginary) Step(
        LoweringContext context, FourierForm form, Dim size, Dim outputs, Expr scale, TensorBuffer real, TensorBuffer? imaginary)
    {
        var type = real.Type.Compute();
        (size, outputs) = (context.Facts.Simplify(size), context.Facts.Simplify(outputs));
        var plan = size.IsConstant ? new FourierPlan(form, (int)size.Value) : null;
        var table = plan is null
            ? context.Kept(("fourier", form, size, type), type, FourierTable.Count(size))
            : context.Made(("fourier", form, plan.Size, type), () => plan.Table(type));
        var (axes, index) = context.Axes(real.Dims[..^1]);
        var (input, output) = (new Axis(form == FourierForm.ComplexToReal ? real.Dims[^1] : size, "n"), new Axis(outputs, "k"));
        TensorBuffer[] results = [.. Enumerable.Range(0, form == FourierForm.ComplexToReal ? 1 : 2).Select(_ => context.Temporary(type, [.. real.Dims[..^1], outputs]))];
        Expr At(TensorBuffer part) => part.ValueAt([.. index, input]);
        var isKept = plan is null && SizeBound.Of(table.ByteCount) is not null;
        context.Add(new FourierStep(
            [.. results.Select(result => new Target(result, [.. index, output]))], axes, input, output,
            At(real), imaginary is null ? Expr.Const(type, 0L) : At(imaginary), form, plan, scale, new LoadExpr(table, [Dim.Zero]))
        {
            Made = isKept ? context.Kept(("fourier", form, size, type, "made"), DType.Int32, 1) : null,
        });
        return (results[0], results.ElementAtOrDefault(1));
    }

    /// <summary>The tables of a larger one would fill the file.</summary>
    private const int LargestByConvolution = 1 << 22;

    /// <summary>
    /// Bluestein's way for sizes with a large prime factor: as n·k = (n² + k² - (k - n)²) / 2, the transform is a convolution with a chirp, e^(πi·n² / size), between two
    /// multiplications with it; and the convolution is a product of transforms of a larger size that suits.
    /// </summary>
    private static Lowered.Complex ByConvolution(LoweringContext context, Lowered.Complex z, int size, int outputs, Expr scale)
    {
        if (size > LargestByConvolution)
        {
            throw SconceException.Unsupported($"a Fourier transform of {size} numbers, a size with a large prime factor", hint: $"Pad the tensor to a power of two: up to {LargestByConvolution} are transformed otherwise.");
        }

        var type = z.Real.Type.Compute();
        var enough = size + outputs - 1;
        var larger = LargerSize(enough);
        var chirp = Chirp(size);
        var (cosines, sines) = Tables("chirp", () => chirp);
        var (spectrumReal, spectrumImaginary) = Tables("chirp's spectrum", () =>
        {
            // Around 0, as the distance k - n may be negative.
            var around = new ComplexNumber[larger];
            for (var i = 0; i < size; i++)
            {
                around[i] = i < outputs ? chirp[i] : around[i];
                around[(larger - i) % larger] = chirp[i];
            }

            return FourierTransform.Forward(around);
        });

        // Conjugates of the chirp before and after.
        var before = Product(z, type, [.. z.Real.Dims[..^1], larger], i =>
            (z.Real.AtOr(i, Expr.Const(type, 0L)), z.Imaginary.AtOr(i, Expr.Const(type, 0L)),
            cosines.AtOr([i[^1]], Expr.Const(type, 0L)), -sines.AtOr([i[^1]], Expr.Const(type, 0L))));
        var a = Forward(context, before, larger, Expr.Const(DType.Float64, 1.0));
        var product = Product(a, type, a.Real.Dims, i =>
            (a.Real.ValueAt(i), a.Imaginary.ValueAt(i), spectrumReal.At([i[^1]]), spectrumImaginary.At([i[^1]])));
        var sums = Inverse(context, product, larger, scale is ConstExpr { Value: var known } ? Expr.Const(DType.Float64, known / larger) : scale / Expr.Const(DType.Float64, (double)larger));
        return Product(sums, z.Real.Type, [.. z.Real.Dims[..^1], outputs], i => (sums.Real.ValueAt(i), sums.Imaginary.ValueAt(i), cosines.At([i[^1]]), -sines.At([i[^1]])));

        Lowered.Complex Product(Lowered.Complex given, DType result, Dims dims, Func<Dims, (Expr A, Expr B, Expr C, Expr D)> parts) => new(
            context.Map(result, dims, i => parts(i) is var (x, y, u, v) ? (x * u) - (y * v) : null!),
            context.Map(result, dims, i => parts(i) is var (x, y, u, v) ? (x * v) + (y * u) : null!));

        (TensorBuffer Real, TensorBuffer Imaginary) Tables(string name, Func<ComplexNumber[]> make)
        {
            ComplexNumber[]? made = null;
            TensorBuffer Part(string part, Func<ComplexNumber, double> of) => context.Made((name, part, (size, outputs, type)), () =>
                Numbers(type, Array.ConvertAll(made ??= make(), number => of(number))));
            return (Part("real", number => number.Real), Part("imaginary", number => number.Imaginary));
        }
    }

    private static TensorData Numbers(DType type, double[] numbers) => TensorData.Dense(type, [numbers.Length], type == DType.Float64
        ? MemoryMarshal.AsBytes<double>(numbers).ToArray()
        : MemoryMarshal.AsBytes<float>(Array.ConvertAll(numbers, number => (float)number)).ToArray());

    private static ComplexNumber[] Chirp(int size)
    {
        var chirp = new ComplexNumber[size];
        for (var n = 0; n < size; n++)
        {
            var (sine, cosine) = Math.SinCos(Math.PI * ((long)n * n % (2L * size)) / size);
            chirp[n] = new ComplexNumber(cosine, sine);
        }

        return chirp;
    }

    /// <summary>The smallest size from a count on, a multiple of 16, whose prime factors are 2, 3 and 5.</summary>
    private static int LargerSize(int count)
    {
        var best = long.MaxValue;
        for (var threes = 1L; threes < best; threes *= 3)
        {
            for (var fives = threes; fives < best; fives *= 5)
            {
                var size = fives * 16;
                while (size < count)
                {
                    size *= 2;
                }

                best = Math.Min(best, size);
            }
        }

        return checked((int)best);
    }
}
