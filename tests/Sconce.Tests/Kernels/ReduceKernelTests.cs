using System.Collections.Immutable;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

public sealed class ReduceKernelTests
{
    private static readonly (Combiner Combiner, DType Type)[] Combinations =
    [
        (Combiner.Sum, DType.Float32), (Combiner.Sum, DType.Float64), (Combiner.Sum, DType.Int64), (Combiner.Sum, DType.Int32),
        (Combiner.Product, DType.Int64), (Combiner.Min, DType.Float32), (Combiner.Max, DType.Float32), (Combiner.Max, DType.Float64),
        (Combiner.Min, DType.Int64), (Combiner.Max, DType.Int32), (Combiner.Max, DType.UInt8), (Combiner.Min, DType.Int8),
        (Combiner.And, DType.Bool), (Combiner.Or, DType.Bool), (Combiner.Max, DType.Bool), (Combiner.ArgMax, DType.Float32),
        (Combiner.ArgMin, DType.Float32), (Combiner.ArgMax, DType.Int64), (Combiner.ArgMin, DType.UInt8), (Combiner.ArgMax, DType.Float64),
    ];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Every_combiner_over_every_dim(bool relaxed)
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = relaxed });
        foreach (var (combiner, type) in Combinations)
        {
            foreach (var shape in new long[][] { [3, 5, 7], [2, 1, 37], [9, 4, 1], [1, 21, 6] })
            {
                for (var mask = 1; mask < 8; mask++)
                {
                    foreach (var order in new int[][] { [0, 1, 2], [2, 0, 1] })
                    {
                        var x = Steps.Buffer("x", type, shape);
                        x.Order = [.. order];
                        var all = Steps.AxesOf(x);
                        ImmutableArray<Axis> reduced = [.. all.Where((_, i) => (mask >> i & 1) != 0)];
                        ImmutableArray<Axis> kept = [.. all.Where((_, i) => (mask >> i & 1) == 0)];
                        var y = new TensorBuffer("y", combiner is Combiner.ArgMax or Combiner.ArgMin ? DType.Int64 : type, [.. kept.Select(axis => axis.Extent)]);
                        harness.Add(
                            $"{combiner} {type} [{string.Join(",", shape)}] over {mask:b3} order {string.Join("", order)}",
                            [Steps.Reduce(y, kept, reduced, combiner, x.At(all))], 2e-6);
                    }
                }
            }
        }

        harness.Run();
    }

    [Fact]
    public void NaN_and_infinities_and_empty_ranges()
    {
        var harness = new KernelHarness();
        foreach (var combiner in new[] { Combiner.Sum, Combiner.Min, Combiner.Max, Combiner.ArgMin, Combiner.ArgMax })
        {
            foreach (var rows in new[] { true, false })
            {
                var x = Steps.Buffer("x", DType.Float32, 23, 19);
                var value = harness.Draw(x, dim => dim.Value);
                foreach (var (place, special) in new[] { (5, float.NaN), (100, float.NaN), (101, float.NaN), (150, float.PositiveInfinity), (170, float.NegativeInfinity) })
                {
                    value.SetFloat(place, special);
                }

                var axes = Steps.AxesOf(x);
                var (kept, reduced) = rows ? (axes[0], axes[1]) : (axes[1], axes[0]);
                var y = new TensorBuffer("y", combiner is Combiner.ArgMin or Combiner.ArgMax ? DType.Int64 : DType.Float32, [kept.Extent]);
                harness.Add(
                    $"{combiner} {(rows ? "rows" : "columns")}", [Steps.Reduce(y, [kept], [reduced], combiner, x.At(axes))], 1e-5,
                    inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = value });
            }
        }

        foreach (var combiner in new[] { Combiner.Sum, Combiner.Product, Combiner.Max, Combiner.And })
        {
            var type = combiner == Combiner.And ? DType.Bool : DType.Float32;
            var (x, y) = (Steps.Buffer("x", type, 6, 0), Steps.Buffer("y", type, 6));
            var axes = Steps.AxesOf(x);
            harness.Add($"empty {combiner}", [Steps.Reduce(y, [axes[0]], [axes[1]], combiner, x.At(axes))]);
        }

        harness.Run();
    }

    [Fact]
    public void Windows_with_padding_in_both_layouts()
    {
        var harness = new KernelHarness();
        foreach (var order in new int[][] { [0, 1, 2, 3], [0, 2, 3, 1] })
        {
            foreach (var combiner in new[] { Combiner.Max, Combiner.Sum })
            {
                foreach (var (window, stride, pad) in new[] { (3, 2, 1), (2, 2, 0), (3, 1, 1), (5, 3, 2) })
                {
                    var outH = ((13 + (2 * pad) - window) / stride) + 1;
                    var outW = ((11 + (2 * pad) - window) / stride) + 1;
                    var (x, y) = (Steps.Buffer("x", DType.Float32, 2, 6, 13, 11), Steps.Buffer("y", DType.Float32, 2, 6, outH, outW));
                    (x.Order, y.Order) = ([.. order], [.. order]);
                    var axes = Steps.AxesOf(y);
                    Axis kh = new(window, "kh"), kw = new(window, "kw");
                    var (h, w) = ((Dim.Of(axes[2]) * stride) + kh - pad, (Dim.Of(axes[3]) * stride) + kw - pad);
                    Expr load = new LoadExpr(x, [axes[0], axes[1], h, w]);
                    var outside = Expr.Const(DType.Float32, combiner == Combiner.Max ? double.NegativeInfinity : 0.0);
                    var value = pad == 0 ? load : Expr.Guard(IndexConditions.InRange(h, 0, 13) & IndexConditions.InRange(w, 0, 11), load, outside);
                    harness.Add($"{combiner} {window}/{stride}+{pad} {string.Join("", order)}", [Steps.Reduce(y, axes, [kh, kw], combiner, value)], 2e-6);
                }
            }
        }

        harness.Run();
    }

    [Fact]
    public void Long_sums_keep_their_digits()
    {
        var harness = new KernelHarness();
        foreach (var columns in new[] { 1, 3, 8, 21 })
        {
            var (x, y) = (Steps.Buffer("x", DType.Float32, 20011, columns), Steps.Buffer("y", DType.Float32, columns));
            var axes = Steps.AxesOf(x);

            // All of one sign, so that an error of every addition shows.
            harness.Add($"{columns} columns", [
                Steps.Reduce(y, [axes[1]], [axes[0]], Combiner.Sum, x.At(axes) * x.At(axes) + Expr.Const(DType.Float32, 0.1))], 2e-6);
        }

        harness.Run();
    }

    [Fact]
    public void Several_results_from_one_pass()
    {
        var harness = new KernelHarness(new KernelOptions { RelaxedSimd = true });
        foreach (var columns in new[] { 1, 6, 64, 771 })
        {
            foreach (var overRows in new[] { true, false })
            {
                var x = Steps.Buffer("x", DType.Float32, 10, columns);
                var axes = Steps.AxesOf(x);
                var (kept, reduced) = overRows ? (axes[0], axes[1]) : (axes[1], axes[0]);
                var (mean, variance, extremes) = (
                    new TensorBuffer("mean", DType.Float32, [kept.Extent]), new TensorBuffer("variance", DType.Float32, [kept.Extent]),
                    new TensorBuffer("where", DType.Int64, [kept.Extent]));
                var value = x.At(axes);
                Expr sum = new AccumulatorExpr(0, DType.Float32), squares = new AccumulatorExpr(1, DType.Float32), where = new AccumulatorExpr(2, DType.Int64);
                var count = Expr.Of(reduced.Extent).As(DType.Float32);
                var step = new ReduceStep(
                    [new(mean, [kept]), new(variance, [kept]), new(extremes, [kept])], [kept], [reduced],
                    [new(Combiner.Sum, value), new(Combiner.Sum, value * value), new(Combiner.ArgMax, value)],
                    [sum / count, (squares / count) - ((sum / count) * (sum / count)), where]);
                harness.Add($"moments of {columns} {overRows}", [step], 1e-5);
            }
        }

        harness.Run();
    }

    [Fact]
    public void Symbolic_sizes()
    {
        var harness = new KernelHarness();
        foreach (var (rows, columns) in new[] { (1, 1), (4, 3), (5, 130), (300, 7) })
        {
            var (r, c) = (new Symbol("r", 1, null), new Symbol("c", 1, 4096));
            var x = new TensorBuffer("x", DType.Float32, [r, c, 3]);
            var axes = Steps.AxesOf(x);
            var symbols = new Dictionary<Symbol, long> { [r] = rows, [c] = columns };
            for (var mask = 1; mask < 8; mask++)
            {
                ImmutableArray<Axis> reduced = [.. axes.Where((_, i) => (mask >> i & 1) != 0)];
                ImmutableArray<Axis> kept = [.. axes.Where((_, i) => (mask >> i & 1) == 0)];
                var y = new TensorBuffer("y", DType.Float32, [.. kept.Select(axis => axis.Extent)]);
                harness.Add($"sum {rows}x{columns} over {mask:b3}", [Steps.Reduce(y, kept, reduced, Combiner.Sum, x.At(axes))], 1e-5, symbols);
            }
        }

        harness.Run();
    }
}
