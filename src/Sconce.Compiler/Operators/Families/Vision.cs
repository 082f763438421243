using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>torchvision's operators: boxes of a picture as pictures of one size, and convolutions whose taps lie where a tensor says.</summary>
internal static class Vision
{
    public static OperatorFamily Family { get; } = new("vision", DTypeSet.Floats)
    {
        { "torchvision::roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, int sampling_ratio, bool aligned) -> Tensor", Align },
        { "torchvision::ps_roi_align(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width, int sampling_ratio) -> (Tensor, Tensor)", AlignByPosition },
        { "torchvision::roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width) -> (Tensor, Tensor)", Pool },
        { "torchvision::ps_roi_pool(Tensor input, Tensor rois, float spatial_scale, SymInt pooled_height, SymInt pooled_width) -> (Tensor, Tensor)", PoolByPosition },
        { "torchvision::deform_conv2d(Tensor input, Tensor weight, Tensor offset, Tensor mask, Tensor bias, SymInt stride_h, SymInt stride_w, SymInt pad_h, SymInt pad_w, SymInt dilation_h, SymInt dilation_w, SymInt groups, SymInt offset_groups, bool use_mask) -> Tensor", Deform },
    };

    /// <summary>One dim of the boxes: the dim's size in the picture, and how many bins a box is cut into.</summary>
    private sealed record Side(Dim Size, Dim Bins, int FirstColumn);

    /// <summary>Where the samples of a bin lie along a dim: the two neighbours (below 0: outside), the second one's weight.</summary>
    private sealed record Samples(Dim Count, TensorBuffer Low, TensorBuffer High, TensorBuffer Weight, TensorBuffer Taken);

    /// <summary>Rows and columns. A box is the number of its picture, then x and y of its first and of its last corner.</summary>
    private static (Side Rows, Side Columns) Sides(Call call, TensorBuffer input) =>
        (new(input.Dims[2], call.Int("pooled_height"), 2), new(input.Dims[3], call.Int("pooled_width"), 1));

    private static Expr Number(Dim value, DType type) => Expr.Of(value).As(type);

    /// <summary>The picture of each box.</summary>
    private static Func<Dim, Dim> Pictures(Call call, TensorBuffer input, TensorBuffer rois)
    {
        call.CheckIndices([rois.Dims[0]], i => rois.At([i[0], Dim.Zero]).As(DType.Int64), input.Dims[0], "the pictures of 'input'");
        return box => BufferLoads.Clamped(rois.At([box, Dim.Zero]).As(DType.Int64), input.Dims[0]);
    }

    private static Lowered Align(Call call)
    {
        var (input, rois) = (call.Tensor("input"), call.Tensor("rois"));
        return Aligned(call, input, rois, call.Flag("aligned") ? 0.5 : 0, atLeastOne: !call.Flag("aligned"), input.Dims[1], o => o[1]);
    }

    private static Lowered AlignByPosition(Call call)
    {
        var (input, rois) = (call.Tensor("input"), call.Tensor("rois"));
        var (channels, channel) = ByPosition(call, input);
        return Lowered.Of(Aligned(call, input, rois, 0.5, atLeastOne: false, channels, channel), Mapping(call, rois, channels, channel));
    }

    /// <summary>Each bin has channels of its own.</summary>
    private static (Dim Channels, Func<Dims, Dim> Channel) ByPosition(Call call, TensorBuffer input)
    {
        var (rows, columns) = Sides(call, input);
        return (input.Dims[1].FloorDiv(rows.Bins * columns.Bins), o => (((o[1] * rows.Bins) + o[2]) * columns.Bins) + o[3]);
    }

    private static TensorBuffer Mapping(Call call, TensorBuffer rois, Dim channels, Func<Dims, Dim> channel) => call.Context.Map(
        DType.Int32, [rois.Dims[0], channels, call.Int("pooled_height"), call.Int("pooled_width")], i => Expr.Of(channel(i)));

