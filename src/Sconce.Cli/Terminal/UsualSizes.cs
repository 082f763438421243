using Sconce.Compiler.Types;

namespace Sconce.Cli.Terminal;

/// <summary>
/// What a size that hangs on the inputs' is at the ends of their ranges. The lower end is 1 where a model also takes tensors without elements: what
/// those cost tells nobody anything. (The bounds of an expression are too wide for this: they take each of its terms by itself.)
/// </summary>
internal static class UsualSizes
{
    public static long Least(Symbol symbol) => Math.Max(symbol.Min, Math.Min(symbol.Max ?? 1, 1));

    public static long AtLeast(Dim size) => At(size, Least);

    /// <summary>Null where nothing bounds it.</summary>
    public static long? AtMost(Dim size)
    {
        var open = false;
        size.VisitLeaves(leaf => open |= leaf is not Symbol { Max: not null });
        return open ? null : At(size, symbol => symbol.Max!.Value);
    }

    /// <summary>For symbols of some value. A file may hold any expression: what is beyond 64 bits, or divides by zero, is as large as can be.</summary>
    public static long At(Dim size, Func<Symbol, long> valueOf)
    {
        try
        {
            return size.Evaluate(leaf => leaf is Symbol symbol ? valueOf(symbol) : 0);
        }
        catch (ArithmeticException)
        {
            return long.MaxValue;
        }
    }
}
