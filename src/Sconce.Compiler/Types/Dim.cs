using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Types;

/// <summary>
/// An integer expression: a size or an index. Always in normal form, a polynomial over <see cref="Atom"/>s with integer
/// coefficients, so that equal expressions compare equal; every shape, stride, index map and address is one of these,
/// and they are simplified, compared and bounded here and nowhere else. Immutable.
/// </summary>
public sealed partial class Dim : IEquatable<Dim>
{
    /// <summary>
    /// A sum of more terms is refused. Real sizes and indices have up to some 20; the product of four sums of 30 symbols has 46,376.
    /// </summary>
    public const int MostTerms = 4096;

    /// <summary>Divisions within divisions; deeper ones are refused, before they overflow the stack. Real models have up to 10.</summary>
    public const int DeepestNesting = 128;

    /// <summary>Atoms, those inside others counted each time they occur, for that is how often they are visited. Real models have up to 100.</summary>
    public const int LargestSize = 1 << 16;

    private readonly ImmutableArray<Term> terms;
    private readonly long constant;
    private readonly int hash;
    private Interval? bounds;

    private Dim(ImmutableArray<Term> terms, long constant)
    {
        (this.terms, this.constant) = (terms, constant);
        var code = new HashCode();
        code.Add(constant);
        foreach (var term in terms)
        {
            code.Add(term.Coefficient);
            code.Add(term.Hash);
            foreach (var factor in term.Factors)
            {
                Depth = Math.Max(Depth, factor.Depth);
                Size = (int)Math.Min((long)Size + factor.Size, int.MaxValue);
                if (Size > LargestSize || Depth > DeepestNesting)
                {
                    throw Budget.TooLarge(Depth > DeepestNesting
                        ? $"a size or index of more than {DeepestNesting} divisions, minima or lookups inside one another"
                        : $"a size or index of more than {LargestSize} parts");
                }
            }
        }

        hash = code.ToHashCode();
    }

    public static Dim Zero { get; } = new([], 0);

    public static Dim One { get; } = new([], 1);

    public bool IsConstant => terms.IsEmpty;

    /// <summary>The part without atoms.</summary>
    public long ConstantTerm => constant;

    /// <summary>How many atoms the expression has, those inside others included: a measure of what it costs to compute, and to compute with.</summary>
    public int Size { get; }

    /// <summary>How deep atoms lie inside others.</summary>
    public int Depth { get; }

    internal ImmutableArray<Term> Terms => terms;

    /// <summary>The value of a constant expression; throws where it is not one.</summary>
    public long Value => IsConstant ? constant : throw new InvalidOperationException($"'{this}' is not a constant.");

    public Interval Bounds => bounds ??= ComputeBounds();

    /// <summary>The single atom this expression is, or null.</summary>
    public Atom? AsAtom => constant == 0 && terms is [{ Coefficient: 1, Factors: [var atom] }] ? atom : null;

    public static implicit operator Dim(long value) => value switch { 0 => Zero, 1 => One, _ => new([], value) };

    public static implicit operator Dim(Atom atom) => Of(atom);

    public static Dim Of(Atom atom) => new([new Term(1, [atom])], 0);

    public static Dim operator +(Dim a, Dim b)
    {
        if (a.IsConstant && b.IsConstant)
        {
            return checked(a.constant + b.constant);
        }

        var sum = new TermSum();
        sum.Add(a, 1);
        sum.Add(b, 1);
        return sum.ToDim();
    }

    public static Dim operator -(Dim a) => a * -1;

    public static Dim operator -(Dim a, Dim b) => a + (b * -1);

    public static Dim operator *(Dim a, Dim b)
    {
        if (b.IsConstant)
        {
            (a, b) = (b, a);
        }

        if (a.IsConstant)
        {
            if (a.constant == 1)
            {
                return b;
            }

            if (a.constant == 0 || b.IsConstant)
            {
                return checked(a.constant * b.constant);
            }
        }

        Budget.Spend((long)a.terms.Length * b.terms.Length);
        var sum = new TermSum();
        foreach (var left in a.terms)
        {
            foreach (var right in b.terms)
            {
                sum.Add(left.Times(right));
            }

            sum.Add(left with { Coefficient = checked(left.Coefficient * b.constant) });
        }

        sum.Add(b, a.constant);
        return sum.ToDim();
    }

    public static Dim Product(IEnumerable<Dim> dims) => dims.Aggregate(One, (a, b) => a * b);

    public static Dim Sum(IEnumerable<Dim> dims) => dims.Aggregate(Zero, (a, b) => a + b);

    public static long FloorDivide(long a, long b)
    {
        var quotient = a / b;
        return (a % b != 0) && ((a < 0) != (b < 0)) ? quotient - 1 : quotient;
    }

    public static Dim Apply(DimOperator op, Dim a, Dim b) => DimMeaning.Of(op).OfDims(a, b);

    /// <summary>Rounds the quotient up, as ceil-mode pooling does.</summary>
    public Dim CeilDiv(Dim divisor) => (this + divisor - 1).FloorDiv(divisor);

