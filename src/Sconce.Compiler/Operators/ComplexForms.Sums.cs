using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>What is made of sums of complex numbers, and of powers of one: logarithms, lengths, differences.</summary>
internal static partial class ComplexForms
{
    /// <summary>For calls that make real numbers of complex ones first, by the dtype that they ask for. Of complex numbers there is no such function in PyTorch.</summary>
    private static Lowered OfReal(Call call) => throw call.Expected("a real dtype", call.Complex(0).Real.Type.ToComplex().Name());

    /// <summary>With the largest real part taken out, unless that is infinite.</summary>
    private static Lowered LogSumExp(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        if (z.Real.Rank == 0)
        {
            return z;
        }

        var type = z.Real.Type;
        var axes = new ReducedAxes(z.Real, call.Axes("dim", z.Real.Rank), call.Flag("keepdim"));
        var largest = context.Reduce(z.Real, axes, Combiner.Max, type.Compute(), x => x);
        Expr Shift(Dims place) => largest.At(place).As(DType.Float64) is var most ? Expr.Select(most.IsInfinite(), most.Zero, most) : null!;
        var sums = context.Reduce([DType.Float64, DType.Float64], axes.Result, axes.Reduced, (o, r) =>
        {
            var place = axes.Index(o, r);
            var element = new ComplexExpr(z.Real.ValueAt(place), z.Imaginary.ValueAt(place)).Wide;
            var power = new ComplexExpr(element.Real - Shift(o), element.Imaginary).Exp();
            return [new(Combiner.Sum, power.Real), new(Combiner.Sum, power.Imaginary)];
        }, (_, sum) => [sum[0], sum[1]]);
        TensorBuffer Part(Func<ComplexExpr, Expr> part) => context.Map(type, sums[0].Dims, o =>
            new ComplexExpr(sums[0].At(o), sums[1].At(o)).Log() is var log ? part(new(log.Real + Shift(o), log.Imaginary)).As(type) : null!);
        return new Lowered.Complex(Part(x => x.Real), Part(x => x.Imaginary));
    }

    /// <summary>Along a dim, each with what stands 1, 2, 4 and so on before it: what is made of all before it, in any grouping.</summary>
    private static Lowered Running(Call call, Func<ComplexExpr, ComplexExpr, ComplexExpr> together)
    {
        var z = call.Complex(0);
        return z.Real.Rank == 0 ? z : Running(call, z, call.Axis("dim", z.Real.Rank), together);
    }

    private static Lowered.Complex Running(Call call, Lowered.Complex z, int axis, Func<ComplexExpr, ComplexExpr, ComplexExpr> together)
    {
        var count = Length(call, z, axis);
        for (var step = 1L; step < count; step *= 2)
        {
            var (from, by) = (z, step);
            TensorBuffer Part(Func<ComplexExpr, Expr> part) => call.Context.Map(from.Real.Type, from.Real.Dims, i =>
            {
                var earlier = i.SetItem(axis, Dim.Max(i[axis] - by, 0));
                var own = new ComplexExpr(from.Real.ValueAt(i), from.Imaginary.ValueAt(i));
                var joined = together(new ComplexExpr(from.Real.ValueAt(earlier), from.Imaginary.ValueAt(earlier)), own).As(own.Real.Type);
                return part(ComplexExpr.Select(Expr.Of(i[axis]) < Expr.Of(by), own, joined)).As(from.Real.Type);
            });
            z = new(Part(x => x.Real), Part(x => x.Imaginary));
        }

        return z;
    }

    /// <summary>One after the other, as PyTorch does: how often an imaginary part goes round the circle hangs on the order.</summary>
    private static Lowered RunningLogSumExp(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        if (z.Real.Rank == 0)
        {
            return z;
        }

        var axis = call.Axis("dim", z.Real.Rank);
        var dims = z.Real.Dims.SetItem(axis, 1);
        var state = Each(z, context.Copy);
        context.Loop(Dim.Max(z.Real.Dims[axis] - 1, 0), turn =>
        {
            ComplexExpr At(Dims i, Dim place) => ComplexMatrices.At(state, i.SetItem(axis, place)).Wide;
            var next = ComplexMatrices.Map(context, z.Real.Type, dims, i => At(i, turn).LogAddExp(At(i, turn + 1)).As(z.Real.Type.Compute()));
            context.MapInto(state.Real, dims, i => i.SetItem(axis, turn + 1), next.Real.At);
            context.MapInto(state.Imaginary, dims, i => i.SetItem(axis, turn + 1), next.Imaginary.At);
        });
        return state;
    }

