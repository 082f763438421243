using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>Roughly how many simple operations a value takes at each point.</summary>
internal static class Cost
{
    public static double Of(params IEnumerable<Expr> exprs) => 1 + exprs.OwnNodes().Distinct().Sum(OfNode);

    private static double OfNode(Expr expr) => expr switch
    {
        ConstExpr or AccumulatorExpr => 0,
        UnaryExpr unary => unary.Operation.Cost,
        BinaryExpr binary => binary.Operation.Cost,
        RandomExpr => 40,
        _ => 1,
    };
}
