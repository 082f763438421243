using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Random numbers: the distributions are PyTorch's, the numbers are not. A <c>Generator</c> says nothing here: a run has one seed.</summary>
internal static class RandomNumbers
{
    private const string Like = "ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor";
    private const string New = "Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor";

    public static OperatorFamily Family { get; } = new("random")
    {
        { $"aten::rand(SymInt[] size, *, ScalarType? dtype=None, {New}", Uniform },
        { $"aten::rand.generator(SymInt[] size, *, Generator? generator, ScalarType? dtype=None, {New}", Uniform },
        { $"aten::rand_like(Tensor self, *, {Like}", Uniform },
        { $"aten::rand_like.generator(Tensor self, *, Generator? generator, {Like}", Uniform },
        { $"aten::randn(SymInt[] size, *, ScalarType? dtype=None, {New}", Normal },
        { $"aten::randn.generator(SymInt[] size, *, Generator? generator, ScalarType? dtype=None, {New}", Normal },
        { $"aten::randn_like(Tensor self, *, {Like}", Normal },
        { $"aten::randn_like.generator(Tensor self, *, Generator? generator, {Like}", Normal },
        { $"aten::randint(SymInt high, SymInt[] size, *, ScalarType? dtype=4, {New}", Integers },
        { $"aten::randint.generator(SymInt high, SymInt[] size, *, Generator? generator, ScalarType? dtype=4, {New}", Integers },
        { $"aten::randint.low(SymInt low, SymInt high, SymInt[] size, *, ScalarType? dtype=4, {New}", Integers },
        { $"aten::randint.low_generator(SymInt low, SymInt high, SymInt[] size, *, Generator? generator, ScalarType? dtype=4, {New}", Integers },
        { $"aten::randint_like(Tensor self, SymInt high, *, {Like}", Integers },
        { $"aten::randint_like.generator(Tensor self, SymInt high, *, Generator? generator, {Like}", Integers },
        { $"aten::randint_like.Tensor(Tensor self, Tensor high, *, {Like}", Integers },
        { $"aten::randint_like.Tensor_generator(Tensor self, Tensor high, *, Generator? generator, {Like}", Integers },
        { $"aten::randint_like.low_dtype(Tensor self, SymInt low, SymInt high, *, {Like}", Integers },
        { $"aten::randint_like.low_generator_dtype(Tensor self, SymInt low, SymInt high, *, Generator? generator, {Like}", Integers },
        { $"aten::randperm(SymInt n, *, ScalarType? dtype=4, {New}", Permutation },
        { $"aten::randperm.generator(SymInt n, *, Generator? generator, ScalarType? dtype=4, {New}", Permutation },

        { "aten::uniform(Tensor self, float from=0., float to=1., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Uniform },
        { "aten::normal_functional(Tensor self, float mean=0., float std=1., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Normal },
        { "aten::normal.Tensor_float(Tensor mean, float std=1., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Normal },
        { "aten::normal.float_Tensor(float mean, Tensor std, *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Normal },
        { "aten::normal.Tensor_Tensor(Tensor mean, Tensor std, *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Normal },
        { $"aten::normal.float_float(float mean, float std, SymInt[] size, *, Generator? generator=None, ScalarType? dtype=None, {New}", Normal },
        { "aten::log_normal(Tensor self, float mean=1., float std=2., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, LogNormal },
        { "aten::exponential(Tensor self, float lambd=1., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Exponential },
        { "aten::cauchy(Tensor self, float median=0., float sigma=1., *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Cauchy },
        { "aten::geometric(Tensor self, float p, *, Generator? generator=None) -> Tensor", DTypeSet.Numbers, Geometric },
        { "aten::random(Tensor self, *, Generator? generator=None) -> Tensor", AnyInteger },
        { "aten::random.to(Tensor self, int to, *, Generator? generator=None) -> Tensor", AnyInteger },
        { "aten::random.from(Tensor self, int from, int? to, *, Generator? generator=None) -> Tensor", AnyInteger },

        { "aten::bernoulli(Tensor self, *, Generator? generator=None) -> Tensor", DTypeSet.Floats, call => Bernoulli(call, call.Tensor("self")) },
        { "aten::bernoulli.p(Tensor self, float p=0.5, *, Generator? generator=None) -> Tensor", Bernoulli },
        { "aten::bernoulli.Tensor(Tensor self, Tensor p, *, Generator? generator=None) -> Tensor", call => Bernoulli(call, call.Tensor("p")) },
        { "aten::multinomial(Tensor self, SymInt num_samples, bool replacement=False, *, Generator? generator=None) -> Tensor", DTypeSet.Floats, Multinomial },
        { "aten::poisson(Tensor self, Generator? generator=None) -> Tensor", DTypeSet.Floats, Rejection.Poisson },
        { "aten::binomial(Tensor count, Tensor prob, Generator? generator=None) -> Tensor", DTypeSet.Floats, Rejection.Binomial },
        { "aten::_standard_gamma(Tensor self, Generator? generator=None) -> Tensor", DTypeSet.Floats, call => Rejection.Gamma(call.Context, call.Tensor("self")) },
        { "aten::_sample_dirichlet(Tensor self, Generator? generator=None) -> Tensor", DTypeSet.Floats, Dirichlet },
    };

    /// <summary>A number for each element of the result.</summary>
    internal static TensorBuffer Map(LoweringContext context, DType type, Dims dims, Func<RandomBits, Dim, Dims, Expr> number)
    {
        var bits = context.Draw();
        return context.Map(type, dims, i => number(bits, RandomBits.Place(dims, i), i));
    }

    /// <summary>A tensor as the arguments say: of their sizes and dtype, or like another.</summary>
    private static Lowered Made(Call call, DType otherwise, Func<DType, RandomBits, Dim, Expr> number)
    {
        var self = call.Operator.Schema.IndexOf("self") >= 0 ? call["self"] : Lowered.Nothing;
        var dims = self switch
        {
            Lowered.Complex z => z.Real.Dims,
            Lowered.None => call.Ints("size"),
            _ => call.Tensor("self").Dims,
        };
        var type = call.Operator.Schema.IndexOf("dtype") < 0 ? call.Tensor("self").Type
            : call.TypeOr(self switch { Lowered.Complex z => z.Real.Type.ToComplex(), Lowered.Tensor tensor => tensor.Buffer.Type, _ => otherwise });
        TensorBuffer Part(DType part) => Map(call.Context, part, dims, (bits, place, _) => number(part, bits, place));
        return type.IsComplex() ? new Lowered.Complex(Part(type.ToPart()), Part(type.ToPart())) : Part(type);
    }

    /// <summary>In [0, 1), or between two numbers.</summary>
    private static Lowered Uniform(Call call)
    {
        var (from, to) = Has(call, "from") ? (call.Number("from"), call.Number("to")) : (0, 1);
        return from <= to
            ? Made(call, TypePromotion.DefaultFloat, (type, bits, place) => Scaled(bits.Uniform(type, place), to - from, from))
            : throw call.Expected("a range that begins before it ends", $"{from} to {to}");
    }

    /// <summary>Standard, or with a mean and a standard deviation, which may be tensors. The parts of a complex number have half the variance each.</summary>
    private static Lowered Normal(Call call)
    {
        var complex = call.Has("dtype") && call.TypeOr(DType.Float32).IsComplex() || (Has(call, "self") && call["self"] is Lowered.Complex && !call.Has("dtype"));
        if (!Has(call, "std"))
        {
            return Made(call, TypePromotion.DefaultFloat, (type, bits, place) => Scaled(bits.Normal(type.Compute(), place), complex ? Math.Sqrt(0.5) : 1, 0));
        }

        var (mean, std) = (call.Operand("mean"), call.Operand("std"));
        CheckNotNegative(call, std, "a standard deviation");
        if (mean.IsNumber && std.IsNumber)
        {
            return Made(call, TypePromotion.DefaultFloat, (type, bits, place) => Scaled(bits.Normal(type.Compute(), place), call.Number("std") * (complex ? Math.Sqrt(0.5) : 1), call.Number("mean")));
        }

        var result = mean.IsNumber ? std.Type : std.IsNumber ? mean.Type : TypePromotion.Result([mean, std]);
        var dims = call.Context.Broadcast(mean.Dims, std.Dims);
        return Map(call.Context, result, dims, (bits, place, i) => mean.At(i, result) + (std.At(i, result) * bits.Normal(result.Compute(), place)));
    }

    private static Lowered LogNormal(Call call)
    {
        CheckNotNegative(call, call.Operand("std"), "a standard deviation");
        return Made(call, TypePromotion.DefaultFloat, (type, bits, place) => Scaled(bits.Normal(type.Compute(), place), call.Number("std"), call.Number("mean")).Exp());
    }

    private static Lowered Exponential(Call call) => call.Number("lambd") > 0
        ? Made(call, TypePromotion.DefaultFloat, (type, bits, place) => Scaled(bits.Exponential(type.Compute(), place), 1 / call.Number("lambd"), 0))
        : throw call.Expected("a rate above 0", $"{call.Number("lambd")}");

    /// <summary>By the tangent, in float64: its poles are where the largest numbers come from.</summary>
    private static Lowered Cauchy(Call call) => call.Number("sigma") > 0
        ? Made(call, TypePromotion.DefaultFloat, (_, bits, place) =>
            Scaled(Scaled(bits.Positive(DType.Float64, place) - Expr.Const(DType.Float64, 0.5), Math.PI, 0).Apply(UnaryOp.Tan), call.Number("sigma"), call.Number("median")))
        : throw call.Expected("a sigma above 0", $"{call.Number("sigma")}");

    /// <summary>How many trials there are up to the first success. In float64: it is cut to whole numbers, which no rounding may change.</summary>
    private static Lowered Geometric(Call call) => call.Number("p") is > 0 and <= 1 and var p
        ? Made(call, TypePromotion.DefaultFloat, (_, bits, place) =>
            (bits.Positive(DType.Float64, place).Log() * Expr.Const(DType.Float64, 1 / SpecialFunctions.Log1p(-p))).Apply(UnaryOp.Ceil).Max(Expr.Const(DType.Float64, 1.0)))
        : throw call.Expected("a probability above 0", $"{call.Number("p")}");

    private static Lowered Integers(Call call)
    {
        var low = Has(call, "low") ? call.Int("low") : Dim.Zero;
        if (call["high"] is Lowered.Tensor { Buffer: var limit })
        {
            var count = limit.At([.. limit.Dims.Select(_ => Dim.Zero)]).As(DType.Int64);
            return Made(call, DType.Int64, (_, bits, place) => bits.Below(place, count));
        }

        var high = call.Int("high");
        return (high - low) is { IsConstant: true, Value: <= 0 }
            ? throw call.Expected("a range that begins before it ends", $"{low} to {high}")
            : Made(call, DType.Int64, (_, bits, place) => bits.Below(place, Expr.Of(high - low)) + Expr.Of(low));
    }

    /// <summary><c>random_</c>: whole numbers of a range; where none is given, all that the dtype holds from 0 on, and of a float those up to 2 to the power of its digits.</summary>
    private static Lowered AnyInteger(Call call)
    {
        var type = call.Tensor("self").Type;
        var most = type switch
        {
            DType.Bool => 1,
            DType.UInt8 => byte.MaxValue,
            DType.Int8 => sbyte.MaxValue,
            DType.Int16 => short.MaxValue,
            DType.Int32 => int.MaxValue,
            DType.BFloat16 => 1 << 8,
            DType.Float16 => 1 << 11,
            DType.Float32 => 1 << 24,
            DType.Float64 => 1L << 53,
            _ => long.MaxValue,
        };
        var from = Has(call, "from") ? call.Int("from").Value : 0;
        var count = Has(call, "to") ? (Int128)call.Int("to").Value - from : (Int128)most - from + 1;
        if (count <= 0)
        {
            throw call.Expected("a range that begins before it ends", $"{from} and {count} numbers");
        }

        // What no int64 counts begins below 0: all of them are meant.
        return Made(call, type, (_, bits, place) => count > long.MaxValue
            ? from < 0 ? bits.All(place) : bits.Any(place)
            : bits.Below(place, Expr.Const(DType.Int64, (long)count)) + Expr.Const(DType.Int64, from));
    }

    /// <summary>The places of random numbers in order.</summary>
    private static Lowered Permutation(Call call)
    {
        var keys = Map(call.Context, DType.Int64, [call.Int("n")], (bits, place, _) => bits.Any(place));
        return call.Context.Convert(Sorting.Sort(call.Context, keys, 0, descending: false).Indices, call.TypeOr(DType.Int64));
    }

    private static Lowered Bernoulli(Call call) => call.Number("p") is >= 0 and <= 1 and var p
        ? Made(call, TypePromotion.DefaultFloat, (_, bits, place) => bits.Chance(place, p))
        : throw call.Expected("a probability from 0 to 1", $"{call.Number("p")}");

    private static Lowered Bernoulli(Call call, TensorBuffer p)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        context.Check(p.Dims, i => !((p.ValueAt(i) >= p.ValueAt(i).Zero) & (p.ValueAt(i) <= p.ValueAt(i).One)), p.ValueAt, 0, "a probability is not from 0 to 1");
        return Map(context, self.Type, self.Dims, (bits, place, i) => bits.Chance(place, p.ValueAt(Broadcasting.IndexInto(p.Dims, i))));
    }

    /// <summary>
    /// Without replacement those for which weight / exponential is largest, which is the same as one draw after the other (Efraimidis and Spirakis). With it, for
    /// each draw the first place where the running sum of weights is beyond a random part of the whole.
    /// </summary>
    private static Lowered Multinomial(Call call)
    {
        var (context, self, count) = (call.Context, call.Tensor("self"), call.Int("num_samples"));
        var (type, axis) = (DType.Float64, self.Rank - 1);
        if (self.Rank is not (1 or 2))
        {
            throw call.Expected("one row of weights or a matrix", $"a tensor of {self.Rank} dims");
        }

        var categories = self.Dims[axis];
        Expr Weight(Dims i) => self.At(i).As(type);
        context.Check(
            self.Dims, i => !((Weight(i) >= Expr.Const(type, 0.0)) & (Weight(i) < Expr.Const(type, double.PositiveInfinity))), Weight, 0, "a weight is negative, infinite or not a number");
        var sums = context.Reduce(type, self.Dims[..axis], [categories], Combiner.Sum, (o, r) => Weight([.. o, .. r]));
        context.Check(sums.Dims, i => sums.At(i) <= Expr.Const(type, 0.0), sums.At, 0, "the sum of weights is not above 0");
        if (!call.Flag("replacement") || count.IsOne)
        {
            var keys = Map(context, type, self.Dims, (bits, place, i) => Weight(i) / bits.Exponential(type, place));
            return Sorting.Sort(context, keys, axis, descending: true, count).Indices;
        }

        var running = context.Scan([type], self.Dims, axis, i => [new Reducer(Combiner.Sum, Weight(i))], (_, sum) => sum)[0];
        var drawn = Map(context, type, [.. self.Dims[..axis], count], (bits, place, i) =>
            bits.Uniform(type, place) * running.At([.. i[..axis], Dim.Max(categories - 1, 0)]));
        return context.Reduce(
            DType.Int64, drawn.Dims, [categories], Combiner.Sum, (o, r) => (running.At([.. o[..axis], r[0]]) <= drawn.At(o)).As(DType.Int64),
            (_, places) => places.Min(Expr.Of(categories - 1)));
    }

    /// <summary>Gamma variates, divided by their sum.</summary>
    private static Lowered Dirichlet(Call call)
    {
        var (context, self) = (call.Context, call.Tensor("self"));
        var gamma = Rejection.Gamma(context, self, DType.Float64);
        var axis = self.Rank - 1;
        var sums = context.Reduce(DType.Float64, self.Dims[..axis], [self.Dims[axis]], Combiner.Sum, (o, r) => gamma.At([.. o, .. r]));
        return context.Map(self.Type, self.Dims, i => gamma.At(i) / sums.At(i[..axis]));
    }

    private static bool Has(Call call, string name) => call.Operator.Schema.IndexOf(name) >= 0 && call.Has(name);

    private static Expr Scaled(Expr x, double factor, double addend)
    {
        x = factor == 1 ? x : x * x.Like(factor);
        return addend == 0 ? x : x + x.Like(addend);
    }

    private static void CheckNotNegative(Call call, Operand number, string what)
    {
        if (number.Known is < 0)
        {
            throw call.Expected($"{what} of 0 or more", $"{number.Known}");
        }

        if (number.Known is null)
        {
            call.Context.Check(
                number.Dims, i => number.At(i, number.Type) < Expr.Const(number.Type.Compute(), 0L), i => number.At(i, number.Type), 0, $"{what} is below 0");
        }
    }
}
