using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Tensors;

namespace Sconce.Tests.Kernels.Convolution;

public class WinogradKernelTests
{
    private static void Check(ConvolutionForm form, params Layer[] layers)
    {
        var check = new StepCheck();
        foreach (var layer in layers)
        {
            var step = layer.Step();
            var steps = ConvolutionPreparation.Prepare(step, form);
            Assert.IsType<KernelChoice.Winograd>(steps[^1].Kernel);
            check.Add($"{form} {layer}", step, steps);
        }

        check.Run();
    }

    [Theory]
    [InlineData(ConvolutionForm.Winograd2x2)]
    [InlineData(ConvolutionForm.Winograd4x4)]
    public void Sizes_that_are_no_multiples_of_a_tile(ConvolutionForm form) => Check(
        form,
        new Layer(8, 16, [8, 12], [3, 3]) { Padding = 1 },
        new Layer(4, 13, [7, 10], [3, 3]) { Padding = 1 },
        new Layer(12, 19, [9, 5], [3, 3]) { Padding = 1, Batch = 3 },
        new Layer(20, 32, [3, 3], [3, 3]),
        new Layer(20, 32, [3, 14], [3, 3]) { Batch = 2 },
        new Layer(16, 24, [5, 6], [3, 3]) { Padding = 2 },
        new Layer(8, 30, [1, 1], [3, 3]) { Padding = 1 },
        new Layer(64, 24, [21, 23], [3, 3]) { Padding = 1 });

    [Theory]
    [InlineData(ConvolutionForm.Winograd2x2)]
    [InlineData(ConvolutionForm.Winograd4x4)]
    public void Many_tiles_and_many_channels(ConvolutionForm form) => Check(
        form,
        new Layer(8, 16, [50, 47], [3, 3]) { Padding = 1 },
        new Layer(160, 16, [9, 9], [3, 3]) { Padding = 1 },
        new Layer(132, 136, [4, 6], [3, 3]) { Padding = 1, Batch = 2 });

    [Theory]
    [InlineData(ConvolutionForm.Winograd2x2)]
    [InlineData(ConvolutionForm.Winograd4x4)]
    public void Inputs_that_lie_otherwise_are_copied(ConvolutionForm form) => Check(
        form, new Layer(8, 16, [7, 9], [3, 3]) { Padding = 1, ChannelsLast = false, Batch = 2 });
}
