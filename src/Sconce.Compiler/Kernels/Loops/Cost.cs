using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>Roughly how many simple operations a value takes at each point.</summary>
internal static class Cost
{
    public static double Of(params IEnumerable<Expr> exprs)
    {
        var seen = new HashSet<Expr>();
        return 1 + exprs.Sum(Visit);

        double Visit(Expr expr) => seen.Add(expr) ? OfNode(expr) + expr.Operands.Sum(Visit) : 0;
    }

    private static double OfNode(Expr expr) => expr switch
    {
        ConstExpr or AccumulatorExpr => 0,
        UnaryExpr unary => unary.Op switch
        {
            UnaryOp.Neg or UnaryOp.Abs or UnaryOp.Not or UnaryOp.BitNot or UnaryOp.IsNan => 1,
            UnaryOp.Floor or UnaryOp.Ceil or UnaryOp.Trunc or UnaryOp.Round => 1,
            UnaryOp.Sqrt => 4,
            UnaryOp.Exp or UnaryOp.Sigmoid or UnaryOp.Tanh or UnaryOp.Erf or UnaryOp.Log or UnaryOp.Expm1 or UnaryOp.Log1p => 16,
            _ => 64,
        },
        BinaryExpr binary => binary.Op switch
        {
            BinaryOp.Div => 4,
            BinaryOp.Rem or BinaryOp.Mod or BinaryOp.FloorDiv => 16,
            BinaryOp.Pow => 32,
            BinaryOp.Atan2 => 64,
            _ => 1,
        },
        _ => 1,
    };
}
