using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Reading an image at places that a grid gives.</summary>
internal static class Sampling
{
    public static OperatorFamily Family { get; } = new("sampling", DTypeSet.Floats)
    {
        { "aten::grid_sampler(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor", GridSample },
        { "aten::grid_sampler_2d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor", GridSample },
        { "aten::grid_sampler_3d(Tensor input, Tensor grid, int interpolation_mode, int padding_mode, bool align_corners) -> Tensor", GridSample },
        { "aten::affine_grid_generator(Tensor theta, SymInt[] size, bool align_corners) -> Tensor", AffineGrid },
    };

    /// <summary>Dims of the images that <c>grid_sampler_3d</c> reads.</summary>
    private const int Volume = 3;

    private enum Interpolation
    {
        Linear,
        Nearest,
        Cubic,
    }

    private enum Outside
    {
        Zeros,
        Border,
        Reflection,
    }

    /// <summary>The part of an interpolation in one dim of the image: elements' places (int64, perhaps outside) with weights.</summary>
    private readonly record struct Tap(Expr Place, Expr? Weight);

    private static Lowered GridSample(Call call)
    {
        var (input, grid) = (call.Tensor("input"), call.Tensor("grid"));
        var spatial = input.Rank - 2;
        var mode = (Interpolation)call.Constant("interpolation_mode");
        var outside = (Outside)call.Constant("padding_mode");
        var corners = call.Flag("align_corners");

        // PyTorch rounds 16-bit floats after each operation here: nothing is computed in another dtype.
        var compute = input.Type;
        var plain = compute.IsHalf() && spatial != Volume;

        // The places for each point of the grid once, not for each channel.
        var coordinates = Enumerable.Range(0, spatial).Select(axis => call.Context.Map(compute, grid.Dims[..^1], i =>
        {
            // The grid's last dim counts x, y, z: from the last dim of the image to the first.
            var size = Expr.Of(input.Dims[axis + 2]).As(compute);
            var x = grid.At([.. i, spatial - 1 - axis]).As(compute);
            var place = plain
                ? (x + x.One) * ((corners ? size - size.One : size) / x.Like(2)) - x.Like(corners ? 0 : 0.5)
                : corners
                ? (x + x.One) / x.Like(2) * (size - size.One)
                : (((x + x.One) * size) - x.One) / x.Like(2);
            if (mode == Interpolation.Cubic)
            {
                return place;
            }

            place = Within(place, size, outside, corners, spatial);
            return spatial == Volume ? WithinIntegers(place) : place;
        })).ToArray();

        // What each point takes, and with which weight: once, not for each channel. An element outside is -1.
        var points = grid.Dims[..^1];
        var flat = call.Context.Reshape(input, [.. input.Dims[..2], Dim.Product(input.Dims[2..])]);
        var taken = coordinates.Select((buffer, axis) => TapsOf(call.Context, compute, points, i =>
            Taps(buffer.At(i), Expr.Of(input.Dims[axis + 2]).As(compute), mode, outside, corners, spatial), mode)).ToArray();
        var corner = Corners(mode, spatial).Select(corner =>
        {
            Tap At(Dims i)
            {
                var taps = taken.Select((axis, place) => axis(i)[corner[place]]).ToArray();
                var weights = compute.IsHalf() ? taps.Reverse() : taps;
                return new(Element(input.Dims[2..], [.. taps.Select(tap => tap.Place)]), weights.Select(tap => tap.Weight).Aggregate((a, b) => a is null || b is null ? null : a * b));
            }

            var places = call.Context.Map(DType.Int32, points, i => At(i).Place.As(DType.Int32));
            var weights = mode == Interpolation.Nearest || (plain && mode == Interpolation.Cubic) ? null : call.Context.Map(compute, points, i => At(i).Weight!);
            return (Places: places, Weights: weights);
        }).ToArray();

        return call.Context.Map(input.Type, [.. input.Dims[..2], .. grid.Dims[1..^1]], i =>
        {
            Dims point = [i[0], .. i[2..]];
            if (plain && mode == Interpolation.Cubic)
            {
                // Rows first, then what they give.
                var (rows, columns) = (taken[0](point), taken[1](point));
                return Sum(rows.Select((row, y) => Sum(columns.Select((column, x) => Value(corner[(y * columns.Length) + x].Places) * column.Weight!)) * row.Weight!));
            }

            return Sum(corner.Select(taken => taken.Weights is null ? Value(taken.Places) : Value(taken.Places) * taken.Weights.At(point)));

            Expr Value(TensorBuffer places)
            {
                var place = places.At(point);
                return Expr.Guard(place >= place.Zero, flat.At([i[0], i[1], BufferLoads.Clamped(place.As(DType.Int64), flat.Dims[2])]), Expr.Const(compute, 0L));
            }

            static Expr Sum(IEnumerable<Expr> parts) => parts.Aggregate((a, b) => a + b);
        });
    }

    /// <summary>A dim's taps at each point; those of cubic interpolation, which cost more to compute than to keep, from memory.</summary>
    private static Func<Dims, ImmutableArray<Tap>> TapsOf(LoweringContext context, DType type, Dims points, Func<Dims, ImmutableArray<Tap>> taps, Interpolation mode)
    {
        if (mode != Interpolation.Cubic)
        {
            return taps;
        }

        const int cubicTaps = 4;
        var kept = Enumerable.Range(0, cubicTaps).Select(tap => (
            Place: context.Map(DType.Int64, points, i => taps(i)[tap].Place),
            Weight: context.Map(type, points, i => taps(i)[tap].Weight!))).ToArray();
        return i => [.. kept.Select(tap => new Tap(tap.Place.At(i), tap.Weight.At(i)))];
    }

