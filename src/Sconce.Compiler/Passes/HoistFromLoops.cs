using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Maps in a loop's body that no turn changes are computed once, before the loop: packed weights of recurrent layers above all.</summary>
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
        if (step is not LoopStep loop)
        {
            return [step];
        }

        Step[] body = [.. loop.Body.SelectMany(inner => Hoist(inner, uses))];
        var written = StepRewriting.Flatten(body).SelectMany(inner => inner.Targets).Select(target => target.Buffer)
            .ToHashSet(ReferenceEqualityComparer.Instance);
        var hoisted = new List<Step>();
        foreach (var inner in body)
        {
            if (inner is MapStep { Target: { Buffer: { Kind: BufferKind.Temporary } buffer } } map && uses.Writers(buffer).Count == 1
                && !DependsOn(map, loop.Counter) && !map.BuffersRead.Any(written.Contains))
            {
                hoisted.Add(map);
                written.Remove(buffer);
            }
        }

        return hoisted.Count == 0 && body.AsSpan().SequenceEqual(loop.Body.AsSpan())
            ? [loop]
            : [.. hoisted, loop with { Body = [.. body.Except(hoisted)] }];
    }

    private static bool DependsOn(MapStep map, Symbol counter) =>
        map.Target.Index.Any(dim => dim.DependsOn(counter)) || map.Axes.Any(axis => axis.Extent.DependsOn(counter)) || map.Body.DependsOn(counter);
}
