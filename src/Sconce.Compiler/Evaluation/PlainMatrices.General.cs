using System.Numerics;

namespace Sconce.Compiler.Evaluation;

/// <summary>Eigenvalues of matrices that are not symmetric: balanced, with zeros below the second diagonal, and from there Francis's double steps, as LAPACK's geev takes them.</summary>
internal static partial class PlainMatrices
{
    private const double LeastApart = 1e-140;

    private static void GeneralEigen(double[,] given, double[][,] made, double epsilon)
    {
        var n = given.GetLength(0);
        var (h, z) = ((double[,])given.Clone(), new double[n, n]);
        var scales = Balance(h);
        for (var i = 0; i < n; i++)
        {
            z[i, i] = 1;
        }

        for (var k = 0; k < n - 2; k++)
        {
            var v = new double[n - k - 1];
            for (var i = k + 1; i < n; i++)
            {
                v[i - k - 1] = h[i, k];
            }

            var factor = Reflector(v);
            for (var i = k + 1; i < n; i++)
            {
                h[i, k] = i == k + 1 ? v[0] : 0;
            }

            v[0] = 1;
            Apply(v, factor, h, k + 1, k + 1);
            ApplyRight(v, factor, h, k + 1);
            ApplyRight(v, factor, z, k + 1);
        }

        var values = Francis(h, z, 2 * epsilon);
        for (var i = 0; i < n; i++)
        {
            (made[0][i, 0], made[1][i, 0]) = (values[i].Real, values[i].Imaginary);
        }

        for (var k = 0; k < n; k++)
        {
            var pair = values[k].Imaginary != 0;
            var vector = Vector(h, z, values[k], pair ? k + 1 : k, scales);
            for (var i = 0; i < n; i++)
            {
                (made[2][i, k], made[3][i, k]) = (vector[i].Real, vector[i].Imaginary);
                if (pair)
                {
                    (made[2][i, k + 1], made[3][i, k + 1]) = (vector[i].Real, -vector[i].Imaginary);
                }
            }

            k += pair ? 1 : 0;
        }
    }

    /// <summary>The same for columns: takes factor · (c · v) · vᵀ off c.</summary>
    private static void ApplyRight(double[] v, double factor, double[,] c, int column)
    {
        for (var i = 0; i < c.GetLength(0); i++)
        {
            var sum = 0.0;
            for (var j = 0; j < v.Length; j++)
            {
                sum += c[i, column + j] * v[j];
            }

            for (var j = 0; j < v.Length; j++)
            {
                c[i, column + j] -= factor * sum * v[j];
            }
        }
    }

    /// <summary>Multiplies rows and divides columns by powers of two until both are alike in length.</summary>
    private static double[] Balance(double[,] a)
    {
        var n = a.GetLength(0);
        var scales = Enumerable.Repeat(1.0, n).ToArray();
        for (var (again, round) = (true, 0); again && round < 100; round++)
        {
            again = false;
            for (var i = 0; i < n; i++)
            {
                var (c, r) = (0.0, 0.0);
                for (var j = 0; j < n; j++)
                {
                    (c, r) = (double.Hypot(c, a[j, i]), double.Hypot(r, a[i, j]));
                }

                if (!(c > 0) || !(r > 0) || double.IsInfinity(c) || double.IsInfinity(r))
                {
                    continue;
                }

                var (f, sum) = (1.0, c + r);
                for (; c < r / 2; f *= 2)
                {
                    (c, r) = (c * 2, r / 2);
                }

                for (; c / 2 >= r; f /= 2)
                {
                    (c, r) = (c / 2, r * 2);
                }

                if (c + r >= 0.95 * sum)
                {
                    continue;
                }

                (again, scales[i]) = (true, scales[i] * f);
                for (var j = 0; j < n; j++)
                {
                    a[i, j] /= f;
                }

                for (var j = 0; j < n; j++)
                {
                    a[j, i] *= f;
                }
            }
        }

        return scales;
    }

