using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>How a scatter joins a value with the one that it meets.</summary>
public enum ScatterMode
{
    Set, Add, Multiply, Min, Max,
}

/// <summary>
/// Writes values to computed places of a buffer that an earlier step has filled: points in row-major order of the axes, so that the last
/// of several writers wins. The target's index holds <see cref="LoadedIndex"/>es; it lies within the buffer wherever the condition holds.
/// </summary>
public sealed record ScatterStep(Target Target, ImmutableArray<Axis> Axes, Expr Value, ScatterMode Mode, Expr? Condition = null) : Step
{
    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> ReadInPlace => [];

    public override ImmutableArray<Computation> Computations =>
        [new(Role.Element, Value, Axes) { Target = Target }, .. Condition is null ? [] : ImmutableArray.Create(new Computation(Role.Element, Condition, Axes))];

    /// <summary>Elements that it does not write stay.</summary>
    public override bool ReadsTarget => true;

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Target = targets[0], Value = values[0], Condition = values.Length > 1 ? values[1] : null };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