    /// <summary>The mean of samples in each bin, between pixels.</summary>
    private static TensorBuffer Aligned(Call call, TensorBuffer input, TensorBuffer rois, double shift, bool atLeastOne, Dim channels, Func<Dims, Dim> channel)
    {
        var (rows, columns) = Sides(call, input);
        var picture = Pictures(call, input, rois);
        Samples y = SamplesOf(call, rois, rows, shift, atLeastOne), x = SamplesOf(call, rois, columns, shift, atLeastOne);
        var compute = input.Type.Compute();
        return call.Context.Reduce(input.Type, [rois.Dims[0], channels, rows.Bins, columns.Bins], [y.Count, x.Count], Combiner.Sum, (o, r) =>
        {
            Dims row = [o[0], o[2], r[0]], column = [o[0], o[3], r[1]];
            Expr At(TensorBuffer placeY, TensorBuffer placeX) => input.ValueAt(
                [picture(o[0]), channel(o), BufferLoads.Clamped(placeY.At(row).As(DType.Int64), rows.Size), BufferLoads.Clamped(placeX.At(column).As(DType.Int64), columns.Size)]);
            var (down, right) = (y.Weight.At(row), x.Weight.At(column));
            var above = (At(y.Low, x.Low) * (right.One - right)) + (At(y.Low, x.High) * right);
            var below = (At(y.High, x.Low) * (right.One - right)) + (At(y.High, x.High) * right);
            var inside = (y.Low.At(row) >= y.Low.At(row).Zero) & (x.Low.At(column) >= x.Low.At(column).Zero);
            return Expr.Guard(inside, (above * (down.One - down)) + (below * down), Expr.Const(compute, 0L));
        }, (o, sum) => sum / (y.Taken.At([o[0]]) * x.Taken.At([o[0]])));
    }

    /// <summary>As many samples as the call says, or one for each pixel that a bin touches.</summary>
    private static Samples SamplesOf(Call call, TensorBuffer rois, Side side, double shift, bool atLeastOne)
    {
        var (context, type, ratio) = (call.Context, rois.Type.Compute(), call.Constant("sampling_ratio"));
        Expr Corner(Dim box, int column) => (rois.ValueAt([box, column]) * call.Operand("spatial_scale").At([], type)) - Expr.Const(type, shift);
        Expr Length(Dim box)
        {
            var length = Corner(box, side.FirstColumn + 2) - Corner(box, side.FirstColumn);
            return atLeastOne ? length.Max(length.One) : length;
        }

        // A box is mostly as large as its picture at most: then a bin touches no more pixels than these.
        var most = ratio > 0 ? ratio : side.Size.CeilDiv(side.Bins) + 1;
        Expr Wanted(Dim box) => ratio > 0 ? Expr.Const(type, ratio) : (Length(box) / Number(side.Bins, type)).Apply(UnaryOp.Ceil);
        if (ratio <= 0)
        {
            context.Check(
                [rois.Dims[0]], i => Wanted(i[0]) > Number(most, type), i => Wanted(i[0]).As(DType.Int64), most,
                "a box is larger than its picture: a bin of it would take {value} samples, and no more than {limit} are computed");
        }

        Dims dims = [rois.Dims[0], side.Bins, most];
        var places = context.Map(type, dims, i =>
        {
            var bin = Length(i[0]) / Number(side.Bins, type);
            return (Number(i[1], type) * bin) + Corner(i[0], side.FirstColumn) + ((Number(i[2], type) + Expr.Const(type, 0.5)) * bin / Wanted(i[0]));
        });
        var (size, last) = (Number(side.Size, type), Number(side.Size - 1, type));
        Expr Floor(Dims i) => places.At(i).Max(Expr.Const(type, 0L)).Floor().Min(last);
        var low = context.Map(DType.Int32, dims, i =>
        {
            var place = places.At(i);
            var inside = (place >= place.Like(-1)) & (place <= size) & (Number(i[2], type) < Wanted(i[0]));
            return Expr.Select(inside, Floor(i), place.Like(-1)).As(DType.Int32);
        });
        var high = context.Map(DType.Int32, dims, i => (Floor(i) + Expr.Const(type, 1L)).Min(last).As(DType.Int32));
        var weight = context.Map(type, dims, i => Expr.Select(Floor(i) >= last, Expr.Const(type, 0L), places.At(i).Max(Expr.Const(type, 0L)) - Floor(i)));

        // An empty box has no sample: torchvision divides by one, or for boxes by position by none.
        var taken = context.Map(type, [rois.Dims[0]], i => call.Operator.Schema.Name == "torchvision::roi_align" ? Wanted(i[0]).Max(Expr.Const(type, 1L)) : Wanted(i[0]));
        return new(most, low, high, weight, taken);
    }

