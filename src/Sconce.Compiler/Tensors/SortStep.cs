using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Sorts along one axis, stably; NaN is the largest value. Writes values and int64 indices; targets that hold fewer places take the first ones (topk).</summary>
/// <param name="Values">What the sorted values are written to.</param>
/// <param name="Indices">What their places before are written to.</param>
/// <param name="Axes">The axes without the sorted one.</param>
/// <param name="Sorted">The axis of the key.</param>
/// <param name="Kept">The axis of the targets: its extent is at most the sorted one's.</param>
/// <param name="Key">What is sorted.</param>
/// <param name="Descending">Whether the largest comes first.</param>
public sealed record SortStep(Target Values, Target Indices, ImmutableArray<Axis> Axes, Axis Sorted, Axis Kept, Expr Key, bool Descending) : Step
{
    public override ImmutableArray<Target> Targets => [Values, Indices];

    public override ImmutableArray<Computation> Computations => [new(Role.Element, Key, Axes) { Over = [Sorted] }];

    public override ImmutableArray<Axis> AllAxes => [.. Axes, Sorted, Kept];

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with { Values = targets[0], Indices = targets[1], Key = values[0] };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
