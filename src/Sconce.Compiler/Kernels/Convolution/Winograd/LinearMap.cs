using System.Collections.Immutable;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// Code that multiplies vectors by a known matrix. Rows, or columns, that differ in some signs alone (as those of a point and of its negative
/// do) share their work.
/// </summary>
internal sealed class LinearMap
{
    private readonly FunctionBuilder f;
    private readonly bool fuses;
    private readonly List<(int First, int Second)> columnPairs = [];
    private readonly List<Row> rows = [];
    private readonly Dictionary<double, LocalV128> factors = [];

    /// <summary>Keeps the matrix's elements in locals, which a loop that follows finds there.</summary>
    public LinearMap(FunctionBuilder f, bool fuses, ImmutableArray<ImmutableArray<double>> matrix)
    {
        (this.f, this.fuses) = (f, fuses);
        PlanRows(PairColumns([.. matrix.Select(row => row.ToArray())]));
        foreach (var factor in rows.SelectMany(row => row.Even.Concat(row.Odd).Select(term => term.Factor).Append(row.OddFactor)))
        {
            if (Math.Abs(factor) is not (0 or 1) && !factors.ContainsKey(factor))
            {
                var (value, name) = ((float)factor, $"k{factors.Count}");
                factors.Add(factor, f.Let(V128.Const(value, value, value, value), name));
            }
        }
    }

    public LocalV128[] Apply(LocalV128[] values)
    {
        var all = new List<LocalV128>(values);
        foreach (var (first, second) in columnPairs)
        {
            all.Add(f.Let(F32x4.Add(values[first], values[second])));
            all.Add(f.Let(F32x4.Sub(values[first], values[second])));
        }

        var result = new LocalV128[rows.Max(row => Math.Max(row.Number, row.Twin ?? 0)) + 1];
        foreach (var row in rows)
        {
            var even = Sum(all, row.Even);
            if (row.Twin is not { } twin)
            {
                result[row.Number] = even;
                continue;
            }

            var odd = Sum(all, row.Odd);
            if (row.OddFactor != 1 && !fuses)
            {
                odd = f.Let(F32x4.Mul(odd, factors[row.OddFactor]));
            }

            var fused = row.OddFactor != 1 && fuses;
            result[row.Number] = f.Let(fused ? F32x4.RelaxedMadd(odd, factors[row.OddFactor], even) : F32x4.Add(even, odd));
            result[twin] = f.Let(fused ? F32x4.RelaxedNmadd(odd, factors[row.OddFactor], even) : F32x4.Sub(even, odd));
        }

        return result;
    }

    private static bool AreTwins(IEnumerable<double> a, IEnumerable<double> b) =>
        a.Zip(b).All(pair => Math.Abs(pair.First) == Math.Abs(pair.Second)) && a.Count(x => x != 0) > 1;

    /// <summary>Two columns become those of their inputs' sum and difference, at the end.</summary>
    private double[][] PairColumns(double[][] matrix)
    {
        var count = matrix[0].Length;
        for (var a = 0; a < count; a++)
        {
            for (var b = a + 1; b < count; b++)
            {
                if (AreTwins(matrix.Select(row => row[a]), matrix.Select(row => row[b])))
                {
                    columnPairs.Add((a, b));
                    matrix = [.. matrix.Select(row => (double[])
                    [
                        .. row.Select((x, i) => i == a || i == b ? 0 : x), row[a] == row[b] ? row[a] : 0, row[a] == row[b] ? 0 : row[a],
                    ])];
                }
            }
        }

        return matrix;
    }

    private void PlanRows(double[][] matrix)
    {
        var done = new HashSet<int>();
        for (var row = 0; row < matrix.Length; row++)
        {
            if (!done.Add(row))
            {
                continue;
            }

            var twin = Enumerable.Range(row + 1, matrix.Length - row - 1).Where(other => !done.Contains(other) && AreTwins(matrix[row], matrix[other])).Cast<int?>().FirstOrDefault();
            if (twin is not { } second)
            {
                rows.Add(new Row(row, Terms(matrix[row], _ => true), null, [], 0));
                continue;
            }

            done.Add(second);
            var odd = Terms(matrix[row], i => matrix[row][i] != matrix[second][i]);
            var factor = odd.Exists(term => term.Factor == 1) ? 1 : odd[^1].Factor;
            rows.Add(new Row(
                row, Terms(matrix[row], i => matrix[row][i] == matrix[second][i]), second, [.. odd.Select(term => term with { Factor = term.Factor / factor })], factor));
        }
    }

    /// <summary>Those that need no product first.</summary>
    private static List<Term> Terms(double[] row, Func<int, bool> which) =>
        [.. Enumerable.Range(0, row.Length).Where(i => row[i] != 0 && which(i)).Select(i => new Term(i, row[i])).OrderBy(term => term.Factor == 1 ? 0 : term.Factor == -1 ? 1 : 2)];

    private LocalV128 Sum(List<LocalV128> values, List<Term> terms)
    {
        LocalV128? sum = null;
        foreach (var (index, factor) in terms)
        {
            var value = values[index];
            sum = (sum, factor) switch
            {
                (null, 1) => value,
                (null, -1) => f.Let(F32x4.Neg(value)),
                (null, _) => f.Let(F32x4.Mul(value, factors[factor])),
                (_, 1) => f.Let(F32x4.Add(sum, value)),
                (_, -1) => f.Let(F32x4.Sub(sum, value)),
                _ => f.Let(fuses ? F32x4.RelaxedMadd(value, factors[factor], sum) : F32x4.Add(sum, F32x4.Mul(value, factors[factor]))),
            };
        }

        return sum ?? throw new InvalidOperationException("A row of zeros.");
    }

    private sealed record Term(int Input, double Factor);

    /// <summary>A row's sum is even + factor · odd, its twin's even - factor · odd.</summary>
    private sealed record Row(int Number, List<Term> Even, int? Twin, List<Term> Odd, double OddFactor);
}
