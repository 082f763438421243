using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>
/// Makes delegates of expressions: floats as doubles rounded to their dtype after each operation (which for + - * / and sqrt is what the
/// dtype's own arithmetic gives), integers and bools as longs wrapped to theirs. Shared subtrees are computed once a point.
/// </summary>
internal sealed class ExprCompiler(Frame frame)
{
    private readonly Dictionary<Expr, Func<double>> floats = [];
    private readonly Dictionary<Expr, Func<long>> integers = [];

    public Func<double> Float(Expr expr)
    {
        if (!expr.Type.IsFloat())
        {
            var whole = Integer(expr);
            return expr.Type == DType.UInt64 ? () => (ulong)whole() : () => whole();
        }

        if (floats.TryGetValue(expr, out var known))
        {
            return known;
        }

        var made = expr is ConstExpr or LoadExpr or AccumulatorExpr ? MakeFloat(expr) : Remember(MakeFloat(expr));
        floats.Add(expr, made);
        return made;
    }

    public Func<long> Integer(Expr expr)
    {
        if (expr.Type.IsFloat())
        {
            var real = Float(expr);
            return () => Conversion.ToInteger(real(), DType.Int64);
        }

        if (integers.TryGetValue(expr, out var known))
        {
            return known;
        }

        var made = expr is ConstExpr or LoadExpr or AccumulatorExpr ? MakeInteger(expr) : Remember(MakeInteger(expr));
        integers.Add(expr, made);
        return made;
    }

    public Func<long> Dim(Dim dim)
    {
        if (dim.IsConstant)
        {
            var constant = dim.Value;
            return () => constant;
        }

        if (dim.AsAtom is { } atom)
        {
            return Atom(atom);
        }

        var constantTerm = dim.ConstantTerm;
        var terms = dim.Terms.Select(term => (term.Coefficient, Factors: term.Factors.Select(Atom).ToArray())).ToArray();
        if (terms is [{ Factors: [var only] } single])
        {
            return () => (only() * single.Coefficient) + constantTerm;
        }

        return () =>
        {
            var total = constantTerm;
            foreach (var (coefficient, factors) in terms)
            {
                var product = coefficient;
                foreach (var factor in factors)
                {
                    product *= factor();
                }

                total += product;
            }

            return total;
        };
    }

    /// <summary>The element's place in the row-major value of the buffer.</summary>
    public Func<long> Place(TensorValue value, IReadOnlyList<Dim> index) => Dim(value.Offset(index));

    private Func<double> Remember(Func<double> compute)
    {
        var (point, value) = (-1L, 0.0);
        return () =>
        {
            if (point != frame.Point)
            {
                value = compute();
                point = frame.Point;
            }

            return value;
        };
    }

    private Func<long> Remember(Func<long> compute)
    {
        var (point, value) = (-1L, 0L);
        return () =>
        {
            if (point != frame.Point)
            {
                value = compute();
                point = frame.Point;
            }

            return value;
        };
    }

    private Func<long> Atom(Atom atom)
    {
        switch (atom)
        {
            case LoadedIndex loaded:
                return Integer(loaded.Value);
            case BinaryAtom binary:
                // A divisor of 0 belongs to an empty space, whose numbers nobody uses.
                var apply = binary.Operator == DimOperator.Modulo ? Division.Modulo : DimMeaning.Of(binary.Operator).OfNumbers;
                var (left, right) = (Dim(binary.Left), Dim(binary.Right));
                return () => apply(left(), right());
            default:
                var slot = frame.Slot(atom);
                return () => frame[slot];
        }
    }

    private Func<double> MakeFloat(Expr expr)
    {
        switch (expr)
        {
            case ConstExpr constant:
                var value = constant.Value;
                return () => value;
            case LoadExpr load:
                var source = frame.Buffers(load.Buffer);
                var place = Place(source, load.Index);
                return () => source.GetFloat(place());
            case AccumulatorExpr accumulator:
                var number = accumulator.Number;
                return () => frame.FloatAccumulators[number];
            case UnaryExpr unary:
                var (function, x) = (unary.Operation.Floats ?? throw Missing(unary), Float(unary.Operand));
                return Rounded(expr.Type, () => function(x()));
            case BinaryExpr binary:
                var (combine, a, b) = (binary.Operation.Floats ?? throw Missing(binary), Float(binary.Left), Float(binary.Right));
                return Rounded(expr.Type, () => combine(a(), b()));
            case CastExpr cast:
                return Rounded(expr.Type, Float(cast.Operand));
            case BitcastExpr cast:
                var (bits, to) = (Integer(cast.Operand), cast.Type);
                return () => Conversion.FromBits(bits(), to);
            case SelectExpr select:
                return Choose(select.Condition, Float(select.Yes), Float(select.No));
            case GuardExpr guard:
                return Choose(guard.Condition, Float(guard.Inside), Float(guard.Outside));
            default:
                throw new NotSupportedException($"No float value for {expr.GetType().Name}.");
        }
    }