    /// <summary>Turns h into blocks of one and two along the diagonal, and z's columns with it.</summary>
    private static Complex[] Francis(double[,] h, double[,] z, double rounding)
    {
        var n = h.GetLength(0);
        var values = new Complex[n];
        var small = Tiny * (n / rounding);
        var turns = 30 * Math.Max(10, n);
        for (int i = n - 1, low, count = 0; i >= 0;)
        {
            for (low = i; low > 0 && !Splits(h, low, rounding, small); low--)
            {
            }

            if (low > 0)
            {
                h[low, low - 1] = 0;
            }

            if (low == i)
            {
                values[i] = h[i, i];
                (i, count) = (i - 1, 0);
                continue;
            }

            if (low == i - 1)
            {
                var (c, s) = Standard(h, i - 1, rounding);
                for (var j = i + 1; j < n; j++)
                {
                    (h[i - 1, j], h[i, j]) = ((c * h[i - 1, j]) + (s * h[i, j]), (c * h[i, j]) - (s * h[i - 1, j]));
                }

                for (var j = 0; j < i - 1; j++)
                {
                    (h[j, i - 1], h[j, i]) = ((c * h[j, i - 1]) + (s * h[j, i]), (c * h[j, i]) - (s * h[j, i - 1]));
                }

                Rotate(z, i - 1, i, c, s);
                var imaginary = h[i, i - 1] == 0 ? 0 : Math.Sqrt(Math.Abs(h[i - 1, i])) * Math.Sqrt(Math.Abs(h[i, i - 1]));
                (values[i - 1], values[i]) = (new(h[i - 1, i - 1], imaginary), new(h[i, i], -imaginary));
                (i, count) = (i - 2, 0);
                continue;
            }

            if (turns-- <= 0)
            {
                Array.Fill(values, double.NaN, 0, i + 1);
                return values;
            }

            DoubleStep(h, z, low, i, ++count, rounding);
        }

        return values;
    }

    private static bool Splits(double[,] h, int k, double rounding, double small)
    {
        var below = Math.Abs(h[k, k - 1]);
        if (below <= small)
        {
            return true;
        }

        var n = h.GetLength(0);
        var beside = Math.Abs(h[k - 1, k - 1]) + Math.Abs(h[k, k]);
        if (beside == 0)
        {
            beside = (k >= 2 ? Math.Abs(h[k - 1, k - 2]) : 0) + (k + 1 < n ? Math.Abs(h[k + 1, k]) : 0);
        }

        if (!(below <= rounding * beside))
        {
            return false;
        }

        var (above, difference, own) = (Math.Abs(h[k - 1, k]), Math.Abs(h[k - 1, k - 1] - h[k, k]), Math.Abs(h[k, k]));
        var (ab, ba, aa, bb) = (Math.Max(below, above), Math.Min(below, above), Math.Max(own, difference), Math.Min(own, difference));
        return ba * (ab / (aa + ab)) <= Math.Max(small, rounding * (bb * (aa / (aa + ab))));
    }

