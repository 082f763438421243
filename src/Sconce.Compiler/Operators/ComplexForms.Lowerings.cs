using System.Collections.Immutable;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>The lowerings that forms are made of.</summary>
internal static partial class ComplexForms
{
    /// <summary>The real lowering of the real parts, and of the imaginary ones: for what is linear with real factors, or only moves elements.</summary>
    private static Lowered EachPart(Call call) => Join(call.Context, call.Operator.Lower(call.Map(Real)), call.Operator.Lower(call.Map((name, value) => Imaginary(call, name, value))));

    /// <summary>What is made has no imaginary part, but for one that is given.</summary>
    private static Lowered Created(Call call)
    {
        var real = call.Operator.Lower(call.Map(Real));
        if (call.Has("dtype") && !call.TypeOr(DType.Float32).IsComplex())
        {
            return real;
        }

        var given = numbers.Where(name => name != "self" && call.Operator.Schema.IndexOf(name) >= 0).Any(name => call[name] is Lowered.Complex);
        return given ? EachPart(call) : real is Lowered.Tensor { Buffer: var buffer } ? Complex.Of(call.Context, buffer, buffer.Type.ToComplex()) : real;
    }

    /// <summary>Of a complex window, by its parts: the transform is linear in it too.</summary>
    private static Lowered ShortTime(Call call)
    {
        var both = call.With(call.Operator.Schema.IndexOf("onesided"), Lowered.Of(false));
        var window = call.Operator.Schema.IndexOf("window");
        return call[window] is Lowered.Complex z
            ? Join(call.Context, EachPart(both.With(window, z.Real)), EachPart(both.With(window, z.Imaginary)))
            : EachPart(both);
    }

    /// <summary>Into real numbers goes the real part, and into bools whether a number is not 0.</summary>
    private static Lowered Copied(Call call) => call[0] is Lowered.Complex ? EachPart(call)
        : call.Operator.Lower(call.With(1, call.Tensor(0).Type == DType.Bool ? IsNotZero(call.Context, call.Complex(1)) : call.Complex(1).Real));

    private static Lowered Scattered(Call call) => call.Operator.Schema.IndexOf("reduce") >= 0 && call["reduce"] is Lowered.Text { Value: "multiply" }
        ? throw call.Unsupported("products of complex numbers at places")
        : EachPart(call);

    private static Lowered IndexAdd(Call call)
    {
        var (source, alpha) = (call.Operator.Schema.IndexOf("source"), call.Operator.Schema.IndexOf("alpha"));
        return EachPart(call[alpha] is Lowered.Complex ? call.With(source, Pointwise(call, [source, alpha], z => z[0] * z[1])).With(alpha, Lowered.Of(1)) : call);
    }

    private static Lowering Unary(Func<ComplexExpr, ComplexExpr> function) => call => Pointwise(call, [0], z => function(z[0].Wide));

    /// <summary>A function of the elements of arguments, each given as a tensor or a number, complex or real.</summary>
    private static Lowered Pointwise(Call call, ImmutableArray<int> places, Func<ImmutableArray<ComplexExpr>, ComplexExpr> function)
    {
        Operand[] operands = [.. places.SelectMany(place => call.Parts(place))];
        var type = call.Operator.Schema.Name == "aten::float_power" ? DType.Float64 : TypePromotion.Result(operands).ToFloat();
        TensorBuffer Part(Func<ComplexExpr, Expr> part) => call.Context.Pointwise(type, type, operands, x => part(function(Pairs(x)).As(type)));
        return new Lowered.Complex(Part(z => z.Real), Part(z => z.Imaginary));
    }

    private static Lowered Test(Call call, ImmutableArray<int> places, Func<ImmutableArray<ComplexExpr>, Expr> test)
    {
        Operand[] operands = [.. places.SelectMany(place => call.Parts(place))];
        return call.Context.Pointwise(DType.Bool, TypePromotion.Result(operands).ToFloat(), operands, x => test(Pairs(x)));
    }

    private static ImmutableArray<ComplexExpr> Pairs(ImmutableArray<Expr> parts) => [.. parts.Chunk(2).Select(pair => new ComplexExpr(pair[0], pair[1]))];

    private static TensorBuffer Magnitude(LoweringContext context, Lowered.Complex z) => Complex.Parts(context, z, (x, y) => new ComplexExpr(x, y).Wide.Magnitude.As(z.Real.Type));

    public static TensorBuffer IsNotZero(LoweringContext context, Lowered.Complex z) =>
        context.Pointwise(DType.Bool, z.Real.Type, [z.Real, z.Imaginary], x => !new ComplexExpr(x[0], x[1]).IsZero);

