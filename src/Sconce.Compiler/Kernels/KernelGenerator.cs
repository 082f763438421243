using Sconce.Compiler.Kernels.Attention;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Kernels.Fourier;
using Sconce.Compiler.Kernels.Scattering;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>Makes the kernel of a step: the one place that knows which generator does what.</summary>
public static class KernelGenerator
{
    public static KernelCall Generate(Step step, KernelModule module) => step switch
    {
        ContractionStep contraction => GemmKernel.Generate(contraction, module),
        AttentionStep attention => AttentionKernel.Generate(attention, module),
        ConvolutionStep convolution => ConvolutionKernel.Generate(convolution, module),
        FourierStep fourier => FourierKernel.Generate(fourier, module),
        MapStep map => MapKernel.Generate(map, module),
        ReduceStep reduce => ReduceKernel.Generate(reduce, module),
        ScanStep scan => ScanKernel.Generate(scan, module),
        ScatterStep scatter => ScatterKernel.Generate(scatter, module),
        SortStep sort => SortKernel.Generate(sort, module),
        CheckStep check => CheckKernel.Generate(check, module),
        LoopStep => throw new ArgumentException("A loop has no kernel of its own: the run loop goes through its body's steps.", nameof(step)),
        _ => throw new NotSupportedException($"No kernel for {step.GetType().Name} to generate."),
    };
}
