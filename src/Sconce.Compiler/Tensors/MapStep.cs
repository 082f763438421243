using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>An expression per element: everything pointwise, every view that must be copied, gathers.</summary>
public sealed record MapStep(Target Target, ImmutableArray<Axis> Axes, Expr Body) : Step
{
    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> ReadInPlace => [];

    public override ImmutableArray<Computation> Computations => [new(Role.Result, Body, Axes) { Target = Target }];

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with { Target = targets[0], Body = values[0] };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