    private static Expr IsOdd(Expr x) => x.IsNan() | x.IsInfinite();

    /// <summary>The first and so many times the second, or less.</summary>
    private static Lowered Sum(Call call, int first, int second, int sign)
    {
        var alpha = call.Operator.Schema.IndexOf("alpha");
        return call[alpha] is Lowered.Complex
            ? Pointwise(call, [first, second, alpha], z => z[0] + (z[2] * z[1] * sign))
            : Pointwise(call, [first, second], z => z[0] + (z[1] * (sign * call.Number("alpha"))));
    }

    private static Lowered Quotient(Call call) => call.Operator.Schema.IndexOf("rounding_mode") >= 0 && call.Has("rounding_mode")
        ? throw call.Expected("no rounding of complex numbers", "rounding_mode")
        : Pointwise(call, [0, 1], z => z[0].Wide / z[1].Wide);

    private static Lowered IsClose(Call call)
    {
        var (relative, absolute, alike) = (call.Number("rtol"), call.Number("atol"), call.Flag("equal_nan"));
        return Test(call, [0, 1], z =>
        {
            var (a, b) = (z[0].Wide, z[1].Wide);
            var difference = (a - b).Magnitude;
            var same = a.Real.EqualTo(b.Real) & a.Imaginary.EqualTo(b.Imaginary);
            var near = (difference <= ((b.Magnitude * b.Real.Like(relative)) + b.Real.Like(absolute))) & !IsOdd(difference);
            var nan = (a.Real.IsNan() | a.Imaginary.IsNan()) & (b.Real.IsNan() | b.Imaginary.IsNan());
            return alike ? same | near | nan : same | near;
        });
    }

    /// <summary>Norms of elements; those by singular values are no function of magnitudes.</summary>
    private static Lowered OfMagnitude(Call call)
    {
        var name = call.Operator.Schema.IndexOf("ord") >= 0 ? "ord" : "p";
        var ofMatrix = call.Operator.Schema.Name == "aten::linalg_matrix_norm"
            || (call.Operator.Schema.Name == "aten::linalg_norm" && call.Has("ord") && (call.Has("dim") ? call.Ints("dim").Length : call.Complex(0).Real.Rank) == 2);
        var singular = ofMatrix && (call[name] is Lowered.Text { Value: "nuc" } || (call[name] is Lowered.Int or Lowered.Float && Math.Abs(call.Number(name)) == 2));
        return singular
            ? OfSingularValues(call, name)
            : call.Operator.Lower(call.With(0, Magnitude(call.Context, call.Complex(0))).Map(Real));
    }

    /// <summary>A function of the magnitudes of differences: a real one, of these and of zeros.</summary>
    private static Lowered OfDifference(Call call)
    {
        var difference = (Lowered.Complex)Pointwise(call, [0, 1], z => z[0] - z[1]);
        var distance = Magnitude(call.Context, difference);
        return call.Operator.Lower(call.With(0, distance).With(1, Zeros(call.Context, distance)));
    }

    /// <summary>The variance or deviation of complex numbers, of those of their parts.</summary>
    private static TensorBuffer Spread(LoweringContext context, Lowered ofParts, Func<Expr, Expr, Expr> together) => Complex.Parts(context, (Lowered.Complex)ofParts, together);

    /// <summary>With the mean, which is complex.</summary>
    private static Lowered SpreadAndMean(Call call, Func<Expr, Expr, Expr> together)
    {
        var results = ((Lowered.List)EachPart(call)).Items;
        return new Lowered.List([Spread(call.Context, results[0], together), results[1]]);
    }

    private static Lowered Broadcast(Call call) => new Lowered.List([
        .. ((Lowered.List)EachPart(call)).Items.Zip(((Lowered.List)call[0]).Items, (result, given) => given is Lowered.Complex ? result : Real("", result))]);

    private static Lowered PairwiseDistance(Call call)
    {
        var distance = Distance(call, 0, 1, call.Number("eps"));
        return call.Operator.Lower(call.With(0, distance).With(1, Zeros(call.Context, distance)).With(call.Operator.Schema.IndexOf("eps"), Lowered.Of(0.0)));
    }

    /// <summary>
    /// What is linear in several arguments: the sum, over all choices of a part of each complex one, of the real lowering, with i to the power of how many imaginary
    /// parts there are. A bias is added once to each part.
    /// </summary>
    private static Lowered Product(Call call, int left, int right, int bias = -1) => Multilinear(
        call, [.. new[] { left, right }.Where(place => call[place] is Lowered.Complex)], place => (Lowered.Complex)call[place], (from, place, part) => from.With(place, part), bias);

