using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Attention without a matrix of scores in memory. For each point of batch × rows, every key has a score: the sum over depth of query (over batch,
/// rows, depth) times key (over batch, keys, depth), given to the score expression. The scores' softmax over the keys weighs the values (over batch,
/// keys, columns); their sum goes through the epilogue. All in float32. A row without any key gives 0.
/// </summary>
public sealed class AttentionStep(Target target, AttentionAxes axes, AttentionOperands operands, bool hiddenRowsAreZero, Expr epilogue) : Step
{
    public Target Target { get; } = target;

    public AttentionAxes Space { get; } = axes;

    public AttentionOperands Operands { get; } = operands;

    /// <summary>What a row gives whose scores are all minus infinity: 0, or (as a plain softmax has it) NaN.</summary>
    public bool HiddenRowsAreZero { get; } = hiddenRowsAreZero;

    /// <summary>Over batch, rows and columns, with <see cref="AccumulatorExpr"/> 0 for the weighed sum.</summary>
    public Expr Epilogue { get; } = epilogue;

    /// <summary>Those of the result.</summary>
    public ImmutableArray<Axis> Axes => [.. Space.Batch, Space.Rows, Space.Columns];

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> Expressions => [Operands.Query, Operands.Key, Operands.Value, Operands.Score, Epilogue];

    public override Step Rewrite(Func<Expr, Expr> expr) => With(Target, Space, Operands.Map(expr), expr(Epilogue));

    public override Step Retarget(ImmutableArray<Target> targets) => With(targets[0], Space, Operands, Epilogue);

    /// <summary>A copy of other parts.</summary>
    public AttentionStep With(Target target, AttentionAxes axes, AttentionOperands operands, Expr epilogue) =>
        new(target, axes, operands, HiddenRowsAreZero, epilogue) { Origin = Origin };
}

/// <summary>The index space of an <see cref="AttentionStep"/>: rows are positions of the query, columns the features of a value, depth those of a key.</summary>
public sealed record AttentionAxes(ImmutableArray<Axis> Batch, Axis Rows, Axis Keys, Axis Depth, Axis Columns);

/// <summary>What an <see cref="AttentionStep"/> reads.</summary>
/// <param name="Query">Over batch, rows and depth.</param>
/// <param name="Key">Over batch, keys and depth.</param>
/// <param name="Value">Over batch, keys and columns.</param>
/// <param name="Score">Over batch, rows and keys, with <see cref="AccumulatorExpr"/> 0 for the product of query and key: scale and mask.</param>
public sealed record AttentionOperands(Expr Query, Expr Key, Expr Value, Expr Score)
{
    public AttentionOperands Map(Func<Expr, Expr> expr) => new(expr(Query), expr(Key), expr(Value), expr(Score));
}
