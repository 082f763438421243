using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Maps in a loop's steps that no turn changes are computed once, before the loop: packed weights of recurrent layers above all.</summary>
internal static class HoistFromLoops
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        program.Steps = [.. program.Steps.SelectMany(step => Hoist(step, uses))];
    }

    /// <summary>The step, after what was taken out of it.</summary>
    private static IEnumerable<Step> Hoist(Step step, ProgramUses uses)
    {
        if (step is not RegionStep region)
        {
            return [step];
        }

        region = StepTree.WithBlocks(region, block => block.SelectMany(inner => Hoist(inner, uses)));
        var written = region.Targets.Select(target => target.Buffer).ToHashSet(ReferenceEqualityComparer.Instance);
        var hoisted = new List<Step>();

        // What runs once, if at all, stays where it is.
        foreach (var inner in region.Blocks.Where(block => block.Runs.Repeat).SelectMany(block => block.Steps))
        {
            if (inner is MapStep { Target: { Buffer: { Kind: BufferKind.Temporary } buffer } } map && uses.Writers(buffer).Count == 1
                && !region.Counted.Any(counter => DependsOn(map, counter)) && !map.BuffersRead.Any(written.Contains))
            {
                hoisted.Add(map);
                written.Remove(buffer);
            }
        }

        return [.. hoisted, StepTree.WithBlocks(region, block => block.Where(inner => !hoisted.Contains(inner)))];
    }

    private static bool DependsOn(MapStep map, Symbol counter) =>
        map.Target.Index.Any(dim => dim.DependsOn(counter)) || map.Axes.Any(axis => axis.Extent.DependsOn(counter)) || map.Body.DependsOn(counter);
}
