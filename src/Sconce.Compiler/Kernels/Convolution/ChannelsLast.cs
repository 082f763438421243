using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The inputs that kernels read where they lie: plain loads, a pixel's channels side by side, even steps from pixel to pixel.</summary>
internal static class ChannelsLast
{
    public static bool Accepts(ConvolutionStep step) =>
        Access.Of(step.Input) is { Buffer.Type: DType.Float32 } input && input.HasUnitStride(step.InputAxes[1])
        && step.InputAxes.Skip(2).All(axis => input.StrideOf(axis) is not null);
}
