using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>Dense linear algebra, in float64.</summary>
public sealed partial class Evaluator
{
    private void RunMatrix(MatrixStep step)
    {
        var frame = NewFrame();
        var compiler = new ExprCompiler(frame);
        var operands = step.Operands.Select(operand => (
            Value: compiler.Float(operand.Value), Row: frame.Slot(operand.Row), Column: frame.Slot(operand.Column),
            Rows: (int)Evaluate(operand.Row.Extent), Columns: (int)Evaluate(operand.Column.Extent))).ToArray();
        var results = step.Results.Zip(step.Writes, (result, target) => (
            To: Get(target.Buffer), Place: compiler.Place(Get(target.Buffer), target.Index), Row: frame.Slot(result.Row), Column: frame.Slot(result.Column),
            Rows: (int)Evaluate(result.Row.Extent), Columns: (int)Evaluate(result.Column.Extent))).ToArray();
        ForEach(frame, step.Axes, () =>
        {
            var given = operands.Select(operand =>
            {
                var matrix = new double[operand.Rows, operand.Columns];
                Visit(operand.Row, operand.Column, matrix, (r, c) => matrix[r, c] = operand.Value());
                return matrix;
            }).ToArray();
            var made = results.Select(result => new double[result.Rows, result.Columns]).ToArray();
            PlainMatrices.Compute(step.Work, given, made, step.Epsilon);
            foreach (var (result, matrix) in results.Zip(made))
            {
                Visit(result.Row, result.Column, matrix, (r, c) =>
                {
                    if (result.To.Type.IsFloat())
                    {
                        result.To.SetFloat(result.Place(), matrix[r, c]);
                    }
                    else
                    {
                        result.To.SetInteger(result.Place(), (long)matrix[r, c]);
                    }
                });
            }
        });

        void Visit(int row, int column, double[,] matrix, Action<int, int> body)
        {
            for (var r = 0; r < matrix.GetLength(0); r++)
            {
                frame.Set(row, r);
                for (var c = 0; c < matrix.GetLength(1); c++)
                {
                    frame.Set(column, c);
                    body(r, c);
                }
            }
        }
    }
}
