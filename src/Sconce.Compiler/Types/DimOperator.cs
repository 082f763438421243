namespace Sconce.Compiler.Types;

/// <summary>How a <see cref="BinaryAtom"/> joins its two operands.</summary>
public enum DimOperator
{
    FloorDivide,
    Modulo,
    Min,
    Max,
}

/// <summary>Everything that an operator on sizes is, but for the code that kernels make of it.</summary>
/// <param name="Sign">How it is written: between its operands, or before them where they may be exchanged.</param>
/// <param name="IsCommutative">Whether they may.</param>
/// <param name="OfNumbers">Its value.</param>
/// <param name="OfDims">Its value, simplified.</param>
/// <param name="OfBounds">Where its value lies, given where the operands do.</param>
internal sealed record DimMeaning(
    string Sign, bool IsCommutative, Func<long, long, long> OfNumbers, Func<Dim, Dim, Dim> OfDims, Func<Interval, Interval, Interval> OfBounds)
{
    private static readonly DimMeaning FloorDivide = new("//", false, Dim.FloorDivide, (a, b) => a.FloorDiv(b), (a, b) => a.FloorDivide(b));

    private static readonly DimMeaning Modulo = new("%", false, (a, b) => a - (Dim.FloorDivide(a, b) * b), (a, b) => a.Mod(b), (_, b) =>
        b is { Min: > 0, Max: var most } ? new(0, most == long.MaxValue ? most : most - 1) : Interval.All);

    private static readonly DimMeaning Min = new("min", true, Math.Min, Dim.Min, (a, b) => new(Math.Min(a.Min, b.Min), Math.Min(a.Max, b.Max)));

    private static readonly DimMeaning Max = new("max", true, Math.Max, Dim.Max, (a, b) => new(Math.Max(a.Min, b.Min), Math.Max(a.Max, b.Max)));

    public static DimMeaning Of(DimOperator op) => op switch
    {
        DimOperator.FloorDivide => FloorDivide,
        DimOperator.Modulo => Modulo,
        DimOperator.Min => Min,
        DimOperator.Max => Max,
        _ => throw new ArgumentOutOfRangeException(nameof(op), op, "no operator on sizes"),
    };
}
