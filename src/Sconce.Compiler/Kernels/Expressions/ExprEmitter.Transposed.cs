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

        var columns = Lanes.Transposed(f, rows[0], rows[1], rows[2], rows[3]);
        for (var column = 0; column < columns.Length; column++)
        {
            vectors[load.Shift(other, shift + column)] = new(columns[column]);
        }
    }
}
