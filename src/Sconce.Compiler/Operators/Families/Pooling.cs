using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Pooling over windows, and adaptive pooling to a given size.</summary>
internal static class Pooling
{
    public static OperatorFamily Family { get; } = new("pooling")
    {
        { "aten::max_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> Tensor", call => MaxPool(call, 1).Values },
        { "aten::max_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> Tensor", call => MaxPool(call, 2).Values },
        { "aten::max_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> Tensor", call => MaxPool(call, 3).Values },
        { "aten::max_pool1d_with_indices(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], int[1] dilation=[1], bool ceil_mode=False) -> (Tensor, Tensor)", call => Both(MaxPool(call, 1)) },
        { "aten::max_pool2d_with_indices(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, int[2] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)", call => Both(MaxPool(call, 2)) },
        { "aten::max_pool3d_with_indices(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, int[3] dilation=1, bool ceil_mode=False) -> (Tensor, Tensor)", call => Both(MaxPool(call, 3)) },
        { "aten::avg_pool1d(Tensor self, int[1] kernel_size, int[1] stride=[], int[1] padding=[0], bool ceil_mode=False, bool count_include_pad=True) -> Tensor", call => AveragePool(call, 1) },
        { "aten::avg_pool2d(Tensor self, int[2] kernel_size, int[2] stride=[], int[2] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor", call => AveragePool(call, 2) },
        { "aten::avg_pool3d(Tensor self, int[3] kernel_size, int[3] stride=[], int[3] padding=0, bool ceil_mode=False, bool count_include_pad=True, int? divisor_override=None) -> Tensor", call => AveragePool(call, 3) },
        { "aten::adaptive_avg_pool1d(Tensor self, int[1] output_size) -> Tensor", DTypeSet.Floats, call => AdaptiveAverage(call, 1) },
        { "aten::adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", DTypeSet.Floats, call => AdaptiveAverage(call, 2) },
        { "aten::adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor", DTypeSet.Floats, call => AdaptiveAverage(call, 3) },
        { "aten::_adaptive_avg_pool2d(Tensor self, SymInt[2] output_size) -> Tensor", DTypeSet.Floats, call => AdaptiveAverage(call, 2) },
        { "aten::_adaptive_avg_pool3d(Tensor self, SymInt[3] output_size) -> Tensor", DTypeSet.Floats, call => AdaptiveAverage(call, 3) },
        { "aten::adaptive_max_pool1d(Tensor self, int[1] output_size) -> (Tensor, Tensor)", DTypeSet.Floats, call => AdaptiveMax(call, 1) },
        { "aten::adaptive_max_pool2d(Tensor self, int[2] output_size) -> (Tensor, Tensor)", DTypeSet.Floats, call => AdaptiveMax(call, 2) },
        { "aten::adaptive_max_pool3d(Tensor self, int[3] output_size) -> (Tensor, Tensor)", DTypeSet.Floats, call => AdaptiveMax(call, 3) },
        { "aten::fractional_max_pool2d(Tensor self, int[2] kernel_size, int[2] output_size, Tensor random_samples) -> (Tensor, Tensor)", DTypeSet.Floats, call => Fractional(call, 2) },
        { "aten::fractional_max_pool3d(Tensor self, int[3] kernel_size, int[3] output_size, Tensor random_samples) -> (Tensor, Tensor)", DTypeSet.Floats, call => Fractional(call, 3) },
        { "aten::max_unpool2d(Tensor self, Tensor indices, SymInt[2] output_size) -> Tensor", call => MaxUnpool(call, 2) },
        { "aten::max_unpool3d(Tensor self, Tensor indices, SymInt[3] output_size, int[3] stride, int[3] padding) -> Tensor", call => MaxUnpool(call, 3) },
    };

    /// <summary>The part of one spatial dim that goes into one output: element number k lies at Start + k · Dilation, for k below Taps, where it is below End.</summary>
    private readonly record struct Span(Dim Start, Dim End, Dim Dilation);

    /// <summary>Windows over the last dims: the shape of the output, how many elements a window has, where the windows lie.</summary>
    private sealed record Windows(Dims Output, Dims Taps, Func<int, Dim, Span> Span);

    private static Lowered Both((TensorBuffer Values, Lowered Indices) pooled) => new Lowered.List([pooled.Values, pooled.Indices]);

