using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Inclusive running combination along one axis (the order of <see cref="Scanned"/>): cumsum, cumprod, cummax with indices. Sum of exponentials for logcumsumexp is built of these.</summary>
/// <param name="Writes">What is written.</param>
/// <param name="Axes">The axes without the scanned one; targets' indices use both.</param>
/// <param name="Scanned">The axis that is gone along.</param>
/// <param name="Reducers">The accumulators.</param>
/// <param name="Results">One per target.</param>
public sealed record ScanStep(
    ImmutableArray<Target> Writes, ImmutableArray<Axis> Axes, Axis Scanned, ImmutableArray<Reducer> Reducers, ImmutableArray<Expr> Results) : Step
{
    public override ImmutableArray<Target> Targets => Writes;

    public override ImmutableArray<Expr> ReadInPlace => [];

    public override ImmutableArray<Computation> Computations =>
    [
        .. Reducers.Select(reducer => new Computation(Role.Element, reducer.Value, Axes) { Over = [Scanned] }),
        .. Results.Zip(Targets, (result, target) => new Computation(Role.Result, result, Axes) { Accumulators = [.. Reducers.Select(reducer => reducer.Type)], Target = target, Over = [Scanned] }),
    ];

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with
    {
        Writes = targets,
        Reducers = [.. Reducers.Zip(values, (reducer, value) => reducer with { Value = value })],
        Results = values[Reducers.Length..],
    };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
