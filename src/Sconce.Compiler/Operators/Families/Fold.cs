using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Windows of images as columns and back, and pixels as channels and back.</summary>
internal static class Fold
{
    public static OperatorFamily Family { get; } = new("fold")
    {
        { "aten::im2col(Tensor self, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", Im2Col },
        { "aten::col2im(Tensor self, SymInt[2] output_size, int[2] kernel_size, int[2] dilation, int[2] padding, int[2] stride) -> Tensor", Col2Im },
        { "aten::pixel_shuffle(Tensor self, int upscale_factor) -> Tensor", PixelShuffle },
        { "aten::pixel_unshuffle(Tensor self, int downscale_factor) -> Tensor", PixelUnshuffle },
        { "aten::channel_shuffle(Tensor self, SymInt groups) -> Tensor", ChannelShuffle },
        { "aten::native_channel_shuffle(Tensor self, SymInt groups) -> Tensor", ChannelShuffle },
    };

    /// <summary>How many windows fit in each of the two dims.</summary>
    private static Dims Blocks(Call call, Dims sizes)
    {
        var (kernel, dilation) = (call.Constants("kernel_size", 2), call.Constants("dilation", 2));
        var (padding, stride) = (call.Constants("padding", 2), call.Constants("stride", 2));
        return [.. sizes.Select((size, i) => (size + (2 * padding[i]) - (dilation[i] * (kernel[i] - 1)) - 1).FloorDiv(stride[i]) + 1)];
    }

    private static Lowered Im2Col(Call call)
    {
        var self = call.Tensor("self");
        var outer = self.Dims[..^3];
        var (kernel, dilation) = (call.Ints("kernel_size", 2), call.Ints("dilation", 2));
        var (padding, stride) = (call.Ints("padding", 2), call.Ints("stride", 2));
        var blocks = Blocks(call, self.Dims[^2..]);
        var columns = call.Context.Map(self.Type, [.. outer, self.Dims[^3], .. kernel, .. blocks], i =>
        {
            var (tap, block) = (i.Slice(i.Length - 4, 2), i[^2..]);
            return self.AtOr(
                [.. i[..^4], .. Enumerable.Range(0, 2).Select(d => (block[d] * stride[d]) - padding[d] + (tap[d] * dilation[d]))], Expr.Const(self.Type, 0L));
        });
        return call.Context.Reshape(columns, [.. outer, self.Dims[^3] * kernel[0] * kernel[1], blocks[0] * blocks[1]]);
    }

    /// <summary>Adds the windows up where they overlap: each pixel gathers what the windows that cover it hold.</summary>
    private static Lowered Col2Im(Call call)
    {
        var self = call.Tensor("self");
        var outer = self.Dims[..^2];
        var (kernel, dilation) = (call.Ints("kernel_size", 2), call.Ints("dilation", 2));
        var (padding, stride) = (call.Ints("padding", 2), call.Ints("stride", 2));
        var size = call.Ints("output_size", 2);
        var blocks = Blocks(call, size);
        var channels = self.Dims[^2].FloorDiv(kernel[0] * kernel[1]);
        var columns = call.Context.Reshape(self, [.. outer, channels, .. kernel, .. blocks]);
        return call.Context.Reduce(self.Type, [.. outer, channels, .. size], kernel, Combiner.Sum, (o, tap) =>
        {
            Dims from = [.. Enumerable.Range(0, 2).Select(d => o[o.Length - 2 + d] + padding[d] - (tap[d] * dilation[d]))];
            var whole = Expr.Const(DType.Bool, 1L);
            for (var d = 0; d < 2; d++)
            {
                whole = BufferLoads.And(whole, Expr.Of(from[d].Mod(stride[d])).EqualTo(Expr.Of(Dim.Zero)));
            }

            var element = columns.AtOr([.. o[..^2], .. tap, .. from.Zip(stride, (place, by) => place.FloorDiv(by))], Expr.Const(self.Type, 0L));
            return BufferLoads.GuardUnlessKnown(whole, element, element.Zero);
        });
    }

    private static Lowered PixelShuffle(Call call)
    {
        var self = call.Tensor("self");
        var factor = call.Int("upscale_factor");
        var outer = self.Dims[..^3];
        return call.Context.View(self, [.. outer, self.Dims[^3].FloorDiv(factor * factor), self.Dims[^2] * factor, self.Dims[^1] * factor], i =>
            [.. i[..^3], (((i[^3] * factor) + i[^2].Mod(factor)) * factor) + i[^1].Mod(factor), i[^2].FloorDiv(factor), i[^1].FloorDiv(factor)]);
    }

    private static Lowered PixelUnshuffle(Call call)
    {
        var self = call.Tensor("self");
        var factor = call.Int("downscale_factor");
        var outer = self.Dims[..^3];
        return call.Context.View(self, [.. outer, self.Dims[^3] * factor * factor, self.Dims[^2].FloorDiv(factor), self.Dims[^1].FloorDiv(factor)], i =>
            [.. i[..^3], i[^3].FloorDiv(factor * factor), (i[^2] * factor) + i[^3].FloorDiv(factor).Mod(factor), (i[^1] * factor) + i[^3].Mod(factor)]);
    }

    private static Lowered ChannelShuffle(Call call)
    {
        var self = call.Tensor("self");
        var groups = call.Int("groups");
        var perGroup = self.Dims[1].FloorDiv(groups);
        return call.Context.View(self, self.Dims, i => i.SetItem(1, (i[1].Mod(groups) * perGroup) + i[1].FloorDiv(groups)));
    }
}
