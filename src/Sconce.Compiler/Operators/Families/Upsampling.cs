using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Interpolation to another size. Where each output looks, and with which weights, is computed for each dim by itself, in small tables that fold
/// away where sizes are known.
/// </summary>
internal static class Upsampling
{
    /// <summary>Floats, and the bytes of pictures.</summary>
    private const DTypeSet Pictures = DTypeSet.Floats | (DTypeSet)(1 << (int)DType.UInt8);

    public static OperatorFamily Family { get; } = new("upsampling", DTypeSet.Numbers)
    {
        { "aten::upsample_nearest1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor", call => Nearest(call, 1, exact: false) },
        { "aten::upsample_nearest2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor", call => Nearest(call, 2, exact: false) },
        { "aten::upsample_nearest3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", call => Nearest(call, 3, exact: false) },
        { "aten::upsample_nearest1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 1, exact: false) },
        { "aten::upsample_nearest2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 2, exact: false) },
        { "aten::upsample_nearest3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 3, exact: false) },
        { "aten::_upsample_nearest_exact1d(Tensor self, SymInt[1] output_size, float? scales=None) -> Tensor", call => Nearest(call, 1, exact: true) },
        { "aten::_upsample_nearest_exact2d(Tensor self, SymInt[2] output_size, float? scales_h=None, float? scales_w=None) -> Tensor", call => Nearest(call, 2, exact: true) },
        { "aten::_upsample_nearest_exact3d(Tensor self, SymInt[3] output_size, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", call => Nearest(call, 3, exact: true) },
        { "aten::_upsample_nearest_exact1d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 1, exact: true) },
        { "aten::_upsample_nearest_exact2d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 2, exact: true) },
        { "aten::_upsample_nearest_exact3d.vec(Tensor input, SymInt[]? output_size, float[]? scale_factors) -> Tensor", call => Nearest(call, 3, exact: true) },
        { "aten::upsample_linear1d(Tensor self, SymInt[1] output_size, bool align_corners, float? scales=None) -> Tensor", DTypeSet.Floats, call => Interpolate(call, 1, Linear) },
        { "aten::upsample_linear1d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", DTypeSet.Floats, call => Interpolate(call, 1, Linear) },
        { "aten::upsample_bilinear2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", Pictures, call => Interpolate(call, 2, Linear) },
        { "aten::upsample_bilinear2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Pictures, call => Interpolate(call, 2, Linear) },
        { "aten::upsample_trilinear3d(Tensor self, SymInt[3] output_size, bool align_corners, float? scales_d=None, float? scales_h=None, float? scales_w=None) -> Tensor", DTypeSet.Floats, call => Interpolate(call, 3, Linear) },
        { "aten::upsample_trilinear3d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", DTypeSet.Floats, call => Interpolate(call, 3, Linear) },
        { "aten::upsample_bicubic2d(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", Pictures, call => Interpolate(call, 2, Cubic) },
        { "aten::upsample_bicubic2d.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Pictures, call => Interpolate(call, 2, Cubic) },
        { "aten::_upsample_bilinear2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", Pictures, call => Antialiased(call, 1, x => x.One - x.Abs()) },
        { "aten::_upsample_bilinear2d_aa.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Pictures, call => Antialiased(call, 1, x => x.One - x.Abs()) },
        { "aten::_upsample_bicubic2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", Pictures, call => Antialiased(call, 2, x => CubicKernel(x.Abs(), -0.5)) },
        { "aten::_upsample_bicubic2d_aa.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Pictures, call => Antialiased(call, 2, x => CubicKernel(x.Abs(), -0.5)) },
        { "aten::_upsample_lanczos2d_aa(Tensor self, SymInt[2] output_size, bool align_corners, float? scales_h=None, float? scales_w=None) -> Tensor", Pictures, call => Antialiased(call, 3, Lanczos) },
        { "aten::_upsample_lanczos2d_aa.vec(Tensor input, SymInt[]? output_size, bool align_corners, float[]? scale_factors) -> Tensor", Pictures, call => Antialiased(call, 3, Lanczos) },
    };

    /// <summary>One dim's resampling: sizes, and how far the input moves on for one output.</summary>
    private sealed record AxisScale(Dim Input, Dim Output, Expr Scale, bool AlignCorners)
    {
        public DType Type => Scale.Type;

        /// <summary>The place in the input, between elements, that an output stands for.</summary>
        public Expr Source(Dim output)
        {
            var place = Expr.Of(output).As(Type);
            return AlignCorners ? Scale * place : (Scale * (place + place.Like(0.5))) - place.Like(0.5);
        }
    }

    /// <summary>An element that goes into an output: its place, and the element's weight (none: 1).</summary>
    private delegate (Dim Place, Expr? Weight) Tap(Dim output);

    private static TensorBuffer Input(Call call) => call.Tensor(0);

    private static ImmutableArray<AxisScale> Scales(Call call, int spatial, bool weighsBytes = false)
    {
        var schema = call.Operator.Schema;
        var type = Input(call).Type.Compute() == DType.Float64 || weighsBytes ? DType.Float64 : DType.Float32;
        var sizes = Input(call).Dims[^spatial..];
        var corners = schema.IndexOf("align_corners") >= 0 && call.Flag("align_corners");
        var factors = Factors(call, spatial);
        ImmutableArray<Dim> output = call.Has("output_size") ? [.. call.Ints("output_size", spatial).Select(size => call.Context.SettlePositive(size, "a size to resample to"))]
            : [.. sizes.Zip(factors, (size, factor) => Scaled(call, size, factor!.Value))];
        return [.. sizes.Select((size, i) => new AxisScale(size, output[i], Scale(size, output[i], factors[i]), corners))];

        Expr Scale(Dim input, Dim result, double? factor)
        {
            if (corners)
            {
                // A single output stands at the first corner.
                if (result.IsOne)
                {
                    return Expr.Const(type, 0d);
                }

                return Quotient(input - 1, Dim.Max(result - 1, 1));
            }

            return factor is { } given and > 0 ? Expr.Const(type, 1 / given) : Quotient(input, result);
        }

        Expr Quotient(Dim a, Dim b) => a.IsConstant && b.IsConstant
            ? Expr.Const(type, type == DType.Float32 ? (float)a.Value / b.Value : (double)a.Value / b.Value)
            : Expr.Of(a).As(type) / Expr.Of(b).As(type);
    }

    /// <summary>The scale factors that a call gives, in either of its two forms.</summary>
    private static ImmutableArray<double?> Factors(Call call, int spatial)
    {
        if (call.Operator.Schema.IndexOf("scale_factors") >= 0)
        {
            return call["scale_factors"] is Lowered.List list
                ? [.. Enumerable.Range(0, spatial).Select(i => (double?)call.Numbers(list)[i])]
                : [.. Enumerable.Repeat<double?>(null, spatial)];
        }

        string[] names = spatial == 1 ? ["scales"] : ["scales_d", "scales_h", "scales_w"];
        return [.. names[^spatial..].Select(name => call.Has(name) ? call.Number(name) : (double?)null)];
    }

    /// <summary>The size times a factor, rounded down; a factor that is a small fraction also scales a size that only the run can tell.</summary>
    private static Dim Scaled(Call call, Dim size, double factor)
    {
        if (FloatProduct.Floor(size, factor, out var exact) is not { } result)
        {
            throw call.Unsupported($"the scale factor {factor} of a size that only the run can tell");
        }

        if (exact is not null)
        {
            call.Context.Require(new SizeCheck(exact, FloatProduct.Why) { Text = $"int({factor} * {size}) == {result}" });
        }

        return result;
    }

    private static Lowered Nearest(Call call, int spatial, bool exact) => Combine(call, spatial, scale =>
    {
        // Whole factors need no rounding of fractions.
        if (scale.Output.Mod(scale.Input).Equals(Dim.Zero) && scale.Scale.Equals(Quotient(scale)))
        {
            var times = scale.Output.FloorDiv(scale.Input);
            return [output => (output.FloorDiv(times), null)];
        }

        var table = call.Context.Map(DType.Int64, [scale.Output], i =>
        {
            var place = Expr.Of(i[0]).As(scale.Type);
            return ((exact ? place + place.Like(0.5) : place) * scale.Scale).Floor();
        });
        return [output => (BufferLoads.Clamped(table.At([output]), scale.Input), null)];
    });

    private static Expr Quotient(AxisScale scale) => scale.Input.IsConstant && scale.Output.IsConstant
        ? Expr.Const(scale.Type, (float)scale.Input.Value / scale.Output.Value)
        : Expr.Of(scale.Input).As(scale.Type) / Expr.Of(scale.Output).As(scale.Type);

    private static Lowered Interpolate(Call call, int spatial, Func<LoweringContext, AxisScale, ImmutableArray<Tap>> taps) => Input(call).Type == DType.UInt8
        ? OfBytes(call, scale => Merged(call.Context, scale, taps(call.Context, scale)))
        : Combine(call, spatial, scale => scale.Input.Equals(scale.Output) ? [output => (output, null)] : taps(call.Context, scale));

    /// <summary>Which elements go into an output (int64), and their weights: a row for each output, with a place for each tap.</summary>
    private sealed record Table(Func<Dim, Dim, Dim> Place, TensorBuffer Weights);

    /// <summary>
    /// Bytes: a dim after the other, the last one first, each to whole numbers, by weights that are whole numbers of 16 bits with as many binary places
    /// as the largest of them allows. So PyTorch has it.
    /// </summary>
    private static Lowered OfBytes(Call call, Func<AxisScale, Table> weigh)
    {
        var (context, result, scales) = (call.Context, Input(call), Scales(call, 2, weighsBytes: true));
        RequireElements(call, scales);
        for (var i = 1; i >= 0; i--)
        {
            if (!scales[i].Input.Equals(scales[i].Output))
            {
                result = InWholeNumbers(context, result, result.Rank - 2 + i, weigh(scales[i]));
            }
        }

        return result;
    }

    private static TensorBuffer InWholeNumbers(LoweringContext context, TensorBuffer input, int axis, Table table)
    {
        const int mostPlaces = 22, signedRange = 1 << 15;
        var (place, weights) = table;
        var largest = context.Reduce(weights, new(weights, [0, 1], keep: false), Combiner.Max, weights.Type, x => x).At([]);
        var places = context.Reduce(DType.Int32, [], [mostPlaces], Combiner.Sum, (_, r) =>
            ((largest * Power(Expr.Of(r[0] + 1).As(DType.Int32))) + largest.Like(0.5) < largest.Like(signedRange)).As(DType.Int32)).At([]);
        var whole = context.Map(DType.Int32, weights.Dims, i =>
        {
            var scaled = weights.At(i) * Power(places);
            return scaled + Expr.Select(scaled < scaled.Zero, scaled.Like(-0.5), scaled.Like(0.5));
        });
        return context.Reduce(
            input.Type, input.Dims.SetItem(axis, weights.Dims[0]), [weights.Dims[1]], Combiner.Sum,
            (o, t) => input.At(o.SetItem(axis, place(o[axis], t[0]))).As(DType.Int32) * whole.At([o[axis], t[0]]),
            (_, sum) => (sum + sum.One.Apply(BinaryOp.Shl, places - places.One)).Apply(BinaryOp.Shr, places).Clamp(byte.MinValue, byte.MaxValue));

        Expr Power(Expr exponent) => exponent.One.Apply(BinaryOp.Shl, exponent).As(weights.Type);
    }

    /// <summary>The taps of each output side by side. At a border the element that stands for those beyond has the sum of their weights.</summary>
    private static Table Merged(LoweringContext context, AxisScale scale, ImmutableArray<Tap> taps)
    {
        var places = Beside(DType.Int64, (o, tap) => Expr.Of(taps[tap](o).Place));
        var weights = Beside(scale.Type, (o, tap) =>
        {
            Expr Same(int other) => Expr.Of(taps[other](o).Place).EqualTo(Expr.Of(taps[tap](o).Place));
            var sum = Enumerable.Range(0, taps.Length).Select(other => other == tap ? taps[tap](o).Weight! : Expr.Select(Same(other), taps[other](o).Weight!, Expr.Const(scale.Type, 0L)))
                .Aggregate((a, b) => a + b);
            return tap == 0 ? sum : Expr.Select(Same(tap - 1), sum.Zero, sum);
        });
        return new((o, tap) => BufferLoads.Clamped(places.At([o, tap]), scale.Input), weights);

        TensorBuffer Beside(DType type, Func<Dim, int, Expr> value) => context.Map(type, [scale.Output, taps.Length], i =>
            Enumerable.Range(0, taps.Length - 1).Reverse().Aggregate(
                value(i[0], taps.Length - 1), (others, tap) => Expr.Select(Expr.Of(i[1]).EqualTo(Expr.Const(DType.Int64, (long)tap)), value(i[0], tap), others)));
    }

    /// <summary>The weighted sum over all combinations of the dims' taps.</summary>
    private static TensorBuffer Combine(Call call, int spatial, Func<AxisScale, ImmutableArray<Tap>> taps)
    {
        var input = Input(call);
        var scales = Scales(call, spatial);
        RequireElements(call, scales);
        var axes = scales.Select(taps).ToImmutableArray();
        var first = input.Rank - spatial;
        Dims dims = [.. input.Dims[..first], .. scales.Select(scale => scale.Output)];
        return call.Context.Map(input.Type, dims, i => Sum(i, 0));

        Expr Sum(Dims index, int axis)
        {
            if (axis == spatial)
            {
                return input.ValueAt(index);
            }

            Expr? total = null;
            foreach (var tap in axes[axis])
            {
                var (place, weight) = tap(index[first + axis]);
                var inner = Sum(index.SetItem(first + axis, place), axis + 1);
                var weighted = weight is null ? inner : inner * weight.As(inner.Type);
                total = total is null ? weighted : total + weighted;
            }

            return total!;
        }
    }

    private static void RequireElements(Call call, ImmutableArray<AxisScale> scales)
    {
        foreach (var scale in scales)
        {
            call.Context.Require(SizeCheck.LessOrEqual(1, scale.Input, "there is nothing to interpolate between in an empty input"));
            call.Context.Require(SizeCheck.LessOrEqual(1, scale.Output, "a resized tensor has elements"));
        }
    }

    private static ImmutableArray<Tap> Linear(LoweringContext context, AxisScale scale)
    {
        Expr Source(Dim output) => scale.AlignCorners ? scale.Source(output) : scale.Source(output).Max(Expr.Const(scale.Type, 0L));
        var places = Places(context, scale, Source);
        var fractions = Fractions(context, scale, Source, places);
        return
        [
            o => (BufferLoads.Clamped(places.At([o]), scale.Input), fractions.At([o]).One - fractions.At([o])),
            o => (BufferLoads.Clamped(places.At([o]) + places.At([o]).One, scale.Input), fractions.At([o])),
        ];
    }

    private static ImmutableArray<Tap> Cubic(LoweringContext context, AxisScale scale)
    {
        var places = Places(context, scale, scale.Source);
        var fractions = Fractions(context, scale, scale.Source, places);
        return [.. Enumerable.Range(-1, 4).Select<int, Tap>(shift =>
        {
            var weights = context.Map(scale.Type, [scale.Output], i => CubicKernel((fractions.At(i) - fractions.At(i).Like(shift)).Abs(), -0.75));
            return o => (BufferLoads.Clamped(places.At([o]) + Expr.Const(DType.Int64, (long)shift), scale.Input), weights.At([o]));
        })];
    }

    /// <summary>The element at or before the place that an output stands for.</summary>
    private static TensorBuffer Places(LoweringContext context, AxisScale scale, Func<Dim, Expr> source) =>
        context.Map(DType.Int64, [scale.Output], i => source(i[0]).Floor().As(DType.Int64).Min(Expr.Of(scale.Input - 1)));

    private static TensorBuffer Fractions(LoweringContext context, AxisScale scale, Func<Dim, Expr> source, TensorBuffer places) =>
        context.Map(scale.Type, [scale.Output], i => (source(i[0]) - places.At(i).As(scale.Type)).Clamp(0, 1));

    /// <summary>Keys' cubic convolution kernel at a distance.</summary>
    internal static Expr CubicKernel(Expr x, double a)
    {
        var near = ((((x.Like(a + 2) * x) - x.Like(a + 3)) * x) * x) + x.One;
        var far = ((((x.Like(a) * x) - x.Like(5 * a)) * x) + x.Like(8 * a)) * x - x.Like(4 * a);
        return Expr.Select(x <= x.One, near, Expr.Select(x < x.Like(2), far, x.Zero));
    }

    /// <summary>Lanczos' kernel of three lobes: the product of two cardinal sines.</summary>
    private static Expr Lanczos(Expr x)
    {
        Expr Cardinal(Expr angle) => (angle * angle.Like(Math.PI)).Apply(UnaryOp.Sin) / (angle * angle.Like(Math.PI));
        return Expr.Select(x.EqualTo(x.Zero), x.One, Cardinal(x) * Cardinal(x * x.Like(1.0 / 3)));
    }

    /// <summary>
    /// Each dim by itself, with a filter as wide as the elements that go into one. Rows first: there neighbours lie side by side for vectors, and
    /// less is left for the columns (1280x720 to 224x224: 17 ms the other way round, 3.5 ms this way).
    /// </summary>
    private static Lowered Antialiased(Call call, int support, Func<Expr, Expr> filter)
    {
        var result = Input(call);
        if (result.Type == DType.UInt8)
        {
            return OfBytes(call, scale => Filter(call, scale, support, filter));
        }

        var scales = Scales(call, 2);
        for (var i = 0; i < 2; i++)
        {
            var (axis, (place, weights)) = (result.Rank - 2 + i, Filter(call, scales[i], support, filter));
            var input = result;
            result = call.Context.Reduce(input.Type, input.Dims.SetItem(axis, scales[i].Output), [weights.Dims[1]], Combiner.Sum, (o, t) =>
                input.ValueAt(o.SetItem(axis, place(o[axis], t[0]))) * weights.At([o[axis], t[0]]).As(input.Type.Compute()));
        }

        return result;
    }

    private static Table Filter(Call call, AxisScale sizes, int support, Func<Expr, Expr> filter)
    {
        var (context, type, window) = (call.Context, sizes.Type, Window(call, sizes, support));
        Expr Center(Dim output) => sizes.Scale * (Expr.Of(output).As(type) + Expr.Const(type, 0.5));
        Expr Truncated(Expr x) => (x + x.Like(0.5)).As(DType.Int64);
        var starts = context.Map(DType.Int64, [sizes.Output], i => Truncated(Center(i[0]) - window.Reach).Max(Expr.Of(Dim.Zero)));
        var weights = context.Map(type, [sizes.Output, window.Taps], i =>
        {
            var place = starts.At([i[0]]) + Expr.Of(i[1]);
            var end = Truncated(Center(i[0]) + window.Reach).Min(Expr.Of(sizes.Input));
            var distance = (place.As(type) - Center(i[0]) + Expr.Const(type, 0.5)) * window.Shrink;
            return Expr.Select((place < end) & (distance.Abs() < Expr.Const(type, support)), filter(distance), Expr.Const(type, 0L));
        });
        var totals = context.Sum(weights, new(weights, [1], keep: false), type);
        var parts = context.Map(type, weights.Dims, i => weights.At(i) / totals.At([i[0]]));
        return new((output, tap) => BufferLoads.Clamped(starts.At([output]) + Expr.Of(tap), sizes.Input), parts);
    }

    /// <summary>How far an antialiasing filter reaches to either side of an output's place, what brings a distance down to the filter's own, and how many elements that are at most.</summary>
    private sealed record FilterWindow(Expr Reach, Expr Shrink, Dim Taps);

    private static FilterWindow Window(Call call, AxisScale sizes, int support)
    {
        var (scale, type) = (sizes.Scale, sizes.Type);
        if (scale is ConstExpr { Value: var known })
        {
            var width = support * Math.Max(known, 1);
            return new(Expr.Const(type, width), Expr.Const(type, 1 / Math.Max(known, 1)), ((long)Math.Ceiling(width) * 2) + 1);
        }

        if (sizes.AlignCorners && !sizes.Output.IsConstant)
        {
            throw call.Unsupported("antialiased resizing with align_corners to a size that only the run can tell");
        }

        var (steps, outputs) = sizes.AlignCorners ? (sizes.Input - 1, sizes.Output - 1) : (sizes.Input, Dim.Max(sizes.Output, 1));
        var most = scale.Max(scale.One);
        return new(most * scale.Like(support), scale.One / most, (Dim.Max(steps * support + outputs - 1, outputs * support).FloorDiv(outputs) * 2) + 1);
    }
}
