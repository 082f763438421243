using System.Collections.Immutable;

namespace Sconce.Compiler.Tensors;

/// <summary>Runs its test, then its body, and again, for as long as the condition holds after the test. Buffers that are carried are written before it and in its body.</summary>
/// <param name="Test">What the condition is computed by.</param>
/// <param name="Condition">A bool without axes.</param>
/// <param name="Body">One turn.</param>
public sealed record WhileStep(ImmutableArray<Step> Test, Expr Condition, ImmutableArray<Step> Body) : RegionStep
{
    public override ImmutableArray<RegionBlock> Blocks => [new(Test, new Runs.Unknown()), new(Body, new Runs.Unknown())];

    public override int BlocksBeforeCondition => 1;

    public override ImmutableArray<Computation> Computations => Looking(Condition);

    public override RegionStep WithBlocks(ImmutableArray<ImmutableArray<Step>> blocks) => this with { Test = blocks[0], Body = blocks[1] };

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) => this with { Condition = values[0] };
}
