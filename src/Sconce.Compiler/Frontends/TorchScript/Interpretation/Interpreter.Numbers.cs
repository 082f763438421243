using System.Collections.Immutable;
using System.Numerics;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

// Arithmetic of Python's numbers, as TorchScript does it.
internal sealed partial class Interpreter
{
    public static IEnumerable<(string Name, Builtin Run)> NumberBuiltins =>
    [
        ("aten::add", (it, a) => it.Add(a)),
        ("aten::sub", Arithmetic("sub", (a, b) => a - b, (a, b) => unchecked(a - b), (a, b) => a - b)),
        ("aten::mul", (it, a) => it.Multiply(a)),
        ("aten::div", (it, a) => IsNumber(a[0]) && IsNumber(a[1]) ? it.Divide(a[0], a[1]) : null),
        ("aten::true_divide", (it, a) => IsNumber(a[0]) && IsNumber(a[1]) ? it.Divide(a[0], a[1]) : null),
        ("aten::floordiv", Arithmetic("floordiv", (a, b) => a.FloorDiv(b), (a, b) => b == 0 ? throw ByZero() : FloorDivide(a, b), (a, b) => Math.Floor(a / b))),
        ("aten::floor_divide", Arithmetic("floordiv", (a, b) => a.FloorDiv(b), (a, b) => b == 0 ? throw ByZero() : FloorDivide(a, b), (a, b) => Math.Floor(a / b))),
        ("aten::remainder", Arithmetic("mod", (a, b) => a.Mod(b), (a, b) => b == 0 ? throw ByZero() : a - (b * FloorDivide(a, b)), Modulo)),
        ("aten::mod", Arithmetic("mod", (a, b) => a.Mod(b), (a, b) => b == 0 ? throw ByZero() : a - (b * FloorDivide(a, b)), Modulo)),
        ("aten::fmod", FunctionOfTwo((x, y) => x % y)),
        ("aten::pow", (it, a) => it.Power(a)),
        ("aten::pow.int_to_int", (it, a) => it.Power(a)),
        ("aten::neg", (it, a) => a[0] switch
        {
            Datum.Int { Size: { } size } => Datum.Of(-size),
            Datum.Float { Known: { } known } => Datum.Of(-known),
            Datum.Int or Datum.Float => it.ToDatum(it.builder.Single("_operator::neg", new NamedArgument(null, it.ToArgument(a[0])))),
            Datum.Bool => it.CallOperator("aten::neg", [it.ToInt(a[0])], []),
            Datum.Complex c => new Datum.Complex(-c.Real, -c.Imaginary),
            _ => null,
        }),
        ("aten::eq", Comparing("eq", SizeComparison.Equal)),
        ("aten::ne", Comparing("ne", SizeComparison.NotEqual)),
        ("aten::lt", Comparing("lt", SizeComparison.Less)),
        ("aten::le", Comparing("le", SizeComparison.LessOrEqual)),
        ("aten::gt", Comparing("gt", SizeComparison.Greater)),
        ("aten::ge", Comparing("ge", SizeComparison.GreaterOrEqual)),
        ("aten::__and__", Bits("and_", (a, b) => a && b, (a, b) => a & b)),
        ("aten::__or__", Bits("or_", (a, b) => a || b, (a, b) => a | b)),
        ("aten::__xor__", Bits("ne", (a, b) => a != b, (a, b) => a ^ b)),
        ("aten::__lshift__", (it, a) => a[0] is Datum.Int { Known: { } x } && a[1] is Datum.Int { Known: { } n } ? Datum.Of(n is < 0 or > 63 ? 0 : x << (int)n) : it.OnIntegers(a)),
        ("aten::__rshift__", (it, a) => a[0] is Datum.Int { Known: { } x } && a[1] is Datum.Int { Known: { } n } ? Datum.Of(x >> (int)Math.Clamp(n, 0, 63)) : it.OnIntegers(a)),
        ("aten::__not__", (it, a) => it.Not(it.ToBool(a[0]))),
        ("aten::bitwise_not", (it, a) => a[0] is Datum.Int { Known: { } x } ? Datum.Of(~x) : a[0] is Datum.Bool { Known: { } f } ? Datum.Of(!f) : null),
        ("aten::__is__", (it, a) => Is(it, a)),
        ("aten::__isnot__", (it, a) => it.CallOperator("aten::__not__", [Is(it, a)], [])),
        ("aten::abs", Absolute),
        ("prim::abs", Absolute),
        ("aten::Int", (it, a) => it.ToInt(a[0])),
        ("aten::IntImplicit", (it, a) => it.ToInt(a[0])),
        ("aten::Float", (it, a) => it.ToFloat(a[0])),
        ("aten::FloatImplicit", (it, a) => it.ToFloat(a[0])),
        ("aten::Bool", (it, a) => it.ToBool(a[0])),
        ("aten::ScalarImplicit", (it, a) => a[0] is Datum.Tensor tensor ? it.ToNumber(tensor) : a[0]),
        ("aten::Complex", (it, a) => new Datum.Complex(it.ToFloat(a[0]).Known ?? throw Unknown("a complex number"), a.Count > 1 ? it.ToFloat(a[1]).Known ?? throw Unknown("a complex number") : 0)),
        ("aten::item", (it, a) => a[0] is Datum.Tensor tensor ? it.ToNumber(tensor) : a[0]),
        ("prim::max", (it, a) => it.Extreme(a, "sym_max", 1)),
        ("prim::min", (it, a) => it.Extreme(a, "sym_min", -1)),
        ("aten::floor", Rounding("floor", Math.Floor)),
        ("aten::ceil", Rounding("ceil", Math.Ceiling)),
        ("aten::trunc", Rounding("trunc", Math.Truncate)),
        ("aten::round", (it, a) => a[0] switch
        {
            Datum.Int => a[0],
            Datum.Float { Known: { } known } => Datum.Of(Math.Round(known, MidpointRounding.ToEven)),
            Datum.Float => it.OnTensor("aten::round", a),
            _ => null,
        }),
        ("aten::sqrt", Function(Math.Sqrt)),
        ("aten::exp", Function(Math.Exp)),
        ("aten::log", (it, a) => a.Count == 2 && IsNumber(a[0])
            ? it.CallOperator("aten::div", [it.CallOperator("aten::log", [a[0]], []), it.CallOperator("aten::log", [a[1]], [])], []) : Function(Math.Log)(it, a)),
        ("aten::log2", Function(Math.Log2)),
        ("aten::log10", Function(Math.Log10)),
        ("aten::log1p", Function(x => Math.Log(1 + x))),
        ("aten::sin", Function(Math.Sin)),
        ("aten::cos", Function(Math.Cos)),
        ("aten::tan", Function(Math.Tan)),
        ("aten::asin", Function(Math.Asin)),
        ("aten::acos", Function(Math.Acos)),
        ("aten::atan", Function(Math.Atan)),
        ("aten::sinh", Function(Math.Sinh)),
        ("aten::cosh", Function(Math.Cosh)),
        ("aten::tanh", Function(Math.Tanh)),
        ("aten::degrees", (it, a) => IsNumber(a[0]) ? it.CallOperator("aten::mul", [it.ToFloat(a[0]), Datum.Of(180 / Math.PI)], []) : null),
        ("aten::radians", (it, a) => IsNumber(a[0]) ? it.CallOperator("aten::mul", [it.ToFloat(a[0]), Datum.Of(Math.PI / 180)], []) : null),
        ("aten::fabs", Absolute),
        ("aten::isnan", Asking(double.IsNaN)),
        ("aten::isinf", Asking(double.IsInfinity)),
        ("aten::isfinite", Asking(double.IsFinite)),
        ("aten::gcd", (it, a) => a[0] is Datum.Int { Known: { } x and not long.MinValue } && a[1] is Datum.Int { Known: { } y and not long.MinValue } ? Datum.Of(Dim.Gcd(x, y)) : null),
        ("aten::atan2", FunctionOfTwo(Math.Atan2)),
        ("aten::copysign", FunctionOfTwo(Math.CopySign)),
        ("aten::__round_to_zero_floordiv", (it, a) => Datum.Of(it.Whole(a[0]) / (it.Whole(a[1]) is var b && b != 0 ? b : throw ByZero()))),
        ("aten::__range_length", (it, a) => it.RangeLength(it.ToInt(a[0]), it.ToInt(a[1]), it.ToInt(a[2]))),
        ("aten::__derive_index", (it, a) => it.CallOperator("aten::add", [a[1], it.CallOperator("aten::mul", [a[0], a[2]], [])], [])),
    ];

