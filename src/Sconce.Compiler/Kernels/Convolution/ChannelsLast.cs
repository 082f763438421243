using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The inputs that kernels read where they lie: plain loads, a pixel's channels side by side, even steps from pixel to pixel.</summary>
internal static class ChannelsLast
{
    public static bool Accepts(ConvolutionStep step) =>
        Access.Of(step.Input) is { Buffer.Type: DType.Float32 or DType.Float64 or DType.UInt8 } input && input.HasUnitStride(step.InputAxes[1])
        && step.InputAxes.Skip(2).All(axis => input.StrideOf(axis) is not null);

    /// <summary>A map that writes the input so, with its padding, and the load from what it writes.</summary>
    public static (MapStep Copy, LoadExpr Input) Copy(ConvolutionStep step)
    {
        var rows = new TensorBuffer($"{step.Target.Buffer.Name}.input", step.Input.Type, [.. step.InputAxes.Select(axis => axis.Extent)])
        {
            Order = [0, .. Enumerable.Range(2, step.Stride.Length), 1],
        };
        return (new MapStep(Target.Whole(rows, step.InputAxes), step.InputAxes, step.Input), new LoadExpr(rows, [.. step.InputAxes.Select(axis => Dim.Of(axis))]));
    }
}