    private static Lowered WithBias(Call call) => Product(call, 0, 1, call.Has("bias") ? call.Operator.Schema.IndexOf("bias") : -1);

    private static Lowered ProductOfList(Call call)
    {
        var place = call.Operator.Schema.Parameters.IndexOf(call.Operator.Schema.Parameters.First(parameter => parameter.Type is { IsList: true, Kind: Schema.ParameterKind.Tensor }));
        var items = ((Lowered.List)call[place]).Items;
        return Multilinear(
            call, [.. Enumerable.Range(0, items.Length).Where(i => items[i] is Lowered.Complex)], i => (Lowered.Complex)items[i],
            (from, i, part) => from.With(place, new Lowered.List(((Lowered.List)from[place]).Items.SetItem(i, part))));
    }

    private static Lowered Multilinear(
        Call call, ImmutableArray<int> factors, Func<int, Lowered.Complex> value, Func<Call, int, Lowered, Call> with, int bias = -1)
    {
        if (factors.Length is 0 or > 4)
        {
            throw call.Unsupported($"a product of {factors.Length} complex tensors");
        }

        var sums = new TensorBuffer?[2];
        for (var choice = 0; choice < 1 << factors.Length; choice++)
        {
            var turns = System.Numerics.BitOperations.PopCount((uint)choice);
            var term = factors.Select((place, i) => (Place: place, Imaginary: ((choice >> i) & 1) != 0))
                .Aggregate(call, (from, factor) => with(from, factor.Place, factor.Imaginary ? value(factor.Place).Imaginary : value(factor.Place).Real));
            ref var sum = ref sums[turns % 2];
            if (bias >= 0)
            {
                term = term.With(bias, sum is not null ? Lowered.Nothing : turns % 2 == 0 ? Real("bias", call[bias]) : Imaginary(call, "bias", call[bias]));
            }

            var result = ((Lowered.Tensor)call.Operator.Lower(term)).Buffer;
            var (type, before, negative) = (result.Type, sum, turns % 4 > 1);
            sum = before is null ? result : call.Context.Pointwise(type, type, [before, result], x => negative ? x[0] - x[1] : x[0] + x[1]);
        }

        return new Lowered.Complex(sums[0]!, sums[1]!);
    }

    /// <summary>beta · self + alpha · (a · b): the product by the real lowering without its sum.</summary>
    private static Lowered AddProduct(Call call)
    {
        var (beta, alpha) = (call.Operator.Schema.IndexOf("beta"), call.Operator.Schema.IndexOf("alpha"));
        var product = call.With(0, Real("self", call[0])).With(beta, Lowered.Of(0)).With(alpha, Lowered.Of(1));
        var sum = call.With(1, call[1] is Lowered.Complex || call[2] is Lowered.Complex ? Product(product, 1, 2) : call.Operator.Lower(product));
        return Pointwise(sum, [0, 1, beta, alpha], z => (z[2] * z[0]) + (z[3] * z[1]));
    }

    private static Lowered Powers(Call call)
    {
        var (context, power, matrix) = (call.Context, call.Constant("n"), call.Complex(0));
        if (power < 0)
        {
            matrix = OfBlocks(context, LinearAlgebra.Inverse(call, Blocks(call, matrix), Factorisation.Errors.Raised).Inverse);
            power = -power;
        }

        var result = Complex.Of(
            context, context.Map(matrix.Real.Type, matrix.Real.Dims, i => Expr.Of(i[^1]).EqualTo(Expr.Of(i[^2]))), matrix.Real.Type.ToComplex());
        for (; power > 0; power >>= 1)
        {
            result = power % 2 == 1 ? MatrixProduct(context, result, matrix) : result;
            matrix = power > 1 ? MatrixProduct(context, matrix, matrix) : matrix;
        }

        return result;
    }

    private static Lowered.Complex MatrixProduct(LoweringContext context, Lowered.Complex a, Lowered.Complex b)
    {
        TensorBuffer Product(TensorBuffer x, TensorBuffer y) => Matrix.Multiply(context, x, y);
        TensorBuffer Together(TensorBuffer x, TensorBuffer y, Func<Expr, Expr, Expr> sum) => context.Pointwise(x.Type, x.Type, [x, y], z => sum(z[0], z[1]));
        return new(
            Together(Product(a.Real, b.Real), Product(a.Imaginary, b.Imaginary), (x, y) => x - y),
            Together(Product(a.Real, b.Imaginary), Product(a.Imaginary, b.Real), (x, y) => x + y));
    }