    private Datum.Bool Not(Datum.Bool flag)
    {
        if (flag.Known is { } known)
        {
            return Datum.Of(!known);
        }

        var made = builder.Single("_operator::not_", new NamedArgument(null, flag.Value));
        if (flag.Value is Argument.OfValue { Value: var value })
        {
            negated[made] = value;
        }

        return (Datum.Bool)ToDatum(made);
    }

    private static SconceException ByZero() => SconceException.Unsupported("a division by zero");

    private static SconceException Unknown(string what) => SconceException.Unsupported($"{what} that only the run can tell");

    private static bool IsNumber(Datum datum) => datum is Datum.Int or Datum.Float or Datum.Bool;

    private double Known(Datum datum) => ToFloat(datum).Known ?? throw Unknown("a number");

    private long Whole(Datum datum) => ToInt(datum).Known ?? throw Unknown("an int");

    private static long FloorDivide(long a, long b) => b == -1 ? unchecked(-a) : (a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);

    private static double Modulo(double a, double b)
    {
        var rest = a % b;
        return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
    }

    private static Builtin Arithmetic(string name, Func<Dim, Dim, Dim> sizes, Func<long, long, long> integers, Func<double, double, double> floats) =>
        (it, a) => a.Count >= 2 && IsNumber(a[0]) && IsNumber(a[1]) ? it.Compute(name, a[0], a[1], sizes, integers, floats) : null;

