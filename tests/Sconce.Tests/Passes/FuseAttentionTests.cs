using System.Collections.Immutable;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes;

public class FuseAttentionTests
{
    private static readonly ImmutableArray<Dim> Batch = [2, 3];

    private static TensorBuffer Input(params Dim[] dims) => new("x", DType.Float32, [.. dims], BufferKind.Input);

    /// <summary>softmax(change(q kᵀ)) v over two dims of batch, five rows and seven keys, as operators are lowered one by one.</summary>
    private static (TensorProgram Program, TensorBuffer Weights) Composed(Func<LoweringContext, TensorBuffer, TensorBuffer>? change = null, bool safe = false, DType type = DType.Float32)
    {
        var program = new TensorProgram();
        var context = new LoweringContext(program);
        TensorBuffer Half(TensorBuffer buffer) => context.Convert(buffer, type);
        var (query, key, value) = (Half(Input(2, 3, 5, 4)), Half(Input(2, 3, 7, 4)), Half(Input(2, 3, 7, 6)));
        var scores = context.Contract(type, Batch, 5, 7, 4, (p, m, k) => query.At([.. p, m, k]), (p, n, k) => key.At([.. p, n, k]));
        scores = change?.Invoke(context, scores) ?? scores;
        var weights = safe ? Softmax.SafeSoftmax(context, scores, 3) : Softmax.Compute(context, scores, 3, type);
        var output = context.Contract(type, Batch, 5, 6, 7, (p, m, k) => weights.At([.. p, m, k]), (p, n, k) => value.At([.. p, k, n]));
        output.Kind = BufferKind.Output;
        program.Outputs.Add(("output", output));
        InlineMaps.Views(program);
        return (program, weights);
    }

    private static void Verify(TensorProgram program)
    {
        FuseAttention.Run(program);
        ProgramVerifier.Verify(program, "fuse-attention");
    }

    [Fact]
    public void Product_softmax_and_product_are_one_step()
    {
        foreach (var safe in (bool[])[false, true])
        {
            var (program, _) = Composed(safe: safe);
            Verify(program);
            Assert.Equal(safe, Assert.IsType<AttentionStep>(Assert.Single(program.Steps)).HiddenRowsAreZero);
        }
    }

    [Fact]
    public void Scale_and_mask_are_the_score()
    {
        var mask = Input(2, 1, 1, 7);
        var (program, _) = Composed((context, scores) =>
        {
            scores = context.Map(DType.Float32, scores.Dims, i => scores.At(i) * Expr.Const(DType.Float32, 0.5));
            return context.Map(DType.Float32, scores.Dims, i => scores.At(i) + mask.At([i[0], 0, 0, i[3]]));
        });
        Verify(program);
        var step = Assert.IsType<AttentionStep>(Assert.Single(program.Steps));
        Assert.Equal(
            new AccumulatorExpr(0, DType.Float32) * Expr.Const(DType.Float32, 0.5) + mask.At([step.Space.Batch[0], 0, 0, step.Space.Keys]), step.Operands.Score);
    }

    [Fact]
    public void A_mask_that_is_computed_stays_in_memory()
    {
        var mask = Input(5, 7);
        var (program, _) = Composed((context, scores) =>
        {
            var added = context.Map(DType.Float32, mask.Dims, i => mask.At(i) * Expr.Const(DType.Float32, -1e4));
            return context.Map(DType.Float32, scores.Dims, i => scores.At(i) + added.At([i[2], i[3]]));
        });
        Verify(program);
        Assert.Equal([typeof(MapStep), typeof(AttentionStep)], program.Steps.Select(step => step.GetType()));
    }

    [Fact]
    public void A_second_product_may_be_the_bias()
    {
        var (left, right) = (Input(2, 3, 5, 8), Input(2, 3, 7, 8));
        var (program, _) = Composed((context, scores) =>
        {
            var bias = context.Contract(DType.Float32, Batch, 5, 7, 8, (p, m, k) => left.At([.. p, m, k]), (p, n, k) => right.At([.. p, n, k]));
            return context.Map(DType.Float32, scores.Dims, i => scores.At(i) + bias.At(i));
        });
        Verify(program);
        Assert.Equal([typeof(ContractionStep), typeof(AttentionStep)], program.Steps.Select(step => step.GetType()));
    }

    [Fact]
    public void Weights_that_are_wanted_too_leave_all_as_it_was()
    {
        var (program, weights) = Composed();
        weights.Kind = BufferKind.Output;
        program.Outputs.Add(("weights", weights));
        var before = program.Steps.ToArray();
        Verify(program);
        Assert.Equal(before, program.Steps);
    }

    [Fact]
    public void Other_types_stay_as_they_were()
    {
        foreach (var type in (DType[])[DType.Float64, DType.Float16])
        {
            var (program, _) = Composed(type: type);
            Verify(program);
            Assert.DoesNotContain(program.Steps, step => step is AttentionStep);
        }
    }
}
