using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>
/// Direct convolution: a product of pixels and output channels, in which K goes through the taps of the window and the channels of the input
/// where these lie.
/// </summary>
internal static class DirectKernel
{
    public static KernelCall Generate(ConvolutionStep step, KernelChoice.Panels choice, KernelModule module) =>
        PanelKernel.Generate(Product(step, choice), choice.Rows, module, step.Groups > 1 ? "conv grouped" : "conv");

    private static PanelProduct Product(ConvolutionStep step, KernelChoice.Panels choice)
    {
        var (input, panels) = (Access.Of(choice.Left.LoadIn(step.Input))!, Panels.In(step.Weight, choice.Right, choice.Width));
        var (perGroup, channels) = (step.WeightAxes[0].Extent.FloorDiv(step.Groups), step.WeightAxes[1].Extent);
        var pixels = new Pixels(step.Axes[2..]);
        var (group, column) = (new Axis(step.Groups, "group"), new Axis(perGroup, "column"));
        var panel = new Axis(perGroup.CeilDiv(panels.Width), "panel");
        var outer = step.Groups == 1 ? Dim.Zero : Dim.Of(group);

        var start = new Dictionary<Atom, Dim> { [step.InputAxes[0]] = step.Axes[0], [step.InputAxes[1]] = outer * channels };
        var output = new Dictionary<Atom, Dim>(pixels.Map) { [step.Axes[1]] = (outer * perGroup) + column };
        var runs = WindowRuns.Of(step, input);
        for (var i = 0; i < step.Stride.Length; i++)
        {
            start[step.InputAxes[i + 2]] = pixels.Coordinates[i] * step.Stride[i];
        }

        return new PanelProduct(
            step,
            step.Groups == 1 ? [step.Axes[0]] : [step.Axes[0], group],
            pixels.Axis,
            column,
            input with { Offset = input.Offset.Substitute(start) },
            runs.Loops,
            runs.Run,
            panels,
            panels.Buffer.Offset([outer, panel, .. Enumerable.Repeat(Dim.Zero, panels.Buffer.Dims.Length - 2)]),
            panel,
            step.Target.Substitute(output),
            step.Epilogue.Substitute(output),
            choice.Sums)
        {
            Groups = Storage.Integers.PartsOf(step.Weight) is var (_, _, zero, scale) ? (First(scale), First(zero as LoadExpr), (zero as ConstExpr)?.Value ?? 0) : default,
        };

        Access? First(LoadExpr? load) =>
            load is null ? null : new(load.Buffer, load.Buffer.Offset([outer, panel, .. Enumerable.Repeat(Dim.Zero, load.Buffer.Dims.Length - 2)]));
    }
}