    private Datum Compute(string name, Datum a, Datum b, Func<Dim, Dim, Dim> sizes, Func<long, long, long> integers, Func<double, double, double> floats)
    {
        if (a is Datum.Float || b is Datum.Float)
        {
            return ToFloat(a).Known is { } x && ToFloat(b).Known is { } y ? Datum.Of(floats(x, y)) : Emitted(name, ToFloat(a), ToFloat(b));
        }

        var (left, right) = (ToInt(a), ToInt(b));
        return left.Known is { } m && right.Known is { } n ? Datum.Of(integers(m, n))
            : left.Size is { } p && right.Size is { } q && !(q.IsConstant && q.Value == 0) ? Datum.Of(sizes(p, q))
            : Emitted(name, left, right);
    }

    private Datum Emitted(string name, Datum a, Datum b) => ToDatum(builder.Single($"_operator::{name}", new(null, ToArgument(a)), new(null, ToArgument(b))));

    private Datum? Add(BuiltinCall a) => (a[0], a[1]) switch
    {
        (Datum.Text x, Datum.Text y) => new Datum.Text(x.Value + y.Value, x.IsRough || y.IsRough),
        (Datum.List x, Datum.List y) when RowsIn(x) is not null || RowsIn(y) is not null => Extend((Datum.List)CopyOf(x), y),
        (Datum.List x, Datum.List y) => NewList([.. ListItems(x), .. ListItems(y)]),
        (Datum.Tuple x, Datum.Tuple y) => Datum.TupleOf([.. x.Items, .. y.Items]),
        var (x, y) when IsNumber(x) && IsNumber(y) => Compute("add", x, y, (p, q) => p + q, (p, q) => unchecked(p + q), (p, q) => p + q),
        (Datum.Complex or Datum.Int or Datum.Float, Datum.Complex or Datum.Int or Datum.Float) => new Datum.Complex(Parts(a[0]).Real + Parts(a[1]).Real, Parts(a[0]).Imaginary + Parts(a[1]).Imaginary),
        _ => null,
    };

    private Complex Parts(Datum number) => number is Datum.Complex c ? new(c.Real, c.Imaginary) : new(Known(number), 0);

    private Datum? Multiply(BuiltinCall a) => (a[0], a[1]) switch
    {
        (Datum.List list, Datum.Int { Known: { } times }) => NewList(Enumerable.Repeat(ListItems(list), Sane(times, ListItems(list).Count)).SelectMany(item => item)),
        (Datum.Int { Known: { } times }, Datum.List list) => NewList(Enumerable.Repeat(ListItems(list), Sane(times, ListItems(list).Count)).SelectMany(item => item)),
        (Datum.Text text, Datum.Int { Known: { } times }) => Datum.Of(string.Concat(Enumerable.Repeat(text.Value, Sane(times, text.Value.Length)))),
        (Datum.List, _) => throw Unknown("the length of a list"),
        var (x, y) when IsNumber(x) && IsNumber(y) => Compute("mul", x, y, (p, q) => p * q, (p, q) => unchecked(p * q), (p, q) => p * q),
        (Datum.Complex or Datum.Int or Datum.Float, Datum.Complex or Datum.Int or Datum.Float) when Parts(a[0]) * Parts(a[1]) is var product => new Datum.Complex(product.Real, product.Imaginary),
        _ => null,
    };

