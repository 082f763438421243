using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Evaluation;

/// <summary>Linear algebra by its textbook loops.</summary>
internal static partial class PlainMatrices
{
    public static void Compute(MatrixWork work, double[][,] given, double[][,] made, double epsilon)
    {
        switch (work)
        {
            case MatrixWork.Lu:
                Lu(Copied(given[0], made[0]), made[1], made[2]);
                break;
            case MatrixWork.Permutation:
                Permutation(given[0], made[0]);
                break;
            case MatrixWork.Cholesky:
                Cholesky(given[0], made[0], made[1]);
                break;
            case MatrixWork.Ldl:
                Ldl(Copied(given[0], made[0]), made[1], made[2]);
                break;
            case MatrixWork.LdlSolve:
                LdlSolve(given[0], given[1], Copied(given[2], made[0]));
                break;
            case MatrixWork.Householder:
                Householder(Copied(given[0], made[0]), made[1]);
                break;
            case MatrixWork.Reflect:
                Reflect(given[0], given[1], Copied(given[2], made[0]), back: false);
                break;
            case MatrixWork.ReflectBack:
                Reflect(given[0], given[1], Copied(given[2], made[0]), back: true);
                break;
            case MatrixWork.SolveLower:
                SolveLower(given[0], Copied(given[1], made[0]));
                break;
            case MatrixWork.Exponential:
                Exponential(given[0], made[0]);
                break;
            case MatrixWork.SymmetricEigen:
                SymmetricEigen(given[0], made[0], made[1], epsilon, upper: false);
                break;
            case MatrixWork.SymmetricEigenUpper:
                SymmetricEigen(given[0], made[0], made[1], epsilon, upper: true);
                break;
            case MatrixWork.GeneralEigen:
                GeneralEigen(given[0], made, epsilon);
                break;
            case MatrixWork.Singular:
                Singular(given[0], made[0], made[1], made[2], epsilon);
                break;
            default:
                throw new NotSupportedException($"No evaluation of {work}.");
        }
    }

    private static double[,] Copied(double[,] from, double[,] to)
    {
        Array.Copy(from, to, from.Length);
        return to;
    }

    private static void SwapRows(double[,] a, int p, int q, int from, int to)
    {
        for (var j = from; j < to; j++)
        {
            (a[p, j], a[q, j]) = (a[q, j], a[p, j]);
        }
    }

    private static void Lu(double[,] a, double[,] pivots, double[,] info)
    {
        var (m, n) = (a.GetLength(0), a.GetLength(1));
        for (var k = 0; k < Math.Min(m, n); k++)
        {
            var p = Enumerable.Range(k, m - k).MaxBy(i => Math.Abs(a[i, k]));
            pivots[k, 0] = p + 1;
            SwapRows(a, k, p, 0, n);
            if (a[k, k] == 0)
            {
                info[0, 0] = info[0, 0] == 0 ? k + 1 : info[0, 0];
                continue;
            }

            for (var i = k + 1; i < m; i++)
            {
                a[i, k] /= a[k, k];
                for (var j = k + 1; j < n; j++)
                {
                    a[i, j] -= a[i, k] * a[k, j];
                }
            }
        }
    }