    /// <summary>Where a bin begins and ends along a dim, in whole pixels.</summary>
    private static (TensorBuffer From, TensorBuffer To, Dim Most) Bins(Call call, TensorBuffer rois, Side side, int beyond, Dim limit)
    {
        var (context, type) = (call.Context, rois.Type.Compute());
        Expr Corner(Dim box, int column)
        {
            // Halves away from zero.
            var x = rois.ValueAt([box, column]) * call.Operand("spatial_scale").At([], type);
            var rounded = (x.Abs() + x.Like(0.5)).Floor();
            return Expr.Select(x < x.Zero, -rounded, rounded);
        }

        Expr Edge(Dims i, int next, UnaryOp rounding)
        {
            var start = Corner(i[0], side.FirstColumn);
            var length = (Corner(i[0], side.FirstColumn + 2) - start + Expr.Const(type, (double)beyond)).Max(Expr.Const(type, 1L));

            // By way of float64, a quotient is rounded as torchvision rounds it: an edge that falls on a pixel must not fall beside it.
            var bin = (length.As(DType.Float64) / Number(side.Bins, DType.Float64)).As(type);
            var place = (Number(i[1] + next, type) * bin).Apply(rounding) + start;
            return place.Max(Expr.Const(type, 0L)).Min(Number(limit, type));
        }

        Dims dims = [rois.Dims[0], side.Bins];
        var from = context.Map(DType.Int64, dims, i => Edge(i, 0, UnaryOp.Floor));
        var to = context.Map(DType.Int64, dims, i => Edge(i, 1, UnaryOp.Ceil));
        var most = Dim.Min(side.Size.CeilDiv(side.Bins) + 2, side.Size);
        context.Check(
            dims, i => (to.At(i) - from.At(i)) > Expr.Of(most), i => to.At(i) - from.At(i), most,
            "a box is larger than its picture: a bin of it would take {value} pixels, and no more than {limit} are computed");
        return (from, to, most);
    }

    private static Lowered Pool(Call call)
    {
        var (context, input, rois) = (call.Context, call.Tensor("input"), call.Tensor("rois"));
        var (rows, columns) = Sides(call, input);
        var picture = Pictures(call, input, rois);
        var (top, bottom, tall) = Bins(call, rois, rows, 1, rows.Size);
        var (left, right, wide) = Bins(call, rois, columns, 1, columns.Size);
        var lowest = input.Type.Compute().Lowest();
        Dims dims = [rois.Dims[0], input.Dims[1], rows.Bins, columns.Bins];
        Expr Pixel(Dims o, Dims r)
        {
            var (y, x) = (top.At([o[0], o[2]]) + Expr.Of(r[0]), left.At([o[0], o[3]]) + Expr.Of(r[1]));
            var inside = (y < bottom.At([o[0], o[2]])) & (x < right.At([o[0], o[3]]));
            return Expr.Guard(inside, input.ValueAt([picture(o[0]), o[1], BufferLoads.Clamped(y, rows.Size), BufferLoads.Clamped(x, columns.Size)]), lowest);
        }

        Expr Empty(Dims o) => (bottom.At([o[0], o[2]]) <= top.At([o[0], o[2]])) | (right.At([o[0], o[3]]) <= left.At([o[0], o[3]]));
        return Lowered.Of(
            context.Reduce(input.Type, dims, [tall, wide], Combiner.Max, Pixel, (o, max) => Expr.Select(Empty(o), max.Zero, max)),
            context.Reduce(DType.Int32, dims, [tall, wide], Combiner.ArgMax, Pixel, (o, place) =>
            {
                var (y, x) = (top.At([o[0], o[2]]) + (place / Expr.Of(wide)), left.At([o[0], o[3]]) + place.Apply(BinaryOp.Rem, Expr.Of(wide)));
                return Expr.Select(Empty(o), place.Like(-1), (y * Expr.Of(columns.Size)) + x);
            }));
    }

    private static Lowered PoolByPosition(Call call)
    {
        var (context, input, rois) = (call.Context, call.Tensor("input"), call.Tensor("rois"));
        var (rows, columns) = Sides(call, input);
        var picture = Pictures(call, input, rois);
        var (channels, channel) = ByPosition(call, input);

        // The last row and column of the picture are never taken.
        var (top, bottom, tall) = Bins(call, rois, rows, 0, rows.Size - 1);
        var (left, right, wide) = Bins(call, rois, columns, 0, columns.Size - 1);
        var compute = input.Type.Compute();
        var pooled = context.Reduce(input.Type, [rois.Dims[0], channels, rows.Bins, columns.Bins], [tall, wide], Combiner.Sum, (o, r) =>
        {
            var (y, x) = (top.At([o[0], o[2]]) + Expr.Of(r[0]), left.At([o[0], o[3]]) + Expr.Of(r[1]));
            var inside = (y < bottom.At([o[0], o[2]])) & (x < right.At([o[0], o[3]]));
            return Expr.Guard(
                inside, input.ValueAt([picture(o[0]), channel(o), BufferLoads.Clamped(y, rows.Size), BufferLoads.Clamped(x, columns.Size)]), Expr.Const(compute, 0L));
        }, (o, sum) =>
        {
            var (height, width) = (bottom.At([o[0], o[2]]) - top.At([o[0], o[2]]), right.At([o[0], o[3]]) - left.At([o[0], o[3]]));
            var empty = (height <= height.Zero) | (width <= width.Zero);
            return Expr.Select(empty, sum.Zero, sum / (height * width).As(compute));
        });
        return Lowered.Of(pooled, Mapping(call, rois, channels, channel));
    }

