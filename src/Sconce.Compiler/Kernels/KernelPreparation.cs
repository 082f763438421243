using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Attention;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Kernels.Fourier;
using Sconce.Compiler.Kernels.Scattering;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>What kernels need before layouts and memory are settled: packed operands, scratch memory.</summary>
public static class KernelPreparation
{
    /// <summary>The steps that take the step's place: itself, perhaps with scratch buffers, after those that pack its operands. <paramref name="exact"/>: nothing that rounds differently for the sake of speed.</summary>
    public static ImmutableArray<Step> Prepare(Step step, bool exact = false) =>
        [.. Made(step, exact).Select(made => made.Origin == step.Origin ? made : made with { Origin = step.Origin })];

    private static ImmutableArray<Step> Made(Step step, bool exact) => step switch
    {
        ContractionStep contraction => ContractionPreparation.Prepare(contraction),
        AttentionStep attention => AttentionPreparation.Prepare(attention),
        ConvolutionStep convolution => ConvolutionPreparation.Prepare(convolution, exact),
        FourierStep fourier => FourierPreparation.Prepare(fourier),
        ScanStep scan => ScanKernel.Prepare(scan),
        ScatterStep scatter => ScatterKernel.Prepare(scatter, exact),
        SortStep sort => SortKernel.Prepare(sort),
        _ => [step],
    };
}
