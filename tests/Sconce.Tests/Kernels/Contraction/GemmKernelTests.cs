using Sconce.Compiler.Kernels;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels.Contraction;

public class GemmKernelTests
{
    private static TensorBuffer New(DType type, params Dim[] dims) => new("x", type, [.. dims]);

    /// <summary>[M, K] times [N, K] transposed, as a linear layer has it, with a bias.</summary>
    private static ContractionStep Linear(Dim m, Dim n, Dim k, DType type = DType.Float32)
    {
        var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
        var left = new LoadExpr(New(type, m, k), [rows, depth]);
        var right = new LoadExpr(New(type, n, k), [columns, depth]);
        var bias = new LoadExpr(New(type, n), [columns]);
        return new ContractionStep(
            Target.Whole(New(type, m, n), [rows, columns]), [], rows, columns, depth, left, right, new AccumulatorExpr(0, type) + bias);
    }

    private static void Check(Step step, double tolerance = 1e-4)
    {
        var check = new StepCheck();
        check.Add(step.Targets[0].Buffer.Name, step, tolerance);
        check.Run();
    }

    [Fact]
    public void Products_of_every_size()
    {
        var check = new StepCheck();
        foreach (var (m, n, k) in ((int, int, int)[])
        [
            (1, 1, 1), (1, 8, 16), (1, 1000, 33), (2, 10, 7), (3, 5, 100), (4, 8, 4), (5, 3, 2), (7, 9, 0), (13, 12, 31), (64, 64, 64), (97, 197, 65),
            (300, 2, 25), (301, 17, 130), (183, 20, 30), (184, 12, 9),
        ])
        {
            check.Add($"{m} x {n} x {k}", Linear(m, n, k));
        }

        check.Run();
    }

    /// <summary>Panels that come from memory, each fetched while the one before it is in use.</summary>
    [Fact]
    public void Panels_fetched_ahead()
    {
        var check = new StepCheck();
        foreach (var (m, n, k) in ((int, int, int)[])[(13, 520, 130), (8, 40, 1700), (70, 1003, 66), (9, 521, 131)])
        {
            check.Add($"{m} x {n} x {k}", Linear(m, n, k));
        }

        check.Run();
    }

    [Fact]
    public void Activations_after_products()
    {
        var check = new StepCheck();
        foreach (var (name, function) in (IEnumerable<(string, Func<Expr, Expr>)>)
        [
            ("silu", x => x * x.Sigmoid()), ("gelu", x => x.Gelu(tanh: false)), ("gelu by tanh", x => x.Gelu(tanh: true)), ("tanh", x => x.Tanh()),
            ("exp", x => x.Exp() + x), ("hardswish", x => x * (x + x.Like(3)).Clamp(0, 6) / x.Like(6)), ("nested", x => (x * x.Sigmoid()).Tanh()),
        ])
        {
            foreach (var (m, n, k) in ((int, int, int)[])[(13, 19, 5), (6, 8, 3), (1, 12, 7), (9, 3, 4)])
            {
                var step = Linear(m, n, k);
                check.Add($"{name} {m} x {n} x {k}", new ContractionStep(
                    step.Target, [], step.M, step.N, step.K, step.Left, step.Right, function(step.Epilogue)));
            }
        }

        check.Run();
    }

    [Fact]
    public void Symbolic_sizes()
    {
        var check = new StepCheck();
        foreach (var m in (long[])[1, 6, 71])
        {
            var rows = new Symbol("rows", 1, 100);
            check.Add($"{m} rows", Linear(rows, 20, 30), 1e-4, (rows, m));
        }

        foreach (var (n, k) in ((long, long)[])[(1, 1), (7, 30), (64, 5), (18, 129)])
        {
            var (columns, depth) = (new Symbol("n", 1, null), new Symbol("k", 1, null));
            check.Add($"{n} columns of {k}", Linear(9, columns, depth), 1e-4, (columns, n), (depth, k));
        }

        check.Run();
    }

    [Fact]
    public void Other_types()
    {
        var check = new StepCheck();
        foreach (var type in (DType[])[DType.Float64, DType.Int32, DType.Int64, DType.Float16, DType.BFloat16])
        {
            check.Add(type.Name(), Linear(5, 9, 6, type), type.IsHalf() ? 2e-2 : 1e-6);
        }

        foreach (var (m, n, k) in ((long, long, long)[])[(1, 7, 129), (13, 4, 40), (70, 3, 2), (6, 8, 1), (97, 22, 11)])
        {
            check.Add($"float64 {m} x {n} x {k}", Linear(m, n, k, DType.Float64), 1e-13);
        }

        var rows = new Symbol("rows", 1, 100);
        check.Add("float64 of as many rows as there are", Linear(rows, 10, 9, DType.Float64), 1e-13, (rows, 15));
        check.Run();
    }

