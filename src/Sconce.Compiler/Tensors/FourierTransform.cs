using System.Numerics;

namespace Sconce.Compiler.Tensors;

/// <summary>The discrete Fourier transform in float64, plainly: for tables, and as the evaluator's.</summary>
internal static class FourierTransform
{
    /// <summary>Element k of the result is the sum over n of x[n] · e^(-2πi·n·k / size).</summary>
    public static Complex[] Forward(ReadOnlySpan<Complex> x)
    {
        var roots = new Complex[x.Length];
        for (var i = 0; i < roots.Length; i++)
        {
            var (sine, cosine) = Math.SinCos(-2 * Math.PI * i / roots.Length);
            roots[i] = new Complex(cosine, sine);
        }

        var result = new Complex[x.Length];
        Transform(x, 0, 1, result, roots);
        return result;
    }

    /// <summary>Cooley and Tukey's: with the smallest prime factor p, transforms of every p-th element, joined.</summary>
    private static void Transform(ReadOnlySpan<Complex> x, int start, int step, Span<Complex> result, Complex[] roots)
    {
        var size = result.Length;
        if (size == 1)
        {
            result[0] = x[start];
            return;
        }

        var factor = SmallestFactor(size);
        var part = size / factor;
        for (var q = 0; q < factor && part > 1; q++)
        {
            Transform(x, start + (q * step), step * factor, result.Slice(q * part, part), roots);
        }

        var (given, joined) = (new Complex[factor], new Complex[factor]);
        for (var k = 0; k < part; k++)
        {
            for (var q = 0; q < factor; q++)
            {
                given[q] = part > 1 ? result[(q * part) + k] : x[start + (q * step)];
            }

            for (var r = 0; r < factor; r++)
            {
                var sum = given[0];
                var turn = ((long)r * part) + k;
                for (var q = 1; q < factor; q++)
                {
                    sum += given[q] * roots[q * turn % size * step];
                }

                joined[r] = sum;
            }

            for (var r = 0; r < factor; r++)
            {
                result[(r * part) + k] = joined[r];
            }
        }
    }

    private static int SmallestFactor(int size)
    {
        for (var factor = 2; (long)factor * factor <= size; factor++)
        {
            if (size % factor == 0)
            {
                return factor;
            }
        }

        return size;
    }
}
