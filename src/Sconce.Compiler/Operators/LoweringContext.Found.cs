using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

// Sizes that only the data tell: a step finds each and writes it down, for all steps after it.
public sealed partial class LoweringContext
{
    /// <summary>What a made-up assertion says of a size at most: PyTorch traces sizes that it does not know as if they were 2 or more, and runs all others too.</summary>
    private const int Traced = 2;

    /// <summary>Sizes are counted in 32 bits, with a sign.</summary>
    private const int MostElements = int.MaxValue;

    /// <summary>The symbols that PyTorch has for sizes which it does not know, by what they are here.</summary>
    private readonly Dictionary<Atom, Dim> recorded = [];

    /// <summary>A sum of more terms than these, of sizes that steps find, is a size that is found itself: what is computed with it, such as its square, has few terms then.</summary>
    private const int MostFoundTerms = 8;

    private Dictionary<Dim, Dim> settled = [];

    /// <summary>The largest values that the model asserts of symbols of PyTorch's.</summary>
    internal IReadOnlyDictionary<Symbol, Dim> Asserted { get; init; } = new Dictionary<Symbol, Dim>();

    /// <summary>A size that a step finds from here on: a whole number, no less than the least, and no more than the bound where there is one.</summary>
    /// <param name="value">An integer without axes. Whoever calls knows that it lies within the bound.</param>
    /// <param name="bound">Over sizes that are known before; null where there is none.</param>
    /// <param name="least">It is no less than this.</param>
    public Dim Find(Expr value, Dim? bound, long least = 0)
    {
        if (bound is { IsConstant: true, Value: 0 })
        {
            return Dim.Zero;
        }

        var found = Declare(least, bound);
        Write(found, value);
        return Dim.Of(found);
    }

    /// <summary>A size that steps to come write, such as the last steps of branches.</summary>
    internal FoundSymbol Declare(long min, Dim? bound)
    {
        var number = program.Found.Count;
        while (program.Symbols.Any(symbol => symbol.Name == $"u{number}") || program.Found.Any(symbol => symbol.Name == $"u{number}"))
        {
            number++;
        }

        var found = new FoundSymbol($"u{number}", min, bound);
        program.Found.Add(found);
        if (bound is not null)
        {
            Facts.Assume(new SizeCondition.Compare(found, SizeComparison.LessOrEqual, bound));
        }

        return found;
    }

    internal void Write(FoundSymbol found, Expr value) => Add(new MapStep(new Target(found.Place, []), [], value.As(DType.Int32)));

    /// <summary>The same of a number that may be anything: outside of the bounds the run ends.</summary>
    public Dim FindWithin(Expr value, Dim? bound, string what, long least = 0)
    {
        var wide = value.As(DType.Int64);
        Check([], _ => wide < Expr.Const(DType.Int64, least), _ => wide, least, $"{what} is {{value}}, and {(least == 0 ? "no size is below zero" : $"is {least} at least")}");
        Check([], _ => wide > Expr.Of(bound ?? MostElements).As(DType.Int64), _ => wide, bound ?? MostElements,
            bound is null ? $"{what} is {{value}}, and no size is beyond {{limit}}" : $"{what} is {{value}}, and the model asserts that it is at most {{limit}}");
        return Find(wide, bound, least);
    }

    /// <summary>What the model asserts that a size of the result is at most; null where it asserts nothing.</summary>
    public Dim? BoundOf(int result, int axis) =>
        Results.Length > result && Results[result].Type is GraphType.Tensor { Shape: { } shape } && axis < shape.Length && shape[axis].AsAtom is Symbol symbol ? BoundOf(symbol) : null;

    internal Dim? BoundOf(Symbol symbol) => Asserted.GetValueOrDefault(symbol) is { } bound
        ? Recorded(bound) is var known && IsKnown(known) ? known : symbol.Max
        : symbol.Max is { } max ? (Dim)max : null;

    /// <summary>A size as PyTorch recorded it, by what is known here.</summary>
    internal Dim Recorded(Dim size) => recorded.Count == 0 ? size : size.Substitute(recorded);

    /// <summary>Whether a symbol is one of PyTorch's for a size that it does not know, and that is not found yet.</summary>
    internal bool IsOpen(Symbol symbol) => symbol is not FoundSymbol && !program.Symbols.Contains(symbol) && !recorded.ContainsKey(symbol);

    /// <summary>From here on a symbol of PyTorch's is this size.</summary>
    internal void Bind(Symbol symbol, Dim size) => recorded[symbol] = size;

