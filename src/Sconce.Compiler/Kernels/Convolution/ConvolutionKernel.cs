using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The kernel of a convolution that <see cref="ConvolutionPreparation"/> has prepared.</summary>
public static class ConvolutionKernel
{
    public static KernelCall Generate(ConvolutionStep step, KernelModule module) =>
        ConvolutionForms.For(step) == ConvolutionForm.Depthwise ? DepthwiseKernel.Generate(step, module) : DirectKernel.Generate(step, module);
}
