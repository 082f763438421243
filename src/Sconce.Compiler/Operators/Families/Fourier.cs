using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Fourier transforms of whole tensors and of the frames of a signal.</summary>
internal static class Fourier
{
    public static OperatorFamily Family { get; } = new("fourier")
    {
        { "aten::fft_fft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", call => Along(call, Forward), call => Along(call, Forward) },
        { "aten::fft_ifft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", call => Along(call, Inverse), call => Along(call, Inverse) },
        { "aten::fft_fft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", call => Along(call, Forward), call => Along(call, Forward) },
        { "aten::fft_ifft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", call => Along(call, Inverse), call => Along(call, Inverse) },
        { "aten::fft_fftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", call => Along(call, Forward), call => Along(call, Forward) },
        { "aten::fft_ifftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", call => Along(call, Inverse), call => Along(call, Inverse) },
        { "aten::fft_hfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Hermitian, Hermitian },
        { "aten::fft_ihfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", call => Along(call, Inverse, half: true) },
        { "aten::fft_hfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Hermitian, Hermitian },
        { "aten::fft_hfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Hermitian, Hermitian },
        { "aten::fft_ihfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", call => Along(call, Inverse, half: true) },
        { "aten::fft_ihfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", call => Along(call, Inverse, half: true) },
        { "aten::fft_rfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", call => Along(call, Forward, half: true) },
        { "aten::fft_rfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", call => Along(call, Forward, half: true) },
        { "aten::fft_rfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", call => Along(call, Forward, half: true) },
        { "aten::fft_irfft(Tensor self, SymInt? n=None, int dim=-1, str? norm=None) -> Tensor", Real, Real },
        { "aten::fft_irfft2(Tensor self, SymInt[1]? s=None, int[1] dim=[-2, -1], str? norm=None) -> Tensor", Real, Real },
        { "aten::fft_irfftn(Tensor self, SymInt[1]? s=None, int[1]? dim=None, str? norm=None) -> Tensor", Real, Real },
        { "aten::_fft_r2c(Tensor self, int[] dim, int normalization, bool onesided) -> Tensor", call => Numbered(call, Forward, half: call.Flag("onesided")) },
        { "aten::_fft_c2c(Tensor self, SymInt[] dim, int normalization, bool forward) -> Tensor", NumberedEitherWay, NumberedEitherWay },
        { "aten::_fft_c2r(Tensor self, int[] dim, int normalization, SymInt last_dim_size) -> Tensor", NumberedReal, NumberedReal },
        { "aten::stft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool normalized=False, bool? onesided=None, bool? return_complex=None, bool? align_to_window=None) -> Tensor", ShortTime },
        { "aten::istft(Tensor self, int n_fft, int? hop_length=None, int? win_length=None, Tensor? window=None, bool center=True, bool normalized=False, bool? onesided=None, int? length=None, bool return_complex=False) -> Tensor", Overlapped, Overlapped },
    };

    private const int Forward = -1;
    private const int Inverse = 1;

    // As PyTorch numbers them; 0 is neither.
    private const int ByRoot = 1;
    private const int ByCount = 2;

    /// <summary>The dims to transform and the size of each.</summary>
    private static (ImmutableArray<int> Axes, Dims Sizes) Dimensions(Call call, TensorBuffer self)
    {
        var schema = call.Operator.Schema;
        var (sizeName, several) = schema.IndexOf("s") >= 0 ? ("s", true) : ("n", false);
        var sizes = call.Has(sizeName) ? call.Ints(sizeName) : [];
        ImmutableArray<int> axes = call.Has("dim") || !several
            ? [.. call.Constants("dim").Select(axis => call.NormaliseAxis(axis, self.Rank))]
            : [.. Enumerable.Range(sizes.IsEmpty ? 0 : self.Rank - sizes.Length, sizes.IsEmpty ? self.Rank : sizes.Length)];

        // -1 stands for all that there are.
        return (axes, [.. axes.Select((axis, i) => i < sizes.Length && !sizes[i].Equals((Dim)(-1)) ? sizes[i] : self.Dims[axis])]);
    }

    /// <summary>The factor of the result, for transforms of so many elements: a float64.</summary>
    private static Expr Scale(Call call, int direction, Dim count) => Scale(
        (call.Has("norm") ? call.Text("norm") : "backward", direction) switch
        {
            ("ortho", _) => ByRoot,
            ("forward", Forward) or ("backward", Inverse) => ByCount,
            _ => 0,
        },
        count);

    private static Expr Scale(int normalisation, Dim count)
    {
        if (count.IsConstant)
        {
            return Known(normalisation switch { ByRoot => 1 / Math.Sqrt(count.Value), ByCount => 1.0 / count.Value, _ => 1 });
        }

        var number = Expr.Of(count).As(DType.Float64);
        return normalisation switch { ByRoot => Known(1) / number.Apply(UnaryOp.Sqrt), ByCount => Known(1) / number, _ => Known(1) };
    }

    private static Expr Known(double scale) => Expr.Const(DType.Float64, scale);

    /// <summary>The tensor, of which a real one has no imaginary part.</summary>
    private static (TensorBuffer Real, TensorBuffer? Imaginary) Parts(Call call) => call[0] is Lowered.Complex z
        ? (z.Real, z.Imaginary)
        : (call.Context.Convert(call.Tensor(0), call.Tensor(0).Type.ToFloat()), null);

    private static Lowered Along(Call call, int direction, bool half = false)
    {
        var (real, imaginary) = Parts(call);
        var (axes, sizes) = Dimensions(call, real);
        return Transform(call.Context, real, imaginary, axes, sizes, direction, half, Scale(call, direction, Dim.Product(sizes)));
    }

    private static Lowered Numbered(Call call, int direction, bool half)
    {
        var (real, imaginary) = Parts(call);
        ImmutableArray<int> axes = [.. call.Constants("dim").Select(axis => call.NormaliseAxis(axis, real.Rank))];
        Dims sizes = [.. axes.Select(axis => real.Dims[axis])];
        return Transform(call.Context, real, imaginary, axes, sizes, direction, half, Scale(call.Constant("normalization"), Dim.Product(sizes)));
    }

    private static Lowered NumberedEitherWay(Call call) => Numbered(call, call.Flag("forward") ? Forward : Inverse, half: false);

    /// <summary>One dim after the other, from the last. Of a real tensor's last transform, half says it all: the rest is made of that half.</summary>
    private static Lowered.Complex Transform(
        LoweringContext context, TensorBuffer real, TensorBuffer? imaginary, ImmutableArray<int> axes, Dims sizes, int direction, bool half, Expr scale)
    {
        Lowered.Complex? z = imaginary is null ? null : new(real, imaginary);
        for (var i = axes.Length - 1; i >= 0; i--)
        {
            var (axis, size, factor) = (axes[i], sizes[i], i == axes.Length - 1 ? scale : Known(1));
            if (z is null)
            {
                // Backwards, the spectrum of a real tensor is the conjugate one.
                z = Discrete.Half(context, Rows(context, real, axis, size), size, factor);
                z = half ? z : Discrete.Mirrored(context, z, size);
                z = direction == Inverse ? new(z.Real, context.Pointwise(z.Imaginary, x => -x)) : z;
            }
            else
            {
                z = new(Rows(context, z.Real, axis, size), Rows(context, z.Imaginary, axis, size));
                z = direction == Forward ? Discrete.Forward(context, z, size, factor) : Discrete.Inverse(context, z, size, factor);
            }

            z = new(Back(context, z.Real, axis), Back(context, z.Imaginary, axis));
        }

        // Of no dims.
        return z ?? Complex.Of(context, real, real.Type);
    }

    private static Lowered Real(Call call) => ToReal(call, call.Complex(0), Inverse);

    private static TensorBuffer ToReal(Call call, Lowered.Complex z, int direction)
    {
        var (axes, sizes) = Dimensions(call, z.Real);
        var given = call.Has("n") || call.Has("s");
        sizes = given ? sizes : sizes.SetItem(sizes.Length - 1, 2 * (sizes[^1] - 1));
        return ToReal(call.Context, z, axes, sizes, Scale(call, direction, Dim.Product(sizes)));
    }

    private static Lowered NumberedReal(Call call)
    {
        var z = call.Complex(0);
        ImmutableArray<int> axes = [.. call.Constants("dim").Select(axis => call.NormaliseAxis(axis, z.Real.Rank))];
        Dims sizes = [.. axes.Select((axis, i) => i == axes.Length - 1 ? call.Int("last_dim_size") : z.Real.Dims[axis])];
        return ToReal(call.Context, z, axes, sizes, Scale(call.Constant("normalization"), Dim.Product(sizes)));
    }

    /// <summary>The spectrum, which is real, of a signal that is the conjugate of itself backwards: half of it is given.</summary>
    private static Lowered Hermitian(Call call)
    {
        var z = call.Complex(0);
        return ToReal(call, new(z.Real, call.Context.Pointwise(z.Imaginary, x => -x)), Forward);
    }

    /// <summary>From half a spectrum back to a real tensor.</summary>
    private static TensorBuffer ToReal(LoweringContext context, Lowered.Complex z, ImmutableArray<int> axes, Dims sizes, Expr scale)
    {
        if (axes.Length > 1)
        {
            z = Transform(context, z.Real, z.Imaginary, axes[..^1], sizes[..^1], Inverse, half: false, Known(1));
        }

        var (axis, size) = (axes[^1], sizes[^1]);
        var half = new Lowered.Complex(Rows(context, z.Real, axis, size.FloorDiv(2) + 1), Rows(context, z.Imaginary, axis, size.FloorDiv(2) + 1));
        return Back(context, Discrete.FromHalf(context, half, size, scale), axis);
    }

    /// <summary>A dim moved to the last place, cut or filled up with zeros to a size.</summary>
    private static TensorBuffer Rows(LoweringContext context, TensorBuffer part, int axis, Dim size)
    {
        var fitted = part.Dims[axis].Equals(size) ? part
            : context.Map(part.Type, part.Dims.SetItem(axis, size), i => part.AtOr(i, Expr.Const(part.Type, 0L)));
        return axis == part.Rank - 1 ? fitted : context.Permute(fitted, [.. Enumerable.Range(0, part.Rank).Where(i => i != axis), axis]);
    }

    /// <summary>The last dim moved back to its place.</summary>
    private static TensorBuffer Back(LoweringContext context, TensorBuffer part, int axis) =>
        axis == part.Rank - 1 ? part : context.Permute(part, [.. Enumerable.Range(0, axis), part.Rank - 1, .. Enumerable.Range(axis, part.Rank - 1 - axis)]);

    /// <summary>The window as long as a frame, in its middle; ones where none is given.</summary>
    private static Func<Dim, Expr> Window(Call call, int size, DType compute)
    {
        var window = call.OptionalTensor("window");
        var width = call.Has("win_length") ? call.Constant("win_length") : size;
        var before = (size - width) / 2;
        return i => window is not null
            ? window.AtOr([i - before], Expr.Const(compute, 0L)).As(compute)
            : BufferLoads.GuardUnlessKnown(
                IndexConditions.InRange(i, before, before + width), Expr.Const(compute, 1L), Expr.Const(compute, 0L));
    }

    private static Lowered ShortTime(Call call)
    {
        var context = call.Context;
        var self = call.Tensor("self");
        var (size, compute) = (call.Constant("n_fft"), self.Type.Compute());
        var hop = call.Has("hop_length") ? call.Constant("hop_length") : size / 4;
        var outputs = !call.Has("onesided") || call.Flag("onesided") ? (size / 2) + 1 : size;
        var count = (self.Dims[^1] - size).FloorDiv(hop) + 1;
        var outer = self.Dims[..^1];
        var window = Window(call, size, compute);
        var frames = context.Map(self.Type, [.. outer, count, size], i =>
            self.ValueAt([.. i[..^2], (i[^2] * hop) + i[^1]]) * window(i[^1]));
        var z = Discrete.Half(context, frames, size, Known(call.Flag("normalized") ? 1 / Math.Sqrt(size) : 1));
        z = outputs < size ? z : Discrete.Mirrored(context, z, size);
        z = new(context.MatrixTranspose(z.Real), context.MatrixTranspose(z.Imaginary));
        return call.Has("return_complex") && !call.Flag("return_complex")
            ? Joining.Stack(context, [z.Real, z.Imaginary], z.Real.Rank)
            : z;
    }

    /// <summary>Frames back to a signal: added up where they overlap, and divided by what the windows add up to.</summary>
    private static Lowered Overlapped(Call call)
    {
        if (call.Flag("return_complex"))
        {
            throw call.Unsupported("a signal of complex numbers");
        }

        var context = call.Context;
        var z = call.Complex(0);
        z = new(context.MatrixTranspose(z.Real), context.MatrixTranspose(z.Imaginary));
        var (size, compute) = (call.Constant("n_fft"), z.Real.Type.Compute());
        var hop = call.Has("hop_length") ? call.Constant("hop_length") : size / 4;
        var scale = Known(call.Flag("normalized") ? 1 / Math.Sqrt(size) : 1.0 / size);
        var frames = ToReal(context, z, [z.Real.Rank - 1], [size], scale);
        var count = frames.Dims[^2];
        var window = Window(call, size, compute);
        var total = ((count - 1) * hop) + size;
        Dim start = call.Flag("center") ? size / 2 : 0;
        var length = call.Has("length") ? call.Int("length") : total - (2 * start);
        var overlaps = (size + hop - 1) / hop;
        return context.Reduce([frames.Type], [.. frames.Dims[..^2], length], [overlaps], (o, r) =>
        {
            var place = o[^1] + start;
            var frame = place.FloorDiv(hop) - r[0];
            var within = place.Mod(hop) + (r[0] * hop);
            var inside = BufferLoads.And(
                IndexConditions.InRange(frame, Dim.Zero, count), IndexConditions.InRange(within, Dim.Zero, size));
            var weight = BufferLoads.GuardUnlessKnown(inside, window(within), Expr.Const(compute, 0L));
            var element = BufferLoads.GuardUnlessKnown(inside, frames.ValueAt([.. o[..^1], frame, within]), Expr.Const(compute, 0L));
            return [new(Combiner.Sum, element * weight), new(Combiner.Sum, weight * weight)];
        }, (_, sums) => [Expr.Select(sums[1] > sums[1].Like(1e-11), sums[0] / sums[1], sums[0])])[0];
    }
}