    /// <summary>Whether all of it is given or found.</summary>
    private bool IsKnown(Dim size) => !size.Any(leaf => leaf is not Symbol symbol || IsOpen(symbol));

    /// <summary>Sizes in the form in which they are known, those that hang on elements of tensors found by steps.</summary>
    internal Dims Settle(Dims sizes)
    {
        sizes = Facts.Simplify(sizes);
        for (var i = 0; i < sizes.Length; i++)
        {
            if (sizes[i].HasLoads())
            {
                sizes = sizes.SetItem(i, Settle(sizes[i]));
            }
            else if ((perhaps || sizes[i].Any(leaf => leaf is FoundSymbol)) && !sizes[i].IsNonNegative)
            {
                RequireSize(sizes[i]);
            }
        }

        return sizes;
    }

    /// <summary>No tensor has a size below zero, and no size is divided by zero.</summary>
    internal void RequireSize(Dim size)
    {
        Require(SizeCheck.LessOrEqual(0, size, "no tensor has a size below zero"));
        size.VisitDivisors(divisor => Require(SizeCheck.NotEqual(divisor, 0, "sizes are divided by it")));
    }

    internal Dim Settle(Dim size)
    {
        if (!size.HasLoads())
        {
            return Facts.Simplify(size);
        }

        if (!settled.TryGetValue(size, out var found))
        {
            var bound = SizeBound.Of(size);
            settled.Add(size, found = size.Bounds.Min >= 0 && bound is not null ? Find(Expr.Of(size), bound) : FindWithin(Expr.Of(size), bound, "a size"));
        }

        return found;
    }

    /// <summary>A size, or a place within one, that parts of found sizes add up to: in a few terms.</summary>
    internal Dim SumOfFound(Dim size)
    {
        if (size.Terms.Length <= MostFoundTerms || size.Bounds.Min < 0 || !size.Any(leaf => leaf is FoundSymbol) || size.HasLoads())
        {
            return size;
        }

        if (!settled.TryGetValue(size, out var found))
        {
            settled.Add(size, found = Find(Expr.Of(size), SizeBound.Of(size), size.Bounds.Min));
        }

        return found;
    }

    /// <summary>A size that hangs on elements of tensors and must not be zero: where a step finds it, a run that finds less ends, and all that hangs on it knows that it is 1 or more.</summary>
    internal Dim SettlePositive(Dim size, string what)
    {
        if (size.HasLoads() && !settled.ContainsKey(size))
        {
            settled.Add(size, FindWithin(Expr.Of(size), SizeBound.Of(size), what, least: 1));
        }

        return Settle(size);
    }

    /// <summary>A condition over sizes that steps find, looked at when they have been found.</summary>
    private void RequireFound(SizeCheck check)
    {
        var (value, limit) = check.Condition is SizeCondition.Compare compare ? (compare.Left, compare.Right) : (Dim.Zero, Dim.Zero);
        Check([], _ => !Holds(check.Condition), _ => Expr.Of(value), limit, $"{check.Text} must hold, for {check.Why}");

        // What a region looks at holds inside it alone: a branch has facts of its own.
        if (perhaps || ReferenceEquals(Steps, program.Steps))
        {
            Facts.Assume(check.Condition);
        }
    }

    private static Expr Holds(SizeCondition condition) => condition switch
    {
        SizeCondition.Compare { Left: var left, Right: var right } compare => Expr.Of(left).Apply(
            compare.Comparison switch
            {
                SizeComparison.Equal => BinaryOp.Eq,
                SizeComparison.NotEqual => BinaryOp.Ne,
                SizeComparison.Less => BinaryOp.Lt,
                SizeComparison.LessOrEqual => BinaryOp.Le,
                SizeComparison.Greater => BinaryOp.Gt,
                _ => BinaryOp.Ge,
            },
            Expr.Of(right)),
        SizeCondition.All { Parts: var parts } => parts.Select(Holds).Aggregate((a, b) => a & b),
        SizeCondition.Any { Parts: var parts } => parts.Select(Holds).Aggregate((a, b) => a | b),
        _ => throw new NotSupportedException(condition.GetType().Name),
    };

    /// <summary>Whether a condition says no more than that a size is at least what PyTorch takes it to be when it traces.</summary>
    internal static bool IsTraced(Expr condition) => condition is BinaryExpr { Op: BinaryOp.Ge, Left: IndexExpr { Value: var size }, Right: ConstExpr { Type: DType.Int64, Bits: <= Traced } }
        && size.Any(leaf => leaf is FoundSymbol);
}
