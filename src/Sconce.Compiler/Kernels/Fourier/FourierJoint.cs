using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>The last pass of a transform whose quarters lie in the lanes.</summary>
internal static class FourierJoint
{
    private const int Lanes = Vector.Lanes;

    /// <summary>
    /// The quarters in the lanes become one transform: four elements at a time, turned, so that a vector holds four places of one quarter; multiplied, and joined by a
    /// butterfly, whose results are a quarter of the length apart.
    /// </summary>
    public static void Emit(FunctionBuilder f, FourierArithmetic math, FourierSizes sizes, I32 roots, I32 from, Action<int, LocalI32, ComplexVector> give)
    {
        var (round, k) = (f.I32("round"), f.I32("k"));
        var part = sizes.Points * math.NumberBytes;
        var last = sizes.Points - Lanes;
        (part, last) = part.ConstantInteger is null ? (f.Let(part, "part"), f.Let(last, "last")) : (part, last);
        f.For(round, 0, sizes.Points, Lanes, () =>
        {
            using var scope = f.Scope();
            f.Set(k, sizes.Points.ConstantInteger % Lanes == 0 ? round : round.LtS(last).Select(round, last));
            var element = f.Let(from + (k * math.ElementBytes));
            ComplexVector[] given = [.. Enumerable.Range(0, Lanes).Select(i => math.LoadElement(element, i * math.ElementBytes))];
            var (real, imaginary) = (math.Transposed([.. given.Select(z => z.Real)]), math.Transposed([.. given.Select(z => z.Imaginary)]));
            ComplexVector[] x = [.. real.Zip(imaginary, (a, b) => new ComplexVector(a, b))];
            var own = f.Let(roots + (k * math.NumberBytes) + sizes.Combining);
            for (var lane = 1; lane < Lanes; lane++)
            {
                x[lane] = math.Mul(x[lane], new(math.Load(own, (lane - 1) * 2 * part), math.Load(own, (((lane - 1) * 2) + 1) * part)));
            }

            var (a, b, c, d) = (math.Add(x[0], x[2]), math.Sub(x[0], x[2]), math.Add(x[1], x[3]), math.Sub(x[1], x[3]));
            give(0, k, math.Add(a, c));
            give(1, k, new(math.Add(b.Real, d.Imaginary), math.Sub(b.Imaginary, d.Real)));
            give(2, k, math.Sub(a, c));
            give(3, k, new(math.Sub(b.Real, d.Imaginary), math.Add(b.Imaginary, d.Real)));
        });
    }

    /// <summary>A result into a plane of real parts and one of imaginary parts behind it.</summary>
    public static void ToPlanes(FunctionBuilder f, FourierArithmetic math, FourierSizes sizes, I32 to, int quarter, I32 k, ComplexVector value)
    {
        var address = f.Let(to + (k * math.NumberBytes));
        math.Store(address, sizes.Points * (quarter * math.NumberBytes), value.Real);
        math.Store(address, (sizes.Points * (quarter * math.NumberBytes)) + ImaginaryPlane(math, sizes), value.Imaginary);
    }

    /// <summary>Bytes from the plane of real parts to the other: each has room for the first element again.</summary>
    public static I32 ImaginaryPlane(FourierArithmetic math, FourierSizes sizes) => (sizes.PlaneLength + Lanes) * math.NumberBytes;
}
