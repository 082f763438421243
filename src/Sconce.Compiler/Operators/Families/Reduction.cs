using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Sums, means, extremes and other combinations over dims.</summary>
internal static class Reduction
{
    public static OperatorFamily Family { get; } = new("reduction")
    {
        { "aten::sum(Tensor self, *, ScalarType? dtype=None) -> Tensor", DTypeSet.All, Sum },
        { "aten::sum.dim_IntList(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.All, Sum },
        { "aten::nansum(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", call => Sum(call, x => Expr.Select(x.IsNan(), x.Zero, x)) },
        { "aten::prod(Tensor self, *, ScalarType? dtype=None) -> Tensor", Product },
        { "aten::prod.dim_int(Tensor self, int dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", Product },
        { "aten::mean(Tensor self, *, ScalarType? dtype=None) -> Tensor", DTypeSet.All, Mean },
        { "aten::mean.dim(Tensor self, int[1]? dim, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.All, Mean },
        { "aten::nanmean(Tensor self, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, NanMean },
        { "aten::var(Tensor self, bool unbiased=True) -> Tensor", DTypeSet.Floats, call => Spread(call, root: false) },
        { "aten::var.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Spread(call, root: false) },
        { "aten::var.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Spread(call, root: false) },
        { "aten::std(Tensor self, bool unbiased=True) -> Tensor", DTypeSet.Floats, call => Spread(call, root: true) },
        { "aten::std.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Spread(call, root: true) },
        { "aten::std.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Spread(call, root: true) },
        { "aten::var_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: false) },
        { "aten::var_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: false) },
        { "aten::var_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: false) },
        { "aten::std_mean(Tensor self, bool unbiased=True) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: true) },
        { "aten::std_mean.dim(Tensor self, int[1]? dim, bool unbiased=True, bool keepdim=False) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: true) },
        { "aten::std_mean.correction(Tensor self, int[1]? dim=None, *, Scalar? correction=None, bool keepdim=False) -> (Tensor, Tensor)", DTypeSet.Floats, call => SpreadAndMean(call, root: true) },
        { "aten::amax(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", call => Extreme(call, Axes(call), Combiner.Max) },
        { "aten::amin(Tensor self, int[1] dim=[], bool keepdim=False) -> Tensor", call => Extreme(call, Axes(call), Combiner.Min) },
        { "aten::max(Tensor self) -> Tensor", call => Extreme(call, Axes(call), Combiner.Max) },
        { "aten::min(Tensor self) -> Tensor", call => Extreme(call, Axes(call), Combiner.Min) },
        { "aten::max.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", call => ExtremeAndPlace(call, Combiner.Max, Combiner.ArgMax) },
        { "aten::min.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor values, Tensor indices)", call => ExtremeAndPlace(call, Combiner.Min, Combiner.ArgMin) },
        { "aten::aminmax(Tensor self, *, int? dim=None, bool keepdim=False) -> (Tensor min, Tensor max)", call => Lowered.Of(Extreme(call, Axes(call), Combiner.Min), Extreme(call, Axes(call), Combiner.Max)) },
        { "aten::_aminmax(Tensor self) -> (Tensor, Tensor)", call => Lowered.Of(Extreme(call, Axes(call), Combiner.Min), Extreme(call, Axes(call), Combiner.Max)) },
        { "aten::_aminmax.dim(Tensor self, int dim, bool keepdim=False) -> (Tensor, Tensor)", call => Lowered.Of(Extreme(call, Axes(call), Combiner.Min), Extreme(call, Axes(call), Combiner.Max)) },
        { "aten::argmax(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", call => Place(call, Combiner.ArgMax) },
        { "aten::argmin(Tensor self, int? dim=None, bool keepdim=False) -> Tensor", call => Place(call, Combiner.ArgMin) },
        { "aten::any(Tensor self) -> Tensor", call => Logic(call, Combiner.Or) },
        { "aten::_is_any_true(Tensor self) -> Tensor", DTypeSet.Bool, call => Logic(call, Combiner.Or) },
        { "aten::any.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", call => Logic(call, Combiner.Or) },
        { "aten::any.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", call => Logic(call, Combiner.Or) },
        { "aten::all(Tensor self) -> Tensor", call => Logic(call, Combiner.And) },
        { "aten::_is_all_true(Tensor self) -> Tensor", DTypeSet.Bool, call => Logic(call, Combiner.And) },
        { "aten::all.dim(Tensor self, int dim, bool keepdim=False) -> Tensor", call => Logic(call, Combiner.And) },
        { "aten::all.dims(Tensor self, int[]? dim=None, bool keepdim=False) -> Tensor", call => Logic(call, Combiner.And) },
        { "aten::hash_tensor(Tensor self, int[1] dim=[], *, bool keepdim=False, int mode=0) -> Tensor", call => call.Context.Reduce(call.Tensor(0), Axes(call), Combiner.Xor, DType.UInt64, Hashed) },
        { "aten::count_nonzero(Tensor self, int? dim=None) -> Tensor", CountNonzero },
        { "aten::count_nonzero.dim_IntList(Tensor self, int[] dim) -> Tensor", CountNonzero },
        { "aten::logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", LogSumExp },
        { "aten::special_logsumexp(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", LogSumExp },
        { "aten::norm.Scalar(Tensor self, Scalar p=2) -> Tensor", DTypeSet.Floats, call => Norm(call, "p") },
        { "aten::norm.ScalarOpt_dim(Tensor self, Scalar? p, int[1] dim, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Norm(call, "p") },
        { "aten::norm.ScalarOpt_dtype(Tensor self, Scalar? p, *, ScalarType dtype) -> Tensor", DTypeSet.Floats, call => Norm(call, "p") },
        { "aten::norm.ScalarOpt_dim_dtype(Tensor self, Scalar? p, int[1] dim, bool keepdim, *, ScalarType dtype) -> Tensor", DTypeSet.Floats, call => Norm(call, "p") },
        { "aten::linalg_vector_norm(Tensor self, Scalar ord=2, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, call => Norm(call, "ord") },
        { "aten::linalg_norm(Tensor self, Scalar? ord=None, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, call => Norm(call, "ord") },
        { "aten::linalg_norm.ord_str(Tensor self, str ord, int[1]? dim=None, bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, MatrixNorm },
        { "aten::linalg_matrix_norm.str_ord(Tensor self, str ord=\"fro\", int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, MatrixNorm },
        { "aten::linalg_matrix_norm(Tensor self, Scalar ord, int[] dim=[-2, -1], bool keepdim=False, *, ScalarType? dtype=None) -> Tensor", DTypeSet.Floats, MatrixNorm },
        { "aten::frobenius_norm.dim(Tensor self, int[1] dim, bool keepdim=False) -> Tensor", DTypeSet.Floats, call => Norm(call.Context, call.Tensor(0), Axes(call), call.Tensor(0).Type, 2) },
        { "aten::renorm(Tensor self, Scalar p, int dim, Scalar maxnorm) -> Tensor", DTypeSet.Floats, call => Shortened(call.Context, call.Tensor(0), call.Axis("dim", call.Tensor(0).Rank), call.Number("p"), call.Number("maxnorm")) },
        { "aten::sum_to_size(Tensor self, SymInt[] size) -> Tensor", SumToSize },
        { "aten::trace(Tensor self) -> Tensor", Trace },
    };

    /// <summary>The dims that a call reduces: all where it names none.</summary>
    private static ReducedAxes Axes(Call call)
    {
        var self = call.Tensor(0);
        var schema = call.Operator.Schema;
        var keep = schema.IndexOf("keepdim") >= 0 && call.Flag("keepdim");
        return new(self, schema.IndexOf("dim") >= 0 ? call.Axes("dim", self.Rank) : [.. Enumerable.Range(0, self.Rank)], keep);
    }

    private static Lowered Sum(Call call) => Sum(call, x => x);

    private static Lowered Sum(Call call, Func<Expr, Expr> value)
    {
        var self = call.Tensor(0);
        var type = call.TypeOr(self.Type.ToSum());
        return call.Context.Reduce(self, Axes(call), Combiner.Sum, type, x => value(x).As(type.Compute()));
    }

    private static Lowered Product(Call call)
    {
        var self = call.Tensor(0);
        var type = call.TypeOr(self.Type.ToSum());
        return call.Context.Reduce(self, Axes(call), Combiner.Product, type, x => x.As(type.Compute()));
    }

    private static Lowered Mean(Call call)
    {
        var self = call.Tensor(0);
        var type = call.TypeOr(self.Type);
        var axes = Axes(call);
        return call.Context.Reduce(self, axes, Combiner.Sum, type, x => x.As(type.Compute()), x => x / Expr.Of(axes.Count).As(type.Compute()));
    }

    private static Lowered NanMean(Call call)
    {
        var self = call.Tensor(0);
        var type = call.TypeOr(self.Type);
        var axes = Axes(call);
        return call.Context.Reduce([type], axes.Result, axes.Reduced, (o, r) =>
        {
            var x = self.ValueAt(axes.Index(o, r)).As(type.Compute());
            return [new(Combiner.Sum, Expr.Select(x.IsNan(), x.Zero, x)), new(Combiner.Sum, Expr.Select(x.IsNan(), x.Zero, x.One))];
        }, (_, sums) => [sums[0] / sums[1]])[0];
    }

    /// <summary>How much is taken off the count: Bessel's correction where nothing says otherwise.</summary>
    private static Expr Correction(Call call) => call.Operator.Schema.IndexOf("unbiased") >= 0
        ? Expr.Const(DType.Float64, call.Flag("unbiased") ? 1 : 0)
        : call.Has("correction") ? call.Operand("correction").At([], DType.Float64) : Expr.Const(DType.Float64, 1);

    private static Lowered Spread(Call call, bool root) => ((Lowered.List)SpreadAndMean(call, root)).Items[0];

    private static Lowered SpreadAndMean(Call call, bool root)
    {
        var self = call.Tensor(0);
        var axes = Axes(call);
        var variance = call.Context.VarianceFromFirst(self, axes, Correction(call));
        return Lowered.Of(
            root ? call.Context.Map(self.Type, variance.Dims, i => variance.At(i).Sqrt()) : call.Context.Convert(variance, self.Type),
            call.Context.Convert(call.Context.Mean(self, axes), self.Type));
    }

    private static TensorBuffer Extreme(Call call, ReducedAxes axes, Combiner combiner)
    {
        var self = call.Tensor(0);
        RequireElements(call, axes);
        combiner = (self.Type, combiner) switch
        {
            (DType.Bool, Combiner.Max) => Combiner.Or,
            (DType.Bool, _) => Combiner.And,
            _ => combiner,
        };
        return call.Context.Reduce(self, axes, combiner, self.Type, x => x);
    }

    private static Lowered ExtremeAndPlace(Call call, Combiner extreme, Combiner place)
    {
        var axes = Axes(call);
        return Lowered.Of(Extreme(call, axes, extreme), Place(call, axes, place));
    }

    private static TensorBuffer Place(Call call, ReducedAxes axes, Combiner combiner)
    {
        RequireElements(call, axes);
        return call.Context.Reduce(call.Tensor(0), axes, combiner, DType.Int64, x => x.Type == DType.Bool ? x.As(DType.UInt8) : x);
    }

    /// <summary>Of no elements there is no largest and no smallest.</summary>
    private static void RequireElements(Call call, ReducedAxes axes)
    {
        foreach (var size in axes.Reduced)
        {
            call.Context.Require(SizeCheck.LessOrEqual(1, size, "of no elements there is no largest or smallest one"));
        }
    }

    private static Lowered Place(Call call, Combiner combiner) => Place(call, Axes(call), combiner);

    private static Lowered Logic(Call call, Combiner combiner)
    {
        // PyTorch keeps uint8 here, for masks of old.
        var type = call.Tensor(0).Type == DType.UInt8 ? DType.UInt8 : DType.Bool;
        return call.Context.Reduce(call.Tensor(0), Axes(call), combiner, type, x => x.As(DType.Bool));
    }

    /// <summary>The bits of a float64, or an integer.</summary>
    private static Expr Hashed(Expr x) => x.Type.IsFloat() ? x.As(DType.Float64).Bitcast(DType.UInt64) : x.As(DType.UInt64);

    private static Lowered CountNonzero(Call call) =>
        call.Context.Reduce(call.Tensor(0), Axes(call), Combiner.Sum, DType.Int64, x => x.As(DType.Bool).As(DType.Int64));

    private static Lowered LogSumExp(Call call)
    {
        var self = call.Context.Convert(call.Tensor(0), call.Tensor(0).Type.ToFloat());
        if (self.Rank == 0)
        {
            return self;
        }

        var axes = Axes(call);
        var max = call.Context.Reduce(self, axes, Combiner.Max, self.Type.Compute(), x => x);
        // An infinite maximum would make NaN of infinity - infinity.
        Expr Shift(ImmutableArray<Dim> place) => Expr.Select(max.At(place).IsInfinite(), max.At(place).Zero, max.At(place));
        return call.Context.Reduce(self.Type, axes.Result, axes.Reduced, Combiner.Sum,
            (o, r) => (self.ValueAt(axes.Index(o, r)) - Shift(o)).Exp(),
            (o, sum) => sum.Log() + Shift(o));
    }

    private static Lowered Norm(Call call, string order)
    {
        var self = call.Tensor(0);
        var schema = call.Operator.Schema;
        var p = !call.Has(order) ? 2 : call.Number(order);
        var axes = call.Has("dim") ? call.Constants("dim").Length : self.Rank;
        if (schema.Name == "aten::linalg_norm" && call.Has(order) && axes == 2)
        {
            return MatrixNorm(call);
        }

        return Norm(call.Context, self, Axes(call), schema.IndexOf("dtype") >= 0 ? call.TypeOr(self.Type) : self.Type, p);
    }

    /// <summary>The p-norm of the elements over dims.</summary>
    internal static TensorBuffer Norm(LoweringContext context, TensorBuffer self, ReducedAxes axes, DType type, double p)
    {
        Expr Magnitude(Expr x) => x.As(type.Compute()).Abs();
        return p switch
        {
            double.PositiveInfinity => context.Reduce(self, axes, Combiner.Max, type, Magnitude, x => x.Max(x.Zero)),
            double.NegativeInfinity => context.Reduce(self, axes, Combiner.Min, type, Magnitude),
            0 => context.Reduce(self, axes, Combiner.Sum, type, x => Magnitude(x).As(DType.Bool).As(type.Compute())),
            1 => context.Reduce(self, axes, Combiner.Sum, type, Magnitude),
            2 => context.Reduce(self, axes, Combiner.Sum, type, x => x.As(type.Compute()).Power(2), x => x.Sqrt()),
            _ => context.Reduce(self, axes, Combiner.Sum, type, x => Magnitude(x).Power(p), x => x.Power(1 / p)),
        };
    }

    /// <summary>Each slice of a dim, divided by so much that its norm is no more than the largest; of a part of complex numbers the norm is that of their lengths.</summary>
    internal static TensorBuffer Shortened(LoweringContext context, TensorBuffer self, int axis, double p, double largest, TensorBuffer? lengths = null)
    {
        const double epsilon = 1e-7;
        var axes = new ReducedAxes(self, [.. Enumerable.Range(0, self.Rank).Where(other => other != axis)], keep: true);
        var norms = Norm(context, lengths ?? self, axes, self.Type.Compute(), p);
        return context.Map(self.Type, self.Dims, i =>
        {
            var (x, norm) = (self.ValueAt(i), norms.At(axes.ResultIndex(i)));
            return Expr.Select(norm > norm.Like(largest), x * (norm.Like(largest) / (norm + norm.Like(epsilon))), x);
        });
    }

    private static Lowered MatrixNorm(Call call)
    {
        var self = call.Tensor(0);
        var axes = call.Has("dim") ? call.Axes("dim", self.Rank) : [self.Rank - 2, self.Rank - 1];
        var name = call["ord"] is Lowered.Text { Value: var text } ? text : null;
        return MatrixNorm(call, self, axes, call.TypeOr(self.Type), call.Flag("keepdim"), name, name is null ? call.Number("ord") : 0);
    }

    /// <summary>Of matrices, by name or order: the root of the sum of squares, the sum, the largest or the smallest of the singular values, or of the sums over the columns or rows.</summary>
    internal static TensorBuffer MatrixNorm(Call call, TensorBuffer self, ImmutableArray<int> axes, DType type, bool keep, string? name, double order)
    {
        var context = call.Context;
        if (name == "fro")
        {
            return Norm(context, self, new(self, axes, keep), type, 2);
        }

        if (name == "nuc" || (name is null && Math.Abs(order) == 2))
        {
            return Spectral.Norm(context, context.Convert(self, type), axes, keep, name is null ? order : null);
        }

        if (name is not null || (Math.Abs(order) != 1 && !double.IsInfinity(order)))
        {
            throw call.Unsupported($"the norm {name ?? $"{order}"} of matrices");
        }

        var (summed, compared) = Math.Abs(order) == 1 ? (axes[0], axes[1]) : (axes[1], axes[0]);
        var sums = Norm(context, self, new(self, [summed], keep: true), type, 1);
        var extreme = context.Reduce(sums, new(sums, [compared], keep: true), order > 0 ? Combiner.Max : Combiner.Min, type, x => x, x => order > 0 ? x.Max(x.Zero) : x);
        return keep ? extreme : context.Squeeze(extreme, axes.Contains);
    }

    /// <summary>The reverse of broadcasting: dims that the size has not, or has as 1, are added up.</summary>
    private static Lowered SumToSize(Call call)
    {
        var self = call.Tensor("self");
        var size = call.Ints("size");
        var added = self.Rank - size.Length;
        ImmutableArray<int> axes = [.. Enumerable.Range(0, self.Rank).Where(axis => axis < added || (size[axis - added].IsOne && !self.Dims[axis].IsOne))];
        var sum = axes.IsEmpty && self.Rank > 0 ? self : call.Context.Sum(self, new(self, axes, keep: true), self.Type.ToSum());
        return call.Context.Reshape(sum, size);
    }

    private static Lowered Trace(Call call)
    {
        var diagonal = Views.Diagonal(call.Context, call.Tensor(0), 0, 0, 1);
        return call.Context.Sum(diagonal, new(diagonal, [0], keep: false), diagonal.Type.ToSum());
    }
}
