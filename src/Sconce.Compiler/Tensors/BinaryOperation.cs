using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Functions of two numbers of one dtype. Comparisons give bool.</summary>
public enum BinaryOp
{
    Add, Sub, Mul,

    /// <summary>Floats: the quotient. Integers: truncated towards zero.</summary>
    Div,

    /// <summary>Remainder with the dividend's sign, as C's fmod.</summary>
    Rem,

    /// <summary>Remainder with the divisor's sign, as Python's %.</summary>
    Mod,

    /// <summary>Division rounded towards minus infinity.</summary>
    FloorDiv,

    /// <summary>NaN if either is NaN.</summary>
    Min,

    /// <summary>NaN if either is NaN.</summary>
    Max,
    Pow, Atan2, And, Or, Xor, Shl, Shr, Eq, Ne, Lt, Le, Gt, Ge,
}

/// <summary>
/// What a <see cref="BinaryOp"/> is: all that there is to say of it but the code of kernels. The dtypes that it takes are those that it has a meaning for.
/// </summary>
public sealed record BinaryOperation
{
    private static readonly BinaryOperation[] table = ByOp(
        new(BinaryOp.Add, cost: 1) { Floats = (a, b) => a + b, Integers = (a, b) => unchecked(a + b), TakesBool = true },
        new(BinaryOp.Sub, cost: 1) { Floats = (a, b) => a - b, Integers = (a, b) => unchecked(a - b), TakesBool = true },
        new(BinaryOp.Mul, cost: 1) { Floats = (a, b) => a * b, Integers = (a, b) => unchecked(a * b), TakesBool = true },
        new(BinaryOp.Div, cost: 4) { Floats = (a, b) => a / b, Integers = Division.Truncated, Unsigned = (a, b) => b == 0 ? 0 : a / b },
        new(BinaryOp.Rem, cost: 16) { Floats = (a, b) => a % b, Integers = (a, b) => b is 0 or -1 ? 0 : a % b, Unsigned = (a, b) => b == 0 ? 0 : a % b },
        new(BinaryOp.Mod, cost: 16) { Floats = Division.Modulo, Integers = Division.Modulo, Unsigned = (a, b) => b == 0 ? 0 : a % b },
        new(BinaryOp.FloorDiv, cost: 16) { Floats = Division.Floored, Integers = Division.Floored, Unsigned = (a, b) => b == 0 ? 0 : a / b },
        new(BinaryOp.Min, cost: 1) { Floats = Math.Min, Integers = Math.Min, Unsigned = Math.Min, TakesBool = true },
        new(BinaryOp.Max, cost: 1) { Floats = Math.Max, Integers = Math.Max, Unsigned = Math.Max, TakesBool = true },
        new(BinaryOp.Pow, cost: 32) { Floats = Math.Pow, Integers = SpecialFunctions.Power, Unsigned = SpecialFunctions.Power },
        new(BinaryOp.Atan2, cost: 64) { Floats = Math.Atan2 },
        new(BinaryOp.And, cost: 1) { Integers = (a, b) => a & b, TakesBool = true },
        new(BinaryOp.Or, cost: 1) { Integers = (a, b) => a | b, TakesBool = true },
        new(BinaryOp.Xor, cost: 1) { Integers = (a, b) => a ^ b, TakesBool = true },
        new(BinaryOp.Shl, cost: 1) { Integers = (a, b) => b is < 0 or > 63 ? 0 : a << (int)b },
        new(BinaryOp.Shr, cost: 1) { Integers = (a, b) => a >> (b is < 0 or > 63 ? 63 : (int)b), Unsigned = (a, b) => b > 63 ? 0 : a >> (int)b },
        new(BinaryOp.Eq, cost: 1) { FloatTest = (a, b) => a == b, Integers = (a, b) => a == b ? 1 : 0, TakesBool = true },
        new(BinaryOp.Ne, cost: 1) { FloatTest = (a, b) => a != b, Integers = (a, b) => a != b ? 1 : 0, TakesBool = true },
        new(BinaryOp.Lt, cost: 1) { FloatTest = (a, b) => a < b, Integers = (a, b) => a < b ? 1 : 0, Unsigned = (a, b) => a < b ? 1UL : 0, TakesBool = true },
        new(BinaryOp.Le, cost: 1) { FloatTest = (a, b) => a <= b, Integers = (a, b) => a <= b ? 1 : 0, Unsigned = (a, b) => a <= b ? 1UL : 0, TakesBool = true },
        new(BinaryOp.Gt, cost: 1) { FloatTest = (a, b) => a > b, Integers = (a, b) => a > b ? 1 : 0, Unsigned = (a, b) => a > b ? 1UL : 0, TakesBool = true },
        new(BinaryOp.Ge, cost: 1) { FloatTest = (a, b) => a >= b, Integers = (a, b) => a >= b ? 1 : 0, Unsigned = (a, b) => a >= b ? 1UL : 0, TakesBool = true });

    private BinaryOperation(BinaryOp op, int cost) => (Op, Name, Cost) = (op, op.ToString().ToLowerInvariant(), cost);

    public BinaryOp Op { get; }

    /// <inheritdoc cref="UnaryOperation.Name"/>
    public string Name { get; }

    /// <inheritdoc cref="UnaryOperation.Cost"/>
    public int Cost { get; }

    /// <inheritdoc cref="UnaryOperation.Floats"/>
    public Func<double, double, double>? Floats { get; private init; }

    /// <summary>The meaning for floats of a comparison.</summary>
    public Func<double, double, bool>? FloatTest { get; private init; }

    /// <inheritdoc cref="UnaryOperation.Integers"/>
    public Func<long, long, long>? Integers { get; private init; }

    /// <summary>The meaning for uint64, where it is not that of the int64 with the same bits.</summary>
    private Func<ulong, ulong, ulong>? Unsigned { get; init; }

    public bool TakesBool { get; private init; }

    /// <summary>Whether it compares, and gives true or false; else a number of its operands' dtype.</summary>
    public bool GivesBool => FloatTest is not null;

    public static BinaryOperation Of(BinaryOp op) => table[(int)op];

    /// <summary>The meaning for an integer dtype. A uint64 comes, and goes, as the int64 with the same bits.</summary>
    public Func<long, long, long>? IntegersOf(DType type) =>
        type == DType.UInt64 && Unsigned is { } unsigned ? (a, b) => (long)unsigned((ulong)a, (ulong)b) : Integers;

    public bool Takes(DType type) => type switch
    {
        DType.Bool => TakesBool,
        _ when type.IsFloat() => !type.IsFloat8() && (Floats is not null || FloatTest is not null),
        _ => type.IsInteger() && Integers is not null,
    };

    private static BinaryOperation[] ByOp(params BinaryOperation[] all) => [.. Enum.GetValues<BinaryOp>().Select(op => all.Single(operation => operation.Op == op))];
}
