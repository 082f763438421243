namespace Sconce.Compiler.Types;

/// <summary>The most that a size can be, over what a run knows when it begins: sizes that are counted or found stand at their bounds. Memory is planned by it.</summary>
public static class SizeBound
{
    /// <summary>The size itself where it hangs on given symbols alone; null where nothing bounds it.</summary>
    public static Dim? Of(Dim size) => !size.Any(IsOpen) ? size : RangeOf(size) is { High: var high } ? high.IsNonNegative ? high : Dim.Max(high, 0) : null;

    private readonly record struct Range(Dim Low, Dim High);

    private static bool IsOpen(Atom leaf) => leaf is not Symbol { Source: SymbolSource.Given };

    private static Range? RangeOf(Dim dim)
    {
        var (low, high) = ((Dim)dim.ConstantTerm, (Dim)dim.ConstantTerm);
        foreach (var term in dim.Terms)
        {
            if (RangeOf(term) is not { } range)
            {
                return null;
            }

            low += range.Low;
            high += range.High;
        }

        return new(low, high);
    }

    private static Range? RangeOf(Term term)
    {
        var product = new Range(1, 1);
        foreach (var factor in term.Factors)
        {
            if (RangeOf(factor) is not { } range || (term.Factors.Length > 1 && !range.Low.IsNonNegative))
            {
                // Of factors that may be negative only numbers say how far the product goes.
                return Dim.Of(term).Bounds is { Min: > long.MinValue and var least, Max: < long.MaxValue and var most } ? new(least, most) : null;
            }

            product = new(product.Low * range.Low, product.High * range.High);
        }

        return term.Coefficient >= 0
            ? new(product.Low * term.Coefficient, product.High * term.Coefficient)
            : new(product.High * term.Coefficient, product.Low * term.Coefficient);
    }

    private static Range? RangeOf(Atom atom) => atom switch
    {
        Symbol { Source: SymbolSource.Given } => new(atom, atom),
        Symbol { Bound: { } bound } symbol => RangeOf(bound) is { High: var high } ? new(symbol.Min, high) : null,
        BinaryAtom binary when !Dim.Of(binary).Any(IsOpen) => new(binary, binary),
        BinaryAtom binary => RangeOf(binary),
        { Bounds: { Min: > long.MinValue and var least, Max: < long.MaxValue and var most } } => new(least, most),
        _ => null,
    };

    private static Range? RangeOf(BinaryAtom atom)
    {
        var (left, right) = (RangeOf(atom.Left), RangeOf(atom.Right));
        switch (atom.Operator)
        {
            // One bounded operand bounds a minimum from above.
            case DimOperator.Min when left is null || right is null:
                return (left ?? right) is { } one && atom.Bounds.Min > long.MinValue ? new(atom.Bounds.Min, one.High) : null;
            case var _ when left is not { } || right is not { }:
                return null;
            case DimOperator.Min:
                return new(Dim.Min(left.Value.Low, right.Value.Low), Dim.Min(left.Value.High, right.Value.High));
            case DimOperator.Max:
                return new(Dim.Max(left.Value.Low, right.Value.Low), Dim.Max(left.Value.High, right.Value.High));
            case DimOperator.Modulo:
                return atom.Right.Bounds.Min < 0 ? null : new(0, right.Value.High - 1);
            default:
                // Dividing by 0 is an error before anybody asks for the size.
                if (atom.Right.Bounds.Min < 0)
                {
                    return null;
                }

                var (least, most) = (Dim.Max(right.Value.Low, 1), Dim.Max(right.Value.High, 1));
                return new(
                    left.Value.Low.IsNonNegative ? left.Value.Low.FloorDiv(most) : Dim.Min(left.Value.Low.FloorDiv(least), left.Value.Low.FloorDiv(most)),
                    left.Value.High.IsNonNegative ? left.Value.High.FloorDiv(least) : Dim.Max(left.Value.High.FloorDiv(least), left.Value.High.FloorDiv(most)));
        }
    }
}
