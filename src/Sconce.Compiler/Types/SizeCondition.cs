using System.Collections.Immutable;

namespace Sconce.Compiler.Types;

/// <summary>How two sizes must compare.</summary>
public enum SizeComparison
{
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <summary>A condition over sizes: comparisons, joined by "and" and "or". Immutable.</summary>
public abstract record SizeCondition
{
    private SizeCondition()
    {
    }

    /// <summary>Two sizes that must compare in one way.</summary>
    public sealed record Compare(Dim Left, SizeComparison Comparison, Dim Right) : SizeCondition
    {
        public override bool? Known => Difference() is not { } difference ? null : Comparison switch
        {
            SizeComparison.Equal => IsZero(difference),
            SizeComparison.NotEqual => !IsZero(difference),
            SizeComparison.Less => difference.IsPositive ? true : (-difference).IsNonNegative ? false : null,
            SizeComparison.LessOrEqual => difference.IsNonNegative ? true : (-difference).IsPositive ? false : null,
            SizeComparison.Greater => (-difference).IsPositive ? true : difference.IsNonNegative ? false : null,
            _ => (-difference).IsNonNegative ? true : difference.IsPositive ? false : null,
        };

        public override bool Evaluate(Func<Atom, long> leaf)
        {
            var order = Left.Evaluate(leaf).CompareTo(Right.Evaluate(leaf));
            return Comparison switch
            {
                SizeComparison.Equal => order == 0,
                SizeComparison.NotEqual => order != 0,
                SizeComparison.Less => order < 0,
                SizeComparison.LessOrEqual => order <= 0,
                SizeComparison.Greater => order > 0,
                _ => order >= 0,
            };
        }

        public override SizeCondition Not() => new Compare(Left, Opposite(Comparison), Right);

        public override void VisitLeaves(Action<Atom> visit)
        {
            Left.VisitLeaves(visit);
            Right.VisitLeaves(visit);
        }

        public override string ToString() => $"{Left} {Sign(Comparison)} {Right}";

        /// <summary>Right minus left; null where the difference exceeds 64 bits.</summary>
        private Dim? Difference()
        {
            try
            {
                return Right - Left;
            }
            catch (OverflowException)
            {
                return null;
            }
        }

        private static bool? IsZero(Dim difference) =>
            difference.IsConstant ? difference.Value == 0 : difference.IsPositive || (-difference).IsPositive ? false : null;
    }

    /// <summary>All of several conditions.</summary>
    public sealed record All(ImmutableArray<SizeCondition> Parts) : SizeCondition
    {
        public override bool? Known =>
            Parts.Any(part => part.Known == false) ? false : Parts.All(part => part.Known == true) ? true : null;

        public override bool Evaluate(Func<Atom, long> leaf) => Parts.All(part => part.Evaluate(leaf));

        public override SizeCondition Not() => new Any([.. Parts.Select(part => part.Not())]);

        public override void VisitLeaves(Action<Atom> visit)
        {
            foreach (var part in Parts)
            {
                part.VisitLeaves(visit);
            }
        }

        public bool Equals(All? other) => other is not null && Parts.SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Aggregate(1, HashCode.Combine);

        public override string ToString() => string.Join(" and ", Parts.Select(part => part is Any ? $"({part})" : $"{part}"));
    }

    /// <summary>At least one of several conditions.</summary>
    public sealed record Any(ImmutableArray<SizeCondition> Parts) : SizeCondition
    {
        public override bool? Known =>
            Parts.Any(part => part.Known == true) ? true : Parts.All(part => part.Known == false) ? false : null;

        public override bool Evaluate(Func<Atom, long> leaf) => Parts.Any(part => part.Evaluate(leaf));

        public override SizeCondition Not() => new All([.. Parts.Select(part => part.Not())]);

        public override void VisitLeaves(Action<Atom> visit)
        {
            foreach (var part in Parts)
            {
                part.VisitLeaves(visit);
            }
        }

        public bool Equals(Any? other) => other is not null && Parts.SequenceEqual(other.Parts);

        public override int GetHashCode() => Parts.Aggregate(2, HashCode.Combine);

        public override string ToString() => string.Join(" or ", Parts);
    }

    /// <summary>True or false where that holds for all values of the symbols, by their ranges; else null.</summary>
    public abstract bool? Known { get; }

    /// <summary>Whether it holds, given the values of the leaves; a number beyond 64 bits and a division by zero throw an <see cref="ArithmeticException"/>.</summary>
    public abstract bool Evaluate(Func<Atom, long> leaf);

    /// <summary>The condition that holds exactly where this does not.</summary>
    public abstract SizeCondition Not();

    public abstract void VisitLeaves(Action<Atom> visit);

    /// <summary>Whether it holds; a condition without a value (a number beyond 64 bits, a division by zero) does not.</summary>
    public bool Holds(Func<Atom, long> leaf)
    {
        try
        {
            return Evaluate(leaf);
        }
        catch (ArithmeticException)
        {
            return false;
        }
    }

    /// <summary>The sign that Python writes.</summary>
    public static string Sign(SizeComparison comparison) => comparison switch
    {
        SizeComparison.Equal => "==",
        SizeComparison.NotEqual => "!=",
        SizeComparison.Less => "<",
        SizeComparison.LessOrEqual => "<=",
        SizeComparison.Greater => ">",
        _ => ">=",
    };

    private static SizeComparison Opposite(SizeComparison comparison) => comparison switch
    {
        SizeComparison.Equal => SizeComparison.NotEqual,
        SizeComparison.NotEqual => SizeComparison.Equal,
        SizeComparison.Less => SizeComparison.GreaterOrEqual,
        SizeComparison.LessOrEqual => SizeComparison.Greater,
        SizeComparison.Greater => SizeComparison.LessOrEqual,
        _ => SizeComparison.Less,
    };
}
