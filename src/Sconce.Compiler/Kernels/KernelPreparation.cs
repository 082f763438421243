using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Attention;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Kernels.Fourier;
using Sconce.Compiler.Kernels.Matrices;
using Sconce.Compiler.Kernels.Scattering;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>Chooses the kernel of each step, and makes what it needs before memory is planned: packed operands, scratch memory.</summary>
public static class KernelPreparation
{
    /// <summary>
    /// The steps that take the step's place, each with its kernel's choice: itself, after those that pack its operands. <paramref name="exact"/>: nothing that rounds
    /// differently for the sake of speed.
    /// </summary>
    public static ImmutableArray<Step> Prepare(Step step, bool exact = false) =>
        step.Kernel is not null ? [step]
        : [.. Made(step, exact).Select(made => made with { Origin = step.Origin, Kernel = made.Kernel ?? KernelChoice.Loops.Instance })];

    private static ImmutableArray<Step> Made(Step step, bool exact) => step switch
    {
        ContractionStep contraction => ContractionPreparation.Prepare(contraction),
        AttentionStep attention => AttentionPreparation.Prepare(attention),
        ConvolutionStep convolution => ConvolutionPreparation.Prepare(convolution, exact),
        FourierStep fourier => FourierPreparation.Prepare(fourier),
        ScanStep scan => [scan with { Kernel = ScanKernel.Choose(scan) }],
        ScatterStep scatter => [scatter with { Kernel = ScatterKernel.Choose(scatter, exact) }],
        SortStep sort => [sort with { Kernel = SortKernel.Choose(sort) }],
        MatrixStep matrix => [matrix with { Kernel = MatrixKernel.Choose(matrix) }],
        _ => [step],
    };
}
