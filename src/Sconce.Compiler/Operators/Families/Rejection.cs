using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>
/// Random numbers that are drawn until one is accepted: a loop over the whole tensor, each turn of which tries anew where none was accepted yet. In float64
/// throughout, so that no rounding decides what is accepted.
/// </summary>
internal static class Rejection
{
    /// <summary>From this mean on a number is drawn by rejection, below it by counting.</summary>
    private const double LargeMean = 10;

    private static readonly DType type = DType.Float64;

    /// <summary>
    /// Below a mean of 10 how many uniform numbers can be multiplied before the product is below exp(-mean) (Knuth); from there on by Hörmann's transformed rejection
    /// with squeeze, PTRS ("The transformed rejection method for generating Poisson random variables", 1993).
    /// </summary>
    public static Lowered Poisson(Call call)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        context.Check(self.Dims, i => !((self.ValueAt(i) >= self.ValueAt(i).Zero) & IsFinite(self.ValueAt(i))), self.ValueAt, 0, "a mean is below 0, infinite or not a number");
        return Counted(context, self.Type, self.Dims, Number(1), Try);

        Turn Try(Dims i, Uniforms u, Expr count, Expr product)
        {
            var mean = self.At(i).As(type);
            var left = product * u.First;
            var (root, log) = (mean.Sqrt(), mean.Log());
            var b = Number(0.931) + (Number(2.53) * root);
            var a = Number(-0.059) + (Number(0.02483) * b);
            var near = Number(0.9277) - (Number(3.6224) / (b - Number(2)));
            var (whole, edge) = Transformed(u, a, b, mean + Number(0.43));
            var likely = (u.Second * (Number(1.1239) + (Number(1.1328) / (b - Number(3.4)))) / ((a / (edge * edge)) + b)).Log()
                <= (whole * log) - mean - LogFactorial(whole);
            return new(
                Expr.Select(mean >= Number(LargeMean), whole, count),
                Expr.Select(mean >= Number(LargeMean), Accepted(whole >= Number(0), u.Second, edge, near, likely), left <= (-mean).Exp()),
                left);
        }
    }

    /// <summary>
    /// Where successes (of the rarer outcome) are fewer than 10 in the mean, by geometric steps from one to the next; else by BTRS, the same method as PTRS
    /// ("The generation of binomial random variates", 1993).
    /// </summary>
    public static Lowered Binomial(Call call)
    {
        var (context, trials, chance) = (call.Context, call.Tensor("count"), call.Tensor("prob"));
        var dims = context.Broadcast(trials.Dims, chance.Dims);
        Expr At(TensorBuffer buffer, Dims i) => buffer.At(Broadcasting.IndexInto(buffer.Dims, i)).As(type);
        context.Check(dims, i => !((At(trials, i) >= Number(0)) & IsFinite(At(trials, i))), i => At(trials, i), 0, "a count of trials is below 0, infinite or not a number");
        context.Check(dims, i => !((At(chance, i) >= Number(0)) & (At(chance, i) <= Number(1))), i => At(chance, i), 0, "a probability is not from 0 to 1");
        var rare = Counted(context, type, dims, Number(0), Try);
        return context.Map(trials.Type, dims, i => Expr.Select(At(chance, i) > Number(0.5), At(trials, i) - rare.At(i), rare.At(i)));

        Turn Try(Dims i, Uniforms u, Expr count, Expr passed)
        {
            var n = At(trials, i);
            var p = At(chance, i).Min(Number(1) - At(chance, i));

            // Without a chance the first step is beyond all trials.
            var left = passed + (u.First.Log() / (-p).Log1p()).Apply(UnaryOp.Ceil).Max(Number(1));
            var spread = (n * p * (Number(1) - p)).Sqrt();
            var b = Number(1.15) + (Number(2.53) * spread);
            var a = Number(-0.0873) + (Number(0.0248) * b) + (Number(0.01) * p);
            var near = Number(0.92) - (Number(4.2) / b);
            var (whole, edge) = Transformed(u, a, b, (n * p) + Number(0.5));
            var mode = ((n + Number(1)) * p).Floor();
            var likely = (u.Second * (Number(2.83) + (Number(5.1) / b)) * spread / ((a / (edge * edge)) + b)).Log()
                <= LogFactorial(mode) + LogFactorial(n - mode) - LogFactorial(whole) - LogFactorial(n - whole) + ((whole - mode) * (p / (Number(1) - p)).Log());
            var large = n * p >= Number(LargeMean);
            return new(
                Expr.Select(large, whole, count),
                Expr.Select(large, Accepted((whole >= Number(0)) & (whole <= n), u.Second, edge, near, likely), !(left <= n)),
                left);
        }
    }

    /// <summary>Marsaglia and Tsang's method ("A simple method for generating gamma variables", 2000); below a shape of 1 that of one more, times a power of a uniform number.</summary>
    public static TensorBuffer Gamma(LoweringContext context, TensorBuffer self, DType? result = null)
    {
        var (dims, none) = (self.Dims, Number(-1));
        var done = context.Fill(type, dims, none);
        While(context, done, () =>
        {
            var (normal, uniform) = (context.Draw(), context.Draw());
            var next = context.Map(type, dims, i =>
            {
                var place = RandomBits.Place(dims, i);
                var shape = self.At(i).As(type);
                var small = shape < Number(1);
                var d = Expr.Select(small, shape + Number(1), shape) - Number(1.0 / 3);
                var x = normal.Normal(type, place);
                var v = Number(1) + (x / (Number(3) * d.Sqrt()));
                v = v * v * v;
                var (u, boost) = (uniform.Positive(type, place), uniform.Positive(type, place, 2));
                var taken = (v > Number(0)) & (u.Log() < (Number(0.5) * x * x) + (d * (Number(1) - v + v.Log())));
                var value = d * v * Expr.Select(small, boost.Apply(BinaryOp.Pow, Number(1) / shape), Number(1));

                // A shape that is no number, or none above 0, gives none.
                var sane = Expr.Select(shape > Number(0), value, Expr.Select(shape.EqualTo(Number(0)), Number(0), Number(double.NaN)));
                return Expr.Select(done.At(i) >= Number(0), done.At(i), Expr.Select(taken | !(shape > Number(0)), sane, none));
            });
            context.MapInto(done, dims, i => i, next.At);
        });
        return context.Map(result ?? self.Type, dims, done.At);
    }

    /// <summary>Counts turns: in each a number is given and whether it is the result, by two uniform numbers and what the last turn left.</summary>
    private static TensorBuffer Counted(LoweringContext context, DType result, Dims dims, Expr first, Func<Dims, Uniforms, Expr, Expr, Turn> turn)
    {
        var done = context.Fill(type, dims, Number(-1));
        var (left, count) = (context.Fill(type, dims, first), context.Fill(type, [], Number(0)));
        While(context, done, () =>
        {
            var bits = context.Draw();
            Turn At(Dims i) => RandomBits.Place(dims, i) is var place
                ? turn(i, new(bits.Positive(type, place), bits.Positive(type, place, 2)), count.At([]), left.At(i))
                : default!;
            var next = context.Map(type, dims, i => At(i).Left);
            var found = context.Map(type, dims, i => At(i) is var now ? Expr.Select((done.At(i) >= Number(0)) | !now.Ends, done.At(i), now.Number) : null!);
            context.MapInto(left, dims, i => i, next.At);
            context.MapInto(done, dims, i => i, found.At);
            context.MapInto(count, [], i => i, _ => count.At([]) + Number(1));
        });
        return context.Map(result, dims, done.At);
    }

    /// <summary>For as long as there is an element without a result, which is then negative.</summary>
    private static void While(LoweringContext context, TensorBuffer done, Action body) => context.While(
        () => context.Reduce(DType.Bool, [], done.Dims, Combiner.Max, (_, r) => (done.At(r) < Number(0)).As(DType.Int32)).At([]),
        body);

    /// <summary>A whole number by the transformation of both methods, and how far its uniform number is from the end.</summary>
    private static (Expr Whole, Expr Edge) Transformed(Uniforms u, Expr a, Expr b, Expr centre)
    {
        var middle = u.First - Number(0.5);
        var edge = Number(0.5) - middle.Abs();
        return ((((Number(2) * a / edge) + b) * middle + centre).Floor(), edge);
    }

    private static Expr Accepted(Expr inRange, Expr second, Expr edge, Expr near, Expr likely) =>
        inRange & (((edge >= Number(0.07)) & (second <= near)) | (!((edge < Number(0.013)) & (second > edge)) & likely));

    private static Expr IsFinite(Expr x) => x < x.Like(double.PositiveInfinity);

    private static Expr LogFactorial(Expr n) => (n + Number(1)).Apply(UnaryOp.Lgamma);

    private static Expr Number(double value) => Expr.Const(type, value);

    private readonly record struct Uniforms(Expr First, Expr Second);

    /// <param name="Number">What the turn gives.</param>
    /// <param name="Ends">Whether that is the result.</param>
    /// <param name="Left">For the next turn.</param>
    private readonly record struct Turn(Expr Number, Expr Ends, Expr Left);
}
