using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Attention without a matrix of scores in memory. For each point of batch × rows, every key has a score: the sum over depth of query (over batch,
/// rows, depth) times key (over batch, keys, depth), given to the score expression. The scores' softmax over the keys weighs the values (over batch,
/// keys, columns); their sum goes through the epilogue. All in float32. A row without any key gives 0.
/// </summary>
/// <param name="Target">What is written.</param>
/// <param name="Space">The axes.</param>
/// <param name="Operands">What is read.</param>
/// <param name="HiddenRowsAreZero">What a row gives whose scores are all minus infinity: 0, or (as a plain softmax has it) NaN.</param>
/// <param name="Epilogue">Over batch, rows and columns, with <see cref="AccumulatorExpr"/> 0 for the weighed sum.</param>
public sealed record AttentionStep(Target Target, AttentionAxes Space, AttentionOperands Operands, bool HiddenRowsAreZero, Expr Epilogue) : Step
{
    /// <summary>Those of the result.</summary>
    public ImmutableArray<Axis> Axes => [.. Space.Batch, Space.Rows, Space.Columns];

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> ReadInPlace => Expressions.Remove(Epilogue);

    public override ImmutableArray<Computation> Computations =>
    [
        new(Role.Element, Operands.Query, [.. Space.Batch, Space.Rows]) { Over = [Space.Depth] },
        new(Role.Element, Operands.Key, Space.Batch) { Over = [Space.Keys, Space.Depth] },
        new(Role.Element, Operands.Value, [.. Space.Batch, Space.Columns]) { Over = [Space.Keys] },
        new(Role.Element, Operands.Score, [.. Space.Batch, Space.Rows]) { Over = [Space.Keys], Accumulators = [DType.Float32] },
        new(Role.Epilogue, Epilogue, Axes) { Accumulators = [DType.Float32], Target = Target },
    ];

    public override bool JoinsAxes => false;

    public override Dim MultiplyAdds => OwnFlops * (Space.Depth.Extent + Space.Columns.Extent);

    /// <summary>An exponential for each score.</summary>
    public override Dim OwnFlops => Dim.Product([.. Space.Batch.Select(axis => axis.Extent), Space.Rows.Extent, Space.Keys.Extent]);

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Target = targets[0], Operands = new(values[0], values[1], values[2], values[3]), Epilogue = values[4] };
}

/// <summary>The index space of an <see cref="AttentionStep"/>: rows are positions of the query, columns the features of a value, depth those of a key.</summary>
public sealed record AttentionAxes(ImmutableArray<Axis> Batch, Axis Rows, Axis Keys, Axis Depth, Axis Columns);

/// <summary>The operands of an <see cref="AttentionStep"/>.</summary>
/// <param name="Query">Over batch, rows and depth.</param>
/// <param name="Key">Over batch, keys and depth.</param>
/// <param name="Value">Over batch, keys and columns.</param>
/// <param name="Score">Over batch, rows and keys, with <see cref="AccumulatorExpr"/> 0 for the product of query and key: scale and mask.</param>
public sealed record AttentionOperands(Expr Query, Expr Key, Expr Value, Expr Score)
{
    public AttentionOperands Map(Func<Expr, Expr> expr) => new(expr(Query), expr(Key), expr(Value), expr(Score));
}