    private static void DoubleStep(double[,] h, double[,] z, int low, int i, int count, double rounding)
    {
        var (a, b, c, d) = (h[i - 1, i - 1], h[i - 1, i], h[i, i - 1], h[i, i]);
        if (count % 10 == 0)
        {
            // Shifts of another kind, where the usual ones lead round and round.
            var end = count % 20 == 0;
            var weight = end ? Math.Abs(h[i, i - 1]) + Math.Abs(h[i - 1, i - 2]) : Math.Abs(h[low + 1, low]) + Math.Abs(h[low + 2, low + 1]);
            a = (0.75 * weight) + (end ? h[i, i] : h[low, low]);
            (b, c, d) = (-0.4375 * weight, weight, a);
        }

        Complex first = 0, second = 0;
        var size = Math.Abs(a) + Math.Abs(b) + Math.Abs(c) + Math.Abs(d);
        if (size != 0)
        {
            (a, b, c, d) = (a / size, b / size, c / size, d / size);
            var half = (a + d) / 2;
            var determinant = ((a - half) * (d - half)) - (b * c);
            var root = Math.Sqrt(Math.Abs(determinant));
            if (determinant >= 0)
            {
                (first, second) = (new(half * size, root * size), new(half * size, -root * size));
            }
            else
            {
                first = second = (Math.Abs(half + root - d) <= Math.Abs(half - root - d) ? half + root : half - root) * size;
            }
        }

        var v = new double[3];
        int m;
        for (m = i - 2; ; m--)
        {
            var s = Math.Abs(h[m, m] - second.Real) + Math.Abs(second.Imaginary) + Math.Abs(h[m + 1, m]);
            var below = h[m + 1, m] / s;
            v[0] = (below * h[m, m + 1]) + ((h[m, m] - first.Real) * ((h[m, m] - second.Real) / s)) - (first.Imaginary * (second.Imaginary / s));
            v[1] = below * (h[m, m] + h[m + 1, m + 1] - first.Real - second.Real);
            v[2] = below * h[m + 2, m + 1];
            s = Math.Abs(v[0]) + Math.Abs(v[1]) + Math.Abs(v[2]);
            (v[0], v[1], v[2]) = (v[0] / s, v[1] / s, v[2] / s);
            if (m == low || Math.Abs(h[m, m - 1]) * (Math.Abs(v[1]) + Math.Abs(v[2]))
                <= rounding * Math.Abs(v[0]) * (Math.Abs(h[m - 1, m - 1]) + Math.Abs(h[m, m]) + Math.Abs(h[m + 1, m + 1])))
            {
                break;
            }
        }

        var n = h.GetLength(0);
        for (var k = m; k < i; k++)
        {
            var size3 = Math.Min(3, i - k + 1);
            var x = new double[size3];
            for (var q = 0; q < size3; q++)
            {
                x[q] = k > m ? h[k + q, k - 1] : v[q];
            }

            var factor = Reflector(x);
            if (k > m)
            {
                for (var q = 0; q < size3; q++)
                {
                    h[k + q, k - 1] = q == 0 ? x[0] : 0;
                }
            }
            else if (m > low)
            {
                h[k, k - 1] *= 1 - factor;
            }

            x[0] = 1;
            Apply(x, factor, h, k, k);
            var rows = Math.Min(k + 3, i);
            for (var j = 0; j < n; j++)
            {
                var (sum, whole) = (0.0, 0.0);
                for (var q = 0; q < size3; q++)
                {
                    (sum, whole) = (sum + (x[q] * h[j, k + q]), whole + (x[q] * z[j, k + q]));
                }

                for (var q = 0; q < size3; q++)
                {
                    h[j, k + q] -= j <= rows ? factor * sum * x[q] : 0;
                    z[j, k + q] -= factor * whole * x[q];
                }
            }
        }
    }

