using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>
/// What is known about the sizes of every run: the symbols' ranges, and conditions that are looked at before a run begins. Equality and order of sizes
/// are decided here and nowhere else; each answer is proven, refuted, or not known. Looking for a proof takes bounded time, whatever the conditions are.
/// </summary>
public sealed class SizeFacts
{
    private const int MostQuestions = 20_000;
    private const int MostKept = 64;
    private const int HeaviestSize = 64;
    private const int HeaviestCondition = 256;

    private readonly List<SizeCondition> conditions;
    private readonly SizeRules rules;
    private readonly List<Dim> equations;
    private readonly List<Dim> nonNegative;
    private readonly HashSet<Dim> nonZero;
    private readonly Dictionary<Dim, bool> proven;
    private readonly Dictionary<Dim, Dim> simplified;
    private readonly IReadOnlyCollection<Symbol> symbols;
    private SizeSamples? samples;
    private ImmutableArray<Dim>? hypotheses;
    private int questions;
    private bool simplifying;

    /// <param name="symbols">The symbols that inputs' sizes give.</param>
    /// <param name="conditions">What holds for them in every run.</param>
    public SizeFacts(IReadOnlyCollection<Symbol> symbols, IEnumerable<SizeCondition> conditions)
    {
        this.symbols = symbols;
        (this.conditions, rules, equations, nonNegative, nonZero, proven, simplified) = ([], new(), [], [], [], [], []);
        foreach (var condition in conditions)
        {
            Assume(condition);
        }
    }

    private SizeFacts(SizeFacts other)
    {
        (symbols, samples, hypotheses) = (other.symbols, other.samples, other.hypotheses);
        (conditions, rules, equations, nonNegative, nonZero) = ([.. other.conditions], new(other.rules), [.. other.equations], [.. other.nonNegative], [.. other.nonZero]);
        (proven, simplified) = (new(other.proven), new(other.simplified));
    }

    /// <summary>The same facts, to which others may be added.</summary>
    public SizeFacts Copy() => new(this);

    /// <summary>Takes in a condition that holds in every run: a guard of the model's, or what a check looks at.</summary>
    public void Assume(SizeCondition condition)
    {
        if (Weight(condition) <= HeaviestCondition)
        {
            conditions.Add(condition);
            samples = samples?.Where(condition);
            Learn(condition);
        }
    }

    /// <summary>True or false where that is certain for every run.</summary>
    public bool? Holds(SizeCondition condition) => condition switch
    {
        SizeCondition.Compare { Left: var a, Right: var b } compare => compare.Comparison switch
        {
            SizeComparison.Equal => Equal(a, b),
            SizeComparison.NotEqual => !Equal(a, b),
            SizeComparison.Less => Less(a, b),
            SizeComparison.LessOrEqual => !Less(b, a),
            SizeComparison.Greater => Less(b, a),
            _ => !Less(a, b),
        },
        SizeCondition.All all => all.Parts.Any(part => Holds(part) == false) ? false : all.Parts.All(part => Holds(part) == true) ? true : null,
        SizeCondition.Any any => any.Parts.Any(part => Holds(part) == true) ? true : any.Parts.All(part => Holds(part) == false) ? false : null,
        _ => null,
    };

    /// <summary>Whether two sizes are the same in every run, or differ in every run.</summary>
    public bool? Equal(Dim a, Dim b)
    {
        if (a.Equals(b))
        {
            return true;
        }

        if (Difference(a, b) is not { } difference)
        {
            return null;
        }

        if (difference.IsConstant)
        {
            return difference.Value == 0;
        }

        if (IsNeverZero(difference))
        {
            return false;
        }

        return IsNonNegative(difference) ? (IsNonNegative(-difference) ? true : IsNonNegative(difference - 1) ? false : null)
            : IsNonNegative(-difference - 1) ? false : null;
    }

    /// <summary>Whether one size is below another in every run, or in none.</summary>
    public bool? Less(Dim a, Dim b) =>
        Difference(b, a) is not { } difference ? null
        : IsNonNegative(difference - 1) ? true
        : IsNonNegative(-difference) ? false : null;

