namespace Sconce.Compiler.Types;

/// <summary>Divisions of sizes that are known and not negative, rounded up; of those that depend on symbols, <see cref="Dim"/> knows the same.</summary>
internal static class Rounding
{
    /// <summary>How many parts of this size hold the value.</summary>
    public static long CeilDiv(long value, long by) => (value + by - 1) / by;

    /// <summary>The next multiple, or the value itself if it is one.</summary>
    public static long RoundUp(long value, long to) => CeilDiv(value, to) * to;
}