    private static Windows Fixed(Call call, TensorBuffer self, int spatial)
    {
        var kernel = call.Constants("kernel_size", spatial);
        var stride = call.Has("stride") && !call.Constants("stride").IsEmpty ? call.Constants("stride", spatial) : kernel;
        var padding = call.Constants("padding", spatial);
        var dilation = call.Operator.Schema.IndexOf("dilation") >= 0 ? call.Constants("dilation", spatial) : [.. kernel.Select(_ => 1)];
        var ceil = call.Flag("ceil_mode");
        Dims output = [.. self.Dims[^spatial..].Select((size, i) =>
        {
            var room = size + (2 * padding[i]) - (dilation[i] * (kernel[i] - 1)) - 1;
            var count = (ceil ? room.CeilDiv(stride[i]) : room.FloorDiv(stride[i])) + 1;
            // With ceil_mode no window starts in the padding behind the input.
            return ceil ? Dim.Min(count, (size + padding[i]).CeilDiv(stride[i])) : count;
        })];
        foreach (var size in output)
        {
            call.Context.Require(SizeCheck.LessOrEqual(1, size, "a pool needs an input of at least one window"));
        }

        return new(output, [.. kernel.Select(k => (Dim)k)], (i, o) =>
            new((o * stride[i]) - padding[i], self.Dims[self.Rank - spatial + i], dilation[i]));
    }

    private static Windows Adaptive(Call call, TensorBuffer self, int spatial)
    {
        var sizes = call.Ints("output_size", spatial);
        Dims output = [.. sizes];
        Dims taps = [.. self.Dims[^spatial..].Zip(output, (size, count) =>
            size.Mod(count).Equals(Dim.Zero) ? size.FloorDiv(count) : size.CeilDiv(count) + 1)];
        return new(output, taps, (i, o) =>
        {
            var size = self.Dims[self.Rank - spatial + i];
            return new((o * size).FloorDiv(output[i]), ((o + 1) * size).CeilDiv(output[i]), 1);
        });
    }

    /// <summary>The element of a window, something else where the window reaches outside.</summary>
    private static Expr Element(TensorBuffer self, Windows windows, Dims output, Dims tap, Expr outside)
    {
        var first = self.Rank - tap.Length;
        var index = output.ToArray();
        var inside = Expr.Const(DType.Bool, 1L);
        for (var i = 0; i < tap.Length; i++)
        {
            var span = windows.Span(i, output[first + i]);
            index[first + i] = span.Start + (tap[i] * span.Dilation);
            inside = BufferLoads.And(inside, IndexConditions.InRange(index[first + i], Dim.Zero, span.End));
        }

        return BufferLoads.GuardUnlessKnown(inside, self.ValueAt([.. index]), outside);
    }

    private static (TensorBuffer Values, Lowered Indices) MaxPool(Call call, int spatial)
    {
        var self = call.Tensor("self");
        return Max(call.Context, self, Fixed(call, self, spatial), call.Operator.Schema.Returns.Length > 1);
    }

    private static (TensorBuffer Values, Lowered Indices) Max(LoweringContext context, TensorBuffer self, Windows windows, bool withIndices)
    {
        var outside = self.Type.Compute().Lowest();
        var first = self.Rank - windows.Output.Length;
        Dims dims = [.. self.Dims[..first], .. windows.Output];
        var values = context.Reduce(self.Type, dims, windows.Taps, Combiner.Max, (o, r) => Element(self, windows, o, r, outside));
        return (values, withIndices ? (Lowered)Indices() : Lowered.Nothing);

        TensorBuffer Indices() => context.Reduce(
            DType.Int64, dims, windows.Taps, Combiner.ArgMax, (o, r) => Element(self, windows, o, r, outside), (o, place) =>
            {
                // From the place within the window to one within the spatial dims.
                var flat = Expr.Of(Dim.Zero);
                for (var i = 0; i < windows.Taps.Length; i++)
                {
                    var span = windows.Span(i, o[first + i]);
                    var tap = place.Apply(BinaryOp.Div, Expr.Of(Dim.Product(windows.Taps[(i + 1)..]))).Apply(BinaryOp.Rem, Expr.Of(windows.Taps[i]));
                    flat = (flat * Expr.Of(self.Dims[first + i])) + Expr.Of(span.Start) + (tap * Expr.Of(span.Dilation));
                }

                return flat;
            });
    }

    private static Lowered AveragePool(Call call, int spatial)
    {
        var self = call.Tensor("self");
        var windows = Fixed(call, self, spatial);
        var padding = call.Constants("padding", spatial);
        var first = self.Rank - spatial;
        var countPadding = call.Flag("count_include_pad");
        var divisor = call.Operator.Schema.IndexOf("divisor_override") >= 0 && call.Has("divisor_override") ? call.Int("divisor_override") : null;

        Dim Divisor(Dims o)
        {
            var count = Dim.One;
            for (var i = 0; i < spatial; i++)
            {
                var span = windows.Span(i, o[first + i]);
                var end = Dim.Min(span.Start + windows.Taps[i], span.End + padding[i]);
                count *= countPadding ? end - span.Start : Dim.Min(end, span.End) - Dim.Max(span.Start, 0);
            }

            return count;
        }

        return Average(call.Context, self, windows, divisor is null ? Divisor : _ => divisor);
    }