    /// <summary>The choices of a tap for each dim, the last one's first.</summary>
    private static IEnumerable<ImmutableArray<int>> Corners(Interpolation mode, int spatial)
    {
        var taps = mode switch { Interpolation.Nearest => 1, Interpolation.Linear => 2, _ => 4 };
        IEnumerable<ImmutableArray<int>> corners = [[]];
        for (var axis = 0; axis < spatial; axis++)
        {
            corners = corners.SelectMany(corner => Enumerable.Range(0, taps).Select(tap => corner.Add(tap)));
        }

        return corners;
    }

    /// <summary>An element's number in an image; -1 where a place is outside.</summary>
    private static Expr Element(Dims sizes, ImmutableArray<Expr> places)
    {
        var inside = Expr.Const(DType.Bool, 1L);
        var number = Expr.Const(DType.Int64, 0L);
        for (var i = 0; i < places.Length; i++)
        {
            inside = BufferLoads.And(inside, (places[i] >= places[i].Zero) & (places[i] < Expr.Of(sizes[i])));
            number = (number * Expr.Of(sizes[i])) + places[i];
        }

        return Expr.Select(inside, number, Expr.Const(DType.Int64, -1L));
    }

    private static ImmutableArray<Tap> Taps(Expr x, Expr size, Interpolation mode, Outside outside, bool corners, int spatial)
    {
        var low = x.Floor();
        var fraction = x - low;
        switch (mode)
        {
            case Interpolation.Nearest:
                return [new(x.Apply(UnaryOp.Round).As(DType.Int64), null)];
            case Interpolation.Linear:
                return [new(low.As(DType.Int64), spatial == Volume && x.Type.IsHalf() ? low + low.One - x : x.One - fraction), new((low + low.One).As(DType.Int64), fraction)];
            default:
                return [.. Enumerable.Range(-1, 4).Select(shift => new Tap(
                    Within(low + low.Like(shift), size, outside, corners).As(DType.Int64),
                    Upsampling.CubicKernel((fraction - fraction.Like(shift)).Abs(), -0.75)))];
        }
    }

    /// <summary>Moves a coordinate inside, as the padding mode says.</summary>
    private static Expr Within(Expr x, Expr size, Outside outside, bool corners, int spatial = 2)
    {
        if (outside == Outside.Zeros)
        {
            return x;
        }

        if (outside == Outside.Reflection && x.Type.IsHalf() && spatial != Volume)
        {
            var twice = (corners ? size - size.One : size) * x.Like(2);
            var (low, away) = (x.Like(corners ? 0 : -0.5), (x - x.Like(corners ? 0 : -0.5)).Abs());
            var extra = away - ((away / twice).Apply(UnaryOp.Trunc) * twice);
            x = Expr.Select(twice.EqualTo(x.Zero), x.Zero, extra.Min(twice - extra) + low);
        }
        else if (outside == Outside.Reflection)
        {
            var low = corners ? x.Zero : x.Like(-0.5);
            var span = corners ? size - size.One : size;
            var distance = (x - low).Abs();
            var extra = distance.Apply(BinaryOp.Rem, span);
            var even = (distance / span).Floor().Apply(BinaryOp.Rem, x.Like(2)).EqualTo(x.Zero);
            x = Expr.Select(span.EqualTo(x.Zero), x.Zero, Expr.Select(even, extra + low, span - extra + low));
        }

        // ATen clips a NaN to the last element of a volume, and to the first of a plane, whose code is another.
        return Expr.Select(x.IsNan(), spatial == Volume ? size - size.One : x.Zero, x).Max(x.Zero).Min(size - size.One);
    }

    /// <summary>As ATen's <c>safe_downgrade_to_int_range</c>: what no 32-bit integer can be is well outside.</summary>
    private static Expr WithinIntegers(Expr x)
    {
        var wide = x.As(x.Type.Compute());
        var inside = (wide >= wide.Like(int.MinValue)) & (wide <= wide.Like(int.MaxValue - 1));
        return Expr.Select(inside, x, x.Like(-100));
    }

    private static Lowered AffineGrid(Call call)
    {
        var theta = call.Tensor("theta");
        var size = call.Ints("size");
        var corners = call.Flag("align_corners");
        var compute = theta.Type.Compute();
        var spatial = size[2..];
        return call.Context.Map(theta.Type, [size[0], .. spatial, spatial.Length], i =>
        {
            Expr Theta(int column) => theta.ValueAt([i[0], i[^1], column]);
            var total = Theta(spatial.Length);
            for (var axis = 0; axis < spatial.Length; axis++)
            {
                // From -1 to 1, at the corners of the elements or at their middles.
                var count = Expr.Of(spatial[axis]).As(compute);
                var place = Expr.Of(i[1 + axis]).As(compute);
                var coordinate = corners
                    ? (place * place.Like(2) / (count - count.One).Max(count.One)) - place.One
                    : (((place * place.Like(2)) + place.One) / count) - place.One;
                total += Theta(spatial.Length - 1 - axis) * coordinate;
            }

            return total;
        });
    }
}