    /// <summary>1, x, x² and so on in a last dim.</summary>
    private static Lowered Vandermonde(Call call)
    {
        var (context, x) = (call.Context, call.Complex(0));
        x = x.Real.Rank == 0 ? Each(x, part => context.Unsqueeze(part, 0)) : x;
        var count = call.Has("N") ? call.Int("N") : x.Real.Dims[^1];
        var factors = new Lowered.Complex(Factors(x.Real, 1), Factors(x.Imaginary, 0));
        return Running(call, factors, x.Real.Rank, (a, b) => a * b);

        TensorBuffer Factors(TensorBuffer part, double first) => context.Map(part.Type, [.. part.Dims, count], i =>
            Expr.Select(Expr.Of(i[^1]).EqualTo(Expr.Const(DType.Int64, 0L)), Expr.Const(part.Type, first), part.At(i[..^1])));
    }

    /// <summary>Parts of a tensor made shorter where they are longer than allowed, by the lengths of the numbers.</summary>
    private static Lowered Renorm(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var lengths = Magnitude(context, z);
        return Each(z, part => Reduction.Shortened(context, part, call.Axis("dim", part.Rank), call.Number("p"), call.Number("maxnorm"), lengths));
    }

    /// <summary>Over the root of the mean of squares, which are complex too.</summary>
    private static Lowered RmsNorm(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var (type, count) = (z.Real.Type, call.Ints("normalized_shape").Length);
        var epsilon = call.Has("eps") ? call.Number("eps") : Math.ScaleB(1, type == DType.Float64 ? -52 : -23);
        var axes = new ReducedAxes(z.Real, [.. Enumerable.Range(z.Real.Rank - count, count)], keep: true);
        var squares = context.Reduce([type, type], axes.Result, axes.Reduced, (o, r) =>
        {
            var place = axes.Index(o, r);
            var element = new ComplexExpr(z.Real.ValueAt(place), z.Imaginary.ValueAt(place));
            var square = element * element;
            return [new(Combiner.Sum, square.Real), new(Combiner.Sum, square.Imaginary)];
        }, (_, sum) => [.. sum.Select(part => part / Expr.Of(axes.Count).As(part.Type))]);
        TensorBuffer Part(Func<ComplexExpr, Expr> part) => context.Map(type, z.Real.Dims, i =>
        {
            var place = axes.ResultIndex(i);
            var mean = new ComplexExpr(squares[0].ValueAt(place), squares[1].ValueAt(place)).Wide;
            var inverse = new ComplexExpr(mean.Real + mean.Real.Like(epsilon), mean.Imaginary).Sqrt().Reciprocal().As(type.Compute());
            return part(new ComplexExpr(z.Real.ValueAt(i), z.Imaginary.ValueAt(i)) * inverse).As(type);
        });
        var normal = new Lowered.Complex(Part(x => x.Real), Part(x => x.Imaginary));
        return call.Has("weight") ? Pointwise(call.With(0, normal), [0, call.Operator.Schema.IndexOf("weight")], x => x[0] * x[1]) : normal;
    }

    /// <summary>By real places of the elements, which may come as complex numbers.</summary>
    private static Lowered Gradient(Call call)
    {
        var spacing = call.Operator.Schema.IndexOf("spacing");
        if (spacing >= 0 && call[spacing] is Lowered.List { Items: var items } && items.Any(IsComplex))
        {
            foreach (var places in items.OfType<Lowered.Complex>())
            {
                call.Context.Check(
                    places.Imaginary.Dims, i => places.Imaginary.At(i).NotEqualTo(places.Imaginary.At(i).Zero), _ => Expr.Const(DType.Int64, 0L), 0,
                    "a gradient along places that are not real numbers is not compiled");
            }

            call = call.With(spacing, Real("spacing", call[spacing]));
        }

        return EachPart(call);
    }

    private static Lowered TripletMargin(Call call) => Loss.TripletMargin(call, (a, b) =>
        Distance(call, call.Operator.Schema.IndexOf(a), call.Operator.Schema.IndexOf(b), call.Number("eps")) is var apart
            ? Reduction.Norm(call.Context, apart, new(apart, [apart.Rank - 1], keep: false), apart.Type, call.Number("p")) : null!);

    /// <summary>How far the numbers of two tensors are apart, with a little added to each difference.</summary>
    private static TensorBuffer Distance(Call call, int first, int second, double epsilon)
    {
        var (a, b) = (call.Complex(first), call.Complex(second));
        var type = TypePromotion.Result([.. call.Parts(first), .. call.Parts(second)]).ToFloat();
        return call.Context.Pointwise(type, type, [a.Real, a.Imaginary, b.Real, b.Imaginary], x =>
            (new ComplexExpr(x[0], x[1]).Wide - new ComplexExpr(x[2], x[3]).Wide + ComplexExpr.Of(x[0].As(DType.Float64).Like(epsilon), 0)).Magnitude.As(type));
    }
}
