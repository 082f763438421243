using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels.Attention;

public class AttentionKernelTests
{
    private static readonly AccumulatorExpr Sum = new(0, DType.Float32);

    private static TensorBuffer New(params Dim[] dims) => new("x", DType.Float32, [.. dims]);

    /// <summary>Heads one after the other, as a projection leaves them: [batch, positions, heads * features].</summary>
    private static LoadExpr Heads(Dim batch, Axis b, Dim heads, Dim head, Axis position, Axis feature) => new(
        New(batch, position.Extent, heads * feature.Extent), [b, position, (head * feature.Extent) + feature]);

    private static AttentionStep Attention(
        Dim batch, Dim heads, Dim rows, Dim keys, Dim depth, Dim columns, Func<AttentionAxes, Expr>? score = null, long group = 1, bool hiddenRowsAreZero = true)
    {
        var (b, h) = (new Axis(batch, "b"), new Axis(heads, "h"));
        var axes = new AttentionAxes([b, h], new Axis(rows, "row"), new Axis(keys, "key"), new Axis(depth, "depth"), new Axis(columns, "column"));
        var (keyHeads, keyHead) = (heads.FloorDiv(group), Dim.Of(h).FloorDiv(group));
        var operands = new AttentionOperands(
            Heads(batch, b, heads, h, axes.Rows, axes.Depth), Heads(batch, b, keyHeads, keyHead, axes.Keys, axes.Depth),
            Heads(batch, b, keyHeads, keyHead, axes.Keys, axes.Columns), score?.Invoke(axes) ?? (Sum * Expr.Const(DType.Float32, 0.4)));
        var target = new Target(New(batch, rows, heads * columns), [b, axes.Rows, (Dim.Of(h) * columns) + axes.Columns]);
        return new AttentionStep(target, axes, operands, hiddenRowsAreZero, Sum);
    }

    private static Expr Hide(Expr visible, Expr score) => Expr.Select(visible, score, Expr.Const(DType.Float32, double.NegativeInfinity));

    private static Expr Causal(AttentionAxes axes, Dim? past = null) =>
        Hide(Expr.Of(axes.Keys) <= Expr.Of(Dim.Of(axes.Rows) + (past ?? 0)), Sum * Expr.Const(DType.Float32, 0.5));

    [Fact]
    public void Sizes_that_are_no_multiples_of_a_tile()
    {
        var check = new StepCheck();
        foreach (var (rows, keys, depth, columns) in ((int, int, int, int)[])
        [
            (1, 1, 1, 1), (1, 9, 4, 8), (2, 3, 5, 3), (3, 8, 8, 12), (4, 16, 7, 5), (5, 17, 33, 8), (7, 4, 16, 4), (9, 12, 10, 11), (64, 64, 64, 64),
            (97, 131, 12, 20), (1, 1100, 8, 8), (6, 2050, 3, 9), (130, 5, 6, 6), (5, 0, 4, 4), (0, 5, 4, 4),
        ])
        {
            check.Add($"{rows} x {keys}, {depth} deep, {columns} columns", Attention(2, 3, rows, keys, depth, columns));
        }

        check.Run();
    }

    [Fact]
    public void Few_rows_read_keys_and_values_where_they_lie()
    {
        var check = new StepCheck();
        foreach (var (rows, keys, depth, columns) in ((int, int, int, int)[])
            [(1, 512, 64, 64), (1, 3, 128, 48), (1, 1001, 136, 4), (2, 37, 68, 32), (2, 40, 4, 24), (3, 5, 96, 16), (4, 70, 72, 20), (1, 50, 6, 8), (1, 50, 8, 6)])
        {
            var step = Attention(2, 6, rows, keys, depth, columns, axes => Causal(axes, keys - rows), group: 3);
            check.Add($"{rows} x {keys}, {depth} deep, {columns} columns", step);
            var made = KernelPreparation.Prepare(step);
            var choice = Assert.IsType<KernelChoice.Attention>(made[^1].Kernel);
            Assert.Equal((depth % 4 == 0, columns % 4 == 0), (choice.KeyStep is not null, choice.ValueStep is not null));
            Assert.Equal(1 + (depth % 4 == 0 ? 0 : 1) + (columns % 4 == 0 ? 0 : 1), made.Length);
        }

        var past = new Symbol("past", 0, 512);
        foreach (var before in (long[])[0, 1, 6, 7, 300])
        {
            check.Add($"after {before}", Attention(1, 2, 1, Dim.Of(past) + 1, 16, 16, axes => Causal(axes, past)), 1e-4, (past, before));
        }

        check.Run();
    }

