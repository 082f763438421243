using System.Collections.Immutable;

namespace Sconce.Compiler.Tensors;

/// <summary>Walks the steps of a program, those of regions included, and puts others in their places.</summary>
internal static class StepTree
{
    /// <summary>Each step that is no region becomes the steps that the function gives: none removes it. A region that becomes empty goes too.</summary>
    public static void Replace(TensorProgram program, Func<Step, IEnumerable<Step>> replace) =>
        program.Steps = [.. Replace(program.Steps, replace)];

    private static IEnumerable<Step> Replace(IEnumerable<Step> steps, Func<Step, IEnumerable<Step>> replace)
    {
        foreach (var step in steps)
        {
            if (step is not RegionStep region)
            {
                foreach (var made in replace(step))
                {
                    yield return made;
                }
            }
            else if (WithBlocks(region, block => Replace(block, replace)) is var changed && changed.Blocks.Any(block => !block.Steps.IsEmpty))
            {
                yield return changed;
            }
        }
    }

    /// <summary>The region with other steps in its blocks, or itself where they are the same.</summary>
    public static RegionStep WithBlocks(RegionStep region, Func<ImmutableArray<Step>, IEnumerable<Step>> replace)
    {
        var blocks = region.Blocks;
        ImmutableArray<ImmutableArray<Step>> made = [.. blocks.Select(block => replace(block.Steps).ToImmutableArray())];
        return blocks.Zip(made).All(pair => pair.First.Steps.AsSpan().SequenceEqual(pair.Second.AsSpan())) ? region : region.WithBlocks(made);
    }

    /// <summary>All steps in order, those inside regions instead of the regions.</summary>
    public static IEnumerable<Step> Leaves(IEnumerable<Step> steps) => All(steps).Where(step => step is not RegionStep);

    /// <summary>All steps in order, a region before what is in it.</summary>
    public static IEnumerable<Step> All(IEnumerable<Step> steps) =>
        steps.SelectMany(step => step is RegionStep region ? All(region.Blocks.SelectMany(block => block.Steps)).Prepend(step) : [step]);
}