    /// <summary>Whether a size is a multiple of another in every run, or in none.</summary>
    public bool? Divides(Dim divisor, Dim size) => Equal(size.Mod(divisor), Dim.Zero);

    /// <summary>The size in the form that all sizes share which are known to be equal to it by equations, with minima, maxima and divisions that the facts decide taken out.</summary>
    public Dim Simplify(Dim size)
    {
        if (size.IsConstant || (rules.IsEmpty && size.Terms.All(term => term.Factors.All(factor => factor is LeafAtom))))
        {
            return size;
        }

        if (!simplified.TryGetValue(size, out var result))
        {
            try
            {
                result = Weight(size) > HeaviestSize ? size : Rewrite(size);
            }
            catch (ArithmeticException)
            {
                // A form beyond 64 bits on the way: the size stays as it is.
                result = size;
            }

            if (!simplifying)
            {
                simplified[size] = result;
            }
        }

        return result;
    }

    public ImmutableArray<Dim> Simplify(ImmutableArray<Dim> sizes)
    {
        for (var i = 0; i < sizes.Length; i++)
        {
            if (Simplify(sizes[i]) is var simple && !ReferenceEquals(simple, sizes[i]))
            {
                sizes = sizes.SetItem(i, simple);
            }
        }

        return sizes;
    }

    private SizeSamples Samples => samples ??= new SizeSamples(symbols, conditions);

    private Dim? Difference(Dim a, Dim b)
    {
        try
        {
            return Simplify(a - b);
        }
        catch (OverflowException)
        {
            return null;
        }
    }

    private void Learn(SizeCondition condition)
    {
        switch (condition)
        {
            case SizeCondition.All all:
                foreach (var part in all.Parts)
                {
                    Learn(part);
                }

                break;
            case SizeCondition.Any any when any.Parts.Where(part => part.Known != false).ToList() is [var only]:
                Learn(only);
                break;
            case SizeCondition.Compare { Left: var a, Right: var b } compare when Difference(a, b) is { IsConstant: false } difference && Weight(difference) <= HeaviestSize:
                switch (compare.Comparison)
                {
                    case SizeComparison.Equal:
                        rules.Add(difference);
                        if (equations.Count < MostKept)
                        {
                            equations.Add(difference);
                        }

                        Forget();
                        break;
                    case SizeComparison.NotEqual when nonZero.Count < 4 * MostKept:
                        nonZero.Add(Primitive(difference));
                        break;
                    case SizeComparison.Less:
                        AddNonNegative(-difference - 1);
                        break;
                    case SizeComparison.LessOrEqual:
                        AddNonNegative(-difference);
                        break;
                    case SizeComparison.Greater:
                        AddNonNegative(difference - 1);
                        break;
                    case SizeComparison.GreaterOrEqual:
                        AddNonNegative(difference);
                        break;
                }

                break;
        }
    }

    private void AddNonNegative(Dim size)
    {
        // 2n - 1 ≥ 0 says that n - 1 ≥ 0, for sizes are whole numbers.
        if (size.Terms.Aggregate(0L, (a, term) => Dim.Gcd(a, term.Coefficient)) is > 1 and var common)
        {
            size = Dim.FromTerms(
                [.. size.Terms.Select(term => term with { Coefficient = term.Coefficient / common })], Dim.FloorDivide(size.ConstantTerm, common));
        }

        if (nonNegative.Count < MostKept && !size.IsNonNegative && !nonNegative.Contains(size))
        {
            nonNegative.Add(size);
            Forget();
        }
    }

    private void Forget()
    {
        simplified.Clear();
        proven.Clear();
        hypotheses = null;
    }

