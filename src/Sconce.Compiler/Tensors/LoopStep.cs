using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Runs its body for <see cref="Counter"/> = 0 … count - 1: recurrent layers. Buffers that carry values from turn to turn are written by steps before the loop and in its body.</summary>
public sealed record LoopStep(Symbol Counter, Dim Count, ImmutableArray<Step> Body) : RegionStep
{
    public override ImmutableArray<RegionBlock> Blocks => [new(Body, new Runs.Times(Count))];

    public override ImmutableArray<Symbol> Counted => [Counter];

    /// <summary>None of its own.</summary>
    public override ImmutableArray<Computation> Computations => [];

    public override RegionStep WithBlocks(ImmutableArray<ImmutableArray<Step>> blocks) => this with { Body = blocks[0] };

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this;
}
