using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>Vectors of 32-bit lanes put together otherwise.</summary>
internal static class Lanes
{
    public static V128 LowPairs(V128 a, V128 b) => I8x16.Shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);

    public static V128 HighPairs(V128 a, V128 b) => I8x16.Shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);

    public static V128 LowHalves(V128 a, V128 b) => I8x16.Shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);

    public static V128 HighHalves(V128 a, V128 b) => I8x16.Shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);

    /// <summary>The last lanes of one vector, so many, and after them the first ones of another.</summary>
    public static V128 After(V128 last, V128 first, int count) =>
        I8x16.Shuffle(last, first, [.. Enumerable.Range(16 - (4 * count), 16).Select(lane => (byte)lane)]);

    /// <summary>One lane in the place of all.</summary>
    public static V128 Splat(V128 vector, int lane) =>
        I8x16.Shuffle(vector, vector, [.. Enumerable.Range(0, 16).Select(place => (byte)((4 * lane) + (place % 4)))]);

    /// <summary>Lane j of row i becomes lane i of row j.</summary>
    public static LocalV128[] Transposed(FunctionBuilder f, V128 a, V128 b, V128 c, V128 d)
    {
        var (lowA, highA) = (f.Let(LowPairs(a, b)), f.Let(HighPairs(a, b)));
        var (lowB, highB) = (f.Let(LowPairs(c, d)), f.Let(HighPairs(c, d)));
        return [f.Let(LowHalves(lowA, lowB)), f.Let(HighHalves(lowA, lowB)), f.Let(LowHalves(highA, highB)), f.Let(HighHalves(highA, highB))];
    }
}
