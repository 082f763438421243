using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// Brings a convolution into the form that <see cref="WinogradKernel"/> computes: the weights as [panel, channel, taps…, lane], in the order in which they are transformed
/// when they are needed (four times as many numbers, which nobody should have to store), the input channels-last. Padding stays a condition.
/// </summary>
internal static class WinogradPreparation
{
    public static ImmutableArray<Step> Prepare(ConvolutionStep step, int tile)
    {
        var steps = ImmutableArray.CreateBuilder<Step>();
        var input = step.Input;
        if (PaddedInput.Of(step) is null)
        {
            (var copy, input) = ChannelsLast.Copy(step);
            steps.Add(copy);
        }

        var output = step.WeightAxes[0];
        ImmutableArray<Axis> inner = [.. step.WeightAxes.Skip(1)];
        var (packing, panels) = Panels.Pack($"{step.Target.Buffer.Name}.weight", [], output, inner, at =>
            step.Weight.Substitute(new Dictionary<Atom, Dim> { [output] = at }));
        steps.Add(packing);
        var weight = panels.Load([], output, [.. inner.Select(axis => Dim.Of(axis))]);
        var plan = WinogradPlan.For(step, tile);
        var kernel = new KernelChoice.Winograd(tile, Storage.Plain.Float32, panels.Elements, DType.Float32, panels.Width, panels.StripRows)
        {
            Scratch = [plan.Transformed()], ThreadScratch = plan.OfThread(),
        };
        steps.Add(step with { Input = input, Weight = weight, Kernel = kernel });
        return steps.ToImmutable();
    }
}
