using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>Division, modulo, minimum, maximum, and what can be proved about an expression.</summary>
public sealed partial class Dim
{
    /// <summary>A proof is given up where it would have to write more terms than this.</summary>
    private const int LongestProof = 1024;

    /// <summary>Division that rounds towards minus infinity. What the divisor divides exactly is drawn out; a remainder known to lie in [0, divisor) vanishes.</summary>
    public Dim FloorDiv(Dim divisor)
    {
        if (divisor.IsConstant && divisor.constant == 1)
        {
            return this;
        }

        if (IsConstant && divisor.IsConstant && divisor.constant != 0)
        {
            return FloorDivide(constant, divisor.constant);
        }

        var (quotient, remainder) = DivideExactParts(divisor);
        return quotient + FloorDivRemainder(remainder, divisor);
    }

    /// <summary>The remainder of <see cref="FloorDiv"/>: in [0, divisor) for a positive divisor.</summary>
    public Dim Mod(Dim divisor)
    {
        if (divisor.IsConstant && divisor.constant == 1)
        {
            return Zero;
        }

        if (IsConstant && divisor.IsConstant && divisor.constant != 0)
        {
            return constant - (FloorDivide(constant, divisor.constant) * divisor.constant);
        }

        var remainder = DivideExactParts(divisor).Remainder;
        if (remainder.Equals(Zero) || remainder.IsProvenIn(Zero, divisor))
        {
            return remainder;
        }

        // (x % 12) % 4 = x % 4
        if (remainder.AsAtom is BinaryAtom { Operator: DimOperator.Modulo } inner && divisor.IsPositive
            && inner.Right.DivideExactParts(divisor) is var (factor, rest) && rest.Equals(Zero) && factor.IsPositive)
        {
            return inner.Left.Mod(divisor);
        }

        // (4a + 6b + 1) % 8 has no common part; (4a + 6b) % 8 = 2 ((2a + 3b) % 4)
        if (divisor.IsConstant && divisor.constant > 1 && Gcd(remainder, divisor.constant) is > 1 and var common && remainder.constant % common == 0)
        {
            return remainder.DivideCoefficients(common).Mod(divisor.constant / common) * common;
        }

        if (remainder.SplitDigits(divisor) is var (unit, high, low))
        {
            return (high.Mod(divisor.constant / unit) * unit) + low;
        }

        return Of(new BinaryAtom(DimOperator.Modulo, remainder, divisor));
    }

    public static Dim Min(Dim a, Dim b)
    {
        if ((b - a).IsNonNegative)
        {
            return a;
        }

        return (a - b).IsNonNegative ? b : Commutative(DimOperator.Min, a, b);
    }

    public static Dim Max(Dim a, Dim b)
    {
        if ((b - a).IsNonNegative)
        {
            return b;
        }

        return (a - b).IsNonNegative ? a : Commutative(DimOperator.Max, a, b);
    }

    /// <summary>True where the expression is ≥ 0 for every value of its symbols and axes; false says only that no proof was found.</summary>
    public bool IsNonNegative => Bounds.Min >= 0 || (!IsConstant && ProveNonNegative());

    public bool IsPositive => (this - 1).IsNonNegative;

    /// <summary>True where it is known that low ≤ this &lt; high.</summary>
    public bool IsProvenIn(Dim low, Dim high) => (this - low).IsNonNegative && (high - this).IsPositive;

    /// <summary>Compares where that can be decided for every value of the symbols.</summary>
    public bool? IsLess(Dim other) => (other - this).IsPositive ? true : (this - other).IsNonNegative ? false : null;

    private static Dim Commutative(DimOperator op, Dim a, Dim b) =>
        Of(a.Order(b) <= 0 ? new BinaryAtom(op, a, b) : new BinaryAtom(op, b, a));

