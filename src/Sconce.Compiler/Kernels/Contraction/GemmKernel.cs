using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>The kernel of a matrix product that <see cref="ContractionPreparation"/> has prepared.</summary>
internal static class GemmKernel
{
    public static KernelCall Generate(ContractionStep step, KernelChoice.Panels choice, KernelModule module)
    {
        var left = Access.Of(choice.Left.LoadIn(step.Left))!;
        var panels = Panels.In(step.Right, choice.Right, choice.Width);
        var panel = new Axis(step.N.Extent.CeilDiv(panels.Width), "panel");
        var product = new PanelProduct(
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
            step.Epilogue,
            choice.Sums)
        {
            Groups = Storage.Integers.PartsOf(step.Right) is var (_, _, zero, scale) ? (First(scale), First(zero as LoadExpr), (zero as ConstExpr)?.Value ?? 0) : default,
        };
        return PanelKernel.Generate(product, choice.Rows, module, "gemm");

        Access? First(LoadExpr? load) => load is null ? null
            : new(load.Buffer, load.Buffer.Offset(load.Index).Substitute(leaf => ReferenceEquals(leaf, step.N) ? Dim.Of(panel) * panels.Width : ReferenceEquals(leaf, step.K) ? Dim.Zero : null));
    }
}
