using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>The kernel of a matrix product that <see cref="ContractionPreparation"/> has prepared.</summary>
public static class GemmKernel
{
    /// <summary>Whether the operands are in the form the kernel reads.</summary>
    public static bool Accepts(ContractionStep step) => Match(step) is not null;

    public static KernelCall Generate(ContractionStep step, KernelModule module) =>
        PanelKernel.Generate(
            Match(step) ?? throw new ArgumentException($"The matrix product into {step.Target} has not been prepared."),
            module,
            "gemm");

    private static PanelProduct? Match(ContractionStep step)
    {
        if (Access.Of(step.Left) is not { } left || !left.HasUnitStride(step.K)
            || Panels.Of(step.Right, step.N, [step.K]) is not { } panels || left.Buffer.Type != panels.Elements.Computed)
        {
            return null;
        }

        var panel = new Axis(step.N.Extent.CeilDiv(panels.Width), "panel");
        return new PanelProduct(
            step,
            step.Batch,
            step.M,
            step.N,
            left with { Offset = left.Offset.Substitute(leaf => ReferenceEquals(leaf, step.K) ? Dim.Zero : null) },
            [],
            step.K.Extent,
            panels,
            panels.Offset(step.Right, step.N, panel, [step.K]),
            panel,
            step.Target,
            step.Epilogue);
    }
}
