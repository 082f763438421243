using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>How often the steps of a <see cref="RegionBlock"/> run, each time that its region does.</summary>
public abstract record Runs
{
    private Runs()
    {
    }

    /// <summary>Whether they may run a second time, and find what they wrote the first time.</summary>
    public virtual bool Repeat => true;

    /// <summary>Of several such blocks of a region one runs.</summary>
    public sealed record AtMostOnce : Runs
    {
        public override bool Repeat => false;
    }

    /// <summary>So many times, perhaps none.</summary>
    public sealed record Times(Dim Count) : Runs;

    /// <summary>Only the run can tell.</summary>
    public sealed record Unknown : Runs;
}

/// <summary>Steps that run one after the other, as a part of a region.</summary>
public sealed record RegionBlock(ImmutableArray<Step> Steps, Runs Runs);

/// <summary>
/// A step made of steps: a program is a tree. Whoever walks it reads which blocks there are and how often each runs, and takes no region for another. What
/// is carried from turn to turn, or out of a branch, are buffers. A region's own computations are its condition.
/// </summary>
public abstract record RegionStep : Step
{
    /// <summary>In the order in which they stand.</summary>
    public abstract ImmutableArray<RegionBlock> Blocks { get; }

    /// <summary>The symbols whose values it counts.</summary>
    public virtual ImmutableArray<Symbol> Counted => [];

    /// <summary>How many of the blocks run, once at least, before the condition is looked at.</summary>
    public virtual int BlocksBeforeCondition => 0;

    /// <summary>All that is written inside.</summary>
    public override ImmutableArray<Target> Targets => [.. Blocks.SelectMany(block => block.Steps).SelectMany(step => step.Targets)];

    private protected override ImmutableArray<Target> Places => [];

    private protected override IEnumerable<Dim> Extents => Blocks.Select(block => block.Runs).OfType<Runs.Times>().Select(times => times.Count);

    /// <summary>A copy with other steps in its blocks.</summary>
    public abstract RegionStep WithBlocks(ImmutableArray<ImmutableArray<Step>> blocks);

    /// <summary>A condition as it is listed: one bool.</summary>
    private protected static ImmutableArray<Computation> Looking(Expr condition) => [new(Role.Element, condition, [])];
}
