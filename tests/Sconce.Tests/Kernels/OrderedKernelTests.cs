using System.Collections.Immutable;
using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>Scans, scatters and sorts: what depends on the order of points.</summary>
public sealed class OrderedKernelTests
{
    [Fact]
    public void Scans_along_every_dim()
    {
        var harness = new KernelHarness();
        foreach (var (combiner, type) in new[]
        {
            (Combiner.Sum, DType.Float32), (Combiner.Sum, DType.Int64), (Combiner.Product, DType.Float64), (Combiner.Max, DType.Float32), (Combiner.Min, DType.Int32),
        })
        {
            for (var dim = 0; dim < 3; dim++)
            {
                var (x, y) = (Steps.Buffer("x", type, 4, 6, 7), Steps.Buffer("y", type, 4, 6, 7));
                var indices = Steps.Buffer("indices", DType.Int64, 4, 6, 7);
                var axes = Steps.AxesOf(x);
                var withIndex = combiner is Combiner.Max or Combiner.Min;
                Reducer[] reducers = withIndex
                    ? [new(combiner, x.At(axes)), new(combiner == Combiner.Max ? Combiner.ArgMax : Combiner.ArgMin, x.At(axes))]
                    : [new(combiner, x.At(axes))];
                Target[] targets = withIndex ? [Target.Whole(y, axes), Target.Whole(indices, axes)] : [Target.Whole(y, axes)];
                harness.Add($"scan {combiner} {type} along {dim}", [
                    new ScanStep(
                        [.. targets], axes.RemoveAt(dim), axes[dim], [.. reducers], [.. reducers.Select((r, i) => new AccumulatorExpr(i, r.Type))])], 1e-5);
            }
        }

        harness.Run();
    }

    /// <summary>Rows that are cut into parts, of lengths around a part's and around its multiples.</summary>
    [Fact]
    public void Scans_long_rows_in_parts()
    {
        var harness = new KernelHarness();
        foreach (var (combiner, type) in new[]
        {
            (Combiner.Sum, DType.Float32), (Combiner.Sum, DType.Int64), (Combiner.Sum, DType.Float64), (Combiner.Max, DType.Float32), (Combiner.Min, DType.Int32),
            (Combiner.Or, DType.Bool), (Combiner.And, DType.Bool),
        })
        {
            foreach (var (rows, length) in new (long, long)[] { (1, 32767), (1, 32768), (1, 49157), (3, 20001) })
            {
                var (x, y, counts) = (Steps.Buffer("x", type, rows, length), Steps.Buffer("y", type, rows, length), Steps.Buffer("counts", DType.Int64, rows, length));
                var axes = Steps.AxesOf(x);
                Reducer[] reducers = [new(combiner, x.At(axes)), new(Combiner.Sum, Expr.Of(axes[1]))];
                var step = new ScanStep(
                    [Target.Whole(y, axes), Target.Whole(counts, axes)], [axes[0]], axes[1], [.. reducers],
                    [.. reducers.Select((reducer, i) => new AccumulatorExpr(i, reducer.Type))]);
                var given = harness.Draw(x, size => size.Value);
                if (type == DType.Bool)
                {
                    // One that decides all that follow.
                    for (var i = 0; i < given.Count; i++)
                    {
                        given.SetInteger(i, (combiner == Combiner.Or) == (i % length == 9001) ? 1 : 0);
                    }
                }

                harness.Add($"scan {combiner} {type} of {rows} x {length}", [step], 1e-3, inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = given });
                Assert.NotEmpty(Assert.Single(KernelPreparation.Prepare(step)).Scratch);
            }
        }

        var open = new Symbol("n", 0, null);
        foreach (var n in new long[] { 0, 3, 16384, 16385, 70001 })
        {
            TensorBuffer from = new("from", DType.Int64, [open]), to = new("to", DType.Int64, [open]);
            var axes = Steps.AxesOf(from);
            harness.Add(
                $"scan of {n}", [new ScanStep([Target.Whole(to, axes)], [], axes[0], [new(Combiner.Sum, from.At(axes))], [new AccumulatorExpr(0, DType.Int64)])],
                symbols: new Dictionary<Symbol, long> { [open] = n });
        }

