namespace Sconce.Compiler.Evaluation;

/// <summary>Eigenvalues of symmetric matrices: Householder's reflections to three diagonals, and from there implicit QL or QR with shifts, as LAPACK's steqr turns its vectors.</summary>
internal static partial class PlainMatrices
{
    private const int MostTurns = 30;

    /// <summary>Larger problems LAPACK cuts in two, and joins in a way that settles signs otherwise: what a vector has of the cut is negative.</summary>
    private const int MostWhole = 25;
    private const double Tiny = 2.2250738585072014e-308;

    private static void SymmetricEigen(double[,] given, double[,] values, double[,] vectors, double epsilon, bool upper)
    {
        var n = given.GetLength(0);
        var (a, d, e) = (new double[n, n], new double[n], new double[Math.Max(n, 1)]);
        for (var i = 0; i < n; i++)
        {
            vectors[i, i] = 1;
            for (var j = 0; j < n; j++)
            {
                var (row, column) = (Math.Max(i, j), Math.Min(i, j));
                a[i, j] = upper ? given[n - 1 - row, n - 1 - column] : given[row, column];
            }
        }

        var reflections = new List<(double[] V, double Factor)>();
        for (var k = 0; k < n - 1; k++)
        {
            var v = new double[n - k - 1];
            for (var i = k + 1; i < n; i++)
            {
                v[i - k - 1] = a[i, k];
            }

            var factor = Reflector(v);
            (e[k], v[0]) = (v[0], 1);
            reflections.Add((v, factor));

            // H · A · H, of which A's rows first, then its columns.
            Apply(v, factor, a, k + 1, k + 1);
            Transpose(a);
            Apply(v, factor, a, k + 1, k + 1);
        }

        for (var i = 0; i < n; i++)
        {
            d[i] = a[i, i];
        }

        for (var k = n - 2; k >= 0; k--)
        {
            Apply(reflections[k].V, reflections[k].Factor, vectors, k + 1, 0);
        }

        if (upper)
        {
            // The upper half was gone through as a lower one backwards.
            Array.Reverse(d);
            Array.Reverse(e, 0, Math.Max(n - 1, 0));
            Backwards(vectors);
        }

        // Of the sum of the two rows where it is cut.
        var cut = new double[n];
        for (var i = 0; n > MostWhole && i < n; i++)
        {
            cut[i] = vectors[i, (n / 2) - 1] + (Math.CopySign(1, e[(n / 2) - 1]) * vectors[i, n / 2]);
        }

        Diagonalise(d, e, vectors, epsilon);
        for (var j = 0; j < n; j++)
        {
            var part = 0.0;
            for (var i = 0; i < n; i++)
            {
                part += cut[i] * vectors[i, j];
            }

            NegateWhere(part > 0, vectors, j);
        }

        for (var i = 0; i < n; i++)
        {
            values[i, 0] = d[i];
        }
    }

    private static void NegateWhere(bool condition, double[,] a, int column)
    {
        for (var i = 0; condition && i < a.GetLength(0); i++)
        {
            a[i, column] = -a[i, column];
        }
    }