    private static Dim FloorDivRemainder(Dim remainder, Dim divisor)
    {
        // Nothing is nothing whatever it is divided by: that this is not zero is looked at elsewhere.
        if (remainder.Equals(Zero) || remainder.IsProvenIn(Zero, divisor))
        {
            return Zero;
        }

        // (x % 12) // 4 = (x // 4) % 3
        if (remainder.AsAtom is BinaryAtom { Operator: DimOperator.Modulo } modulo && divisor.IsPositive
            && modulo.Right.DivideExactParts(divisor) is var (factor, rest) && rest.Equals(Zero) && factor.IsPositive)
        {
            return modulo.Left.FloorDiv(divisor).Mod(factor);
        }

        // (x // h) // w = x // (h w)
        if (remainder.AsAtom is BinaryAtom { Operator: DimOperator.FloorDivide } quotient && quotient.Right.IsPositive && divisor.IsPositive)
        {
            return quotient.Left.FloorDiv(quotient.Right * divisor);
        }

        if (divisor.IsConstant && divisor.constant > 1)
        {
            // (4a + 6b + 3) // 8 = (2a + 3b + 1) // 4
            var common = Gcd(remainder, divisor.constant);
            if (common > 1)
            {
                var reduced = remainder - remainder.constant;
                return (reduced.DivideCoefficients(common) + FloorDivide(remainder.constant, common)).FloorDiv(divisor.constant / common);
            }

            // (x // 3 + 2) // 4 = (x + 6) // 12
            if (remainder.terms is [{ Coefficient: 1, Factors: [BinaryAtom { Operator: DimOperator.FloorDivide } inner] }] && inner.Right.IsConstant)
            {
                return (inner.Left + (remainder.constant * inner.Right)).FloorDiv(inner.Right * divisor);
            }
        }

        if (remainder.SplitDigits(divisor) is var (unit, high, _))
        {
            return high.FloorDiv(divisor.constant / unit);
        }

        return Of(new BinaryAtom(DimOperator.FloorDivide, remainder, divisor));
    }

    /// <summary>
    /// this = unit * high + low with 0 ≤ low &lt; unit and a unit that divides the divisor, so that low has no say in the quotient:
    /// with j in [0, 4), (4i + j) // 64 = i // 16 and (4i + j) % 64 = 4 (i % 16) + j.
    /// </summary>
    private (long Unit, Dim High, Dim Low)? SplitDigits(Dim divisor)
    {
        if (!divisor.IsConstant || divisor.constant < 2 || terms.Length < (constant == 0 ? 2 : 1))
        {
            return null;
        }

        foreach (var unit in terms.Select(term => Gcd(term.Coefficient, divisor.constant)).Distinct().OrderDescending())
        {
            if (unit > 1)
            {
                var whole = terms.Where(term => term.Coefficient % unit == 0).ToImmutableArray();
                var quotient = FloorDivide(constant, unit);
                var low = FromTerms([.. terms.Where(term => term.Coefficient % unit != 0)], constant - (quotient * unit));
                if (low.IsProvenIn(Zero, unit))
                {
                    return (unit, FromTerms(whole, quotient * unit).DivideCoefficients(unit), low);
                }
            }
        }

        return null;
    }

    /// <summary>The greatest common divisor, never negative; of 0 and a number that number.</summary>
    internal static long Gcd(long a, long b)
    {
        (a, b) = (Math.Abs(a), Math.Abs(b));
        while (b != 0)
        {
            (a, b) = (b, a % b);
        }

        return a;
    }

    private static long Gcd(Dim dim, long start)
    {
        var common = start;
        foreach (var term in dim.terms)
        {
            common = Gcd(common, term.Coefficient);
        }

        return common;
    }

    private Dim DivideCoefficients(long divisor) =>
        FromTerms([.. terms.Select(term => term with { Coefficient = term.Coefficient / divisor })], constant / divisor);

