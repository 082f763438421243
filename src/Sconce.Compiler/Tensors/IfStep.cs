using System.Collections.Immutable;

namespace Sconce.Compiler.Tensors;

/// <summary>Runs the one block or the other. What both give is written by both, to the same buffers.</summary>
/// <param name="Condition">A bool without axes.</param>
/// <param name="Then">Where it holds.</param>
/// <param name="Else">Where it does not.</param>
public sealed record IfStep(Expr Condition, ImmutableArray<Step> Then, ImmutableArray<Step> Else) : RegionStep
{
    public override ImmutableArray<RegionBlock> Blocks => [new(Then, new Runs.AtMostOnce()), new(Else, new Runs.AtMostOnce())];

    public override ImmutableArray<Computation> Computations => Looking(Condition);

    public override RegionStep WithBlocks(ImmutableArray<ImmutableArray<Step>> blocks) => this with { Then = blocks[0], Else = blocks[1] };

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with { Condition = values[0] };
}