    /// <summary>The smallest multiple of <paramref name="step"/> that is not below this.</summary>
    public Dim RoundUp(long step) => CeilDiv(step) * step;

    public Dim Substitute(Func<Atom, Dim?> map)
    {
        if (IsConstant)
        {
            return this;
        }

        Dim result = constant;
        foreach (var term in terms)
        {
            Dim product = term.Coefficient;
            foreach (var factor in term.Factors)
            {
                product *= factor.Substitute(map);
            }

            result += product;
        }

        return result;
    }

    public Dim Substitute(IReadOnlyDictionary<Atom, Dim> map) => Substitute(atom => map.GetValueOrDefault(atom));

    /// <summary>The value, given those of the leaves; overflow throws.</summary>
    public long Evaluate(Func<Atom, long> leaf)
    {
        var total = constant;
        foreach (var term in terms)
        {
            var product = term.Coefficient;
            foreach (var factor in term.Factors)
            {
                product = checked(product * factor.Evaluate(leaf));
            }

            total = checked(total + product);
        }

        return total;
    }

    public void VisitLeaves(Action<Atom> visit)
    {
        foreach (var term in terms)
        {
            foreach (var factor in term.Factors)
            {
                factor.VisitLeaves(visit);
            }
        }
    }

    /// <summary>Visits what something in this expression is divided by, where that is no constant.</summary>
    public void VisitDivisors(Action<Dim> visit)
    {
        foreach (var term in terms)
        {
            foreach (var factor in term.Factors)
            {
                if (factor is BinaryAtom binary)
                {
                    binary.Left.VisitDivisors(visit);
                    binary.Right.VisitDivisors(visit);
                    if (binary.Operator is DimOperator.FloorDivide or DimOperator.Modulo && !binary.Right.IsConstant)
                    {
                        visit(binary.Right);
                    }
                }
            }
        }
    }

    /// <summary>Whether one of the leaves is such a one.</summary>
    public bool Any(Func<Atom, bool> leaf)
    {
        var found = false;
        VisitLeaves(atom => found |= leaf(atom));
        return found;
    }

    public bool DependsOn(Atom leaf) => Any(leaf.Equals);

    /// <summary>
    /// Splits into <c>coefficient * atom + rest</c>, neither of which holds the atom; null where the atom sits inside a
    /// division or a power, so that the expression is not linear in it.
    /// </summary>
    public (Dim Coefficient, Dim Remaining)? LinearIn(Atom atom)
    {
        Dim coefficient = Zero;
        Dim rest = constant;
        foreach (var term in terms)
        {
            var index = term.Factors.IndexOf(atom);
            var other = index < 0 ? term : term with { Factors = term.Factors.RemoveAt(index) };
            foreach (var factor in other.Factors)
            {
                var inside = false;
                factor.VisitLeaves(leaf => inside |= leaf.Equals(atom));
                if (inside)
                {
                    return null;
                }
            }

            if (index < 0)
            {
                rest += Of(other);
            }
            else
            {
                coefficient += Of(other);
            }
        }

        return (coefficient, rest);
    }

    public bool Equals(Dim? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || hash != other.hash || constant != other.constant || terms.Length != other.terms.Length)
        {
            return false;
        }

        for (var i = 0; i < terms.Length; i++)
        {
            if (terms[i].Coefficient != other.terms[i].Coefficient || !terms[i].SameFactors(other.terms[i]))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as Dim);

    public override int GetHashCode() => hash;

    public override string ToString()
    {
        if (IsConstant)
        {
            return constant.ToString(CultureInfo.InvariantCulture);
        }

        var text = new StringBuilder();
        foreach (var term in terms)
        {
            var negative = term.Coefficient < 0;
            text.Append(text.Length == 0 ? (negative ? "-" : "") : (negative ? " - " : " + "));
            if (Math.Abs(term.Coefficient) != 1)
            {
                text.Append(CultureInfo.InvariantCulture, $"{Math.Abs(term.Coefficient)}*");
            }

            text.AppendJoin('*', term.Factors);
        }

        if (constant != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $" {(constant < 0 ? '-' : '+')} {Math.Abs(constant)}");
        }

        return text.ToString();
    }

    internal static Dim Of(Term term) => term.Factors.IsEmpty ? term.Coefficient : term.Coefficient == 0 ? Zero : new Dim([term], 0);

    internal static Dim FromTerms(ImmutableArray<Term> terms, long constant) => terms.IsEmpty ? constant : new Dim(terms, constant);

    internal int Order(Dim other)
    {
        var order = terms.Length.CompareTo(other.terms.Length);
        for (var i = 0; order == 0 && i < terms.Length; i++)
        {
            order = terms[i].OrderFactors(other.terms[i]);
            order = order != 0 ? order : terms[i].Coefficient.CompareTo(other.terms[i].Coefficient);
        }

        return order != 0 ? order : constant.CompareTo(other.constant);
    }

    private Interval ComputeBounds()
    {
        var total = Interval.Exactly(constant);
        foreach (var term in terms)
        {
            var product = Interval.Exactly(term.Coefficient);
            foreach (var factor in term.Factors)
            {
                product *= factor.Bounds;
            }

            total += product;
        }

        return total;
    }
}
