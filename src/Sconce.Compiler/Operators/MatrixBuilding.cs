using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>A matrix that a lowering gives to a <see cref="MatrixStep"/>: what it holds at a place of the batch, a row and a column.</summary>
public sealed record MatrixGiven(Dim Rows, Dim Columns, Func<Dims, Dim, Dim, Expr> At)
{
    /// <summary>The last two dims of a tensor, whose others broadcast to the batch.</summary>
    public static MatrixGiven Of(TensorBuffer matrix) =>
        new(matrix.Dims[^2], matrix.Dims[^1], (batch, row, column) => matrix.ValueAt([.. Broadcasting.IndexInto(matrix.Dims[..^2], batch), row, column]));

    /// <summary>The last dim of a tensor of numbers or of rows, as a matrix of one column.</summary>
    public static MatrixGiven OfVector(TensorBuffer vector) => new(vector.Dims[^1], 1, (batch, row, _) =>
        vector.ValueAt([.. Broadcasting.IndexInto(vector.Dims[..^1], batch), row]) is var value && value.Type.IsFloat() ? value : value.As(DType.Float64));

    public MatrixGiven Transposed => new(Columns, Rows, (batch, row, column) => At(batch, column, row));

    /// <summary>With the lower half where only that is looked at, of a matrix that has the upper one.</summary>
    public MatrixGiven LowerOf(bool upper) => upper ? Transposed : this;

    public static MatrixGiven Identity(DType type, Dim rows, Dim columns) => new(rows, columns, (_, row, column) => Expr.Of(row).EqualTo(Expr.Of(column)).As(type));
}

/// <summary>What comes out: a dtype, sizes, and how the result's dims after the batch are told by a row and a column.</summary>
public sealed record MatrixMade(DType Type, Dim Rows, Dim Columns, Dims Dims, Func<Dim, Dim, Dims> Place)
{
    public static MatrixMade Matrix(DType type, Dim rows, Dim columns) => new(type, rows, columns, [rows, columns], (row, column) => [row, column]);

    public static MatrixMade Transposed(DType type, Dim rows, Dim columns) => new(type, rows, columns, [columns, rows], (row, column) => [column, row]);

    public static MatrixMade Vector(DType type, Dim rows) => new(type, rows, 1, [rows], (row, _) => [row]);

    public static MatrixMade Number(DType type) => new(type, 1, 1, [], (_, _) => []);
}

/// <summary>Dense linear algebra of the last dims, and solving by triangles.</summary>
public static class MatrixBuilding
{
    extension(LoweringContext context)
    {
        /// <summary>A tensor for each result: the batch, and its own dims.</summary>
        public ImmutableArray<TensorBuffer> Matrices(MatrixWork work, Dims batch, ImmutableArray<MatrixGiven> given, ImmutableArray<MatrixMade> made)
        {
            var (axes, index) = context.Axes(batch);
            var operands = given.Select((matrix, i) =>
            {
                var (row, column) = (Along(matrix.Rows, $"r{i}"), Along(matrix.Columns, $"c{i}"));
                return new MatrixOperand(matrix.At(index, row, column), row, column);
            }).ToImmutableArray();
            var results = made.Select((matrix, i) => new MatrixResult(Along(matrix.Rows, $"row{i}"), Along(matrix.Columns, $"column{i}"))).ToImmutableArray();
            var buffers = made.Select(matrix => context.Temporary(matrix.Type, [.. batch, .. matrix.Dims])).ToImmutableArray();
            context.Add(new MatrixStep(
                work, [.. buffers.Zip(results, made).Select(result => new Target(result.First, [.. index, .. result.Third.Place(result.Second.Row, result.Second.Column)]))],
                axes, operands, results));
            return buffers;

            Axis Along(Dim extent, string name) => new(context.Facts.Simplify(extent), name);
        }

        /// <summary>What solves T · X = B for a triangle T, of which the other half is not looked at; a unit one has ones on its diagonal.</summary>
        public TensorBuffer SolveTriangle(DType type, Dims batch, MatrixGiven triangle, MatrixGiven right, bool upper, bool unit)
        {
            var size = context.Same(triangle.Rows, triangle.Columns, "a triangle that is solved by is square");
            size = context.Same(size, right.Rows, "a system of equations has as many right sides as rows");

            // From the last row to the first, an upper one is a lower one.
            Dim At(Dim place) => upper ? size - 1 - place : place;
            Expr Element(Dims i, Dim row, Dim column)
            {
                var element = triangle.At(i, At(row), At(column));
                return unit ? Expr.Select(Expr.Of(row).EqualTo(Expr.Of(column)), element.One, element) : element;
            }

            return context.Matrices(
                MatrixWork.SolveLower, batch,
                [new(size, size, Element), new(size, right.Columns, (i, row, column) => right.At(i, At(row), column))],
                [MatrixMade.Matrix(type, size, right.Columns) with { Place = (row, column) => [At(row), column] }])[0];
        }
    }
}