    private static int Sane(long times, int length)
    {
        const long Most = 1 << 20;
        Budget.Take(16 * Math.Max(0, Math.Min(times, Most) * length));
        return times * length <= Most ? (int)Math.Max(0, times) : throw SconceException.Unsupported($"a list or string of {times} times {length} items");
    }

    /// <summary>Numbers divide as floats do.</summary>
    private Datum Divide(Datum a, Datum b)
    {
        if (ToFloat(a).Known is { } x && ToFloat(b).Known is { } y)
        {
            return y == 0 ? throw ByZero() : Datum.Of(x / y);
        }

        return ToDatum(builder.Single("_operator::truediv", new(null, ToArgument(a)), new(null, ToArgument(b))));
    }

    private Datum? Power(BuiltinCall a)
    {
        if (!IsNumber(a[0]) || !IsNumber(a[1]))
        {
            return null;
        }

        return ToFloat(a[0]).Known is { } x && ToFloat(a[1]).Known is { } y ? Datum.Of(Math.Pow(x, y)) : Emitted("pow", ToFloat(a[0]), ToFloat(a[1]));
    }

    private static Builtin Comparing(string name, SizeComparison comparison) => (it, a) => it.Compare(name, comparison, a[0], a[1]);

    private Datum? Compare(string name, SizeComparison comparison, Datum a, Datum b)
    {
        if (IsNumber(a) && IsNumber(b))
        {
            if (a is Datum.Float || b is Datum.Float)
            {
                return ToFloat(a).Known is { } x && ToFloat(b).Known is { } y ? Datum.Of(comparison switch
                {
                    SizeComparison.Equal => x == y,
                    SizeComparison.NotEqual => x != y,
                    SizeComparison.Less => x < y,
                    SizeComparison.LessOrEqual => x <= y,
                    SizeComparison.Greater => x > y,
                    _ => x >= y,
                })
                : Emitted(name, ToFloat(a), ToFloat(b));
            }

            var (left, right) = (ToInt(a), ToInt(b));
            return left.Size is { } m && right.Size is { } n && builder.Typer.Holds(new SizeCondition.Compare(m, comparison, n)) is { } holds ? Datum.Of(holds) : Emitted(name, left, right);
        }

        if (a is Datum.Tensor || b is Datum.Tensor)
        {
            return null;
        }

        if (comparison is SizeComparison.Equal or SizeComparison.NotEqual)
        {
            var same = Same(a, b);
            return comparison == SizeComparison.Equal ? same : CallOperator("aten::__not__", [same], []);
        }

        return (a, b) is (Datum.Text { IsRough: false, Value: var first }, Datum.Text { IsRough: false, Value: var second })
            ? Datum.Of(string.CompareOrdinal(first, second) is var order && comparison switch
            {
                SizeComparison.Less => order < 0,
                SizeComparison.LessOrEqual => order <= 0,
                SizeComparison.Greater => order > 0,
                _ => order >= 0,
            })
            : throw SconceException.Expected("numbers to compare", $"{a.Kind} and {b.Kind}");
    }

    /// <summary>Whether two values are equal, items and all.</summary>
    private Datum.Bool Same(Datum a, Datum b)
    {
        switch (a, b)
        {
            case (Datum.List or Datum.Tuple, Datum.List or Datum.Tuple):
                var (x, y) = (ItemsOf(a), ItemsOf(b));
                if (x.Count != y.Count)
                {
                    return Datum.Of(false);
                }

                var all = Datum.Of(true);
                foreach (var (first, second) in x.Zip(y))
                {
                    var same = Same(first, second);
                    if (same.Known == false)
                    {
                        return same;
                    }

                    all = all.Known == true ? same : same.Known == true ? all : (Datum.Bool)CallOperator("aten::__and__", [all, same], []);
                }

                return all;
            case (Datum.Dict p, Datum.Dict q):
                var (m, n) = (DictItems(p), DictItems(q));
                return m.Count != n.Count || m.Exists(item => Find(q, item.Key) is null) ? Datum.Of(false)
                    : Same(NewList(m.Select(item => item.Value)), NewList(m.Select(item => Find(q, item.Key)!)));
            case (Datum.Text { IsRough: true }, _) or (_, Datum.Text { IsRough: true }):
                throw Unknown("a string");
            case (Datum.Tensor, Datum.Tensor):
                return ToBool(CallOperator("aten::all", [CallOperator("aten::eq", [a, b], [])], []));
            case (Datum.Optional, _) or (_, Datum.Optional):
                throw Unknown("whether a value is None");
            default:
                return IsNumber(a) && IsNumber(b) ? (Datum.Bool)Compare("eq", SizeComparison.Equal, a, b)! : Datum.Of(a.Equals(b));
        }
    }