    private Func<double> Choose(Expr condition, Func<double> yes, Func<double> no)
    {
        var chosen = Integer(condition);
        return () => chosen() != 0 ? yes() : no();
    }

    private static Func<double> Rounded(DType type, Func<double> compute) =>
        type == DType.Float32 ? () => (float)compute() : RoundingOf(type) is { } round ? () => round(compute()) : compute;

    /// <summary>To the nearest number that a dtype has; null where that is all doubles.</summary>
    public static Func<double, double>? RoundingOf(DType type) => type switch
    {
        DType.Float32 => x => (float)x,
        DType.Float16 => x => (double)(Half)x,
        DType.BFloat16 => x => ConstExpr.RoundToBFloat16((float)x),
        _ when type.IsFloat8() => x => Float8.ToSingle(Float8.FromSingle((float)x, type), type),
        _ => null,
    };

    private Func<long> MakeInteger(Expr expr)
    {
        switch (expr)
        {
            case ConstExpr constant:
                return () => constant.Bits;
            case LoadExpr load:
                var source = frame.Buffers(load.Buffer);
                var place = Place(source, load.Index);
                return () => source.GetInteger(place());
            case IndexExpr index:
                return Dim(index.Value);
            case AccumulatorExpr accumulator:
                var number = accumulator.Number;
                return () => frame.IntegerAccumulators[number];
            case UnaryExpr { Operation.FloatTest: { } test } unary when unary.Operand.Type.IsFloat():
                var tested = Float(unary.Operand);
                return () => test(tested()) ? 1 : 0;
            case UnaryExpr unary:
                var (function, x) = (unary.Operation.IntegersOf(expr.Type) ?? throw Missing(unary), Integer(unary.Operand));
                return Wrapped(expr.Type, () => function(x()));
            case BinaryExpr { Operation.FloatTest: { } compare } binary when binary.Left.Type.IsFloat():
                var (left, right) = (Float(binary.Left), Float(binary.Right));
                return () => compare(left(), right()) ? 1 : 0;
            case BinaryExpr binary:
                var (combine, a, b) = (binary.Operation.IntegersOf(binary.Left.Type) ?? throw Missing(binary), Integer(binary.Left), Integer(binary.Right));
                return Wrapped(expr.Type, () => combine(a(), b()));
            case CastExpr { Type: DType.Bool } cast when cast.Operand.Type.IsFloat():
                var real = Float(cast.Operand);
                return () => real() != 0 ? 1 : 0;
            case CastExpr cast when cast.Operand.Type.IsFloat():
                var number2 = Float(cast.Operand);
                var to = cast.Type;
                return Wrapped(to, () => Conversion.ToInteger(number2(), to));
            case CastExpr cast:
                return Wrapped(expr.Type, Integer(cast.Operand));
            case BitcastExpr cast:
                var (number3, from) = (Float(cast.Operand), cast.Operand.Type);
                return Wrapped(expr.Type, () => Conversion.ToBits(number3(), from));
            case SelectExpr select:
                return Choose(select.Condition, Integer(select.Yes), Integer(select.No));
            case GuardExpr guard:
                return Choose(guard.Condition, Integer(guard.Inside), Integer(guard.Outside));
            case RandomExpr random:
                var words = RandomWords(random);
                return random.Word switch
                {
                    0 => () => (int)words().Item1,
                    1 => () => (int)words().Item2,
                    2 => () => (int)words().Item3,
                    _ => () => (int)words().Item4,
                };
            default:
                throw new NotSupportedException($"No integer value for {expr.GetType().Name}.");
        }
    }

    private Func<(uint, uint, uint, uint)> RandomWords(RandomExpr random)
    {
        var x = random.Operands.Select(Integer).ToArray();
        return () => unchecked(Philox.Words(((uint)x[0](), (uint)x[1](), (uint)x[2](), (uint)x[3]()), ((uint)x[4](), (uint)x[5]())));
    }

    private static NotSupportedException Missing(Expr expr) => new($"{expr} of {expr.Operands[0].Type.Name()}");

    private Func<long> Choose(Expr condition, Func<long> yes, Func<long> no)
    {
        var chosen = Integer(condition);
        return () => chosen() != 0 ? yes() : no();
    }

    private static Func<long> Wrapped(DType type, Func<long> compute) => WrappingOf(type) is { } wrap ? () => wrap(compute()) : compute;

    /// <summary>To the integers that a dtype has; null where that is all of them.</summary>
    public static Func<long, long>? WrappingOf(DType type) => type switch
    {
        DType.Bool => x => x != 0 ? 1 : 0,
        DType.UInt8 => x => unchecked((byte)x),
        DType.Int8 => x => unchecked((sbyte)x),
        DType.Int16 => x => unchecked((short)x),
        DType.Int32 => x => unchecked((int)x),
        DType.UInt16 => x => unchecked((ushort)x),
        DType.UInt32 => x => unchecked((uint)x),
        _ => null,
    };
}
