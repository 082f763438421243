using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>The meanings of combiners, as operators on values.</summary>
internal static class Reduction
{
    public static bool FindsIndex(this Combiner combiner) => combiner is Combiner.ArgMin or Combiner.ArgMax;

    /// <summary>The operator that joins two values; for an index, the comparison that a better value passes.</summary>
    public static BinaryOp Operator(this Combiner combiner) => combiner switch
    {
        Combiner.Sum => BinaryOp.Add,
        Combiner.Product => BinaryOp.Mul,
        Combiner.Min => BinaryOp.Min,
        Combiner.Max => BinaryOp.Max,
        Combiner.And => BinaryOp.And,
        Combiner.Or => BinaryOp.Or,
        Combiner.Xor => BinaryOp.Xor,
        Combiner.ArgMin => BinaryOp.Lt,
        _ => BinaryOp.Gt,
    };

    /// <summary>The number that changes no value it is combined with.</summary>
    public static ConstExpr Neutral(this Combiner combiner, DType type) => combiner switch
    {
        Combiner.Sum or Combiner.Or or Combiner.Xor => ConstExpr.Of(type, 0L),
        Combiner.Product => ConstExpr.Of(type, 1L),
        Combiner.And => ConstExpr.Of(type, type == DType.Bool ? 1L : -1L),
        Combiner.Min or Combiner.ArgMin => type.IsFloat() ? ConstExpr.Of(type, double.PositiveInfinity) : ConstExpr.Highest(type),
        _ => type.IsFloat() ? ConstExpr.Of(type, double.NegativeInfinity) : ConstExpr.Lowest(type),
    };
}