    /// <summary>Makes a block of two into two real eigenvalues, or into one with equal elements on its diagonal; gives the rotation.</summary>
    private static (double C, double S) Standard(double[,] h, int k, double rounding)
    {
        var (a, b, c, d) = (h[k, k], h[k, k + 1], h[k + 1, k], h[k + 1, k + 1]);
        var (cosine, sine) = (1.0, 0.0);
        if (c != 0 && b == 0)
        {
            (cosine, sine, a, b, c, d) = (0, 1, d, -c, 0, a);
        }
        else if (c != 0 && !(a - d == 0 && Math.Sign(b) != Math.Sign(c)))
        {
            var difference = a - d;
            var p = 0.5 * difference;
            var (most, least) = (Math.Max(Math.Abs(b), Math.Abs(c)), Math.Min(Math.Abs(b), Math.Abs(c)) * Math.Sign(b) * Math.Sign(c));
            var scale = Math.Max(Math.Abs(p), most);
            var w = (p / scale * p) + (most / scale * least);
            if (w >= 4 * rounding)
            {
                w = p + Math.CopySign(Math.Sqrt(scale) * Math.Sqrt(w), p);
                (a, d) = (d + w, d - (most / w * least));
                var length = double.Hypot(c, w);
                (cosine, sine, b, c) = (w / length, c / length, b - c, 0);
            }
            else
            {
                var sigma = b + c;
                var length = double.Hypot(sigma, difference);
                cosine = Math.Sqrt(0.5 * (1 + (Math.Abs(sigma) / length)));
                sine = -(p / (length * cosine)) * Math.CopySign(1, sigma);
                var (aa, bb, cc, dd) = ((a * cosine) + (b * sine), (b * cosine) - (a * sine), (c * cosine) + (d * sine), (d * cosine) - (c * sine));
                (a, b, c, d) = ((aa * cosine) + (cc * sine), (bb * cosine) + (dd * sine), (cc * cosine) - (aa * sine), (dd * cosine) - (bb * sine));
                var mean = 0.5 * (a + d);
                (a, d) = (mean, mean);
                if (c != 0 && b == 0)
                {
                    (b, c, cosine, sine) = (-c, 0, -sine, cosine);
                }
                else if (c != 0 && Math.Sign(b) == Math.Sign(c))
                {
                    var (rootB, rootC) = (Math.Sqrt(Math.Abs(b)), Math.Sqrt(Math.Abs(c)));
                    p = Math.CopySign(rootB * rootC, c);
                    var inverse = 1 / Math.Sqrt(Math.Abs(b + c));
                    (a, d, b, c) = (mean + p, mean - p, b - c, 0);
                    var (c1, s1) = (rootB * inverse, rootC * inverse);
                    (cosine, sine) = ((cosine * c1) - (sine * s1), (cosine * s1) + (sine * c1));
                }
            }
        }

        (h[k, k], h[k, k + 1], h[k + 1, k], h[k + 1, k + 1]) = (a, b, c, d);
        return (cosine, sine);
    }

    /// <summary>The vector of an eigenvalue whose block ends at a place: solved backwards, turned, unbalanced, of length 1, its largest element real.</summary>
    private static Complex[] Vector(double[,] t, double[,] z, Complex value, int last, double[] scales)
    {
        var n = t.GetLength(0);
        var (x, top) = (new Complex[n], last);
        if (value.Imaginary == 0)
        {
            x[last] = 1;
        }
        else
        {
            top = last - 1;
            (x[top], x[last]) = Math.Abs(t[top, last]) >= Math.Abs(t[last, top])
                ? (1, new Complex(0, value.Imaginary / t[top, last]))
                : (-value.Imaginary / t[last, top], Complex.ImaginaryOne);
        }

        // Equal eigenvalues are taken for so far apart.
        var least = Math.Max(Math.ScaleB(Math.Abs(value.Real) + Math.Abs(value.Imaginary), -52), LeastApart);
        for (var j = top - 1; j >= 0; j--)
        {
            Complex Rest(int row)
            {
                Complex sum = 0;
                for (var k = j + 1; k <= last; k++)
                {
                    sum -= t[row, k] * x[k];
                }

                return sum;
            }

            if (j > 0 && t[j, j - 1] != 0)
            {
                var (p, q) = (Rest(j - 1), Rest(j));
                var (a, d) = (t[j - 1, j - 1] - value, t[j, j] - value);
                var determinant = (a * d) - (t[j - 1, j] * t[j, j - 1]);
                determinant = Complex.Abs(determinant) < least * least ? least * least : determinant;
                (x[j - 1], x[j]) = (((d * p) - (t[j - 1, j] * q)) / determinant, ((a * q) - (t[j, j - 1] * p)) / determinant);
                j--;
                continue;
            }

            var divisor = t[j, j] - value;
            x[j] = Rest(j) / (Complex.Abs(divisor) < least ? least : divisor);
        }

        var vector = new Complex[n];
        for (var i = 0; i < n; i++)
        {
            for (var k = 0; k <= last; k++)
            {
                vector[i] += z[i, k] * x[k];
            }

            vector[i] *= scales[i];
        }

        var length = Math.Sqrt(vector.Sum(element => (element.Real * element.Real) + (element.Imaginary * element.Imaginary)));
        var largest = vector.MaxBy(element => (element.Real * element.Real) + (element.Imaginary * element.Imaginary));
        var (c, s, _) = Givens(largest.Real, largest.Imaginary);
        return Array.ConvertAll(vector, element => element * new Complex(c, -s) / length);
    }
}
