using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>How a reduction or scan joins two values. Min and Max are NaN where any value is.</summary>
public enum Combiner
{
    Sum, Product, Min, Max, And, Or, Xor,

    /// <summary>The index (int64, along the reduced axes in row-major order) of the first smallest value; NaN counts as smallest.</summary>
    ArgMin,

    /// <summary>The index of the first largest value; NaN counts as largest.</summary>
    ArgMax,
}

/// <summary>One accumulator of a reduction: what is combined, and how. Sums of floats are kept in the value's type; of integers in int64.</summary>
public sealed record Reducer(Combiner Combiner, Expr Value)
{
    /// <summary>The accumulator's dtype, which <see cref="AccumulatorExpr"/> has in the results.</summary>
    public DType Type => Combiner is Combiner.ArgMin or Combiner.ArgMax ? DType.Int64 : Value.Type;
}
