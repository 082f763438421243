using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Buffer = Sconce.Compiler.Tensors.Buffer;

namespace Sconce.Tests.Kernels.Convolution;

public class ConvolutionKernelTests
{
    private sealed record Layer(int Channels, int Outputs, int[] Size, int[] Window)
    {
        public int Groups { get; init; } = 1;

        public int Stride { get; init; } = 1;

        public int Dilation { get; init; } = 1;

        public int Padding { get; init; }

        public int Batch { get; init; } = 1;

        public bool ChannelsLast { get; init; } = true;

        public DType Type { get; init; } = DType.Float32;

        /// <summary>Replaces the batch and the first spatial size.</summary>
        public (Dim Batch, Dim Height)? Symbolic { get; init; }

        public ConvolutionStep Step()
        {
            Dim batch = Symbolic?.Batch ?? Batch;
            Dim[] size = [Symbolic?.Height ?? Size[0], .. Size.Skip(1).Select(s => (Dim)s)];
            var rank = size.Length;
            Axis[] input = [new Axis(batch, "n"), new Axis(Channels, "c"), .. size.Select(s => new Axis(s + (2 * Padding), "s"))];
            Axis[] weight = [new Axis(Outputs, "o"), new Axis(Channels / Groups, "c"), .. Window.Select(w => new Axis(w, "t"))];
            Dim[] spatial = [.. Enumerable.Range(0, rank).Select(i => (input[i + 2].Extent - ((Window[i] - 1) * Dilation) - 1).FloorDiv(Stride) + 1)];
            Axis[] output = [new Axis(batch, "n"), new Axis(Outputs, "o"), .. spatial.Select(s => new Axis(s, "s"))];
            int[] order = ChannelsLast ? [0, .. Enumerable.Range(2, rank), 1] : [.. Enumerable.Range(0, rank + 2)];
            var source = new Buffer("x", Type, [batch, Channels, .. size]) { Order = [.. order] };
            Expr value = new LoadExpr(source, [input[0], input[1], .. input.Skip(2).Select(axis => Dim.Of(axis) - Padding)]);
            for (var i = 0; i < rank && Padding > 0; i++)
            {
                var at = Dim.Of(input[i + 2]) - Padding;
                value = Expr.Guard(IndexConditions.InRange(at, 0, size[i]), value, Expr.Const(Type, 0.0));
            }

            var kernel = new LoadExpr(new Buffer("w", Type, [.. weight.Select(axis => axis.Extent)]), [.. weight.Select(axis => Dim.Of(axis))]);
            var bias = new LoadExpr(new Buffer("b", Type, [Outputs]), [output[1]]);
            var residual = new Buffer("r", Type, [.. output.Select(axis => axis.Extent)]) { Order = [.. order] };
            var epilogue = (new AccumulatorExpr(0, Type) + bias).Apply(BinaryOp.Max, Expr.Const(Type, 0.0))
                + new LoadExpr(residual, [.. output.Select(axis => Dim.Of(axis))]);
            var target = new Buffer("y", Type, [.. output.Select(axis => axis.Extent)]) { Order = [.. order] };
            return new ConvolutionStep(
                Target.Whole(target, [.. output]), [.. output], [.. input], value, [.. weight], kernel,
                [.. Enumerable.Repeat(Stride, rank)], [.. Enumerable.Repeat(Dilation, rank)], Groups, epilogue);
        }
    }

    [Theory]
    [InlineData(8, 16, 8, 3, 1, 1, 1)]
    [InlineData(5, 10, 7, 3, 1, 1, 1)]
    [InlineData(3, 12, 17, 7, 2, 1, 3)]
    [InlineData(6, 9, 9, 1, 1, 1, 0)]
    [InlineData(6, 9, 9, 1, 2, 1, 0)]
    [InlineData(4, 8, 11, 3, 1, 2, 2)]
    [InlineData(1, 4, 6, 5, 1, 1, 2)]
    [InlineData(16, 1, 6, 3, 1, 1, 1)]
    [InlineData(32, 24, 5, 2, 2, 1, 0)]
    public void Images(int channels, int outputs, int size, int window, int stride, int dilation, int padding)
    {
        foreach (var channelsLast in new[] { true, false })
        {
            StepCheck.Run(new Layer(channels, outputs, [size, size + 3], [window, window])
            {
                Stride = stride, Dilation = dilation, Padding = padding, Batch = 2, ChannelsLast = channelsLast,
            }.Step());
        }
    }

    [Theory]
    [InlineData(8, 8, 4)]
    [InlineData(12, 24, 3)]
    [InlineData(32, 32, 8)]
    [InlineData(6, 12, 6)]
    [InlineData(6, 6, 2)]
    public void Groups(int channels, int outputs, int groups) =>
        StepCheck.Run(new Layer(channels, outputs, [6, 7], [3, 3]) { Groups = groups, Padding = 1, Batch = 2 }.Step());

    [Theory]
    [InlineData(8, 3, 1, 1)]
    [InlineData(7, 3, 2, 1)]
    [InlineData(3, 5, 1, 1)]
    [InlineData(20, 7, 1, 1)]
    [InlineData(9, 3, 1, 2)]
    [InlineData(5, 11, 1, 1)]
    public void Depthwise(int channels, int window, int stride, int dilation)
    {
        var names = StepCheck.Run(new Layer(channels, channels, [12, 15], [window, window])
        {
            Groups = channels, Stride = stride, Dilation = dilation, Padding = window / 2, Batch = 2,
        }.Step());
        Assert.All(names, name => Assert.StartsWith("depthwise", name));
    }

    [Fact]
    public void One_and_three_dimensions()
    {
        StepCheck.Run(new Layer(5, 9, [31], [4]) { Padding = 2, Batch = 2 }.Step());
        StepCheck.Run(new Layer(8, 8, [70], [128]) { Groups = 2, Padding = 64 }.Step());
        StepCheck.Run(new Layer(6, 6, [75], [9]) { Groups = 6, Padding = 4 }.Step());
        StepCheck.Run(new Layer(3, 10, [5, 6, 7], [3, 2, 3]) { Padding = 1 }.Step());
        StepCheck.Run(new Layer(4, 4, [5, 6, 7], [3, 3, 3]) { Groups = 4, Padding = 1 }.Step());
        StepCheck.Run(new Layer(4, 6, [5, 6, 7], [1, 1, 1]) { Batch = 2 }.Step());
    }

    [Theory]
    [InlineData(1, 5)]
    [InlineData(3, 12)]
    public void Symbolic_batch_and_height(int batch, int height)
    {
        var (n, h) = (new Symbol("batch", 1, 8), new Symbol("height", 4, 64));
        foreach (var (groups, window) in new[] { (1, 3), (1, 1), (2, 3), (8, 3) })
        {
            var step = new Layer(8, 8, [0, 9], [window, window]) { Groups = groups, Padding = window / 2, Symbolic = (n, h) }.Step();
            StepCheck.Run(step, 1e-4, (n, batch), (h, height));
        }
    }

    [Theory]
    [InlineData(DType.Float64)]
    [InlineData(DType.Float16)]
    public void Other_types(DType type) =>
        StepCheck.Run(new Layer(4, 6, [5, 5], [3, 3]) { Type = type, Groups = 2, Padding = 1 }.Step(), type.IsHalf() ? 3e-2 : 1e-6);
}