        harness.Run();
    }

    [Fact]
    public void Scatters_in_every_mode()
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Int64, DType.Float64 })
        {
            foreach (var mode in Enum.GetValues<ScatterMode>())
            {
                for (var dim = 0; dim < 2; dim++)
                {
                    var (to, source, indices) = (Steps.Buffer("to", type, 5, 9), Steps.Buffer("source", type, 5, 9), Steps.Buffer("indices", DType.Int64, 5, 9));
                    var where = new TensorValue(DType.Int64, [5, 9]);
                    for (var i = 0; i < where.Count; i++)
                    {
                        where.SetInteger(i, i * i % (dim == 0 ? 5 : 9));
                    }

                    var axes = Steps.AxesOf(source);
                    var index = indices.At(axes).ToIndex(new(0, dim == 0 ? 4 : 8));
                    var target = new Target(to, dim == 0 ? [index, axes[1]] : [axes[0], index]);
                    var condition = mode == ScatterMode.Set ? source.At(axes) > Expr.Const(type, 0L) : null;
                    harness.Add(
                        $"scatter {mode} {type} along {dim}", [
                            Steps.Map(to, a => Expr.Of(Dim.Of(a[0]) + a[1]).As(type)),
                            new ScatterStep(target, axes, source.At(axes), mode, condition)],
                        1e-5, inputs: new Dictionary<TensorBuffer, TensorValue> { [indices] = where });
                }
            }

            // Whole rows to computed places, as a cache is written.
            var (cache, rows, places) = (Steps.Buffer("cache", type, 3, 12, 10), Steps.Buffer("rows", type, 3, 4, 10), Steps.Buffer("places", DType.Int64, 4));
            var positions = new TensorValue(DType.Int64, [4]);
            for (var i = 0; i < 4; i++)
            {
                positions.SetInteger(i, 3 + (2 * i));
            }

            var points = Steps.AxesOf(rows);
            harness.Add(
                $"rows {type}", [
                    Steps.Map(cache, _ => Expr.Const(type, 1L)),
                    new ScatterStep(
                        new Target(cache, [points[0], places.At(points[1]).ToIndex(new(0, long.MaxValue)), points[2]]), points, rows.At(points), ScatterMode.Set)],
                inputs: new Dictionary<TensorBuffer, TensorValue> { [places] = positions });
        }

        harness.Run();
    }

    /// <summary>Many rows to computed places, along the first dim and along one in the middle, of one place for a row or for each column.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Scatters_of_many_rows_are_cut_by_columns(bool ofEach)
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Int64, DType.Float16 })
        {
            foreach (var mode in new[] { ScatterMode.Set, ScatterMode.Add, ScatterMode.Max })
            {
                foreach (var shape in new long[][] { [301, 67], [1, 301, 3, 70], [301, 9, 8], [301, 200] })
                {
                    var dim = shape[0] == 1 ? 1 : 0;
                    var (to, rows, places) = (Steps.Buffer("to", type, [.. shape[..dim], 40, .. shape[(dim + 1)..]]), Steps.Buffer("rows", type, shape), Steps.Buffer("places", DType.Int64, 301 * (ofEach ? shape[^1] : 1)));
                    var points = Steps.AxesOf(rows);
                    ImmutableArray<Dim> index = [.. points.Select(axis => Dim.Of(axis))];
                    var place = new LoadExpr(places, [ofEach ? (Dim.Of(points[dim]) * shape[^1]) + points[^1] : points[dim]]).ToIndex(new(0, long.MaxValue));
                    var step = new ScatterStep(
                        new Target(to, index.SetItem(dim, place)), points, rows.At(points), mode);
                    harness.Add($"{mode} {type} of {string.Join(" x ", shape)}", [Steps.Map(to, _ => Expr.Const(type, 1L)), step], 1e-3, inputs: Places(places, 40));
                    Assert.Contains(KernelCall.Threads, KernelGenerator.Generate(KernelPreparation.Prepare(step).Single(), new KernelModule(new(), new())).Symbols);
                }
            }
        }

        harness.Run();
    }

    /// <summary>Many points that go to few places: parts have copies of these.</summary>
    [Fact]
    public void Scatters_to_few_places_are_cut_into_parts()
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Float64, DType.Int64, DType.UInt8 })
        {
            foreach (var mode in new[] { ScatterMode.Add, ScatterMode.Multiply, ScatterMode.Min, ScatterMode.Max })
            {
                foreach (var columns in new long[] { 1, 5 })
                {
                    var (to, values, places) = (Steps.Buffer("to", type, 23, columns), Steps.Buffer("values", type, 20011, columns), Steps.Buffer("places", DType.Int64, 20011));
                    var points = Steps.AxesOf(values);
                    var value = mode == ScatterMode.Multiply && type.IsFloat() ? Expr.Const(type, 1L) + (values.At(points) * Expr.Const(type, 1e-3)) : values.At(points);
                    var step = new ScatterStep(
                        new Target(to, [places.At(points[0]).ToIndex(new(0, long.MaxValue)), points[1]]), points, value, mode,
                        columns == 1 ? places.At(points[0]) < Expr.Const(DType.Int64, 20L) : null);
                    harness.Add($"{mode} {type} of {columns}", [Steps.Map(to, a => Expr.Of(Dim.Of(a[0]) + 1).As(type)), step], 1e-3, inputs: Places(places, 23));
                    Assert.NotEmpty(Assert.Single(KernelPreparation.Prepare(step)).Scratch);
                }
            }
        }

        harness.Run();
    }

    /// <summary>Places below a limit, in no order.</summary>
    private static Dictionary<TensorBuffer, TensorValue> Places(TensorBuffer buffer, int limit)
    {
        var places = new TensorValue(DType.Int64, [buffer.Dims[0].Value]);
        for (var i = 0; i < places.Count; i++)
        {
            places.SetInteger(i, i * 7919L % limit);
        }

        return new() { [buffer] = places };
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Sorts_are_stable(bool descending)
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float32, DType.Float64, DType.Int64, DType.Int32, DType.UInt8, DType.Bool, DType.Float16 })
        {
            foreach (var (rows, columns, kept) in new[] { (3, 17, 17), (1, 1000, 5), (4, 1, 1), (2, 64, 64) })
            {
                for (var dim = 0; dim < 2; dim++)
                {
                    long[] shape = dim == 1 ? [rows, columns] : [columns, rows];
                    long[] result = dim == 1 ? [rows, kept] : [kept, rows];
                    var (x, values, indices) = (Steps.Buffer("x", type, shape), Steps.Buffer("values", type, result), Steps.Buffer("indices", DType.Int64, result));
                    var axes = Steps.AxesOf(x);
                    Axis keptAxis = new(kept, "k");
                    Target At(TensorBuffer buffer) => new(buffer, dim == 1 ? [axes[0], keptAxis] : [keptAxis, axes[1]]);
                    var given = harness.Draw(x, size => size.Value);
                    for (var i = 0; i < given.Count; i++)
                    {
                        // Many equal keys, both zeros, and NaN.
                        if (type.IsFloat())
                        {
                            given.SetFloat(i, (i % 7) switch { 0 => 0.0, 1 => -0.0, 2 => i % 3 == 0 ? double.NaN : 1, _ => Math.Round(given.GetFloat(i)) });
                        }
                    }

                    harness.Add(
                        $"sort {type} [{string.Join(",", shape)}] along {dim}", [
                            new SortStep(At(values), At(indices), [axes[1 - dim]], axes[dim], keptAxis, x.At(axes), descending)],
                        inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = given });
                }
            }
        }

        harness.Run();
    }

    /// <summary>Sizes of kept elements and of keys have a part in common, which the kernel computes once.</summary>
    [Theory]
    [InlineData(33)]
    [InlineData(700)]
    public void SortKeepsAsManyAsAQuotientSays(long size)
    {
        var harness = new KernelHarness();
        var n = new Symbol("n", 1, null);
        var blocks = (Dim.Of(n) + 15).FloorDiv(16);
        var (x, values, indices) = (
            new TensorBuffer("x", DType.Float32, [blocks, 15]), new TensorBuffer("values", DType.Float32, [blocks * 3]), new TensorBuffer("indices", DType.Int64, [blocks * 3]));
        var (sorted, kept) = (new Axis(blocks * 15), new Axis(blocks * 3));
        var key = new LoadExpr(x, [Dim.Of(sorted).Mod(blocks), Dim.Of(sorted).FloorDiv(blocks)]);
        harness.Add(
            $"sort of {size}", [new SortStep(new Target(values, [kept]), new Target(indices, [kept]), [], sorted, kept, key, true)],
            symbols: new Dictionary<Symbol, long> { [n] = size });
        harness.Run();
    }
}
