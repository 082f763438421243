using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>Removes steps whose results nobody reads.</summary>
internal static class DeadSteps
{
    public static void Remove(TensorProgram program)
    {
        while (true)
        {
            var read = new HashSet<Tensors.Buffer>(ReferenceEqualityComparer.Instance);
            foreach (var step in StepRewriting.Flatten(program.Steps))
            {
                foreach (var buffer in step.BuffersRead)
                {
                    // A scatter into a buffer does not by itself make that buffer needed.
                    if (step is not ScatterStep scatter || !ReferenceEquals(scatter.Target.Buffer, buffer))
                    {
                        read.Add(buffer);
                    }
                }
            }

            var before = StepRewriting.Flatten(program.Steps).Count();
            StepRewriting.Replace(program, step => step.Targets.Any(target => target.Buffer.Kind != BufferKind.Temporary || read.Contains(target.Buffer)) ? [step] : []);
            if (StepRewriting.Flatten(program.Steps).Count() == before)
            {
                return;
            }
        }
    }
}