    /// <summary>this = quotient * divisor + remainder, where the quotient holds the terms that divide without a rest.</summary>
    private (Dim Quotient, Dim Remainder) DivideExactParts(Dim divisor)
    {
        if (divisor.IsConstant)
        {
            if (divisor.constant == 0)
            {
                return (Zero, this);
            }

            var whole = terms.Where(term => term.Coefficient % divisor.constant == 0);
            var rest = terms.Where(term => term.Coefficient % divisor.constant != 0).ToImmutableArray();
            var quotientConstant = FloorDivide(constant, divisor.constant);
            return (
                FromTerms([.. whole.Select(term => term with { Coefficient = term.Coefficient / divisor.constant })], quotientConstant),
                FromTerms(rest, constant - (quotientConstant * divisor.constant)));
        }

        Dim quotient = Zero;
        var remainder = this;
        var lead = divisor.terms[^1];
        for (var tries = 0; tries < 32; tries++)
        {
            Dim? step = null;
            foreach (var term in remainder.terms)
            {
                if (term.DividedBy(lead) is { } part)
                {
                    step = Of(part);
                    break;
                }
            }

            if (step is null)
            {
                break;
            }

            var next = remainder - (step * divisor);
            if (divisor.terms.Length > 1 && next.terms.Length > remainder.terms.Length)
            {
                break;
            }

            (quotient, remainder) = (quotient + step, next);
        }

        // A remainder below zero is drawn up by whole divisors where that proves it small: (s - 1) stays, (-1) becomes s - 1.
        if (!remainder.IsNonNegative && (remainder + divisor).IsProvenIn(Zero, divisor))
        {
            return (quotient - 1, remainder + divisor);
        }

        return (quotient, remainder);
    }

    private bool ProveNonNegative()
    {
        try
        {
            return ProveWithAxesAtTheirEnds();
        }
        catch (OverflowException)
        {
            // The proof's own numbers exceed 64 bits, which says nothing about the expression.
            return false;
        }
    }

    private bool ProveWithAxesAtTheirEnds()
    {
        var current = this;
        // Axes lie between 0 and extent - 1: put in whichever end makes the expression smallest.
        for (var tries = 0; tries < 16; tries++)
        {
            Axis? axis = null;
            foreach (var term in current.terms)
            {
                axis ??= term.Factors.OfType<Axis>().FirstOrDefault();
            }

            if (axis is null)
            {
                break;
            }

            if (current.LinearIn(axis) is not var (coefficient, rest))
            {
                return false;
            }

            if (coefficient.IsNonNegativeByShift())
            {
                current = rest;
            }
            else if ((long)coefficient.terms.Length * axis.Extent.terms.Length <= LongestProof && (-coefficient).IsNonNegativeByShift())
            {
                current = rest + (coefficient * (axis.Extent - 1));
            }
            else
            {
                return false;
            }

            if (current.Bounds.Min >= 0)
            {
                return true;
            }
        }

        return current.IsNonNegativeByShift();
    }

    /// <summary>With every atom written as its lower bound plus something ≥ 0, no negative coefficient is left.</summary>
    private bool IsNonNegativeByShift()
    {
        if (Bounds.Min >= 0)
        {
            return true;
        }

        // Each factor becomes a sum of two.
        if (terms.Length > LongestProof || terms.Sum(term => term.Factors.Length < LongestProof ? 1L << term.Factors.Length : LongestProof) > LongestProof)
        {
            return false;
        }

        var total = new TermSum();
        total.Add(constant, 1);
        foreach (var term in terms)
        {
            Dim product = term.Coefficient;
            foreach (var factor in term.Factors)
            {
                var low = factor.Bounds.Min;
                if (low == long.MinValue)
                {
                    return false;
                }

                product *= Of(new Excess(factor)) + low;
            }

            total.Add(product, 1);
        }

        var shifted = total.ToDim();
        return shifted.constant >= 0 && shifted.terms.All(term => term.Coefficient >= 0);
    }

    /// <summary>What an atom exceeds its lower bound by; lives only inside one proof.</summary>
    private sealed class Excess(Atom of) : Atom
    {
        private readonly Atom of = of;

        public override Interval Bounds => new(0, long.MaxValue);

        public override Dim Substitute(Func<Atom, Dim?> map) => throw new NotSupportedException();

        public override long Evaluate(Func<Atom, long> leaf) => throw new NotSupportedException();

        public override void VisitLeaves(Action<Atom> visit) => of.VisitLeaves(visit);

        public override bool Equals(Atom? other) => other is Excess excess && of.Equals(excess.of);

        public override int GetHashCode() => of.GetHashCode();

        internal override int Order(Atom other) => other is Excess excess ? of.Order(excess.of) : RankOrder(other);

        private protected override int Rank => 2;
    }
}
