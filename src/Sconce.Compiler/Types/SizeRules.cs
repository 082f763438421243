using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>Equalities of sizes as rules that rewrite one form to another, so that sizes which are known to be equal become equal in form.</summary>
internal sealed class SizeRules
{
    private const int MostRules = 256;
    private const int MostRewrites = 32;

    private readonly List<Rule> rules;

    public SizeRules() => rules = [];

    /// <summary>The same rules, to which others may be added.</summary>
    public SizeRules(SizeRules other) => rules = [.. other.rules];

    /// <summary><c>Coefficient * product of Factors</c> becomes the replacement.</summary>
    private sealed record Rule(long Coefficient, ImmutableArray<Atom> Factors, Dim Replacement);

    public bool IsEmpty => rules.Count == 0;

    /// <summary>Takes in that an expression is 0: its heaviest term is rewritten to the others, unless it is within them.</summary>
    public void Add(Dim zero)
    {
        if (rules.Count >= MostRules)
        {
            return;
        }

        Term? lead = null;
        foreach (var term in zero.Terms)
        {
            if (!zero.Terms.Any(other => !other.SameFactors(term) && term.Factors.Any(factor => Holds(Dim.Of(other with { Coefficient = 1 }), factor)))
                && !term.Factors.Any(factor => term.Factors.Any(other => !ReferenceEquals(factor, other) && Holds(Dim.Of(other), factor)))
                && (lead is not { } best || IsBetter(term, best)))
            {
                lead = term;
            }
        }

        if (lead is not { } chosen)
        {
            return;
        }

        var rest = zero - Dim.Of(chosen);
        var replacement = chosen.Coefficient > 0 ? -rest : rest;
        var coefficient = Math.Abs(chosen.Coefficient);
        if (replacement.Terms.All(term => term.Coefficient % coefficient == 0) && replacement.ConstantTerm % coefficient == 0)
        {
            replacement = Dim.FromTerms(
                [.. replacement.Terms.Select(term => term with { Coefficient = term.Coefficient / coefficient })], replacement.ConstantTerm / coefficient);
            coefficient = 1;
        }

        AddRule(coefficient, chosen.Factors, replacement);

        // What divides without a remainder is the quotient times the divisor.
        if (replacement.Equals(Dim.Zero) && coefficient == 1 && chosen.Factors is [BinaryAtom { Operator: DimOperator.Modulo, Right: { IsConstant: true, Value: > 1 } } modulo]
            && modulo.Left.FloorDiv(modulo.Right).AsAtom is { } quotient)
        {
            AddRule(modulo.Right.Value, [quotient], modulo.Left);
        }
    }

    /// <summary>The expression with all rules applied to its terms (not within its atoms).</summary>
    public Dim Apply(Dim dim)
    {
        for (var tries = 0; tries < MostRewrites; tries++)
        {
            if (Once(dim) is not { } next)
            {
                return dim;
            }

            dim = next;
        }

        return dim;
    }

    private Dim? Once(Dim dim)
    {
        foreach (var term in dim.Terms)
        {
            foreach (var rule in rules)
            {
                if (term.DividedBy(new Term(rule.Coefficient, rule.Factors)) is { } others)
                {
                    return dim - Dim.Of(term) + (Dim.Of(others) * rule.Replacement);
                }
            }
        }

        return null;
    }

    private void AddRule(long coefficient, ImmutableArray<Atom> factors, Dim replacement)
    {
        if (!factors.IsEmpty)
        {
            rules.Add(new(coefficient, factors, replacement));
        }
    }

    /// <summary>Whole numbers of a heavy expression are rewritten to light ones; of two symbols the later one goes.</summary>
    private static bool IsBetter(Term a, Term b)
    {
        var (wholeA, wholeB) = (Math.Abs(a.Coefficient) == 1, Math.Abs(b.Coefficient) == 1);
        if (wholeA != wholeB)
        {
            return wholeA;
        }

        var (weightA, weightB) = (Weight(a), Weight(b));
        return weightA != weightB ? weightA > weightB : a.OrderFactors(b) > 0;
    }

    private static int Weight(Term term) => term.Factors.Sum(Weight);

    private static int Weight(Atom atom)
    {
        var leaves = 0;
        atom.VisitLeaves(_ => leaves++);
        return atom is BinaryAtom ? leaves + 1 : leaves;
    }

    private static bool Holds(Dim dim, Atom atom)
    {
        foreach (var term in dim.Terms)
        {
            foreach (var factor in term.Factors)
            {
                if (factor.Equals(atom) || (factor is BinaryAtom binary && (Holds(binary.Left, atom) || Holds(binary.Right, atom))))
                {
                    return true;
                }
            }
        }

        return false;
    }
}
