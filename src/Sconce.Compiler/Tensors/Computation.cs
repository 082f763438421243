using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>The part that a computation plays in its step.</summary>
public enum Role
{
    /// <summary>Made once at each point of the axes, and written as it is.</summary>
    Result,

    /// <summary>Made once at each point of the axes of what the step has summed up, and written: maps that follow may join it.</summary>
    Epilogue,

    /// <summary>Given to the step's own work at each point of the axes: what is reduced, sorted, scattered, multiplied, looked at.</summary>
    Element,

    /// <summary>Brought into the kernel's own order before, so that it is made once for each element, however often the kernel reads it.</summary>
    Operand,
}

/// <summary>An expression of a step and the points at which it is made.</summary>
/// <param name="Role">What it is to the step.</param>
/// <param name="Value">Over <paramref name="Axes"/> and <see cref="Over"/>.</param>
/// <param name="Axes">Those that the step's results have.</param>
public sealed record Computation(Role Role, Expr Value, ImmutableArray<Axis> Axes)
{
    /// <summary>Axes that the step goes along for each of its results: of a reduction the reduced ones.</summary>
    public ImmutableArray<Axis> Over { get; init; } = [];

    /// <summary>Dtypes of the <see cref="AccumulatorExpr"/>s that the value may hold.</summary>
    public ImmutableArray<DType> Accumulators { get; init; } = [];

    /// <summary>The place that it is written to; null where it is not.</summary>
    public Target? Target { get; init; }

    /// <summary>All axes of the value.</summary>
    public ImmutableArray<Axis> Space => Over.IsEmpty ? Axes : [.. Axes, .. Over];
}