    private static TensorBuffer Average(LoweringContext context, TensorBuffer self, Windows windows, Func<Dims, Dim> divisor)
    {
        var compute = self.Type.Compute();
        Dims dims = [.. self.Dims[..^windows.Output.Length], .. windows.Output];
        return context.Reduce(self.Type, dims, windows.Taps, Combiner.Sum,
            (o, r) => Element(self, windows, o, r, Expr.Const(compute, 0L)), (o, sum) => sum / Expr.Of(divisor(o)).As(compute));
    }

    private static Lowered AdaptiveAverage(Call call, int spatial)
    {
        var self = call.Tensor("self");
        var windows = Adaptive(call, self, spatial);
        var first = self.Rank - spatial;
        return Average(call.Context, self, windows, o =>
            Dim.Product(Enumerable.Range(0, spatial).Select(i => windows.Span(i, o[first + i]) is var span ? span.End - span.Start : Dim.One)));
    }

    private static Lowered AdaptiveMax(Call call, int spatial)
    {
        var self = call.Tensor("self");
        return Both(Max(call.Context, self, Adaptive(call, self, spatial), withIndices: true));
    }

    private static Lowered MaxUnpool(Call call, int spatial)
    {
        var (self, indices) = (call.Tensor("self"), call.Tensor("indices"));
        Dims outer = self.Dims[..^spatial];
        var size = Dim.Product(call.Ints("output_size"));
        call.CheckIndices(indices, size, "the elements of a plane of the output");
        var flat = call.Context.Fill(self.Type, [.. outer, size], Expr.Const(self.Type, 0L));
        call.Context.Scatter(flat, self.Dims, i => [.. i[..^spatial], indices.IndexAt(i, size)], self.At, ScatterMode.Set);
        return call.Context.Reshape(flat, [.. outer, .. call.Ints("output_size")]);
    }

    /// <summary>Windows at steps between two whole numbers, rounded down; where they begin is a number in 0 … 1 for each plane and dim.</summary>
    private static Lowered Fractional(Call call, int spatial)
    {
        var (context, self, samples) = (call.Context, call.Tensor("self"), call.Tensor("random_samples"));
        var (kernel, output, first) = (call.Constants("kernel_size", spatial), call.Ints("output_size", spatial), self.Rank - spatial);
        var (compute, batched) = (self.Type.Compute(), first > 1);
        var starts = Enumerable.Range(0, spatial).Select(axis =>
        {
            // Of pictures the samples begin with the last dim, of volumes with the first.
            Dim sample = spatial == 2 ? 1 - axis : axis;
            var (room, count) = (self.Dims[first + axis] - kernel[axis], output[axis]);
            return context.Map(DType.Int64, [.. self.Dims[..first], count], i =>
            {
                var offset = samples.ValueAt([batched ? i[0] : Dim.Zero, i[first - 1], sample]).As(compute);
                var step = Expr.Of(room).As(compute) / Expr.Of(Dim.Max(count - 1, 1)).As(compute);
                var place = ((Expr.Of(i[^1]).As(compute) + offset) * step).As(DType.Int64) - (offset * step).As(DType.Int64);
                return Expr.Select(Expr.Of(i[^1]).EqualTo(Expr.Of(count - 1)), Expr.Of(room), place);
            });
        }).ToArray();
        Dims Place(Dims o, Func<int, Dim> tap) =>
            [.. o[..first], .. starts.Select((start, axis) => BufferLoads.Clamped(start.At([.. o[..first], o[first + axis]]) + Expr.Of(tap(axis)), self.Dims[first + axis]))];
        Dims dims = [.. self.Dims[..first], .. output], taps = [.. kernel.Select(k => (Dim)k)];
        var values = context.Reduce(self.Type, dims, taps, Combiner.Max, (o, r) => self.ValueAt(Place(o, axis => r[axis])));
        var places = context.Reduce(DType.Int64, dims, taps, Combiner.ArgMax, (o, r) => self.ValueAt(Place(o, axis => r[axis])), (o, found) =>
        {
            var flat = Expr.Const(DType.Int64, 0L);
            for (var axis = 0; axis < spatial; axis++)
            {
                var inner = Expr.Const(DType.Int64, (long)kernel[(axis + 1)..].Aggregate(1, (a, b) => a * b));
                var tap = (found / inner).Apply(BinaryOp.Rem, Expr.Const(DType.Int64, (long)kernel[axis]));
                flat = (flat * Expr.Of(self.Dims[first + axis])) + starts[axis].At([.. o[..first], o[first + axis]]) + tap;
            }

            return flat;
        });
        return Lowered.Of(values, places);
    }
}