    [Fact]
    public void Symbolic_sizes()
    {
        var check = new StepCheck();
        foreach (var (length, past) in ((long, long)[])[(1, 0), (1, 20), (4, 3), (17, 0), (50, 7)])
        {
            var (rows, before) = (new Symbol("rows", 1, 512), new Symbol("past", 0, null));
            var keys = Dim.Of(rows) + before;
            check.Add($"{length} after {past}", Attention(2, 2, rows, keys, 16, 8, axes => Causal(axes, before)), 1e-4, (rows, length), (before, past));
        }

        var (batch, depth) = (new Symbol("batch", 1, 8), new Symbol("depth", 1, 64));
        check.Add("batch and features", Attention(batch, 2, 9, 10, depth, depth), 1e-4, (batch, 3), (depth, 11));
        check.Run();
    }

    [Fact]
    public void Masks()
    {
        var check = new StepCheck();
        foreach (var dims in (int[][])[[2, 3, 9, 21], [2, 1, 9, 21], [1, 1, 9, 21], [2, 1, 1, 21], [2, 3, 9, 1]])
        {
            Dim[] Place(AttentionAxes axes) =>
                [.. new Dim[] { axes.Batch[0], axes.Batch[1], axes.Rows, axes.Keys }.Select((dim, i) => dims[i] == 1 ? Dim.Zero : dim)];
            check.Add($"added {string.Join(" x ", dims)}", Attention(2, 3, 9, 21, 8, 8, axes =>
                (Sum * Expr.Const(DType.Float32, 0.3)) + new LoadExpr(New([.. dims.Select(size => (Dim)size)]), [.. Place(axes)])));
            check.Add($"chosen {string.Join(" x ", dims)}", Attention(2, 3, 9, 21, 8, 8, axes =>
            {
                var mask = new TensorBuffer("mask", DType.Bool, [.. dims.Select(size => (Dim)size)]);
                return Hide(new LoadExpr(mask, [.. Place(axes)]), Sum);
            }));
        }

        check.Run();
    }

    [Fact]
    public void Keys_that_come_later_are_hidden()
    {
        var check = new StepCheck();
        foreach (var (rows, keys, past) in ((int, int, int)[])[(40, 40, 0), (70, 33, 0), (33, 200, 0), (9, 30, 21), (130, 130, 0), (130, 150, 20)])
        {
            check.Add($"{rows} x {keys} after {past}", Attention(1, 2, rows, keys, 8, 16, axes => Causal(axes, past)));
        }

        check.Run();
    }

    [Fact]
    public void Rows_without_a_key_to_see()
    {
        var check = new StepCheck();
        Expr Score(AttentionAxes axes) => Hide(Expr.Of(axes.Keys) < Expr.Of(Dim.Of(axes.Rows) - 2), Sum);
        check.Add("zero", Attention(1, 2, 9, 7, 4, 8, Score));
        check.Add("not a number", Attention(1, 2, 9, 7, 4, 8, Score, hiddenRowsAreZero: false));
        check.Run();
    }

    [Fact]
    public void Heads_that_share_keys()
    {
        var check = new StepCheck();
        foreach (var group in (long[])[2, 3, 6])
        {
            var step = Attention(2, 6, 10, 13, 8, 8, axes => Causal(axes, 3), group);
            check.Add($"groups of {group}", step);
            var packed = KernelPreparation.Prepare(step)[0].Targets[0].Buffer.Dims;
            Assert.Equal(group == 6 ? [2, 2, 8, 8] : [2, 6 / group, 2, 8, 8], packed.Select(dim => dim.Value));
        }

        check.Run();
    }

    [Fact]
    public void Query_of_any_expression_and_an_epilogue()
    {
        var step = Attention(2, 2, 11, 12, 10, 9);
        var bias = new LoadExpr(New(9), [step.Space.Columns]);
        var query = (step.Operands.Query * Expr.Const(DType.Float32, 2.0)).Apply(UnaryOp.Tanh);
        var check = new StepCheck();
        check.Add("both", step with { Operands = step.Operands with { Query = query }, Epilogue = (Sum + bias).Apply(UnaryOp.Tanh) });
        check.Run();
    }
}
