using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Ways to read a buffer in an expression.</summary>
public static class BufferLoads
{
    extension(TensorBuffer buffer)
    {
        public int Rank => buffer.Dims.Length;

        /// <summary>The element as it is stored.</summary>
        public Expr At(Dims index) => new LoadExpr(buffer, index);

        /// <summary>The element in the dtype that its own computes in.</summary>
        public Expr ValueAt(Dims index) => new LoadExpr(buffer, index).As(buffer.Type.Compute());

        /// <summary>The element where the index is within the buffer, something else where it is not.</summary>
        public Expr AtOr(Dims index, Expr outside)
        {
            var condition = Expr.Const(DType.Bool, 1L);
            for (var i = 0; i < index.Length; i++)
            {
                condition = And(condition, IndexConditions.InRange(index[i], Dim.Zero, buffer.Dims[i]));
            }

            return GuardUnlessKnown(condition, buffer.ValueAt(index), outside.As(buffer.Type.Compute()));
        }

        /// <summary>
        /// The element of an integer tensor as an index below a size. As in Python, what is negative counts from the end; what lies outside is moved
        /// inside, so that no input can make a model read elsewhere.
        /// </summary>
        public Dim IndexAt(Dims index, Dim size) => BufferLoads.AsIndex(buffer.At(index), size);
    }

    /// <inheritdoc cref="IndexAt"/>
    public static Dim AsIndex(Expr value, Dim size) => Clamped(Wrap(value, size), size);

    /// <summary>An int64 number as an index below a size, moved inside where it is not.</summary>
    public static Dim Clamped(Expr place, Dim size) => place.Max(Expr.Of(Dim.Zero)).Min(Expr.Of(Dim.Max(size - 1, 0)))
        .ToIndex(new(0, size.Bounds.Max == long.MaxValue ? long.MaxValue : Math.Max(size.Bounds.Max - 1, 0)));

    /// <summary>A number that may be negative, and then counts from the end, as int64.</summary>
    public static Expr Wrap(Expr value, Dim size)
    {
        var wide = value.As(DType.Int64);
        return value.Type == DType.UInt8 ? wide : Expr.Select(wide < Expr.Of(Dim.Zero), wide + Expr.Of(size), wide);
    }

    public static Expr And(Expr a, Expr b) => IndexConditions.Decide(a) == true ? b : IndexConditions.Decide(b) == true ? a : a & b;

    /// <summary>A guard, or only the branch that is always taken.</summary>
    public static Expr GuardUnlessKnown(Expr condition, Expr inside, Expr outside) =>
        IndexConditions.Decide(condition) switch { true => inside, false => outside, null => Expr.Guard(condition, inside, outside) };
}
