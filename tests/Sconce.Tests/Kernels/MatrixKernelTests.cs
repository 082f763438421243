using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>Linear algebra in the kernels and in the evaluator, which was written without looking at them: both take the same steps, so that vectors have one sign.</summary>
public sealed class MatrixKernelTests
{
    [Theory]
    [InlineData(MatrixWork.Lu, 5, 5)]
    [InlineData(MatrixWork.Lu, 7, 4)]
    [InlineData(MatrixWork.Lu, 4, 7)]
    [InlineData(MatrixWork.Cholesky, 6, 6)]
    [InlineData(MatrixWork.Ldl, 9, 9)]
    [InlineData(MatrixWork.Householder, 8, 5)]
    [InlineData(MatrixWork.Householder, 5, 8)]
    [InlineData(MatrixWork.Exponential, 5, 5)]
    [InlineData(MatrixWork.SymmetricEigen, 9, 9)]
    [InlineData(MatrixWork.SymmetricEigenUpper, 9, 9)]
    [InlineData(MatrixWork.SymmetricEigen, 31, 31)]
    [InlineData(MatrixWork.GeneralEigen, 3, 3)]
    [InlineData(MatrixWork.GeneralEigen, 9, 9)]
    [InlineData(MatrixWork.Singular, 9, 9)]
    [InlineData(MatrixWork.Singular, 9, 7)]
    [InlineData(MatrixWork.Singular, 13, 5)]
    [InlineData(MatrixWork.Singular, 7, 9)]
    [InlineData(MatrixWork.Singular, 5, 13)]
    public void Kernel_and_evaluator_agree(MatrixWork work, int rows, int columns)
    {
        var harness = new KernelHarness();
        foreach (var type in new[] { DType.Float64, DType.Float32 })
        {
            var least = Math.Min(rows, columns);
            (long Rows, long Columns)[] results = work switch
            {
                MatrixWork.Lu => [(rows, columns), (least, 1), (1, 1)],
                MatrixWork.Cholesky => [(rows, rows), (1, 1)],
                MatrixWork.Ldl => [(rows, rows), (rows, 1), (1, 1)],
                MatrixWork.Householder => [(rows, columns), (least, 1)],
                MatrixWork.SymmetricEigen or MatrixWork.SymmetricEigenUpper => [(rows, 1), (rows, rows)],
                MatrixWork.GeneralEigen => [(rows, 1), (rows, 1), (rows, rows), (rows, rows)],
                MatrixWork.Singular => [(least, 1), (rows, rows), (columns, columns)],
                _ => [(rows, columns)],
            };
            var x = Steps.Buffer("x", type, 3, rows, columns);
            var axes = Steps.AxesOf(x);
            var buffers = results.Select((result, i) => Steps.Buffer($"y{i}", type, 3, result.Rows, result.Columns)).ToImmutableArray();
            var made = results.Select(result => new MatrixResult(new(result.Rows, "row"), new(result.Columns, "column"))).ToImmutableArray();

            // A diagonal that outweighs the rest, for what needs positive matrices.
            var value = x.At(axes) + Expr.Select(Expr.Of(axes[1]).EqualTo(Expr.Of(axes[2])), Expr.Const(type, work == MatrixWork.Cholesky ? 20.0 : 0.0), Expr.Const(type, 0.0));
            harness.Add($"{work} {rows} x {columns} of {type}", [new MatrixStep(
                work, [.. buffers.Zip(made, (buffer, result) => new Target(buffer, [axes[0], result.Row, result.Column]))], [axes[0]],
                [new(value, axes[1], axes[2])], made)], tolerance: type == DType.Float64 ? 1e-9 : 1e-4);
        }

        harness.Run();
    }

    [Theory]
    [InlineData(MatrixWork.SolveLower)]
    [InlineData(MatrixWork.Reflect)]
    [InlineData(MatrixWork.ReflectBack)]
    [InlineData(MatrixWork.LdlSolve)]
    public void What_is_solved_and_reflected_agrees(MatrixWork work)
    {
        const int size = 7, right = 4;
        var harness = new KernelHarness();
        var type = DType.Float64;
        var (a, v, b, y) = (Steps.Buffer("a", type, size, size), Steps.Buffer("v", type, size, 1), Steps.Buffer("b", type, size, right), Steps.Buffer("y", type, size, right));
        MatrixOperand Of(TensorBuffer buffer, Func<Expr, Expr>? also = null)
        {
            var axes = Steps.AxesOf(buffer);
            return new(also is null ? buffer.At(axes) : also(buffer.At(axes)), axes[0], axes[1]);
        }

        // Pivots that are rows, from 1: none is exchanged.
        var rows = Steps.AxesOf(v);
        var second = work == MatrixWork.LdlSolve ? new MatrixOperand(Expr.Of(Dim.Of(rows[0]) + 1).As(type), rows[0], rows[1]) : Of(v);
        var result = new MatrixResult(new(size, "row"), new(right, "column"));
        ImmutableArray<MatrixOperand> operands = work == MatrixWork.SolveLower ? [Of(a, x => x + Expr.Const(type, 3.0)), Of(b)] : [Of(a), second, Of(b)];
        harness.Add($"{work}", [new MatrixStep(work, [new(y, [result.Row, result.Column])], [], operands, [result])], tolerance: 1e-8);
        harness.Run();
    }
}
