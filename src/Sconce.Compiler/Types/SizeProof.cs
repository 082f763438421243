using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>
/// A search for the proof that an expression is never negative, of bounded length: known inequalities are added up, minima and maxima taken apart by
/// cases, and divisions by constants by the remainders of their symbols.
/// </summary>
internal sealed class SizeProof
{
    private const int MostSteps = 600;
    private const int MostHypotheses = 48;
    private const int MostAdded = 3;
    private const int LongestPeriod = 64;

    private int steps;

    /// <summary>True where each of the hypotheses being ≥ 0 implies that the claim is.</summary>
    public static bool IsNonNegative(Dim claim, ImmutableArray<Dim> hypotheses)
    {
        try
        {
            return new SizeProof().ByCases(claim, hypotheses.Length > MostHypotheses ? hypotheses[..MostHypotheses] : hypotheses, 4);
        }
        catch (OverflowException)
        {
            // The proof's own numbers exceed 64 bits, which says nothing about the claim.
            return false;
        }
    }

    private bool ByCases(Dim claim, ImmutableArray<Dim> hypotheses, int depth)
    {
        if (++steps > MostSteps || claim is { IsConstant: true, Value: < 0 })
        {
            return false;
        }

        if (claim.IsNonNegative || ByAdding(claim, [.. hypotheses, .. Definitions(claim, hypotheses)], MostAdded))
        {
            return true;
        }

        return depth > 0 && (ByOrder(claim, hypotheses, depth) ?? ByRemainders(claim, hypotheses, depth));
    }

