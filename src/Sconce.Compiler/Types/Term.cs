using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;

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
    /// <summary>From here on a table finds equal terms; below, looking through them is faster.</summary>
    private const int LongSum = 16;

    private readonly List<Term> terms = [];
    private Dictionary<Term, int>? places;
    private long constant;
    private int work;

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

        work++;
        if (PlaceOf(term) is var place and >= 0)
        {
            terms[place] = term with { Coefficient = checked(terms[place].Coefficient + term.Coefficient) };
            return;
        }

        places?.Add(term, terms.Count);
        terms.Add(term);
        if (terms.Count > Dim.MostTerms)
        {
            throw Budget.TooLarge($"a size or index of more than {Dim.MostTerms} terms");
        }
    }

    private int PlaceOf(Term term)
    {
        if (terms.Count >= LongSum)
        {
            if (places is null)
            {
                places = new(SameFactors.Instance);
                for (var i = 0; i < terms.Count; i++)
                {
                    places.Add(terms[i], i);
                }
            }

            return places.GetValueOrDefault(term, -1);
        }

        for (var i = 0; i < terms.Count; i++)
        {
            if (terms[i].SameFactors(term))
            {
                return i;
            }
        }

        return -1;
    }

    private void RemoveZeros()
    {
        terms.RemoveAll(term => term.Coefficient == 0);
        places = null;
    }

    public Dim ToDim()
    {
        Budget.Spend(work);
        RemoveZeros();
        while (JoinDivisionAndRemainder())
        {
        }

        terms.Sort((a, b) => a.OrderFactors(b));
        return Dim.FromTerms([.. terms], constant);
    }

    /// <summary>Work of looking whether a remainder belongs to a quotient, beside that of the products it makes.</summary>
    private const long OfTrial = 1;

    private bool JoinDivisionAndRemainder()
    {
        for (var i = 0; i < terms.Count; i++)
        {
            for (var f = 0; f < terms[i].Factors.Length; f++)
            {
                // Of a power one factor stands for all: each tried anew within each other's trial is a factorial of trials.
                if (terms[i].Factors[f] is not BinaryAtom { Operator: DimOperator.Modulo } modulo || (f > 0 && modulo.Equals(terms[i].Factors[f - 1])))
                {
                    continue;
                }

                Budget.Spend(OfTrial);
                var others = terms[i] with { Factors = terms[i].Factors.RemoveAt(f) };
                var wanted = modulo.Quotient * modulo.Right * Dim.Of(others);
                if (wanted.IsConstant || wanted.ConstantTerm != 0 || !wanted.Terms.All(Holds))
                {
                    continue;
                }

                var whole = modulo.Left * Dim.Of(others);
                terms.RemoveAt(i);
                places = null;
                Add(wanted, -1);
                Add(whole, 1);
                RemoveZeros();
                return true;
            }
        }

        return false;
    }

    private bool Holds(Term wanted) => terms.Exists(term => term.SameFactors(wanted) && term.Coefficient == wanted.Coefficient);

    private sealed class SameFactors : IEqualityComparer<Term>
    {
        public static SameFactors Instance { get; } = new();

        public bool Equals(Term a, Term b) => a.SameFactors(b);

        public int GetHashCode(Term term) => term.Hash;
    }
}
