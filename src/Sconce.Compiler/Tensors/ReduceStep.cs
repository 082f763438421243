using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Combines values over some axes: for each point of <see cref="Axes"/>, over all points of <see cref="Reduced"/>; an empty range gives the combiner's neutral value.</summary>
/// <param name="Writes">What is written.</param>
/// <param name="Axes">Those of the results.</param>
/// <param name="Reduced">Those that are gone along for each of them.</param>
/// <param name="Reducers">The accumulators.</param>
/// <param name="Results">One per target: expressions over the axes and <see cref="AccumulatorExpr"/>s.</param>
public sealed record ReduceStep(
    ImmutableArray<Target> Writes, ImmutableArray<Axis> Axes, ImmutableArray<Axis> Reduced, ImmutableArray<Reducer> Reducers, ImmutableArray<Expr> Results) : Step
{
    public override ImmutableArray<Target> Targets => Writes;

    public override ImmutableArray<Expr> ReadInPlace => [];

    public override ImmutableArray<Computation> Computations =>
    [
        .. Reducers.Select(reducer => new Computation(Role.Element, reducer.Value, Axes) { Over = Reduced }),
        .. Results.Zip(Targets, (result, target) => new Computation(Role.Epilogue, result, Axes) { Accumulators = [.. Reducers.Select(reducer => reducer.Type)], Target = target }),
    ];

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with
    {
        Writes = targets,
        Reducers = [.. Reducers.Zip(values, (reducer, value) => reducer with { Value = value })],
        Results = values[Reducers.Length..],
    };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
