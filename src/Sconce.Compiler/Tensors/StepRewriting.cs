using System.Collections.Immutable;

namespace Sconce.Compiler.Tensors;

/// <summary>Walks the steps of a program, loops' bodies included, and puts others in their places.</summary>
internal static class StepRewriting
{
    /// <summary>Each step becomes the steps that the function gives: none removes it. A loop that becomes empty goes too.</summary>
    public static void Replace(TensorProgram program, Func<Step, IEnumerable<Step>> replace) =>
        program.Steps = [.. Replace(program.Steps, replace)];

    private static IEnumerable<Step> Replace(IEnumerable<Step> steps, Func<Step, IEnumerable<Step>> replace)
    {
        foreach (var step in steps)
        {
            if (step is not LoopStep loop)
            {
                foreach (var made in replace(step))
                {
                    yield return made;
                }

                continue;
            }

            ImmutableArray<Step> body = [.. Replace(loop.Body, replace)];
            if (!body.IsEmpty)
            {
                yield return body.AsSpan().SequenceEqual(loop.Body.AsSpan()) ? loop : loop with { Body = body };
            }
        }
    }

    /// <summary>All steps in order, those inside loops instead of the loops.</summary>
    public static IEnumerable<Step> Flatten(IEnumerable<Step> steps) =>
        steps.SelectMany(step => step is LoopStep loop ? Flatten(loop.Body) : [step]);
}