    private static void Permutation(double[,] pivots, double[,] rows)
    {
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i, 0] = i;
        }

        for (var k = 0; k < pivots.Length; k++)
        {
            var p = Math.Clamp((int)pivots[k, 0] - 1, 0, rows.Length - 1);
            (rows[k, 0], rows[p, 0]) = (rows[p, 0], rows[k, 0]);
        }
    }

    private static void Cholesky(double[,] a, double[,] l, double[,] info)
    {
        for (var j = 0; j < a.GetLength(0); j++)
        {
            for (var i = j; i < a.GetLength(0); i++)
            {
                var rest = a[i, j];
                for (var k = 0; k < j; k++)
                {
                    rest -= l[i, k] * l[j, k];
                }

                l[i, j] = i == j ? rest : rest / l[j, j];
                if (i == j && !(rest > 0))
                {
                    info[0, 0] = j + 1;
                    return;
                }

                l[i, j] = i == j ? Math.Sqrt(rest) : l[i, j];
            }
        }
    }

    /// <summary>A pivot is one element of the diagonal, or two with the one between them; a negative number stands for such a pair.</summary>
    private static void Ldl(double[,] a, double[,] pivots, double[,] info)
    {
        var n = a.GetLength(0);
        var alpha = (1 + Math.Sqrt(17)) / 8;
        double Lower(int i, int j) => i >= j ? a[i, j] : a[j, i];
        for (int k = 0, size; k < n; k += size)
        {
            size = 1;
            var p = k;
            var diagonal = Math.Abs(a[k, k]);
            var (largest, at) = (0.0, k);
            for (var i = k + 1; i < n; i++)
            {
                (largest, at) = Math.Abs(a[i, k]) > largest ? (Math.Abs(a[i, k]), i) : (largest, at);
            }

            if (Math.Max(diagonal, largest) == 0 || double.IsNaN(diagonal))
            {
                info[0, 0] = info[0, 0] == 0 ? k + 1 : info[0, 0];
                pivots[k, 0] = k + 1;
                continue;
            }

            if (diagonal < alpha * largest)
            {
                var other = 0.0;
                for (var j = k; j < n; j++)
                {
                    other = j == at ? other : Math.Max(other, Math.Abs(Lower(at, j)));
                }

                (p, size) = diagonal >= alpha * largest * (largest / other) ? (k, 1) : Math.Abs(a[at, at]) >= alpha * other ? (at, 1) : (at, 2);
            }

            var to = k + size - 1;
            if (p != to)
            {
                // Rows and columns of what is left, of which the lower half is there.
                for (var i = p + 1; i < n; i++)
                {
                    (a[i, to], a[i, p]) = (a[i, p], a[i, to]);
                }

                for (var j = to + 1; j < p; j++)
                {
                    (a[j, to], a[p, j]) = (a[p, j], a[j, to]);
                }

                (a[to, to], a[p, p]) = (a[p, p], a[to, to]);
                if (size == 2)
                {
                    (a[k + 1, k], a[p, k]) = (a[p, k], a[k + 1, k]);
                }
            }

            for (var q = 0; q < size; q++)
            {
                pivots[k + q, 0] = size == 1 ? p + 1 : -(p + 1);
            }

            var (x, y, z) = size == 2 ? (a[k, k], a[k + 1, k], a[k + 1, k + 1]) : (a[k, k], 0, 1);
            var determinant = (x * z) - (y * y);
            var factors = new double[n, 2];
            for (var i = k + size; i < n; i++)
            {
                var (u, v) = (a[i, k], size == 2 ? a[i, k + 1] : 0);
                (factors[i, 0], factors[i, 1]) = size == 2 ? (((z * u) - (y * v)) / determinant, ((x * v) - (y * u)) / determinant) : (u / x, 0);
            }

            for (var j = k + size; j < n; j++)
            {
                for (var i = j; i < n; i++)
                {
                    a[i, j] -= (factors[i, 0] * a[j, k]) + (size == 2 ? factors[i, 1] * a[j, k + 1] : 0);
                }
            }

            for (var i = k + size; i < n; i++)
            {
                for (var q = 0; q < size; q++)
                {
                    a[i, k + q] = factors[i, q];
                }
            }
        }
    }

    private static void LdlSolve(double[,] a, double[,] pivots, double[,] b)
    {
        var (n, p) = (b.GetLength(0), b.GetLength(1));
        int Place(int k) => Math.Clamp((int)Math.Abs(pivots[k, 0]) - 1, 0, n - 1);
        bool Pair(int k) => pivots[k, 0] < 0 && k + 1 < n;
        for (int k = 0, size; k < n; k += size)
        {
            size = Pair(k) ? 2 : 1;
            SwapRows(b, k + size - 1, Place(k), 0, p);
            for (var j = 0; j < p; j++)
            {
                for (var i = k + size; i < n; i++)
                {
                    b[i, j] -= (a[i, k] * b[k, j]) + (size == 2 ? a[i, k + 1] * b[k + 1, j] : 0);
                }

                if (size == 1)
                {
                    b[k, j] /= a[k, k];
                    continue;
                }

                var (x, y, z) = (a[k, k], a[k + 1, k], a[k + 1, k + 1]);
                var determinant = (x * z) - (y * y);
                (b[k, j], b[k + 1, j]) = (((z * b[k, j]) - (y * b[k + 1, j])) / determinant, ((x * b[k + 1, j]) - (y * b[k, j])) / determinant);
            }
        }

        for (int k = n - 1, size; k >= 0; k -= size)
        {
            size = pivots[k, 0] < 0 && k > 0 ? 2 : 1;
            for (var q = k; q > k - size; q--)
            {
                for (var j = 0; j < p; j++)
                {
                    for (var i = k + 1; i < n; i++)
                    {
                        b[q, j] -= a[i, q] * b[i, j];
                    }
                }
            }

            SwapRows(b, k, Place(k), 0, p);
        }
    }

    /// <summary>Makes a column's elements from a row on into the first of them and zeros; gives the factor, and leaves the vector.</summary>
    private static double Reflector(Span<double> x)
    {
        var rest = 0.0;
        for (var i = 1; i < x.Length; i++)
        {
            rest = double.Hypot(rest, x[i]);
        }

        if (rest == 0)
        {
            return 0;
        }

        var beta = -Math.CopySign(double.Hypot(x[0], rest), x[0]);
        var factor = (beta - x[0]) / beta;
        for (var i = 1; i < x.Length; i++)
        {
            x[i] /= x[0] - beta;
        }

        x[0] = beta;
        return factor;
    }

    private static void Householder(double[,] a, double[,] factors)
    {
        var (m, n) = (a.GetLength(0), a.GetLength(1));
        for (var k = 0; k < factors.Length; k++)
        {
            var column = new double[m - k];
            for (var i = k; i < m; i++)
            {
                column[i - k] = a[i, k];
            }

            factors[k, 0] = Reflector(column);
            for (var i = k; i < m; i++)
            {
                a[i, k] = column[i - k];
            }

            column[0] = 1;
            Apply(column, factors[k, 0], a, k, k + 1);
        }
    }

    /// <summary>Takes factor · v · vᵀ · c off c, its rows and columns from the given ones on.</summary>
    private static void Apply(double[] v, double factor, double[,] c, int row, int from)
    {
        for (var j = from; j < c.GetLength(1); j++)
        {
            var sum = 0.0;
            for (var i = 0; i < v.Length; i++)
            {
                sum += v[i] * c[row + i, j];
            }

            for (var i = 0; i < v.Length; i++)
            {
                c[row + i, j] -= factor * sum * v[i];
            }
        }
    }

    private static void Reflect(double[,] vectors, double[,] factors, double[,] c, bool back)
    {
        var (m, count) = (vectors.GetLength(0), vectors.GetLength(1));
        for (var step = 0; step < count; step++)
        {
            var k = back ? step : count - 1 - step;
            var v = new double[m - k];
            v[0] = 1;
            for (var i = k + 1; i < m; i++)
            {
                v[i - k] = vectors[i, k];
            }

            Apply(v, factors[k, 0], c, k, 0);
        }
    }

    private static void SolveLower(double[,] t, double[,] b)
    {
        for (var j = 0; j < b.GetLength(1); j++)
        {
            for (var i = 0; i < b.GetLength(0); i++)
            {
                for (var k = 0; k < i; k++)
                {
                    b[i, j] -= t[i, k] * b[k, j];
                }

                b[i, j] /= t[i, i];
            }
        }
    }

    private static double[,] Product(double[,] a, double[,] b)
    {
        var product = new double[a.GetLength(0), b.GetLength(1)];
        for (var i = 0; i < a.GetLength(0); i++)
        {
            for (var k = 0; k < a.GetLength(1); k++)
            {
                for (var j = 0; j < b.GetLength(1); j++)
                {
                    product[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return product;
    }

    /// <summary>Taylor's series of a power of two of it, squared again.</summary>
    private static void Exponential(double[,] a, double[,] result)
    {
        var n = a.GetLength(0);
        var norm = Enumerable.Range(0, n).Select(j => Enumerable.Range(0, n).Sum(i => Math.Abs(a[i, j]))).DefaultIfEmpty(0).Max();
        var halvings = 0;
        for (; norm > 0.5 && halvings < 1100; halvings++)
        {
            norm /= 2;
        }

        var (scaled, term, total) = (new double[n, n], new double[n, n], new double[n, n]);
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                scaled[i, j] = Math.ScaleB(a[i, j], -halvings);
                term[i, j] = total[i, j] = i == j ? 1 : 0;
            }
        }

        for (var k = 1; k <= 16; k++)
        {
            term = Product(term, scaled);
            for (var i = 0; i < n; i++)
            {
                for (var j = 0; j < n; j++)
                {
                    total[i, j] += term[i, j] /= k;
                }
            }
        }

        for (; halvings > 0; halvings--)
        {
            total = Product(total, total);
        }

        Copied(total, result);
    }
}
