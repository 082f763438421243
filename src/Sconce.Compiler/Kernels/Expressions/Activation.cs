using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Expressions;

/// <summary>
/// A float32 product that kernels compute as a whole, because that is cheaper and no less accurate: however it was written, as one operator or
/// as several.
/// </summary>
/// <param name="Function">The sigmoid, tanh or erf in it, which disappears.</param>
internal abstract record Activation(UnaryExpr Function)
{
    private const double InverseSqrt2 = 0.70710678118654752;

    /// <summary>Numerator / (1 + e^-argument).</summary>
    public sealed record Gate(UnaryExpr Function, Expr Numerator, Expr Argument) : Activation(Function);

    /// <summary>x Φ(x).</summary>
    public sealed record Gelu(UnaryExpr Function, Expr X) : Activation(Function);

    /// <summary>The activation that a product is, or null.</summary>
    public static Activation? Of(BinaryExpr product)
    {
        if (product is not { Op: BinaryOp.Mul, Type: DType.Float32 })
        {
            return null;
        }

        var (constant, factors) = (1.0, new List<Expr>());
        Collect(product);
        foreach (var (place, factor) in factors.Index())
        {
            // By place: a square has the same factor twice.
            var others = factors.Where((_, other) => other != place).ToArray();
            switch (factor)
            {
                case UnaryExpr { Op: UnaryOp.Sigmoid } sigmoid when others.Length > 0:
                    return new Gate(sigmoid, Product(others, constant), sigmoid.Operand);

                // 1 + tanh u = 2 / (1 + e^-2u)
                case BinaryExpr { Op: BinaryOp.Add } sum when OneAnd(sum, UnaryOp.Tanh) is { } tanh && others.Length > 0:
                    return new Gate(tanh, Product(others, constant * 2), Scaled(tanh.Operand, 2));
                case BinaryExpr { Op: BinaryOp.Add } sum when OneAnd(sum, UnaryOp.Erf) is { } erf && constant == 0.5
                    && others is [var x] && IsScaled(erf.Operand, x):
                    return new Gelu(erf, x);
            }
        }

        return null;

        void Collect(Expr expr)
        {
            switch (expr)
            {
                case BinaryExpr { Op: BinaryOp.Mul } inner:
                    Collect(inner.Left);
                    Collect(inner.Right);
                    break;
                case ConstExpr number:
                    constant *= number.Value;
                    break;
                default:
                    factors.Add(expr);
                    break;
            }
        }
    }

    private static UnaryExpr? OneAnd(BinaryExpr sum, UnaryOp op) => (sum.Left, sum.Right) switch
    {
        (ConstExpr { Value: 1 }, UnaryExpr function) when function.Op == op => function,
        (UnaryExpr function, ConstExpr { Value: 1 }) when function.Op == op => function,
        _ => null,
    };

    /// <summary>Whether an expression is x / √2.</summary>
    private static bool IsScaled(Expr expr, Expr x) => expr switch
    {
        BinaryExpr { Op: BinaryOp.Mul, Left: var left, Right: ConstExpr c } => left.Equals(x) && Near(c.Value, InverseSqrt2),
        BinaryExpr { Op: BinaryOp.Mul, Left: ConstExpr c, Right: var right } => right.Equals(x) && Near(c.Value, InverseSqrt2),
        BinaryExpr { Op: BinaryOp.Div, Left: var left, Right: ConstExpr c } => left.Equals(x) && Near(1 / c.Value, InverseSqrt2),
        _ => false,
    };

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-7;

    private static Expr Scaled(Expr expr, double factor) => expr switch
    {
        BinaryExpr { Op: BinaryOp.Mul, Left: ConstExpr c, Right: var right } => Product([right], c.Value * factor),
        BinaryExpr { Op: BinaryOp.Mul, Left: var left, Right: ConstExpr c } => Product([left], c.Value * factor),
        _ => Product([expr], factor),
    };

    private static Expr Product(IReadOnlyList<Expr> factors, double constant)
    {
        var product = factors.Aggregate((a, b) => a * b);
        return constant == 1 ? product : product * Expr.Const(product.Type, constant);
    }
}
