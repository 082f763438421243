using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>What a pass leaves no step of behind, and no later pass brings back.</summary>
/// <param name="After">The pass from whose run on it holds.</param>
/// <param name="Must">What must hold of every step, as a sentence about it.</param>
/// <param name="Holds">Whether it does, given all steps' readers.</param>
internal sealed record ProgramRule(string After, string Must, Func<Step, TensorProgram, ProgramUses, bool> Holds);

/// <summary>The table of these rules.</summary>
internal static class ProgramRules
{
    public static IReadOnlyList<ProgramRule> All { get; } =
    [
        new("prepare-kernels", "has a kernel that computes such steps, and whose operands are stored as it says", (step, _, _) => step.Kernel?.Fits(step) == true),
        new("dead-steps", "is read by somebody", (step, _, uses) =>
            step.Targets.Any(target => target.Buffer.Kind != BufferKind.Temporary || uses.Readers(target.Buffer).Any(reader => !ReferenceEquals(reader.Step, step)))),
    ];
}
