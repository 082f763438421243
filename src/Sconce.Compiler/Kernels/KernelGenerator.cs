using Sconce.Compiler.Kernels.Attention;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Kernels.Convolution.Winograd;
using Sconce.Compiler.Kernels.Fourier;
using Sconce.Compiler.Kernels.Matrices;
using Sconce.Compiler.Kernels.Scattering;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels;

/// <summary>Makes the kernel that has been chosen for a step: the one place that knows which generator does what.</summary>
public static class KernelGenerator
{
    public static KernelCall Generate(Step step, KernelModule module) => (step.Kernel, step) switch
    {
        (KernelChoice.Panels choice, ContractionStep product) => GemmKernel.Generate(product, choice, module),
        (KernelChoice.Panels choice, ConvolutionStep convolution) => DirectKernel.Generate(convolution, choice, module),
        (KernelChoice.Depthwise choice, ConvolutionStep convolution) => DepthwiseKernel.Generate(convolution, choice, module),
        (KernelChoice.Winograd choice, ConvolutionStep convolution) => WinogradKernel.Generate(convolution, choice, module),
        (KernelChoice.Attention choice, AttentionStep attention) => AttentionKernel.Generate(attention, choice, module),
        (KernelChoice.Fourier choice, FourierStep fourier) => FourierKernel.Generate(fourier, choice, module),
        (KernelChoice.Scan choice, ScanStep scan) => ScanKernel.Generate(scan, choice, module),
        (KernelChoice.Scatter choice, ScatterStep scatter) => ScatterKernel.Generate(scatter, choice, module),
        (KernelChoice.Sort choice, SortStep sort) => SortKernel.Generate(sort, choice, module),
        (KernelChoice.Matrices, MatrixStep matrix) => MatrixKernel.Generate(matrix, module),
        (KernelChoice.Loops, MapStep map) => MapKernel.Generate(map, module),
        (KernelChoice.Loops, ReduceStep reduce) => ReduceKernel.Generate(reduce, module),
        (KernelChoice.Loops, CheckStep check) => CheckKernel.Generate(check, module),
        (null, _) => throw new ArgumentException($"The {step.GetType().Name} has not been prepared: no kernel is chosen.", nameof(step)),
        _ => throw new NotSupportedException($"The kernel {step.Kernel.GetType().Name} does not compute a {step.GetType().Name}."),
    };
}