    /// <summary>The pixels that each tap finds, as columns, then a product.</summary>
    private static Lowered Deform(Call call)
    {
        var (context, input, weight, offset, mask, bias) = (
            call.Context, call.Tensor("input"), call.Tensor("weight"), call.Tensor("offset"), call.Tensor("mask"), call.Tensor("bias"));
        var (compute, groups, offsetGroups) = (input.Type.Compute(), call.Int("groups"), call.Int("offset_groups"));
        var (tall, wide) = (weight.Dims[2], weight.Dims[3]);
        var (batch, height, width, taps) = (input.Dims[0], offset.Dims[2], offset.Dims[3], tall * wide);
        var (channels, perGroup) = (input.Dims[1], input.Dims[1].FloorDiv(groups));
        var masked = call.Flag("use_mask");

        // Once for all channels that share an offset.
        Dims points = [batch, offsetGroups, taps, height, width];
        TensorBuffer Places(int axis, Dim stride, Dim padding, Dim dilation) => context.Map(compute, points, i =>
        {
            var tap = axis == 0 ? i[2].FloorDiv(wide) : i[2].Mod(wide);
            return Number((i[3 + axis] * stride) - padding + (tap * dilation), compute)
                + offset.ValueAt([i[0], (((i[1] * taps) + i[2]) * 2) + axis, i[3], i[4]]);
        });
        var (placeY, placeX) = (
            Places(0, call.Int("stride_h"), call.Int("pad_h"), call.Int("dilation_h")), Places(1, call.Int("stride_w"), call.Int("pad_w"), call.Int("dilation_w")));
        var columns = context.Map(input.Type, [batch, channels, taps, height, width], i =>
        {
            Dims point = [i[0], i[1].FloorDiv(channels.FloorDiv(offsetGroups)), i[2], i[3], i[4]];
            var (y, x) = (placeY.At(point), placeX.At(point));
            var (rows, columns) = (Number(input.Dims[2], compute), Number(input.Dims[3], compute));
            var (top, left) = (y.Floor(), x.Floor());
            var (down, right) = (y - top, x - left);
            Expr At(Expr row, Expr column)
            {
                var inside = (row >= row.Zero) & (column >= row.Zero) & (row < rows) & (column < columns);
                return Expr.Guard(
                    inside, input.ValueAt([i[0], i[1], BufferLoads.Clamped(row.As(DType.Int64), input.Dims[2]), BufferLoads.Clamped(column.As(DType.Int64), input.Dims[3])]), row.Zero);
            }

            var above = (At(top, left) * (right.One - right)) + (At(top, left + left.One) * right);
            var below = (At(top + top.One, left) * (right.One - right)) + (At(top + top.One, left + left.One) * right);
            var value = (above * (down.One - down)) + (below * down);
            return masked ? value * mask.ValueAt([i[0], (point[1] * taps) + i[2], i[3], i[4]]) : value;
        });
        var outputs = weight.Dims[0].FloorDiv(groups);
        var product = context.Contract(
            input.Type, [batch, groups], outputs, height * width, perGroup * taps,
            (p, m, k) => weight.ValueAt([(p[1] * outputs) + m, k.FloorDiv(taps), k.Mod(taps).FloorDiv(wide), k.Mod(wide)]),
            (p, n, k) => columns.ValueAt([p[0], (p[1] * perGroup) + k.FloorDiv(taps), k.Mod(taps), n.FloorDiv(width), n.Mod(width)]),
            (i, sum) => sum + bias.ValueAt([(i[1] * outputs) + i[2]]).As(sum.Type));
        return context.Reshape(product, [batch, weight.Dims[0], height, width]);
    }
}
