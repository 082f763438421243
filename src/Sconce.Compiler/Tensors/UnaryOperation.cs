using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Functions of one number. Float functions follow PyTorch's CPU results, NaN and infinities included.</summary>
public enum UnaryOp
{
    Neg, Abs, Not, BitNot, Sqrt, Exp, Expm1, Log, Log1p, Sin, Cos, Tan, Asin, Acos, Atan, Sinh, Cosh, Tanh, Asinh, Acosh, Atanh,
    Sigmoid, Erf, Erfc, Erfinv, Lgamma, Digamma, Floor, Ceil, Trunc,

    /// <summary>To the nearest, halves to even.</summary>
    Round,
    IsNan,
}

/// <summary>
/// What a <see cref="UnaryOp"/> is: all that there is to say of it but the code of kernels. The dtypes that it takes are those that it has a meaning for.
/// </summary>
public sealed record UnaryOperation
{
    private static readonly UnaryOperation[] table = ByOp(
        new(UnaryOp.Neg, cost: 1) { Floats = x => -x, Integers = x => unchecked(-x) },
        new(UnaryOp.Abs, cost: 1) { Floats = Math.Abs, Integers = x => x < 0 ? unchecked(-x) : x },
        new(UnaryOp.Not, cost: 1) { FloatTest = x => x == 0, Integers = x => x == 0 ? 1 : 0, TakesBool = true },
        new(UnaryOp.BitNot, cost: 1) { Integers = x => ~x },
        new(UnaryOp.Sqrt, cost: 4) { Floats = Math.Sqrt },
        new(UnaryOp.Exp, cost: 16) { Floats = Math.Exp },
        new(UnaryOp.Expm1, cost: 16) { Floats = SpecialFunctions.Expm1 },
        new(UnaryOp.Log, cost: 16) { Floats = Math.Log },
        new(UnaryOp.Log1p, cost: 16) { Floats = SpecialFunctions.Log1p },
        new(UnaryOp.Sin, cost: 64) { Floats = Math.Sin },
        new(UnaryOp.Cos, cost: 64) { Floats = Math.Cos },
        new(UnaryOp.Tan, cost: 64) { Floats = Math.Tan },
        new(UnaryOp.Asin, cost: 64) { Floats = Math.Asin },
        new(UnaryOp.Acos, cost: 64) { Floats = Math.Acos },
        new(UnaryOp.Atan, cost: 64) { Floats = Math.Atan },
        new(UnaryOp.Sinh, cost: 64) { Floats = Math.Sinh },
        new(UnaryOp.Cosh, cost: 64) { Floats = Math.Cosh },
        new(UnaryOp.Tanh, cost: 16) { Floats = Math.Tanh },
        new(UnaryOp.Asinh, cost: 64) { Floats = Math.Asinh },
        new(UnaryOp.Acosh, cost: 64) { Floats = Math.Acosh },
        new(UnaryOp.Atanh, cost: 64) { Floats = Math.Atanh },
        new(UnaryOp.Sigmoid, cost: 16) { Floats = x => 1 / (1 + Math.Exp(-x)) },
        new(UnaryOp.Erf, cost: 16) { Floats = SpecialFunctions.Erf },
        new(UnaryOp.Erfc, cost: 64) { Floats = SpecialFunctions.Erfc },
        new(UnaryOp.Erfinv, cost: 64) { Floats = SpecialFunctions.Erfinv },
        new(UnaryOp.Lgamma, cost: 64) { Floats = SpecialFunctions.Lgamma },
        new(UnaryOp.Digamma, cost: 64) { Floats = SpecialFunctions.Digamma },
        new(UnaryOp.Floor, cost: 1) { Floats = Math.Floor, Integers = x => x, TakesBool = true },
        new(UnaryOp.Ceil, cost: 1) { Floats = Math.Ceiling, Integers = x => x, TakesBool = true },
        new(UnaryOp.Trunc, cost: 1) { Floats = Math.Truncate, Integers = x => x, TakesBool = true },
        new(UnaryOp.Round, cost: 1) { Floats = x => Math.Round(x, MidpointRounding.ToEven), Integers = x => x, TakesBool = true },
        new(UnaryOp.IsNan, cost: 1) { FloatTest = double.IsNaN });

    private UnaryOperation(UnaryOp op, int cost) => (Op, Name, Cost) = (op, op.ToString().ToLowerInvariant(), cost);

    public UnaryOp Op { get; }

    /// <summary>As programs are written, and functions of kernels called.</summary>
    public string Name { get; }

    /// <summary>Roughly how many simple instructions it takes, for a vector of four.</summary>
    public int Cost { get; }

    /// <summary>The meaning for floats, in double precision; the result is rounded to the dtype afterwards.</summary>
    public Func<double, double>? Floats { get; private init; }

    /// <summary>The meaning for floats of what answers with true or false.</summary>
    public Func<double, bool>? FloatTest { get; private init; }

    /// <summary>The meaning for integers, bools among them as 0 and 1; the result wraps at the dtype's width afterwards.</summary>
    public Func<long, long>? Integers { get; private init; }

    /// <summary>The meaning for an integer dtype: of what has no sign, nothing is below 0.</summary>
    public Func<long, long>? IntegersOf(DType type) => type == DType.UInt64 && Op == UnaryOp.Abs ? x => x : Integers;

    public bool TakesBool { get; private init; }

    /// <summary>Whether it answers with true or false, else with a number of its operand's dtype.</summary>
    public bool GivesBool => FloatTest is not null;

    public static UnaryOperation Of(UnaryOp op) => table[(int)op];

    public bool Takes(DType type) => type switch
    {
        DType.Bool => TakesBool,
        _ when type.IsFloat() => !type.IsFloat8() && (Floats is not null || FloatTest is not null),
        _ => type.IsInteger() && Integers is not null,
    };

    private static UnaryOperation[] ByOp(params UnaryOperation[] all) => [.. Enum.GetValues<UnaryOp>().Select(op => all.Single(operation => operation.Op == op))];
}
