using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Convolution.Winograd;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The algorithms for convolutions.</summary>
public enum ConvolutionForm
{
    /// <summary>Integers that are no bytes, and float64 of one channel in each group: every sum by itself.</summary>
    Reduction,

    /// <summary>One tap, one group: a matrix product over the pixels.</summary>
    Pointwise,

    /// <summary>One channel in, one out in each group.</summary>
    Depthwise,

    /// <summary>Pixels times panels of output channels, through the window's rows.</summary>
    Direct,

    /// <summary>Windows of 3 x 3, four outputs at once, as products in another space.</summary>
    Winograd2x2,

    /// <summary>The same, sixteen outputs at once.</summary>
    Winograd4x4,
}

/// <summary>Which algorithm a convolution takes: the one place where that is settled.</summary>
public static class ConvolutionForms
{
    /// <summary>
    /// The form for a step; <paramref name="exact"/> allows none that rounds differently for the sake of speed. Quantised weights would have to be transformed for Winograd's algorithm in
    /// each run.
    /// </summary>
    public static ConvolutionForm For(ConvolutionStep step, bool exact = false)
    {
        if (!step.Input.Type.IsFloat())
        {
            return step.Input is not CastExpr { Type: DType.Int32, Operand.Type: DType.UInt8 } ? ConvolutionForm.Reduction
                : IsPointwise(step) ? ConvolutionForm.Pointwise
                : ConvolutionForm.Direct;
        }

        var wide = step.Input.Type == DType.Float64;
        if (step.Groups == 1)
        {
            return IsPointwise(step) ? ConvolutionForm.Pointwise
                : exact || wide || QuantisedOperand.Of(step.Weight) is not null ? ConvolutionForm.Direct
                : WinogradCost.Cheapest(step);
        }

        return !step.WeightAxes[1].Extent.Equals(Dim.One) || !step.WeightAxes[0].Extent.Equals(step.Groups) ? ConvolutionForm.Direct
            : wide ? ConvolutionForm.Reduction
            : ConvolutionForm.Depthwise;
    }

    private static bool IsPointwise(ConvolutionStep step) => step.Groups == 1 && step.WeightAxes.Skip(2).All(tap => tap.Extent.Equals(Dim.One));
}