    /// <summary>By halves, each element of one with its partner in the other.</summary>
    private static Lowered ProductOfElements(Call call)
    {
        var (context, z) = (call.Context, call.Complex(0));
        var whole = !call.Has("dim");
        var axis = whole ? 0 : call.Axis("dim", z.Real.Rank);
        z = whole ? Each(z, part => context.Reshape(part, [-1])) : z;
        var (kept, count) = (!whole && call.Flag("keepdim"), Length(call, z, axis));
        if (count == 0)
        {
            var dims = kept ? z.Real.Dims.SetItem(axis, 1) : z.Real.Dims.RemoveAt(axis);
            return Complex.Of(context, context.Fill(z.Real.Type, dims, Expr.Const(z.Real.Type, 1L)), z.Real.Type.ToComplex());
        }

        while (count > 1)
        {
            var (half, from) = (count / 2, z);
            Lowered.Complex Slice(long start, long size) => Each(from, part => context.Slice(part, axis, start, size));
            var product = Times(context, Slice(0, half), Slice(half, half));
            z = count % 2 == 0 ? product : Each(product, Slice(count - 1, 1), (a, b) => context.Concatenate(a.Type, [a, b], axis));
            count = half + (count % 2);
        }

        return kept ? z : Each(z, part => context.Select(part, axis, 0));
    }

    private static long Length(Call call, Lowered.Complex z, int axis) => z.Real.Dims[axis] is { IsConstant: true, Value: var count }
        ? count
        : throw call.Unsupported("complex tensors of a size that only the run can tell");

    private static Lowered.Complex Times(LoweringContext context, Lowered.Complex a, Lowered.Complex b)
    {
        TensorBuffer Part(Func<ComplexExpr, Expr> part) => context.Pointwise(a.Real.Type, a.Real.Type, [a.Real, a.Imaginary, b.Real, b.Imaginary], x =>
            part(new ComplexExpr(x[0], x[1]) * new ComplexExpr(x[2], x[3])));
        return new(Part(z => z.Real), Part(z => z.Imaginary));
    }

    private static Lowered.Complex Each(Lowered.Complex z, Func<TensorBuffer, TensorBuffer> function) => new(function(z.Real), function(z.Imaginary));

    private static Lowered.Complex Each(Lowered.Complex a, Lowered.Complex b, Func<TensorBuffer, TensorBuffer, TensorBuffer> function) =>
        new(function(a.Real, b.Real), function(a.Imaginary, b.Imaginary));

    private static bool IsComplex(Lowered value) => value is Lowered.Complex || (value is Lowered.List list && list.Items.Any(IsComplex));

    private static Lowered Real(string name, Lowered value) => value switch
    {
        Lowered.Complex complex => complex.Real,
        Lowered.List list => new Lowered.List([.. list.Items.Select(item => Real(name, item))]),
        Lowered.ScalarType { Value: var type } when type.IsComplex() => new Lowered.ScalarType(type.ToPart()),
        _ => value,
    };

    private static Lowered Imaginary(Call call, string name, Lowered value) => value switch
    {
        Lowered.Complex complex => complex.Imaginary,
        Lowered.List list => new Lowered.List([.. list.Items.Select(item => Imaginary(call, name, item))]),
        Lowered.Tensor { Buffer: var real } when !choosing.Contains(name) => Zeros(call.Context, real),
        Lowered.Int or Lowered.Float or Lowered.Bool when numbers.Contains(name) && IsNumber(call, name) => Lowered.Of(0),
        _ => Real(name, value),
    };

    /// <summary>Not a size or an index, such as the start of a slice.</summary>
    private static bool IsNumber(Call call, string name) =>
        call.Operator.Schema.Parameters[call.Operator.Schema.IndexOf(name)].Type.Kind is Schema.ParameterKind.Scalar or Schema.ParameterKind.Float;

    private static TensorBuffer Zeros(LoweringContext context, TensorBuffer like) => context.Fill(like.Type, like.Dims, Expr.Const(like.Type, 0L));

    private static Lowered Join(LoweringContext context, Lowered real, Lowered imaginary) => (real, imaginary) switch
    {
        (Lowered.Tensor x, Lowered.Tensor y) => new Lowered.Complex(x.Buffer, y.Buffer),
        (Lowered.List x, Lowered.List y) => new Lowered.List([.. x.Items.Zip(y.Items, (a, b) => Join(context, a, b))]),

        // Of what is complex itself, x + iy.
        (Lowered.Complex x, Lowered.Complex y) => new Lowered.Complex(
            context.Pointwise(x.Real.Type, x.Real.Type, [x.Real, y.Imaginary], z => z[0] - z[1]),
            context.Pointwise(x.Real.Type, x.Real.Type, [x.Imaginary, y.Real], z => z[0] + z[1])),
        _ => real,
    };
}
