using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Operators on values that kernels hold themselves.
public sealed partial class ExprEmitter
{
    public Code Apply(BinaryOp op, DType type, Code a, Code b) => scalarOps.Binary(op, type, a, b);

    public Vector Apply(BinaryOp op, DType type, Vector a, Vector b) => vectorOps.Binary(op, type, a, b);

    public Vector Cast(DType from, DType to, Vector value) => vectorOps.Cast(from, to, value);

    /// <summary>Chooses by a mask of 32-bit lanes.</summary>
    public Vector Choose(DType type, Vector mask, Vector yes, Vector no) => vectorOps.Select(type, mask, yes, no);

    /// <summary>A number in all lanes.</summary>
    public Vector Splat(DType type, Code value) => vectorOps.Splat(type, value);

    public Vector Let(Vector value) => vectorOps.Let(value);

    /// <summary>Four values of an index, as 32-bit integers.</summary>
    public V128 Places(Dim dim) => NarrowVector(dim);

    /// <summary>
    /// A float32 quotient by a power of two as a product, which is several times faster and the same. By other constants it would differ in the last bit,
    /// and what rounds it to a whole number then differs by one: floor(x / 61) of almost every multiple of 61.
    /// </summary>
    private static BinaryExpr? AsProduct(BinaryExpr quotient)
    {
        if (quotient is not { Op: BinaryOp.Div, Type: DType.Float32, Right: ConstExpr divisor })
        {
            return null;
        }

        var inverse = (float)(1 / divisor.Value);
        return float.IsPow2(MathF.Abs(inverse)) && float.IsNormal(inverse) ? new BinaryExpr(BinaryOp.Mul, quotient.Left, Expr.Const(DType.Float32, inverse)) : null;
    }

    /// <summary>A float32 product added to a sum by one instruction, where that is allowed and nothing else needs the product.</summary>
    public V128? FusedSum(Expr expr, V128 sum) =>
        expr is BinaryExpr { Op: BinaryOp.Mul, Type: DType.Float32 } product && vectorOps.Fuses && Varies(product) && uses.GetValueOrDefault(product) <= 1
            ? vectorOps.MultiplyAdd(Vector(product.Left).Low, Vector(product.Right).Low, sum)
            : null;
}