    private static void Backwards(double[,] a)
    {
        var n = a.GetLength(0);
        var reversed = (double[,])a.Clone();
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                a[i, j] = reversed[n - 1 - i, n - 1 - j];
            }
        }
    }

    private static void Transpose(double[,] a)
    {
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var j = 0; j < i; j++)
            {
                (a[i, j], a[j, i]) = (a[j, i], a[i, j]);
            }
        }
    }

    /// <summary>Columns p and q become c · p + s · q and c · q - s · p.</summary>
    private static void Rotate(double[,] z, int p, int q, double c, double s)
    {
        for (var i = 0; i < z.GetLength(0); i++)
        {
            (z[i, p], z[i, q]) = ((c * z[i, p]) + (s * z[i, q]), (c * z[i, q]) - (s * z[i, p]));
        }
    }

    private static void SwapColumns(double[,] z, int p, int q)
    {
        for (var i = 0; i < z.GetLength(0); i++)
        {
            (z[i, p], z[i, q]) = (z[i, q], z[i, p]);
        }
    }

    /// <summary>The rotation that makes (f, g) into (r, 0).</summary>
    private static (double C, double S, double R) Givens(double f, double g)
    {
        if (g == 0)
        {
            return (1, 0, f);
        }

        if (f == 0)
        {
            return (0, Math.CopySign(1, g), Math.Abs(g));
        }

        var r = Math.CopySign(double.Hypot(f, g), f);
        return (f / r, g / r, r);
    }

    private static void Diagonalise(double[] d, double[] e, double[,] z, double epsilon)
    {
        var n = d.Length;
        var turns = n * MostTurns;
        for (var start = 0; start < n && turns > 0;)
        {
            if (start > 0)
            {
                e[start - 1] = 0;
            }

            var end = start;
            while (end < n - 1 && e[end] != 0 && !(Math.Abs(e[end]) <= Math.Sqrt(Math.Abs(d[end])) * Math.Sqrt(Math.Abs(d[end + 1])) * epsilon))
            {
                end++;
            }

            if (end < n - 1)
            {
                e[end] = 0;
            }

            // From the end with the smaller element: QR goes through the same steps backwards.
            var backwards = Math.Abs(d[end]) < Math.Abs(d[start]);
            Block(d, e, z, backwards ? end : start, backwards ? start : end, epsilon, ref turns);
            start = end + 1;
        }

        for (var i = 0; i < n; i++)
        {
            var least = i;
            for (var j = i + 1; j < n; j++)
            {
                least = d[j] < d[least] ? j : least;
            }

            if (least != i)
            {
                (d[i], d[least]) = (d[least], d[i]);
                SwapColumns(z, i, least);
            }
        }
    }

    /// <summary>Finds the eigenvalues from one place to another, one or two at a time.</summary>
    private static void Block(double[] d, double[] e, double[,] z, int l, int last, double epsilon, ref int turns)
    {
        var step = last >= l ? 1 : -1;

        // The element between i and the next in this direction.
        int Between(int i) => step > 0 ? i : i - 1;
        while (step > 0 ? l <= last : l >= last)
        {
            var m = l;
            while (m != last && !(e[Between(m)] * e[Between(m)] <= (epsilon * epsilon * Math.Abs(d[m]) * Math.Abs(d[m + step])) + Tiny))
            {
                m += step;
            }

            if (m != last)
            {
                e[Between(m)] = 0;
            }

            if (m == l)
            {
                l += step;
                continue;
            }

            if (m == l + step)
            {
                var (low, high) = (Math.Min(l, m), Math.Max(l, m));
                var (first, second, cosine, sine) = TwoByTwo(d[low], e[low], d[high]);
                Rotate(z, low, high, cosine, sine);
                (d[low], d[high], e[low]) = (first, second, 0);
                l += 2 * step;
                continue;
            }

            if (turns-- <= 0)
            {
                return;
            }

            var p = d[l];
            var g = (d[l + step] - p) / (2 * e[Between(l)]);
            g = d[m] - p + (e[Between(l)] / (g + Math.CopySign(double.Hypot(g, 1), g)));
            var (c, s) = (1.0, 1.0);
            p = 0;
            for (var i = m - step; step > 0 ? i >= l : i <= l; i -= step)
            {
                var (f, b) = (s * e[Between(i)], c * e[Between(i)]);
                (c, s, var r) = Givens(g, f);
                if (i != m - step)
                {
                    e[Between(i + step)] = r;
                }

                g = d[i + step] - p;
                r = ((d[i] - g) * s) + (2 * c * b);
                p = s * r;
                d[i + step] = g + p;
                g = (c * r) - b;
                Rotate(z, Math.Min(i, i + step), Math.Max(i, i + step), c, -step * s);
            }

            d[l] -= p;
            e[Between(l)] = g;
        }
    }

    /// <summary>The larger eigenvalue (by magnitude) of [a b; b c], the other, and the larger one's vector.</summary>
    private static (double First, double Second, double Cosine, double Sine) TwoByTwo(double a, double b, double c)
    {
        var (sum, difference, twice) = (a + c, a - c, b + b);
        var (larger, smaller) = Math.Abs(a) > Math.Abs(c) ? (a, c) : (c, a);
        var root = double.Hypot(difference, twice);
        var sign = sum < 0 ? -1 : 1;
        var first = 0.5 * (sum + (sign * root));
        var second = sum == 0 ? -0.5 * root : ((larger / first) * smaller) - ((b / first) * b);
        var (other, x) = difference >= 0 ? (1, difference + root) : (-1, difference - root);
        double cosine, sine;
        if (Math.Abs(x) > Math.Abs(twice))
        {
            var cotangent = -twice / x;
            sine = 1 / Math.Sqrt(1 + (cotangent * cotangent));
            cosine = cotangent * sine;
        }
        else if (twice == 0)
        {
            (cosine, sine) = (1, 0);
        }
        else
        {
            var tangent = -x / twice;
            cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
            sine = tangent * cosine;
        }

        return sign == other ? (first, second, -sine, cosine) : (first, second, cosine, sine);
    }
}
