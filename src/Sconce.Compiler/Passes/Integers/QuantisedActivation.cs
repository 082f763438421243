using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>
/// An operand that is quantised while the model runs: <c>(q - zero) * scale</c> of 8-bit integers, in whichever dtypes and steps a tool writes it. Looks through the maps that
/// make it, as far as the integers.
/// </summary>
/// <param name="Integers">Int8 or uint8: a load, or what makes them.</param>
/// <param name="Zero">Which integer stands for zero, as int32; null for 0.</param>
/// <param name="Scale">What one step is worth, in float32; null for 1.</param>
internal sealed record QuantisedActivation(Expr Integers, Expr? Zero, Expr? Scale)
{
    /// <summary>Whether what the integers stand for changes along an axis.</summary>
    public bool DependsOn(Axis axis) => Zero?.DependsOn(axis) == true || Scale?.DependsOn(axis) == true;

    /// <summary>Null where an expression is no such operand.</summary>
    /// <param name="expr">What a step reads.</param>
    /// <param name="expand">The expression that stands for a load of a map's result; the same where there is none.</param>
    public static QuantisedActivation? Of(Expr expr, Func<Expr, Expr> expand)
    {
        expr = expand(expr);
        return expr.Type != DType.Float32 ? null : expr switch
        {
            BinaryExpr { Op: BinaryOp.Mul } product =>
                Shifted(product.Left, expand) is { } left ? left with { Scale = product.Right }
                : Shifted(product.Right, expand) is { } right ? right with { Scale = product.Left }
                : null,
            _ => Shifted(expr, expand),
        };
    }

    /// <summary>Integers that are only converted, to a dtype that holds each of them.</summary>
    public static Expr? Converted(Expr expr, Func<Expr, Expr> expand)
    {
        while (true)
        {
            expr = expr.Type is DType.Int8 or DType.UInt8 ? expr : expand(expr);
            if (expr.Type is DType.Int8 or DType.UInt8)
            {
                return expr is ConstExpr ? null : expr;
            }

            if (expr is not CastExpr { Type: DType.Float32 or DType.Int16 or DType.Int32 or DType.Int64 } cast
                || (cast.Operand.Type != DType.UInt8 && cast.Operand.Type.Size() > cast.Type.Size()))
            {
                return null;
            }

            expr = cast.Operand;
        }
    }

    private static QuantisedActivation? Shifted(Expr expr, Func<Expr, Expr> expand)
    {
        expr = expand(expr);
        while (expr is CastExpr { Type: DType.Float32, Operand.Type: DType.Int16 or DType.Int32 or DType.Int64 } cast)
        {
            expr = expand(cast.Operand);
        }

        return expr is BinaryExpr { Op: BinaryOp.Sub, Type: DType.Float32 or DType.Int16 or DType.Int32 or DType.Int64 } difference && Converted(difference.Left, expand) is { } integers
            ? new(integers, difference.Right is ConstExpr { Value: 0 } ? null : difference.Right.As(DType.Int32), null)
            : Converted(expr, expand) is { } plain ? new(plain, null, null)
            : null;
    }
}
