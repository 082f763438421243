namespace Sconce.Compiler.Evaluation;

/// <summary>Singular values: Householder's reflections from both sides to two diagonals, and from there implicit QR, with the choices of LAPACK's gesdd and bdsqr.</summary>
internal static partial class PlainMatrices
{
    /// <summary>Vectors are columns of u (m x …) and v (n x …), each with at least min(m, n).</summary>
    private static void Singular(double[,] a, double[,] values, double[,] u, double[,] v, double epsilon)
    {
        var (m, n) = (a.GetLength(0), a.GetLength(1));
        if (m < n)
        {
            // Of a flat matrix the transpose is reduced; a very flat one's triangle is turned back, and so has its sides exchanged once more.
            Reduce(Transposed(a), values, v, u, epsilon, exchanged: true);
        }
        else
        {
            Reduce(a, values, u, v, epsilon, exchanged: false);
        }
    }

    private static double[,] Transposed(double[,] a)
    {
        var result = new double[a.GetLength(1), a.GetLength(0)];
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var j = 0; j < a.GetLength(1); j++)
            {
                result[j, i] = a[i, j];
            }
        }

        return result;
    }

    /// <summary>For m >= n.</summary>
    private static void Reduce(double[,] a, double[,] values, double[,] u, double[,] v, double epsilon, bool exchanged)
    {
        var (m, n) = (a.GetLength(0), a.GetLength(1));
        for (var i = 0; i < u.GetLength(1); i++)
        {
            u[i, i] = 1;
        }

        if (m >= (int)(n * 11L / 6) && m > n)
        {
            // A high matrix: its triangle first.
            var factors = new double[n, 1];
            Householder(a, factors);
            var triangle = new double[n, n];
            for (var i = 0; i < n; i++)
            {
                for (var j = i; j < n; j++)
                {
                    triangle[exchanged ? j : i, exchanged ? i : j] = a[i, j];
                }
            }

            var (left, right) = (new double[n, n], new double[n, n]);
            Reduce(triangle, values, left, right, epsilon, exchanged: false);
            var (own, other) = exchanged ? (right, left) : (left, right);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    (u[i, j], v[i, j]) = (own[i, j], other[i, j]);
                }
            }

            Reflect(a, factors, u, back: false);
            return;
        }

        var (d, e) = (new double[n], new double[Math.Max(n, 1)]);
        var (lefts, rights) = (new List<(double[] V, double Factor)>(), new List<(double[] V, double Factor)>());
        for (var k = 0; k < n; k++)
        {
            var x = new double[m - k];
            for (var i = k; i < m; i++)
            {
                x[i - k] = a[i, k];
            }

            var factor = Reflector(x);
            (d[k], x[0]) = (x[0], 1);
            lefts.Add((x, factor));
            Apply(x, factor, a, k, k + 1);
            if (k == n - 1)
            {
                break;
            }

            var y = new double[n - k - 1];
            for (var j = k + 1; j < n; j++)
            {
                y[j - k - 1] = a[k, j];
            }

            factor = Reflector(y);
            (e[k], y[0]) = (y[0], 1);
            rights.Add((y, factor));
            a = Transposed(a);
            Apply(y, factor, a, k + 1, k + 1);
            a = Transposed(a);
        }

        var (p, q) = (new double[n, n], new double[n, n]);
        for (var i = 0; i < n; i++)
        {
            p[i, i] = q[i, i] = 1;
        }

        if (exchanged)
        {
            DiagonaliseLower(d, e, q, p, epsilon);
        }
        else
        {
            DiagonaliseUpper(d, e, p, q, epsilon);
        }

        for (var i = 0; i < n; i++)
        {
            values[i, 0] = d[i];
            for (var j = 0; j < n; j++)
            {
                (u[i, j], v[i, j]) = (p[i, j], q[i, j]);
            }
        }

        for (var k = n - 1; k >= 0; k--)
        {
            Apply(lefts[k].V, lefts[k].Factor, u, k, 0);
        }

        for (var k = rights.Count - 1; k >= 0; k--)
        {
            Apply(rights[k].V, rights[k].Factor, v, k + 1, 0);
        }
    }

    /// <summary>The second diagonal below: rotated above, found there, and the left vectors rotated back.</summary>
    private static void DiagonaliseLower(double[] d, double[] e, double[,] left, double[,] right, double epsilon)
    {
        var rotations = new List<(double C, double S)>();
        for (var i = 0; i < d.Length - 1; i++)
        {
            var (c, s, r) = Givens(d[i], e[i]);
            (d[i], e[i], d[i + 1]) = (r, s * d[i + 1], c * d[i + 1]);
            rotations.Add((c, s));
        }

        DiagonaliseUpper(d, e, left, right, epsilon);
        for (var i = d.Length - 2; i >= 0; i--)
        {
            for (var j = 0; j < left.GetLength(1); j++)
            {
                var (x, y, c, s) = (left[i, j], left[i + 1, j], rotations[i].C, rotations[i].S);
                (left[i, j], left[i + 1, j]) = ((c * x) - (s * y), (c * y) + (s * x));
            }
        }
    }

    private static void DiagonaliseUpper(double[] d, double[] e, double[,] left, double[,] right, double epsilon)
    {
        var n = d.Length;
        var tolerance = Math.Clamp(Math.Pow(epsilon, -0.125), 10, 100) * epsilon;
        var least = n == 0 ? 0 : Math.Abs(d[0]);
        for (var (i, mu) = (1, least); i < n && least != 0; i++)
        {
            mu = Math.Abs(d[i]) * (mu / (mu + Math.Abs(e[i - 1])));
            least = Math.Min(least, mu);
        }

        var threshold = Math.Max(tolerance * least / Math.Sqrt(Math.Max(n, 1)), 6.0 * n * n * Tiny);
        var (turns, low, high, oldLow, oldHigh, down) = (6 * n * n, 0, n - 1, -1, -1, true);
        while (high > 0)
        {
            if (turns <= 0)
            {
                break;
            }

            // The last block without a zero on its second diagonal.
            var largest = Math.Abs(d[high]);
            for (low = high - 1; low >= 0 && !(Math.Abs(e[low]) <= threshold); low--)
            {
                largest = Math.Max(largest, Math.Max(Math.Abs(d[low]), Math.Abs(e[low])));
            }

            if (low >= 0)
            {
                e[low] = 0;
            }

            low++;
            if (low == high)
            {
                high--;
                continue;
            }

            if (low == high - 1)
            {
                var two = TriangularTwo(d[low], e[low], d[high], epsilon);
                (d[low], e[low], d[high]) = (two.Larger, 0, two.Smaller);
                Rotate(right, low, high, two.RightCosine, two.RightSine);
                Rotate(left, low, high, two.LeftCosine, two.LeftSine);
                high -= 2;
                continue;
            }

            // Towards the smaller end.
            if (low > oldHigh || high < oldLow)
            {
                down = Math.Abs(d[low]) >= Math.Abs(d[high]);
            }

            var (from, to, step) = down ? (low, high, 1) : (high, low, -1);
            int Between(int i) => step > 0 ? i : i - 1;
            if (Math.Abs(e[Between(to - step)]) <= tolerance * Math.Abs(d[to]))
            {
                e[Between(to - step)] = 0;
                continue;
            }

            var smallest = Math.Abs(d[from]);
            var (split, m) = (false, smallest);
            for (var i = from; i != to && !split; i += step)
            {
                if (Math.Abs(e[Between(i)]) <= tolerance * m)
                {
                    (e[Between(i)], split) = (0, true);
                    break;
                }

                m = Math.Abs(d[i + step]) * (m / (m + Math.Abs(e[Between(i)])));
                smallest = Math.Min(smallest, m);
            }

            if (split)
            {
                continue;
            }

            (oldLow, oldHigh) = (low, high);
            turns -= high - low;
            var shift = 0.0;
            if (n * tolerance * (smallest / largest) > Math.Max(epsilon, 0.01 * tolerance))
            {
                shift = down ? SmallerOf(d[high - 1], e[high - 1], d[high]) : SmallerOf(d[low], e[low], d[low + 1]);
                var ratio = shift / Math.Abs(d[from]);
                shift = d[from] != 0 && ratio * ratio < epsilon ? 0 : shift;
            }

            // Rotations of one side are of the other where the way is backwards.
            var (near, far) = down ? (right, left) : (left, right);
            if (shift == 0)
            {
                var (c, oldC, oldS) = (1.0, 1.0, 0.0);
                for (var i = from; i != to; i += step)
                {
                    (c, var s, var r) = Givens(d[i] * c, e[Between(i)]);
                    if (i != from)
                    {
                        e[Between(i - step)] = oldS * r;
                    }

                    (oldC, oldS, d[i]) = Givens(oldC * r, d[i + step] * s);
                    Rotate(near, Math.Min(i, i + step), Math.Max(i, i + step), c, step * s);
                    Rotate(far, Math.Min(i, i + step), Math.Max(i, i + step), oldC, step * oldS);
                }

                var h = d[to] * c;
                (d[to], e[Between(to - step)]) = (h * oldC, h * oldS);
            }
            else
            {
                var f = (Math.Abs(d[from]) - shift) * (Math.CopySign(1, d[from]) + (shift / d[from]));
                var g = e[Between(from)];
                for (var i = from; i != to; i += step)
                {
                    var (c, s, r) = Givens(f, g);
                    if (i != from)
                    {
                        e[Between(i - step)] = r;
                    }

                    f = (c * d[i]) + (s * e[Between(i)]);
                    e[Between(i)] = (c * e[Between(i)]) - (s * d[i]);
                    g = s * d[i + step];
                    d[i + step] *= c;
                    Rotate(near, Math.Min(i, i + step), Math.Max(i, i + step), c, step * s);
                    (c, s, d[i]) = Givens(f, g);
                    f = (c * e[Between(i)]) + (s * d[i + step]);
                    d[i + step] = (c * d[i + step]) - (s * e[Between(i)]);
                    if (i != to - step)
                    {
                        g = s * e[Between(i + step)];
                        e[Between(i + step)] *= c;
                    }

                    Rotate(far, Math.Min(i, i + step), Math.Max(i, i + step), c, step * s);
                }

                e[Between(to - step)] = f;
            }

            if (Math.Abs(e[Between(to - step)]) <= threshold)
            {
                e[Between(to - step)] = 0;
            }
        }

        for (var i = 0; i < n; i++)
        {
            // Of a single one the left side takes the sign.
            NegateWhere(d[i] < 0, n == 1 ? left : right, i);
            d[i] = Math.Abs(d[i]);
            var cut = n > MostWhole && left[n / 2, i] > 0;
            NegateWhere(cut, left, i);
            NegateWhere(cut, right, i);
        }

        for (var last = n - 1; last > 0; last--)
        {
            var place = 0;
            for (var j = 1; j <= last; j++)
            {
                place = d[j] <= d[place] ? j : place;
            }

            if (place != last)
            {
                (d[place], d[last]) = (d[last], d[place]);
                SwapColumns(left, place, last);
                SwapColumns(right, place, last);
            }
        }
    }

    /// <summary>The smaller singular value of [f g; 0 h].</summary>
    private static double SmallerOf(double f, double g, double h)
    {
        var (low, high) = (Math.Min(Math.Abs(f), Math.Abs(h)), Math.Max(Math.Abs(f), Math.Abs(h)));
        g = Math.Abs(g);
        if (low == 0)
        {
            return 0;
        }

        var (sum, difference) = (1 + (low / high), (high - low) / high);
        if (g < high)
        {
            var ratio = g / high;
            return low * (2 / (double.Hypot(sum, ratio) + double.Hypot(difference, ratio)));
        }

        var inverse = high / g;
        return inverse == 0 ? low * high / g : 2 * (low * (1 / (double.Hypot(1, sum * inverse) + double.Hypot(1, difference * inverse)))) * inverse;
    }

    /// <summary>Singular values and vectors of [f g; 0 h], the value that is larger by magnitude first; both with signs.</summary>
    private static (double Larger, double Smaller, double RightCosine, double RightSine, double LeftCosine, double LeftSine) TriangularTwo(
        double f, double g, double h, double epsilon)
    {
        var (ft, ht) = (f, h);
        var exchanged = Math.Abs(h) > Math.Abs(f);
        if (exchanged)
        {
            (ft, ht) = (h, f);
        }

        var (fa, ga, ha) = (Math.Abs(ft), Math.Abs(g), Math.Abs(ht));
        double larger, smaller, leftCosine, leftSine, rightCosine, rightSine;
        if (ga == 0)
        {
            (larger, smaller, leftCosine, leftSine, rightCosine, rightSine) = (fa, ha, 1, 0, 1, 0);
        }
        else if (ga > fa && fa / ga < epsilon)
        {
            (larger, smaller) = (ga, ha > 1 ? fa / (ga / ha) : fa / ga * ha);
            (leftCosine, leftSine, rightSine, rightCosine) = (1, ht / g, 1, ft / g);
        }
        else
        {
            var d = fa - ha;
            var l = d / fa;
            var m = g / ft;
            var t = 2 - l;
            var (s, r) = (Math.Sqrt((t * t) + (m * m)), l == 0 ? Math.Abs(m) : Math.Sqrt((l * l) + (m * m)));
            var a = 0.5 * (s + r);
            (larger, smaller) = (fa * a, ha / a);
            t = m * m != 0 ? ((m / (s + t)) + (m / (r + l))) * (1 + a)
                : l == 0 ? Math.CopySign(2, ft) * Math.CopySign(1, g)
                : (g / Math.CopySign(d, ft)) + (m / t);
            l = Math.Sqrt((t * t) + 4);
            (rightCosine, rightSine) = (2 / l, t / l);
            (leftCosine, leftSine) = ((rightCosine + (rightSine * m)) / a, ht / ft * rightSine / a);
        }

        if (exchanged)
        {
            (leftCosine, leftSine, rightCosine, rightSine) = (rightSine, rightCosine, leftSine, leftCosine);
        }

        // The largest element by magnitude settles the signs.
        var sign = ga > fa ? Sign(rightSine) * Sign(leftCosine) * Sign(g)
            : exchanged ? Sign(rightSine) * Sign(leftSine) * Sign(h)
            : Sign(rightCosine) * Sign(leftCosine) * Sign(f);
        return (Math.CopySign(larger, sign), Math.CopySign(smaller, sign * Sign(f) * Sign(h)), rightCosine, rightSine, leftCosine, leftSine);

        static double Sign(double x) => Math.CopySign(1, x);
    }
}
