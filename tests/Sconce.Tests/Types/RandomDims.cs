using Sconce.Compiler.Types;

namespace Sconce.Tests.Types;

/// <summary>Random expressions, each as a <see cref="Dim"/> and as the plain computation it must agree with.</summary>
internal sealed class RandomDims
{
    private readonly Random random;
    private readonly Symbol[] symbols;
    private readonly Axis[] axes;

    public RandomDims(int seed)
    {
        random = new Random(seed);
        symbols =
        [
            new Symbol("s", 1, 40), new Symbol("t", 2, null), new Symbol("z", 0, 7), new Symbol("n", -5, 9),
        ];
        axes =
        [
            new Axis(symbols[0], "i"), new Axis((Dim)symbols[1] + 2, "j"), new Axis(6, "k"), new Axis(((Dim)symbols[0] + 3).FloorDiv(4), "l"),
        ];
    }

    /// <summary>An expression and how to compute it without any simplification.</summary>
    public sealed record Pair(Dim Dim, Func<Func<Atom, long>, long> Plain);

    public IEnumerable<Atom> Leaves => [.. symbols, .. axes];

    public Pair Next(int depth = 4)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            return Leaf();
        }

        var (a, b) = (Next(depth - 1), Next(depth - 1));
        var divisor = Divisor(depth - 1);
        return random.Next(8) switch
        {
            0 or 1 => new(a.Dim + b.Dim, leaf => checked(a.Plain(leaf) + b.Plain(leaf))),
            2 => new(a.Dim - b.Dim, leaf => checked(a.Plain(leaf) - b.Plain(leaf))),
            3 => new(a.Dim * b.Dim, leaf => checked(a.Plain(leaf) * b.Plain(leaf))),
            4 => new(a.Dim.FloorDiv(divisor.Dim), leaf => Floor(a.Plain(leaf), divisor.Plain(leaf))),
            5 => new(a.Dim.Mod(divisor.Dim), leaf => a.Plain(leaf) - (Floor(a.Plain(leaf), divisor.Plain(leaf)) * divisor.Plain(leaf))),
            6 => new(Dim.Min(a.Dim, b.Dim), leaf => Math.Min(a.Plain(leaf), b.Plain(leaf))),
            _ => new(Dim.Max(a.Dim, b.Dim), leaf => Math.Max(a.Plain(leaf), b.Plain(leaf))),
        };
    }

    /// <summary>An expression that is above zero for every value of its leaves.</summary>
    public Pair Divisor(int depth)
    {
        switch (random.Next(depth > 0 ? 4 : 3))
        {
            case 0 or 1:
                long constant = random.Next(1, 13);
                return new(constant, _ => constant);
            case 2:
                var (symbol, more) = (symbols[random.Next(2)], random.Next(3));
                return new((Dim)symbol + more, leaf => leaf(symbol) + more);
            default:
                var any = Next(depth - 1);
                return new(Dim.Max(1, any.Dim), leaf => Math.Max(1, any.Plain(leaf)));
        }
    }

    /// <summary>
    /// An expression that may stand where the leaf stands: simplification has used that the leaf keeps to its range (max(1, 41 - s) is 41 - s for an s up to 40),
    /// and that axes are below their extents. So a symbol never becomes smaller than it is, for axes count up to it.
    /// </summary>
    public Pair InRangeOf(Atom leaf)
    {
        var any = Next(2);
        return leaf switch
        {
            Symbol { Max: { } max } symbol => new(
                Dim.Min(max, Dim.Max(symbol, any.Dim)), values => Math.Min(max, Math.Max(values(symbol), any.Plain(values)))),
            Symbol symbol => new(Dim.Max(symbol, any.Dim), values => Math.Max(values(symbol), any.Plain(values))),
            Axis axis => new(
                Dim.Min(Dim.Max(0, any.Dim), axis.Extent - 1),
                values => Math.Min(Math.Max(0, any.Plain(values)), axis.Extent.Evaluate(values) - 1)),
            _ => throw new NotSupportedException(leaf.GetType().Name),
        };
    }

    /// <summary>Values within the leaves' ranges.</summary>
    public Func<Atom, long> Values()
    {
        var values = new Dictionary<Atom, long>();
        foreach (var symbol in symbols)
        {
            var max = symbol.Max ?? 60;
            values[symbol] = random.Next(4) switch { 0 => symbol.Min, 1 => max, _ => random.NextInt64(symbol.Min, max + 1) };
        }

        foreach (var axis in axes)
        {
            var extent = axis.Extent.Evaluate(atom => values[atom]);
            values[axis] = random.Next(4) switch { 0 => 0, 1 => extent - 1, _ => random.NextInt64(extent) };
        }

        return atom => values[atom];
    }

    private Pair Leaf()
    {
        switch (random.Next(3))
        {
            case 0:
                long constant = random.Next(-9, 17);
                return new(constant, _ => constant);
            case 1:
                var symbol = symbols[random.Next(symbols.Length)];
                return new(symbol, leaf => leaf(symbol));
            default:
                var axis = axes[random.Next(axes.Length)];
                return new(axis, leaf => leaf(axis));
        }
    }

    private static long Floor(long a, long b) => (long)Math.Floor((decimal)a / b);
}
