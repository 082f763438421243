using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Where PyTorch would raise an error while a model runs: an index that no dim has, an integer divided by zero. A point at which <see cref="Wrong"/>
/// holds ends the run. It reads what the operator reads and is a step of its own, so that every element counts as it does in PyTorch, however the
/// operator itself is fused, and none that only our kernels look at (a pad, a lane past the end).
/// </summary>
public sealed class CheckStep(Target fault, ImmutableArray<Axis> axes, Expr wrong, Expr value, Dim limit, string message) : Step
{
    /// <summary>Where a point that is wrong is told of: <see cref="FaultFields"/>.</summary>
    public Target Fault { get; } = fault;

    public ImmutableArray<Axis> Axes { get; } = axes;

    /// <summary>A bool.</summary>
    public Expr Wrong { get; } = wrong;

    /// <summary>An int64, for the message.</summary>
    public Expr Value { get; } = value;

    /// <summary>The size that the value has to do with, for the message.</summary>
    public Dim Limit { get; } = limit;

    /// <summary>What is wrong, with <c>{value}</c> and <c>{limit}</c> for the numbers.</summary>
    public string Message { get; } = message;

    public override ImmutableArray<Target> Targets => [Fault];

    public override ImmutableArray<Expr> Expressions => [Wrong, Value, Expr.Of(Limit)];

    /// <summary>A buffer for <see cref="Fault"/>.</summary>
    public static Buffer FaultBuffer(string name) => new(name, DType.Int64, [FaultFields.Count], BufferKind.Fault);

    public override Step Rewrite(Func<Expr, Expr> expr) => With(Axes, expr(Wrong), expr(Value), expr(Expr.Of(Limit)).ToIndex(Interval.All));

    public override Step Retarget(ImmutableArray<Target> targets) => new CheckStep(targets[0], Axes, Wrong, Value, Limit, Message) { Origin = Origin };

    /// <summary>The same check over other axes.</summary>
    public CheckStep With(ImmutableArray<Axis> axes, Expr wrong, Expr value, Dim limit) => new(Fault, axes, wrong, value, limit, Message) { Origin = Origin };
}

/// <summary>What a check that found something wrong leaves: int64 numbers one after the other.</summary>
public static class FaultFields
{
    /// <summary>Other than 0: something is wrong.</summary>
    public const int Found = 0;

    public const int Value = 1;

    public const int Limit = 2;

    public const int Count = 3;
}
