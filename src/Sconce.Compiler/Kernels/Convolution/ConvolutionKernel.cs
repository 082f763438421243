using Sconce.Compiler.Kernels.Convolution.Winograd;
using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The kernel of a convolution that <see cref="ConvolutionPreparation"/> has prepared.</summary>
public static class ConvolutionKernel
{
    public static KernelCall Generate(ConvolutionStep step, KernelModule module) =>
        WinogradKernel.Accepts(step) ? WinogradKernel.Generate(step, module)
        : DepthwiseKernel.Accepts(step) ? DepthwiseKernel.Generate(step, module)
        : DirectKernel.Generate(step, module);
}
