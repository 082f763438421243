using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>Removes steps whose results nobody needs: no output, no state, and no step that is needed itself.</summary>
internal static class DeadSteps
{
    public static void Remove(TensorProgram program)
    {
        var steps = StepRewriting.Flatten(program.Steps).ToList();
        var writers = steps.SelectMany(step => step.Targets.Select(target => (target.Buffer, Step: step)))
            .ToLookup(entry => entry.Buffer, entry => entry.Step, ReferenceEqualityComparer.Instance);
        var needed = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        var open = new Stack<Step>(steps.Where(step => step.Targets.Any(target => target.Buffer.Kind != BufferKind.Temporary)));
        while (open.TryPop(out var step))
        {
            if (needed.Add(step))
            {
                foreach (var writer in step.BuffersRead.SelectMany(buffer => writers[buffer]))
                {
                    open.Push(writer);
                }
            }
        }

        if (needed.Count < steps.Count)
        {
            StepRewriting.Replace(program, step => needed.Contains(step) ? [step] : []);
        }
    }
}
