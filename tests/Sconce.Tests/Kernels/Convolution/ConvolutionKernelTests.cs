using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Convolution;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels.Convolution;

public class ConvolutionKernelTests
{
    private static void Check(params (Layer Layer, double Tolerance)[] layers)
    {
        var check = new StepCheck();
        foreach (var (layer, tolerance) in layers)
        {
            check.Add(layer.ToString(), layer.Step(), tolerance);
        }

        check.Run();
    }

    private static void Check(params Layer[] layers) => Check([.. layers.Select(layer => (layer, 1e-4))]);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images(bool channelsLast) => Check([.. new[]
    {
        new Layer(8, 16, [8, 11], [3, 3]) { Padding = 1 },
        new Layer(5, 10, [7, 10], [3, 3]) { Padding = 1 },
        new Layer(3, 12, [17, 20], [7, 7]) { Stride = 2, Padding = 3 },
        new Layer(6, 9, [9, 12], [1, 1]),
        new Layer(6, 9, [9, 12], [1, 1]) { Stride = 2 },
        new Layer(4, 8, [11, 14], [3, 3]) { Dilation = 2, Padding = 2 },
        new Layer(1, 4, [6, 9], [5, 5]) { Padding = 2 },
        new Layer(16, 1, [6, 9], [3, 3]) { Padding = 1 },
        new Layer(32, 24, [5, 8], [2, 2]) { Stride = 2 },
    }.Select(layer => layer with { Batch = 2, ChannelsLast = channelsLast })]);

    [Fact]
    public void Groups() => Check([.. new[]
    {
        new Layer(8, 8, [6, 7], [3, 3]) { Groups = 4 },
        new Layer(12, 24, [6, 7], [3, 3]) { Groups = 3 },
        new Layer(32, 32, [6, 7], [3, 3]) { Groups = 8 },
        new Layer(6, 12, [6, 7], [3, 3]) { Groups = 6 },
        new Layer(6, 6, [6, 7], [3, 3]) { Groups = 2 },
    }.Select(layer => layer with { Padding = 1, Batch = 2 })]);

    [Fact]
    public void Depthwise()
    {
        Layer[] layers = [.. new[]
        {
            new Layer(8, 8, [12, 15], [3, 3]),
            new Layer(7, 7, [12, 15], [3, 3]) { Stride = 2 },
            new Layer(3, 3, [12, 15], [5, 5]),
            new Layer(20, 20, [12, 15], [7, 7]),
            new Layer(9, 9, [12, 15], [3, 3]) { Dilation = 2 },
            new Layer(5, 5, [12, 15], [11, 11]),
        }.Select(layer => layer with { Groups = layer.Channels, Padding = layer.Window[0] / 2, Batch = 2 })];
        Assert.All(layers, layer => Assert.Equal(ConvolutionForm.Depthwise, ConvolutionForms.For(layer.Step())));
        Check(layers);
    }

    /// <summary>Images in which most pixels, all of them, or windows as a whole reach over a side.</summary>
    [Fact]
    public void Depthwise_without_a_padded_copy()
    {
        Layer[] layers = [.. new[]
        {
            new Layer(8, 8, [7, 7], [3, 3]) { Padding = 1 },
            new Layer(6, 6, [1, 2], [3, 3]) { Padding = 1 },
            new Layer(4, 4, [3, 5], [5, 5]) { Padding = 2 },
            new Layer(5, 5, [4, 9], [5, 5]) { Padding = 2, Stride = 2 },
            new Layer(4, 4, [6, 13], [3, 3]) { Padding = 3 },
            new Layer(4, 4, [9, 30], [3, 3]) { Padding = 2, Dilation = 2 },
            new Layer(8, 8, [5, 3, 6], [3, 3, 3]) { Padding = 1 },
        }.Select(layer => layer with { Groups = layer.Channels, Batch = 2 })];
        Assert.All(layers, layer => Assert.DoesNotContain(KernelPreparation.Prepare(layer.Step()), made => made.Targets[0].Buffer.Name.EndsWith(".input")));
        Check(layers);
    }

    [Fact]
    public void One_and_three_dimensions() => Check(
        new Layer(5, 9, [31], [4]) { Padding = 2, Batch = 2 },
        new Layer(8, 8, [70], [128]) { Groups = 2, Padding = 64 },
        new Layer(6, 6, [75], [9]) { Groups = 6, Padding = 4 },
        new Layer(3, 10, [5, 6, 7], [3, 2, 3]) { Padding = 1 },
        new Layer(4, 4, [5, 6, 7], [3, 3, 3]) { Groups = 4, Padding = 1 },
        new Layer(4, 6, [5, 6, 7], [1, 1, 1]) { Batch = 2 });

    [Fact]
    public void Symbolic_batch_and_height()
    {
        var check = new StepCheck();
        foreach (var (batch, height) in ((long, long)[])[(1, 5), (3, 12)])
        {
            foreach (var (groups, window) in ((int, int)[])[(1, 3), (1, 1), (2, 3), (8, 3)])
            {
                var (n, h) = (new Symbol("batch", 1, 8), new Symbol("height", 4, 64));
                var layer = new Layer(8, 8, [0, 9], [window, window]) { Groups = groups, Padding = window / 2, Symbolic = (n, h) };
                check.Add($"{groups} groups, window {window}, batch {batch}, height {height}", layer.Step(), 1e-4, (n, batch), (h, height));
            }
        }

        check.Run();
    }

    [Fact]
    public void Other_types() => Check(
        (new Layer(4, 6, [5, 5], [3, 3]) { Type = DType.Float64, Groups = 2, Padding = 1 }, 1e-12),
        (new Layer(5, 7, [9, 6], [3, 3]) { Type = DType.Float64, Padding = 1 }, 1e-12),
        (new Layer(5, 7, [9, 6], [1, 1]) { Type = DType.Float64 }, 1e-12),
        (new Layer(6, 6, [9, 6], [3, 3]) { Type = DType.Float64, Groups = 6 }, 1e-12),
        (new Layer(4, 6, [5, 5], [3, 3]) { Type = DType.Float16, Groups = 2, Padding = 1 }, 3e-2));
}
