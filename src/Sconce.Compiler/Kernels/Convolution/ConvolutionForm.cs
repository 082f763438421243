using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The algorithms for convolutions.</summary>
public enum ConvolutionForm
{
    /// <summary>Not in float32: every sum by itself.</summary>
    Reduction,

    /// <summary>One tap, one group: a matrix product over the pixels.</summary>
    Pointwise,

    /// <summary>One channel in, one out in each group.</summary>
    Depthwise,

    /// <summary>Pixels times panels of output channels, through the window's rows.</summary>
    Direct,
}

/// <summary>Which algorithm a convolution takes: the one place where that is settled.</summary>
public static class ConvolutionForms
{
    public static ConvolutionForm For(ConvolutionStep step)
    {
        if (!(step.Input.Type == DType.Float32 || step.Input.Type.IsHalf()))
        {
            return ConvolutionForm.Reduction;
        }

        if (step.Groups == 1)
        {
            return step.WeightAxes.Skip(2).All(tap => tap.Extent.Equals(Dim.One)) ? ConvolutionForm.Pointwise : ConvolutionForm.Direct;
        }

        return step.WeightAxes[1].Extent.Equals(Dim.One) && step.WeightAxes[0].Extent.Equals(step.Groups)
            ? ConvolutionForm.Depthwise
            : ConvolutionForm.Direct;
    }
}
