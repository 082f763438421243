using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>Removes steps whose results nobody needs: no output, no state, and no step that is needed itself.</summary>
internal static class DeadSteps
{
    public static void Remove(TensorProgram program)
    {
        var around = new Dictionary<Step, RegionStep?>(ReferenceEqualityComparer.Instance);
        Enter(program.Steps, null);
        var steps = around.Keys.Where(step => step is not RegionStep).ToList();
        var writers = steps.SelectMany(step => step.Targets.Select(target => (target.Buffer, Step: step)))
            .ToLookup(entry => entry.Buffer, entry => entry.Step, ReferenceEqualityComparer.Instance);
        var needed = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Step>(steps.Where(step => step.Targets.Any(target => target.Buffer.Kind is not (BufferKind.Temporary or BufferKind.Size))));
        while (open.TryPop(out var step))
        {
            if (needed.Add(step))
            {
                foreach (var writer in step.BuffersRead.SelectMany(buffer => writers[buffer]))
                {
                    open.Push(writer);
                }

                // Whether it runs is what the region around it looks at.
                if (around[step] is { } region)
                {
                    open.Push(region);
                }
            }
        }

        if (steps.Any(step => !needed.Contains(step)))
        {
            StepTree.Replace(program, step => needed.Contains(step) ? [step] : []);
            program.Found.RemoveAll(found => !needed.Any(step => step is not RegionStep && step.Targets.Any(target => target.Buffer == found.Place)));
        }

        void Enter(IEnumerable<Step> inside, RegionStep? region)
        {
            foreach (var step in inside)
            {
                around[step] = region;
                if (step is RegionStep inner)
                {
                    Enter(inner.Blocks.SelectMany(block => block.Steps), inner);
                }
            }
        }
    }
}
