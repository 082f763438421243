using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>Applies the epilogue to a strip's sums and stores them: vectors along the columns, single elements where the last panel is not full.</summary>
internal sealed class PanelStore(FunctionBuilder f, PanelProduct product, Axis lane)
{
    private const int Lanes = Vector.Lanes;

    private readonly int width = product.Right.Width;
    private readonly bool wide = product.Sums == DType.Float64;

    public void Emit(ExprEmitter e, Func<int, int, V128> sums, Dim[] rows)
    {
        var columns = product.Columns.Extent;
        var rest = columns.Mod(width);
        if (rest.Equals(Dim.Zero))
        {
            Whole(e, sums, rows);
            return;
        }

        var wholePanels = columns.FloorDiv(width);
        f.If(
            wholePanels.Equals(Dim.Zero) ? I32.Const(0) : e.Index(product.Panel).LtS(e.Index(wholePanels)),
            () => Whole(e.Nested(), sums, rows),
            () => Edge(e.Nested(), sums, rows, rest));
    }

    private void Whole(ExprEmitter e, Func<int, int, V128> sums, Dim[] rows)
    {
        for (var vector = 0; vector < width / Lanes; vector++)
        {
            StoreVector(e, sums, rows, vector);
        }
    }

    private void Edge(ExprEmitter e, Func<int, int, V128> sums, Dim[] rows, Dim rest)
    {
        for (var vector = 0; vector < width / Lanes; vector++)
        {
            var here = vector;
            f.If(
                AtLeast(e, rest, (vector + 1) * Lanes),
                () => StoreVector(e.Nested(), sums, rows, here),
                () =>
                {
                    for (var single = 0; single < Lanes - 1; single++)
                    {
                        var number = single;
                        f.If(AtLeast(e, rest, (here * Lanes) + single + 1), () => StoreLane(e.Nested(along: null), sums, rows, here, number));
                    }
                });
        }
    }

    private static I32 AtLeast(ExprEmitter e, Dim value, int least) => value.IsConstant ? (value.Value >= least ? 1 : 0) : e.Index(value).GeS(least);

    private void StoreVector(ExprEmitter e, Func<int, int, V128> sums, Dim[] rows, int vector)
    {
        var columns = Column(vector) + Dim.Of(lane);
        var shared = e.Nested();
        // What does not change from row to row (a bias) is computed once.
        shared.Hoist(At(product.Epilogue, null, columns));
        for (var first = 0; first < rows.Length; first += 2)
        {
            var pair = Enumerable.Range(first, Math.Min(2, rows.Length - first)).Select(r =>
            {
                var row = shared.Nested();
                row.BindAccumulator(0, wide ? new Vector(sums(r, 2 * vector), sums(r, (2 * vector) + 1)) : new Vector(sums(r, vector)));
                return (At: row, Expr: At(product.Epilogue, rows[r], columns), Target: At(product.Target, rows[r], columns));
            }).ToArray();
            ExprEmitter.Together([.. pair.Select(row => (row.At, row.Expr))]);
            foreach (var row in pair)
            {
                row.At.StoreVector(row.Target, row.Expr);
            }
        }
    }

    private void StoreLane(ExprEmitter e, Func<int, int, V128> sums, Dim[] rows, int vector, int number)
    {
        for (var r = 0; r < rows.Length; r++)
        {
            var row = e.Nested();
            Code sum = product.Sums switch
            {
                DType.Float64 => F64x2.ExtractLane(sums(r, (2 * vector) + (number / 2)), number % 2),
                DType.Int32 => I32x4.ExtractLane(sums(r, vector), number),
                _ => F32x4.ExtractLane(sums(r, vector), number),
            };
            row.BindAccumulator(0, f.Let(sum).Get);
            row.Store(At(product.Target, rows[r], Column(vector) + number), At(product.Epilogue, rows[r], Column(vector) + number));
        }
    }

    private Dim Column(int vector) => (Dim.Of(product.Panel) * width) + (vector * Lanes);

    private Dictionary<Atom, Dim> Map(Dim? row, Dim column)
    {
        var map = new Dictionary<Atom, Dim> { [product.Columns] = column };
        if (row is not null)
        {
            map.Add(product.Rows, row);
        }

        return map;
    }

    private Expr At(Expr expr, Dim? row, Dim column) => expr.Substitute(Map(row, column));

    private Target At(Target target, Dim row, Dim column) => target.Substitute(Map(row, column));
}
