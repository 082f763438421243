using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>A coefficient times a sorted product of atoms; no factors only while a sum is being built.</summary>
internal readonly record struct Term(long Coefficient, ImmutableArray<Atom> Factors)
{
    public int Hash
    {
        get
        {
            var code = new HashCode();
            foreach (var factor in Factors)
            {
                code.Add(factor);
            }

            return code.ToHashCode();
        }
    }

    public Term Times(Term other) =>
        new(checked(Coefficient * other.Coefficient), Factors.AddRange(other.Factors).Sort((a, b) => a.Order(b)));

    public bool SameFactors(Term other) => Factors.AsSpan().SequenceEqual(other.Factors.AsSpan());

    public int OrderFactors(Term other)
    {
        var order = Factors.Length.CompareTo(other.Factors.Length);
        for (var i = 0; order == 0 && i < Factors.Length; i++)
        {
            order = Factors[i].Order(other.Factors[i]);
        }

        return order;
    }

    /// <summary>This term divided by another, where that leaves no remainder.</summary>
    public Term? DividedBy(Term divisor)
    {
        if (divisor.Coefficient == 0 || Coefficient % divisor.Coefficient != 0)
        {
            return null;
        }

        var left = Factors;
        foreach (var factor in divisor.Factors)
        {
            var index = left.IndexOf(factor);
            if (index < 0)
            {
                return null;
            }

            left = left.RemoveAt(index);
        }

        return new(Coefficient / divisor.Coefficient, left);
    }
}

/// <summary>Adds terms up into normal form, joining <c>b*(x // b) + x % b</c> back into <c>x</c>.</summary>
internal sealed class TermSum
{
    private readonly List<Term> terms = [];
    private long constant;

    public void Add(Dim dim, long factor)
    {
        if (factor == 0)
        {
            return;
        }

        foreach (var term in dim.Terms)
        {
            Add(term with { Coefficient = checked(term.Coefficient * factor) });
        }

        constant = checked(constant + (dim.ConstantTerm * factor));
    }

    public void Add(Term term)
    {
        if (term.Factors.IsEmpty)
        {
            constant = checked(constant + term.Coefficient);
            return;
        }

        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].SameFactors(term))
            {
                terms[i] = term with { Coefficient = checked(terms[i].Coefficient + term.Coefficient) };
                return;
            }
        }

        terms.Add(term);
    }

    public Dim ToDim()
    {
        terms.RemoveAll(term => term.Coefficient == 0);
        while (JoinDivisionAndRemainder())
        {
        }

        terms.Sort((a, b) => a.OrderFactors(b));
        return Dim.FromTerms([.. terms], constant);
    }

    private bool JoinDivisionAndRemainder()
    {
        for (var i = 0; i < terms.Count; i++)
        {
            for (var f = 0; f < terms[i].Factors.Length; f++)
            {
                if (terms[i].Factors[f] is not BinaryAtom { Operator: DimOperator.Modulo } modulo)
                {
                    continue;
                }

                var others = terms[i] with { Factors = terms[i].Factors.RemoveAt(f) };
                var wanted = modulo.Left.FloorDiv(modulo.Right) * modulo.Right * Dim.Of(others);
                if (wanted.IsConstant || wanted.ConstantTerm != 0 || !wanted.Terms.All(Holds))
                {
                    continue;
                }

                var whole = modulo.Left * Dim.Of(others);
                terms.RemoveAt(i);
                Add(wanted, -1);
                Add(whole, 1);
                terms.RemoveAll(term => term.Coefficient == 0);
                return true;
            }
        }

        return false;
    }

    private bool Holds(Term wanted) => terms.Exists(term => term.SameFactors(wanted) && term.Coefficient == wanted.Coefficient);
}