    [Fact]
    public void Heads_in_place()
    {
        // scores[b, h, i, j] of queries and keys in [batch, time, heads * depth], then context back into that layout.
        var (batch, heads, time, depth) = (2, 3, 11, 16);
        var (b, h, i, j, d) = (new Axis(batch), new Axis(heads), new Axis(time), new Axis(time), new Axis(depth));
        var queries = new LoadExpr(New(DType.Float32, batch, time, heads * depth), [b, i, (Dim.Of(h) * depth) + d]);
        var keys = new LoadExpr(New(DType.Float32, batch, time, heads * depth), [b, j, (Dim.Of(h) * depth) + d]);
        var scores = New(DType.Float32, batch, heads, time, time);
        Check(new ContractionStep(
            Target.Whole(scores, [b, h, i, j]), [b, h], i, j, d, queries, keys, new AccumulatorExpr(0, DType.Float32) * Expr.Const(DType.Float32, 0.25)));

        var values = new LoadExpr(New(DType.Float32, batch, time, heads * depth), [b, j, (Dim.Of(h) * depth) + d]);
        var context = new Target(New(DType.Float32, batch, time, heads * depth), [b, i, (Dim.Of(h) * depth) + d]);
        var weights = new LoadExpr(scores, [b, h, i, j]);
        var step = new ContractionStep(context, [b, h], i, d, j, weights, values, new AccumulatorExpr(0, DType.Float32));
        Assert.Equal(2, KernelPreparation.Prepare(step).Length);
        Check(step);
    }

    [Fact]
    public void Columns_scattered_over_heads()
    {
        // out[b, h, t, d] = x[b, t, :] · w[h * 8 + d, :]
        var (batch, heads, time, depth) = (3, 5, 7, 8);
        var (b, t, n, k) = (new Axis(batch), new Axis(time), new Axis(heads * depth), new Axis(24));
        var x = new LoadExpr(New(DType.Float32, batch, time, 24), [b, t, k]);
        var w = new LoadExpr(New(DType.Float32, heads * depth, 24), [n, k]);
        var target = new Target(New(DType.Float32, batch, heads, time, depth), [b, Dim.Of(n).FloorDiv(depth), t, Dim.Of(n).Mod(depth)]);
        Check(new ContractionStep(target, [b], t, n, k, x, w, new AccumulatorExpr(0, DType.Float32)));
    }

    [Fact]
    public void Batches_of_a_linear_layer_are_rows()
    {
        var (b, t, n, k) = (new Axis(4), new Axis(3), new Axis(10), new Axis(12));
        var x = new LoadExpr(New(DType.Float32, 4, 3, 12), [b, t, k]);
        var w = new LoadExpr(New(DType.Float32, 10, 12), [n, k]);
        var residual = new LoadExpr(New(DType.Float32, 4, 3, 10), [b, t, n]);
        var step = new ContractionStep(
            Target.Whole(New(DType.Float32, 4, 3, 10), [b, t, n]), [b], t, n, k, x, w, (new AccumulatorExpr(0, DType.Float32) + residual).Apply(UnaryOp.Tanh));
        Assert.Empty(((ContractionStep)KernelPreparation.Prepare(step)[^1]).Batch);
        Check(step);
    }

    [Fact]
    public void Transposed_left_operand_and_target()
    {
        var (m, n, k) = (new Axis(19), new Axis(21), new Axis(14));
        var left = new LoadExpr(New(DType.Float32, 14, 19), [k, m]);
        var right = new LoadExpr(New(DType.Float32, 14, 21), [k, n]);
        var target = new Target(New(DType.Float32, 21, 19), [n, m]);
        Check(new ContractionStep(target, [], m, n, k, left, right, new AccumulatorExpr(0, DType.Float32)));
    }

    [Fact]
    public void Right_operand_shared_by_groups_of_the_batch()
    {
        // Grouped-query attention: 6 heads of queries, 2 of keys.
        var (h, i, j, d) = (new Axis(6), new Axis(5), new Axis(9), new Axis(8));
        var queries = new LoadExpr(New(DType.Float32, 6, 5, 8), [h, i, d]);
        var keys = new LoadExpr(New(DType.Float32, 2, 9, 8), [Dim.Of(h).FloorDiv(3), j, d]);
        Check(new ContractionStep(
            Target.Whole(New(DType.Float32, 6, 5, 9), [h, i, j]), [h], i, j, d, queries, keys, new AccumulatorExpr(0, DType.Float32)));
    }

    [Fact]
    public void Part_of_a_larger_target_in_another_type()
    {
        var (m, n, k) = (new Axis(6), new Axis(12), new Axis(8));
        var left = new LoadExpr(New(DType.Float32, 10, 8), [Dim.Of(m) + 3, k]);
        var right = new LoadExpr(New(DType.Float32, 12, 8), [n, k]);
        var target = new Target(New(DType.Int32, 9, 30), [Dim.Of(m) + 2, Dim.Of(n) + 7]);
        var epilogue = (new AccumulatorExpr(0, DType.Float32) * Expr.Const(DType.Float32, 100.0)).Apply(UnaryOp.Round).As(DType.Int32);
        Check(new ContractionStep(target, [], m, n, k, left, right, epilogue), 1.01);
    }
}