    /// <summary>What is known to be ≥ 0, in the form that equations give it by now; and both sides of equations, which may say more than they rewrite.</summary>
    private ImmutableArray<Dim> Hypotheses
    {
        get
        {
            if (hypotheses is not { } known)
            {
                var before = simplifying;
                simplifying = true;
                hypotheses = known = [.. nonNegative.Select(Simplify), .. equations, .. equations.Select(zero => -zero)];
                simplifying = before;
            }

            return known;
        }
    }

    private bool IsNonNegative(Dim size)
    {
        if (size.IsNonNegative)
        {
            return true;
        }

        if (size.IsConstant)
        {
            return false;
        }

        if (!proven.TryGetValue(size, out var result))
        {
            result = ++questions <= MostQuestions && Weight(size) <= HeaviestSize && Samples.Any(size, value => value < 0) != true
                && SizeProof.IsNonNegative(size, Hypotheses);
            proven[size] = result;
        }

        return result;
    }

    private bool IsNeverZero(Dim difference)
    {
        var primitive = Primitive(difference);
        return nonZero.Contains(primitive) || nonZero.Contains(-primitive);
    }

    /// <summary>The expression without the factor that all its numbers share.</summary>
    private static Dim Primitive(Dim dim)
    {
        var common = dim.Terms.Aggregate(Math.Abs(dim.ConstantTerm), (a, term) => Dim.Gcd(a, term.Coefficient));
        return common < 2 ? dim
            : Dim.FromTerms([.. dim.Terms.Select(term => term with { Coefficient = term.Coefficient / common })], dim.ConstantTerm / common);
    }

    private Dim Rewrite(Dim size)
    {
        for (var tries = 0; tries < 8; tries++)
        {
            var next = rules.Apply(size.Substitute(atom => atom is BinaryAtom binary ? Decide(binary) : null));
            if (next.Equals(size))
            {
                break;
            }

            size = next;
        }

        return size;
    }

    /// <summary>A division, minimum or maximum with simple operands, or what it always is.</summary>
    private Dim Decide(BinaryAtom atom)
    {
        var (left, right) = (Simplify(atom.Left), Simplify(atom.Right));
        var result = rules.Apply(Dim.Apply(atom.Operator, left, right));
        if (simplifying || result.AsAtom is not BinaryAtom open)
        {
            return result;
        }

        // A proof simplifies sizes too: what it meets on its way is not decided by proofs of its own.
        simplifying = true;
        try
        {
            return Constant(open) ?? open.Operator switch
            {
                DimOperator.Min => Less(open.Left, open.Right) == false ? open.Right : Less(open.Right, open.Left) == false ? open.Left : result,
                DimOperator.Max => Less(open.Left, open.Right) == false ? open.Left : Less(open.Right, open.Left) == false ? open.Right : result,
                DimOperator.Modulo => Less(open.Left, open.Right) == true && IsNonNegative(open.Left) ? open.Left : result,
                _ => result,
            };
        }
        finally
        {
            simplifying = false;
        }
    }

    private Dim? Constant(BinaryAtom atom) =>
        Samples.Single(Dim.Of(atom)) is { } value && IsNonNegative(Dim.Of(atom) - value) && IsNonNegative(value - Dim.Of(atom)) ? value : null;

    private static int Weight(SizeCondition condition) => condition switch
    {
        SizeCondition.Compare compare => Weight(compare.Left) + Weight(compare.Right),
        SizeCondition.All all => all.Parts.Sum(Weight),
        SizeCondition.Any any => any.Parts.Sum(Weight),
        _ => 0,
    };

    /// <summary>The number of leaves; of those beyond what anything is done with, only that they are many, since shared parts make counting long.</summary>
    private static int Weight(Dim dim)
    {
        var leaves = 0;
        Count(dim);
        return leaves;

        void Count(Dim part)
        {
            foreach (var term in part.Terms)
            {
                foreach (var factor in term.Factors)
                {
                    if (leaves > HeaviestCondition)
                    {
                        return;
                    }

                    if (factor is BinaryAtom atom)
                    {
                        Count(atom.Left);
                        Count(atom.Right);
                    }
                    else
                    {
                        leaves++;
                    }
                }
            }
        }
    }
}