    /// <summary>claim · a = hypothesis · b + rest: with a rest above -a, the claim is above -1, and so ≥ 0, for it is a whole number.</summary>
    private bool ByAdding(Dim claim, ImmutableArray<Dim> hypotheses, int most)
    {
        if (claim.IsNonNegative)
        {
            return true;
        }

        if (most == 0)
        {
            return false;
        }

        foreach (var term in claim.Terms)
        {
            foreach (var hypothesis in hypotheses)
            {
                foreach (var other in hypothesis.Terms)
                {
                    if (other.Coefficient < 0 != term.Coefficient < 0 || !other.SameFactors(term) || ++steps > MostSteps)
                    {
                        continue;
                    }

                    var common = Dim.Gcd(term.Coefficient, other.Coefficient);
                    var times = Math.Abs(other.Coefficient) / common;
                    var rest = (claim * times) - (hypothesis * (Math.Abs(term.Coefficient) / common));
                    if (ByAdding(rest + (times - 1), hypotheses, most - 1))
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    /// <summary>A minimum or maximum is one operand or the other; null where there is none.</summary>
    private bool? ByOrder(Dim claim, ImmutableArray<Dim> hypotheses, int depth)
    {
        if (Find(claim, atom => atom.Operator is DimOperator.Min or DimOperator.Max) is not { } choice)
        {
            return null;
        }

        var (low, high) = choice.Operator == DimOperator.Min ? (choice.Left, choice.Right) : (choice.Right, choice.Left);
        return Case(choice.Left, high - low) && Case(choice.Right, low - high);

        bool Case(Dim value, Dim assumed)
        {
            Dim Put(Dim dim) => Replace(dim, choice, value);
            return ByCases(Put(claim), [.. hypotheses.Select(Put), Put(assumed)], depth - 1);
        }
    }

    /// <summary>A symbol as period · quotient + remainder, for each remainder: divisions by constants become exact.</summary>
    private bool ByRemainders(Dim claim, ImmutableArray<Dim> hypotheses, int depth)
    {
        Symbol? chosen = null;
        var period = (long)LongestPeriod + 1;
        claim.VisitLeaves(leaf =>
        {
            if (leaf is Symbol symbol && Period(claim, symbol) is > 1 and var length && length < period)
            {
                (chosen, period) = (symbol, length);
            }
        });
        if (chosen is null)
        {
            return false;
        }

        for (var remainder = 0L; remainder < period; remainder++)
        {
            var min = chosen.Min == long.MinValue ? long.MinValue : -Dim.FloorDivide(-(chosen.Min - remainder), period);
            long? max = chosen.Max is { } last ? Dim.FloorDivide(last - remainder, period) : null;
            if (min > max)
            {
                continue;
            }

            var value = (Dim.Of(new Symbol($"{chosen.Name}_by{period}", min, max)) * period) + remainder;
            Dim Put(Dim dim) => dim.Substitute(atom => ReferenceEquals(atom, chosen) ? value : null);
            ImmutableArray<Dim> known = [.. hypotheses.Select(Put)];
            if (!known.Any(dim => dim.Bounds.Max < 0) && !ByCases(Put(claim), known, depth - 1))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>How far a symbol goes until all divisions by constants that hold it come out as before, in the remainder; 1 where none holds it, 0 where that is not known.</summary>
    private static long Period(Dim dim, Symbol symbol)
    {
        var period = 1L;
        foreach (var term in dim.Terms)
        {
            foreach (var factor in term.Factors)
            {
                if (factor is not BinaryAtom binary || !(binary.Left.DependsOn(symbol) || binary.Right.DependsOn(symbol)))
                {
                    continue;
                }

                var inner = LeastCommonMultiple(Period(binary.Left, symbol), Period(binary.Right, symbol));
                if (binary.Operator is DimOperator.FloorDivide or DimOperator.Modulo)
                {
                    inner = binary.Right is { IsConstant: true, Value: > 0 and <= LongestPeriod and var divisor } ? Math.Min(inner * divisor, LongestPeriod + 1) : 0;
                }

                period = LeastCommonMultiple(period, inner);
            }
        }

        return period;
    }

    private static long LeastCommonMultiple(long a, long b) => a == 0 || b == 0 ? 0 : Math.Min(a / Dim.Gcd(a, b) * b, LongestPeriod + 1);

    /// <summary>What divisions, minima and maxima are by themselves, as expressions that are ≥ 0.</summary>
    private static IEnumerable<Dim> Definitions(Dim claim, ImmutableArray<Dim> hypotheses)
    {
        var seen = new HashSet<Atom>();
        foreach (var dim in hypotheses.Prepend(claim))
        {
            foreach (var term in dim.Terms)
            {
                foreach (var factor in term.Factors)
                {
                    if (factor is not BinaryAtom atom || seen.Count >= MostHypotheses || !seen.Add(atom))
                    {
                        continue;
                    }

                    Dim value = Dim.Of(atom), left = atom.Left, right = atom.Right;
                    switch (atom.Operator)
                    {
                        case DimOperator.FloorDivide when right.IsPositive:
                            yield return left - (value * right);
                            yield return (value * right) + right - 1 - left;
                            break;
                        case DimOperator.Modulo when right.IsPositive:
                            yield return value;
                            yield return right - 1 - value;
                            if (left.IsNonNegative)
                            {
                                yield return left - value;
                            }

                            break;
                        case DimOperator.Min:
                            yield return left - value;
                            yield return right - value;
                            break;
                        case DimOperator.Max:
                            yield return value - left;
                            yield return value - right;
                            break;
                    }
                }
            }
        }
    }

    /// <summary>A minimum or the like that holds no other.</summary>
    private static BinaryAtom? Find(Dim dim, Func<BinaryAtom, bool> wanted)
    {
        foreach (var term in dim.Terms)
        {
            foreach (var factor in term.Factors)
            {
                if (factor is BinaryAtom atom && (Find(atom.Left, wanted) ?? Find(atom.Right, wanted) ?? (wanted(atom) ? atom : null)) is { } found)
                {
                    return found;
                }
            }
        }

        return null;
    }

    private static Dim Replace(Dim dim, Atom atom, Dim value) => dim.Substitute(each => each.Equals(atom) ? value : null);
}
