using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Runs its body for <see cref="Counter"/> = 0 … count - 1: recurrent layers. Buffers that carry values from turn to turn are written by steps before the loop and in its body.</summary>
public sealed record LoopStep(Symbol Counter, Dim Count, ImmutableArray<Step> Body) : Step
{
    public override ImmutableArray<Target> Targets => [.. Body.SelectMany(step => step.Targets)];

    /// <summary>Of its body's steps: none of its own.</summary>
    public override ImmutableArray<Computation> Computations => [];

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => throw new NotSupportedException("A loop's steps are rewritten one by one.");
}
