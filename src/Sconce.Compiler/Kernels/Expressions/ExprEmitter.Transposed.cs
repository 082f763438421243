using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Blocks of a tensor that lies the other way round.
public sealed partial class ExprEmitter
{
    /// <summary>
    /// Loads elements that are far apart along the vector's axis but side by side along another, four times four at a time, and turns the
    /// block: what <see cref="Vector(Expr)"/> then gives for the load at this point of the other axis and the next three.
    /// </summary>
    public void LoadTransposed(LoadExpr load, Axis other, int shift)
    {
        var rows = new LocalV128[Expressions.Vector.Lanes];
        for (var lane = 0; lane < rows.Length; lane++)
        {
            var row = (LoadExpr)load.Shift(other, shift).Shift(along!, lane);
            var (pointer, offset) = Address(row.Buffer, row.Buffer.Offset(row.Index));
            rows[lane] = f.Let(Memory.LoadV128(pointer, offset));
        }

        var (lowA, highA) = (f.Let(LowPairs(rows[0], rows[1])), f.Let(HighPairs(rows[0], rows[1])));
        var (lowB, highB) = (f.Let(LowPairs(rows[2], rows[3])), f.Let(HighPairs(rows[2], rows[3])));
        Keep(0, LowHalves(lowA, lowB));
        Keep(1, HighHalves(lowA, lowB));
        Keep(2, LowHalves(highA, highB));
        Keep(3, HighHalves(highA, highB));

        void Keep(int column, V128 value) => vectors[load.Shift(other, shift + column)] = new(f.Let(value));
    }

    private static V128 LowPairs(V128 a, V128 b) => I8x16.Shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23);

    private static V128 HighPairs(V128 a, V128 b) => I8x16.Shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31);

    private static V128 LowHalves(V128 a, V128 b) => I8x16.Shuffle(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23);

    private static V128 HighHalves(V128 a, V128 b) => I8x16.Shuffle(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
}
