namespace Sconce.Compiler.Types;

/// <summary>A variable of the polynomials that a <see cref="Dim"/> is: a symbol, an axis, a division, a loaded index. Immutable.</summary>
public abstract class Atom : IEquatable<Atom>
{
    /// <summary>The values this atom can take, with nothing known but the ranges of its symbols.</summary>
    public abstract Interval Bounds { get; }

    /// <summary>One, and the sizes of the expressions inside.</summary>
    public virtual int Size => 1;

    /// <summary>How many atoms that hold others lie inside one another, this one included.</summary>
    public virtual int Depth => 0;

    /// <summary>Rebuilds the atom with its leaves replaced; a leaf for which the map gives null stays.</summary>
    public abstract Dim Substitute(Func<Atom, Dim?> map);

    /// <summary>The atom's value, given those of its leaves (symbols, axes, loaded indices).</summary>
    public abstract long Evaluate(Func<Atom, long> leaf);

    /// <summary>Visits the leaves: symbols, axes and loaded indices, and the leaves within those.</summary>
    public abstract void VisitLeaves(Action<Atom> visit);

    public abstract bool Equals(Atom? other);

    public sealed override bool Equals(object? obj) => Equals(obj as Atom);

    public abstract override int GetHashCode();

    /// <summary>A total order, the same in every run, that makes polynomials canonical.</summary>
    internal abstract int Order(Atom other);

    private protected abstract int Rank { get; }

    private protected int RankOrder(Atom other) => Rank.CompareTo(other.Rank);
}

/// <summary>An atom that stands for itself: equal only to itself, ordered by creation.</summary>
public abstract class LeafAtom : Atom
{
    private static long created;
    private readonly long number = Interlocked.Increment(ref created);

    public sealed override Dim Substitute(Func<Atom, Dim?> map) => map(this) ?? SubstituteInside(map);

    /// <summary>For leaves that hold expressions themselves.</summary>
    protected virtual Dim SubstituteInside(Func<Atom, Dim?> map) => Dim.Of(this);

    public sealed override long Evaluate(Func<Atom, long> leaf) => leaf(this);

    public override void VisitLeaves(Action<Atom> visit) => visit(this);

    public override bool Equals(Atom? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => number.GetHashCode();

    internal sealed override int Order(Atom other) => other is LeafAtom leaf ? number.CompareTo(leaf.number) : RankOrder(other);

    private protected sealed override int Rank => 0;
}

/// <summary>Where a <see cref="Symbol"/>'s value comes from.</summary>
public enum SymbolSource
{
    /// <summary>With the run: an input's size. Its range comes from <c>torch.export.Dim</c>.</summary>
    Given,

    /// <summary>A region's turn, from 0.</summary>
    Counted,

    /// <summary>A step writes it.</summary>
    Found,
}

/// <summary>A size that is known when the model runs, from where on its <see cref="Source"/> says.</summary>
/// <param name="name">What people call it.</param>
/// <param name="source">Where its value comes from.</param>
/// <param name="min">The least value.</param>
/// <param name="bound">The largest value, over other symbols too; null where none is known.</param>
public class Symbol(string name, SymbolSource source, long min, Dim? bound) : LeafAtom
{
    /// <summary>An input's size.</summary>
    public Symbol(string name, long min, long? max)
        : this(name, SymbolSource.Given, min, max is { } bound ? (Dim)bound : null)
    {
    }

    public string Name { get; } = name;

    public SymbolSource Source { get; } = source;

    public long Min { get; } = min;

    /// <summary>What the value never exceeds: memory is planned by it.</summary>
    public Dim? Bound { get; } = bound;

    /// <summary>Null where no number is known to bound it.</summary>
    public long? Max { get; } = bound?.Bounds.Max is { } max && max != long.MaxValue ? Math.Max(max, min) : null;

    public override Interval Bounds => new(Min, Max ?? long.MaxValue);

    /// <summary>A loop's turn, of so many.</summary>
    public static Symbol Counter(string name, Dim count) => new(name, SymbolSource.Counted, 0, count - 1);

    public override string ToString() => Name;
}

/// <summary>One dimension of a step's index space: it counts from 0 to <see cref="Extent"/> - 1.</summary>
public sealed class Axis(Dim extent, string name = "i") : LeafAtom
{
    public Dim Extent { get; } = extent;

    public string Name { get; } = name;

    public override Interval Bounds => new(0, Extent.Bounds.Max is var max && max == long.MaxValue ? max : Math.Max(max - 1, 0));

    /// <summary>Which point of a space this is, counted along the axes with the last as the fastest.</summary>
    public static Dim PlaceIn(IEnumerable<Axis> axes) => axes.Aggregate(Dim.Zero, (place, axis) => (place * axis.Extent) + axis);

    public override string ToString() => Name;
}

/// <summary>Floor division, modulo (sign of the divisor, as Python's), minimum or maximum of two expressions that could not be simplified further.</summary>
public sealed class BinaryAtom : Atom
{
    private readonly int hash;
    private Dim? quotient;
    private Interval? bounds;

    internal BinaryAtom(DimOperator op, Dim left, Dim right)
    {
        (Operator, Left, Right) = (op, left, right);
        hash = HashCode.Combine(op, left, right);
    }

    public DimOperator Operator { get; }

    public Dim Left { get; }

    public Dim Right { get; }

    /// <summary>Left // Right, kept: every sum that holds a remainder looks for its quotient, and inside nested remainders that work would double with each level.</summary>
    internal Dim Quotient => quotient ??= Left.FloorDiv(Right);

    public override int Size => 1 + Left.Size + Right.Size;

    public override int Depth => 1 + Math.Max(Left.Depth, Right.Depth);

    public override Interval Bounds => bounds ??= DimMeaning.Of(Operator).OfBounds(Left.Bounds, Right.Bounds);

    public override Dim Substitute(Func<Atom, Dim?> map) =>
        map(this) ?? Dim.Apply(Operator, Left.Substitute(map), Right.Substitute(map));

    public override long Evaluate(Func<Atom, long> leaf) => DimMeaning.Of(Operator).OfNumbers(Left.Evaluate(leaf), Right.Evaluate(leaf));

    public override void VisitLeaves(Action<Atom> visit)
    {
        Left.VisitLeaves(visit);
        Right.VisitLeaves(visit);
    }

    public override bool Equals(Atom? other) =>
        ReferenceEquals(this, other)
        || (other is BinaryAtom b && hash == b.hash && Operator == b.Operator && Left.Equals(b.Left) && Right.Equals(b.Right));

    public override int GetHashCode() => hash;

    public override string ToString() => DimMeaning.Of(Operator) is { IsCommutative: false, Sign: var sign }
        ? $"({InBrackets(Left)} {sign} {InBrackets(Right)})"
        : $"{DimMeaning.Of(Operator).Sign}({Left}, {Right})";

    private static string InBrackets(Dim dim) => dim.IsConstant || dim.AsAtom is not null ? $"{dim}" : $"({dim})";

    internal override int Order(Atom other)
    {
        if (other is not BinaryAtom b)
        {
            return RankOrder(other);
        }

        var order = Operator.CompareTo(b.Operator);
        order = order != 0 ? order : Left.Order(b.Left);
        return order != 0 ? order : Right.Order(b.Right);
    }

    private protected override int Rank => 1;
}
