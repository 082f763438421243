using System.Collections.Immutable;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>
/// Products and convolutions of quantised activations with quantised weights are made of the integers: <c>Σ (a - z) s · w t</c> is <c>(Σ a w - z Σ w) s t</c>, whose sums are exact.
/// Weights whose scales change along the sum keep these inside of it. Activations become integers from 0 to 255, for which there are kernels.
/// A few rows of floats become bytes too.
/// </summary>
internal static class MultiplyIntegers
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var made = new Dictionary<Step, ImmutableArray<Step>>(ReferenceEqualityComparer.Instance);
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            var steps = step switch
            {
                ContractionStep product => new IntegerContraction(product, uses).Rewritten() ?? (program.Exact ? null : new SplitContraction(product, uses).Rewritten()),
                ConvolutionStep convolution => new IntegerConvolution(convolution, uses).Rewritten(),
                _ => null,
            };
            if (steps is not null)
            {
                made.Add(step, [.. steps.Select(part => part with { Origin = step.Origin })]);
            }
        }

        if (made.Count > 0)
        {
            StepTree.Replace(program, step => made.TryGetValue(step, out var steps) ? steps : [step]);
            DeadSteps.Remove(program);
        }
    }
}
