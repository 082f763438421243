using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>What a <see cref="MatrixStep"/> makes of its operands, with the conventions of LAPACK. Vectors are matrices of one column.</summary>
public enum MatrixWork
{
    /// <summary>A (m x n) → L and U in one matrix, the row exchanged with each (from 1), and where U's diagonal has its first zero (from 1, or 0).</summary>
    Lu,

    /// <summary>Such exchanges → for each row where it came from, from 0.</summary>
    Permutation,

    /// <summary>The lower half of A (n x n) → L, and the first column (from 1, or 0) at which A is not positive.</summary>
    Cholesky,

    /// <summary>The lower half of A (n x n) → L and D in one matrix by Bunch and Kaufman's pivots, these pivots, and where D has its first zero.</summary>
    Ldl,

    /// <summary>L and D, pivots, B (n x p) → what solves A · X = B.</summary>
    LdlSolve,

    /// <summary>A (m x n) → R above Householder's vectors, and their factors.</summary>
    Householder,

    /// <summary>Householder's vectors (m x k), factors, C (m x p) → Q · C.</summary>
    Reflect,

    /// <summary>The same → Qᵀ · C.</summary>
    ReflectBack,

    /// <summary>The lower half of T (n x n), B (n x p) → what solves T · X = B.</summary>
    SolveLower,

    /// <summary>A (n x n) → e to the A.</summary>
    Exponential,

    /// <summary>The lower half of A (n x n) → eigenvalues, the smallest first, and eigenvectors as columns.</summary>
    SymmetricEigen,

    /// <summary>The same of the upper half.</summary>
    SymmetricEigenUpper,

    /// <summary>A (n x n) → eigenvalues, and eigenvectors as columns; of each first the real parts, then the imaginary ones.</summary>
    GeneralEigen,

    /// <summary>A (m x n) → singular values, the largest first, and left and right singular vectors as columns: as many as the results have.</summary>
    Singular,
}

/// <summary>A matrix for each point of a step's axes.</summary>
/// <param name="Value">Over the axes, the row and the column: a float32 or float64.</param>
/// <param name="Row">Along its rows.</param>
/// <param name="Column">Along its columns.</param>
public sealed record MatrixOperand(Expr Value, Axis Row, Axis Column);

/// <summary>Along the rows and the columns of what comes out.</summary>
public sealed record MatrixResult(Axis Row, Axis Column);

/// <summary>Dense linear algebra of one or a few matrices, for each point of the axes; in float64, whatever the operands are.</summary>
/// <param name="Work">What is made of them.</param>
/// <param name="Writes">A target for each result.</param>
/// <param name="Axes">The batch.</param>
/// <param name="Operands">In the order that the work says.</param>
/// <param name="Results">In the order that the work says.</param>
public sealed record MatrixStep(
    MatrixWork Work, ImmutableArray<Target> Writes, ImmutableArray<Axis> Axes, ImmutableArray<MatrixOperand> Operands, ImmutableArray<MatrixResult> Results) : Step
{
    public override ImmutableArray<Target> Targets => Writes;

    public override ImmutableArray<Computation> Computations =>
        [.. Operands.Select(operand => new Computation(Role.Element, operand.Value, Axes) { Over = [operand.Row, operand.Column] })];

    public override ImmutableArray<Axis> Points => [.. Axes, Operands[0].Row, Operands[0].Column];

    public override ImmutableArray<Axis> AllAxes =>
        [.. Axes, .. Operands.SelectMany(operand => new[] { operand.Row, operand.Column }), .. Results.SelectMany(result => new[] { result.Row, result.Column })];

    public override bool JoinsAxes => false;

    /// <summary>How far from 0 counts as 0, relatively: a rounding of the operands' dtype.</summary>
    public double Epsilon => Math.ScaleB(1, Operands[0].Value.Type == DType.Float64 ? -53 : -24);

    public override Dim OwnFlops => Dim.Product(Axes.Select(axis => axis.Extent)) * EachFlops;

    /// <summary>Roughly the operations for one point of the batch.</summary>
    public Dim EachFlops
    {
        get
        {
            var (rows, columns) = (Operands[0].Row.Extent, Operands[0].Column.Extent);
            var square = rows * columns;
            return Work switch
            {
                MatrixWork.Permutation => rows,
                MatrixWork.Reflect or MatrixWork.ReflectBack => square * Operands[2].Column.Extent * 4,
                MatrixWork.SolveLower => square * Operands[1].Column.Extent,
                MatrixWork.LdlSolve => square * Operands[2].Column.Extent * 2,
                MatrixWork.Exponential => square * rows * 40,
                MatrixWork.SymmetricEigen or MatrixWork.SymmetricEigenUpper => square * rows * 9,
                MatrixWork.GeneralEigen => square * rows * 25,
                MatrixWork.Singular => square * Dim.Min(rows, columns) * 20,
                _ => square * Dim.Min(rows, columns),
            };
        }
    }

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Writes = targets, Operands = [.. Operands.Zip(values, (operand, value) => operand with { Value = value })] };

    public override Step Along(Axis axis) => this with { Axes = [axis, .. Axes] };
}
