using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Where PyTorch would raise an error while a model runs: an index that no dim has, an integer divided by zero. A point at which <see cref="Wrong"/>
/// holds ends the run. It reads what the operator reads and is a step of its own, so that every element counts as it does in PyTorch, however the
/// operator itself is fused, and none that only our kernels look at (a pad, a lane past the end).
/// </summary>
/// <param name="Fault">Where a point that is wrong is told of: <see cref="FaultFields"/>.</param>
/// <param name="Axes">The points that are looked at.</param>
/// <param name="Wrong">A bool.</param>
/// <param name="Value">An int64, for the message.</param>
/// <param name="Limit">The size that the value has to do with, for the message.</param>
/// <param name="Message">What is wrong, with <c>{value}</c> and <c>{limit}</c> for the numbers.</param>
public sealed record CheckStep(Target Fault, ImmutableArray<Axis> Axes, Expr Wrong, Expr Value, Dim Limit, string Message) : Step
{
    public override ImmutableArray<Target> Targets => [Fault];

    public override ImmutableArray<Computation> Computations =>
        [new(Role.Element, Wrong, Axes), new(Role.Element, Value, Axes), new(Role.Element, Expr.Of(Limit), Axes)];

    /// <summary>A buffer for <see cref="Fault"/>.</summary>
    public static TensorBuffer FaultBuffer(string name) => new(name, DType.Int64, [FaultFields.Count], BufferKind.Fault);

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Fault = targets[0], Wrong = values[0], Value = values[1], Limit = values[2].ToIndex(Interval.All) };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}

/// <summary>The record of a check that found something wrong: int64 numbers one after the other.</summary>
public static class FaultFields
{
    /// <summary>Other than 0: something is wrong.</summary>
    public const int Found = 0;

    public const int Value = 1;

    public const int Limit = 2;

    public const int Count = 3;
}