    private static Datum? Absolute(Interpreter it, BuiltinCall a) => a[0] switch
    {
        Datum.Int { Known: { } known } => Datum.Of(Math.Abs(known)),
        Datum.Float { Known: { } known } => Datum.Of(Math.Abs(known)),
        Datum.Int or Datum.Float => it.CallOperator("prim::max", [a[0], it.CallOperator("aten::neg", [a[0]], [])], []),
        _ => null,
    };

    private static Datum Is(Interpreter it, BuiltinCall a) => (a[0], a[1]) switch
    {
        (Datum.None, Datum.None) => Datum.Of(true),
        (Datum.Optional optional, Datum.None) => it.CallOperator("aten::__not__", [new Datum.Bool(optional.Has)], []),
        (Datum.None, _) or (_, Datum.None) => Datum.Of(false),
        (Datum.Tensor x, Datum.Tensor y) => ReferenceEquals(x.Reference, y.Reference) ? Datum.Of(true) : AreTwo(x.Reference.Settled(), y.Reference.Settled()),
        (Datum.List x, Datum.List y) => x.Equals(y) ? Datum.Of(true) : AreTwo(x.Items, y.Items),
        (Datum.Dict x, Datum.Dict y) => x.Equals(y) ? Datum.Of(true) : AreTwo(x.Items, y.Items),
        (Datum.Object x, Datum.Object y) => Datum.Of(ReferenceEquals(x.Instance, y.Instance)),
        var (x, y) => it.Same(x, y),
    };

    private static Datum.Bool AreTwo(TensorReference a, TensorReference b) => ReferenceEquals(a, b) ? Datum.Of(true)
        : AreTwo(a.Memories.First().Cell, b.Memories.First().Cell);

    /// <summary>Refuses what may be the same.</summary>
    private static Datum.Bool AreTwo(Cell a, Cell b) => a.Doubtful.Contains(b)
        ? throw SconceException.Unsupported("a comparison by `is` of two names that may hold the same, which only the run can tell") : Datum.Of(false);

    private static Builtin Bits(string name, Func<bool, bool, bool> flags, Func<long, long, long> integers) => (it, a) => (a[0], a[1]) switch
    {
        (Datum.Bool { Known: { } x }, Datum.Bool { Known: { } y }) => Datum.Of(flags(x, y)),
        (Datum.Bool x, Datum.Bool y) => Simplified(name, x, y) ?? it.Emitted(name, x, y),
        (Datum.Int { Known: { } x }, Datum.Int { Known: { } y }) => Datum.Of(integers(x, y)),
        (Datum.Int, Datum.Int) => it.OnIntegers(a),
        _ => null,
    };

    private static Datum.Bool? Simplified(string name, Datum.Bool a, Datum.Bool b) => name switch
    {
        "and_" => a.Known == false || b.Known == true ? a : b.Known == false || a.Known == true ? b : null,
        "or_" => a.Known == true || b.Known == false ? a : b.Known == true || a.Known == false ? b : null,
        _ => null,
    };

    private static Builtin Rounding(string name, Func<double, double> function) => (it, a) => a[0] switch
    {
        Datum.Int or Datum.Bool => it.ToInt(a[0]),
        Datum.Float { Known: { } known } => Datum.Of((long)function(known)),
        Datum.Float number => it.ToDatum(it.builder.Single($"math::{name}", new NamedArgument(null, number.Value))),
        _ => null,
    };

    private static Builtin Function(Func<double, double> function) => (it, a) =>
        !IsNumber(a[0]) || a.Count > 1 ? null : it.ToFloat(a[0]).Known is { } known ? Datum.Of(function(known)) : it.OnTensor(a.Operator, a);

