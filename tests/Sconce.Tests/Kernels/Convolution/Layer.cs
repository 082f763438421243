using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels.Convolution;

/// <summary>A convolution as models have it: bias, ReLU, then a residual.</summary>
internal sealed record Layer(int Channels, int Outputs, int[] Size, int[] Window)
{
    public int Groups { get; init; } = 1;

    public int Stride { get; init; } = 1;

    public int Dilation { get; init; } = 1;

    public int Padding { get; init; }

    /// <summary>A transposed convolution: so far apart are the input's elements, with zeros between.</summary>
    public int Spread { get; init; } = 1;

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
        Axis[] input = [new Axis(batch, "n"), new Axis(Channels, "c"), .. size.Select(s => new Axis(((s - 1) * Spread) + 1 + (2 * Padding), "s"))];
        Axis[] weight = [new Axis(Outputs, "o"), new Axis(Channels / Groups, "c"), .. Window.Select(w => new Axis(w, "t"))];
        Dim[] spatial = [.. Enumerable.Range(0, rank).Select(i => (input[i + 2].Extent - ((Window[i] - 1) * Dilation) - 1).FloorDiv(Stride) + 1)];
        Axis[] output = [new Axis(batch, "n"), new Axis(Outputs, "o"), .. spatial.Select(s => new Axis(s, "s"))];
        int[] order = ChannelsLast ? [0, .. Enumerable.Range(2, rank), 1] : [.. Enumerable.Range(0, rank + 2)];
        var source = new TensorBuffer("x", Type, [batch, Channels, .. size]) { Order = [.. order] };
        Expr value = new LoadExpr(source, [input[0], input[1], .. input.Skip(2).Select(axis => (Dim.Of(axis) - Padding).FloorDiv(Spread))]);
        for (var i = 0; i < rank && (Padding > 0 || Spread > 1); i++)
        {
            var at = Dim.Of(input[i + 2]) - Padding;
            var inside = IndexConditions.InRange(at.FloorDiv(Spread), 0, size[i]);
            var there = Spread == 1 ? inside : inside & Expr.Of(at.Mod(Spread)).EqualTo(Expr.Of(Dim.Zero));
            value = Expr.Guard(there, value, Expr.Const(Type, 0.0));
        }

        var kernel = new LoadExpr(new TensorBuffer("w", Type, [.. weight.Select(axis => axis.Extent)]), [.. weight.Select(axis => Dim.Of(axis))]);
        var bias = new LoadExpr(new TensorBuffer("b", Type, [Outputs]), [output[1]]);
        var residual = new TensorBuffer("r", Type, [.. output.Select(axis => axis.Extent)]) { Order = [.. order] };
        var epilogue = (new AccumulatorExpr(0, Type) + bias).Apply(BinaryOp.Max, Expr.Const(Type, 0.0))
            + new LoadExpr(residual, [.. output.Select(axis => Dim.Of(axis))]);
        var target = new TensorBuffer("y", Type, [.. output.Select(axis => axis.Extent)]) { Order = [.. order] };
        return new ConvolutionStep(
            Target.Whole(target, [.. output]), [.. output], [.. input], value, [.. weight], kernel,
            [.. Enumerable.Repeat(Stride, rank)], [.. Enumerable.Repeat(Dilation, rank)], Groups, epilogue)
        {
            Spread = Spread == 1 ? null : new([.. Enumerable.Repeat(Spread, rank)], [.. Enumerable.Repeat(Padding, rank)]),
        };
    }
}
