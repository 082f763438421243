namespace Sconce.Compiler.Types;

/// <summary>A closed range of integers; <see cref="long.MinValue"/> and <see cref="long.MaxValue"/> stand for the infinities.</summary>
public readonly record struct Interval(long Min, long Max)
{
    public static Interval All { get; } = new(long.MinValue, long.MaxValue);

    public static Interval Exactly(long value) => new(value, value);

    public bool IsExact => Min == Max;

    public static Interval operator +(Interval a, Interval b) => new(AddLow(a.Min, b.Min), AddHigh(a.Max, b.Max));

    public static Interval operator -(Interval a) => new(Negate(a.Max), Negate(a.Min));

    public static Interval operator *(Interval a, Interval b)
    {
        Span<long> corners = [Multiply(a.Min, b.Min), Multiply(a.Min, b.Max), Multiply(a.Max, b.Min), Multiply(a.Max, b.Max)];
        long low = corners[0], high = corners[0];
        foreach (var corner in corners)
        {
            low = Math.Min(low, corner);
            high = Math.Max(high, corner);
        }

        return new(low, high);
    }

    /// <summary>Floor division by a divisor that is not negative. Where it is 0 there is no quotient: evaluating it throws, and a check does not hold.</summary>
    public Interval FloorDivide(Interval divisor)
    {
        if (divisor.Min < 0)
        {
            return All;
        }

        divisor = new(Math.Max(divisor.Min, 1), Math.Max(divisor.Max, 1));
        return new(
            Min >= 0 ? Floor(Min, divisor.Max) : Floor(Min, divisor.Min),
            Max >= 0 ? Floor(Max, divisor.Min) : Floor(Max, divisor.Max));

        static long Floor(long a, long b) =>
            a is long.MinValue or long.MaxValue ? a
            : b == long.MaxValue ? (a < 0 ? -1 : 0)
            : Dim.FloorDivide(a, b);
    }

    private static long AddLow(long a, long b) => a == long.MinValue || b == long.MinValue ? long.MinValue : Saturate((Int128)a + b);

    private static long AddHigh(long a, long b) => a == long.MaxValue || b == long.MaxValue ? long.MaxValue : Saturate((Int128)a + b);

    private static long Negate(long a) => a == long.MinValue ? long.MaxValue : a == long.MaxValue ? long.MinValue : -a;

    private static long Multiply(long a, long b) => a == 0 || b == 0 ? 0 : Saturate((Int128)a * b);

    private static long Saturate(Int128 value) =>
        value > long.MaxValue ? long.MaxValue : value < long.MinValue ? long.MinValue : (long)value;
}