    private static Builtin FunctionOfTwo(Func<double, double, double> function) => (it, a) => !IsNumber(a[0]) || !IsNumber(a[1]) ? null
        : it.ToFloat(a[0]).Known is { } x && it.ToFloat(a[1]).Known is { } y ? Datum.Of(function(x, y))
        : it.ToNumber((Datum.Tensor)it.CallOperator(a.Operator, [it.TensorOf(it.ToFloat(a[0]), DType.Float64), it.TensorOf(it.ToFloat(a[1]), DType.Float64)], []));

    private static Builtin Asking(Func<double, bool> question) => (it, a) => !IsNumber(a[0]) ? null : it.ToFloat(a[0]).Known is { } known ? Datum.Of(question(known))
        : it.ToNumber((Datum.Tensor)it.CallOperator(a.Operator, [it.TensorOf(it.ToFloat(a[0]), DType.Float64)], []));

    /// <summary>An operator of ints that only the run knows, computed in tensors of int64.</summary>
    private Datum? OnIntegers(BuiltinCall a) => a[0] is Datum.Int x && a[1] is Datum.Int y
        ? ToNumber((Datum.Tensor)CallOperator(a.Operator.Replace("__and__", "bitwise_and", StringComparison.Ordinal).Replace("__or__", "bitwise_or", StringComparison.Ordinal)
            .Replace("__xor__", "bitwise_xor", StringComparison.Ordinal), [TensorOf(x, DType.Int64), TensorOf(y, DType.Int64)], [])) : null;

    /// <summary>A function of a number that only the run knows, computed in a tensor of float64.</summary>
    private Datum OnTensor(string op, BuiltinCall a)
    {
        var tensor = builder.Single("aten::scalar_tensor", new(null, ToFloat(a[0]).Value), new("dtype", new Argument.ScalarType(DType.Float64)));
        return ToNumber(new Datum.Tensor(NewTensor(builder.Single(op, new NamedArgument(null, tensor)))));
    }

    private Datum? Extreme(BuiltinCall a, string name, int sign)
    {
        if (a.HasTensor)
        {
            return null;
        }

        if (a.Count == 1 && a[0] is Datum.List { Items.Now: not ImmutableList<Datum> } && OfNumbers(sign > 0 ? "aten::max" : "aten::min", a[0]) is { } extreme)
        {
            return extreme;
        }

        IReadOnlyList<Datum> items = a.Count == 1 ? ItemsOf(a[0]) : a.Given;
        if (items is [Datum.List x, Datum.List y])
        {
            return ToBool(CallOperator(sign > 0 ? "aten::ge" : "aten::le", [ListItems(x)[0], ListItems(y)[0]], [])).Known == true ? x : y;
        }

        if (items.Count == 0)
        {
            throw new RaisedException("min or max of an empty list");
        }

        if (!items.All(IsNumber))
        {
            throw SconceException.Expected("numbers to choose from", items[0].Kind);
        }

        var best = items[0];
        foreach (var item in items.Skip(1))
        {
            best = best is Datum.Float || item is Datum.Float
                ? ToFloat(best).Known is { } m && ToFloat(item).Known is { } n ? Datum.Of(sign > 0 ? Math.Max(m, n) : Math.Min(m, n)) : EmittedExtreme(name, ToFloat(best), ToFloat(item))
                : ToInt(best).Size is { } p && ToInt(item).Size is { } q ? Datum.Of(sign > 0 ? Dim.Max(p, q) : Dim.Min(p, q))
                : EmittedExtreme(name, ToInt(best), ToInt(item));
        }

        return best;
    }

    private Datum EmittedExtreme(string name, Datum a, Datum b) => ToDatum(builder.Single($"torch::{name}", new(null, ToArgument(a)), new(null, ToArgument(b))));

    private Datum RangeLength(Datum.Int start, Datum.Int end, Datum.Int step)
    {
        var by = step.Known is { } known and not 0 ? known : throw Unknown("the step of a range");

        // (end - start + step - sign) // step, and no less than 0.
        var span = CallOperator("aten::sub", [end, start], []);
        var rounded = CallOperator("aten::floordiv", [CallOperator("aten::add", [span, Datum.Of(by - Math.Sign(by))], []), step], []);
        return CallOperator("prim::max", [rounded, Datum.Of(0)], []);
    }
}
