using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>A form of steps that a pass leaves none of behind, and that no later pass brings back.</summary>
/// <param name="After">The pass from whose run on it holds.</param>
/// <param name="Must">What must hold of every step, as a sentence about it.</param>
/// <param name="Broken">The steps that break it, given who writes and reads what.</param>
internal sealed record ProgramRule(string After, string Must, Func<TensorProgram, ProgramUses, IEnumerable<Step>> Broken)
{
    /// <summary>The pass that makes anew what the rule forbids; null where none does.</summary>
    public string? Until { get; init; }
}

/// <summary>The table of these rules. What must hold of every program, after any pass, is <see cref="ProgramVerifier"/>'s own.</summary>
internal static class ProgramRules
{
    public static IReadOnlyList<ProgramRule> All { get; } =
    [
        // A constant that is only converted is a view too, and folding makes some. Operands that are packed are views again, with steps of their own.
        new("inline-views", "reads no view that could be an index of its own", Each(ReadsNoView)) { Until = "fold-constants" },
        new("inline-pointwise", "reads no view that could be an index of its own", Each(ReadsNoView)) { Until = "prepare-kernels" },
        new("write-outputs", "copies nothing into an output that its maker could write there", Each((step, _, uses) => step is not MapStep copy || WriteOutputs.Source(copy, uses) is null)),
        new("prepare-kernels", "has a kernel that computes such steps, and whose operands are stored as it says", Each((step, _, _) => step.Kernel?.Fits(step) == true)),
        new("dead-steps", "is read by somebody", Each((step, _, uses) =>
            step.Targets.Any(target => target.Buffer.Kind != BufferKind.Temporary || uses.Readers(target.Buffer).Any(reader => !ReferenceEquals(reader.Step, step))))),
        new("flush-subnormals", "reads no constant with numbers too small to be normal", Each((step, program, _) => program.Exact || !step.BuffersRead.Any(FlushSubnormals.HasAny))),
    ];

    /// <summary>Those that hold once a pass has run, given those that held before it.</summary>
    public static IReadOnlyList<ProgramRule> After(string pass, IReadOnlyList<ProgramRule> before) =>
        [.. before.Where(rule => rule.Until != pass && rule.After != pass), .. All.Where(rule => rule.After == pass)];

    private static bool ReadsNoView(Step step, TensorProgram program, ProgramUses uses) => !InlineMaps.ReadsView(step, uses);

    private static Func<TensorProgram, ProgramUses, IEnumerable<Step>> Each(Func<Step, TensorProgram, ProgramUses, bool> holds) =>
        (program, uses) => StepTree.Leaves(program.Steps).Where(step => !holds(step, program, uses));
}
