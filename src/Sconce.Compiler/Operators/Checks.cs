using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>Conditions that a run checks where PyTorch raises an error. The loads themselves stay inside their buffers whatever an index is.</summary>
internal static class Checks
{
    extension(Call call)
    {
        /// <summary>All elements of a tensor of indices must be below a size, and not negative; or, where they may count from the end, not below -size.</summary>
        /// <param name="index">The tensor.</param>
        /// <param name="size">The size of what it is an index into.</param>
        /// <param name="what">What it is an index into, in words: <c>dimension 0 of 'self'</c>.</param>
        /// <param name="fromEnd">Whether a negative index counts from the end.</param>
        /// <param name="except">Elements that may be anything, or null.</param>
        public void CheckIndices(TensorBuffer index, Dim size, string what, bool fromEnd = false, Func<Expr, Expr>? except = null) =>
            call.CheckIndices(index.Dims, index.At, size, what, fromEnd, except);

        /// <inheritdoc cref="CheckIndices(Call, TensorBuffer, Dim, string, bool, Func{Expr, Expr}?)"/>
        public void CheckIndices(Dims dims, Func<Dims, Expr> index, Dim size, string what, bool fromEnd = false, Func<Expr, Expr>? except = null) => call.Context.Check(
            dims,
            i =>
            {
                // In 32 bits, where neither has more: an index mostly is an int64.
                var value = index(i);
                value = value.As(value.Type == DType.Int64 || size.Bounds.Max > int.MaxValue ? DType.Int64 : DType.Int32);
                var outside = (value < Expr.Of(fromEnd ? -size : 0).As(value.Type)) | (value >= Expr.Of(size).As(value.Type));
                return except is null ? outside : !except(value) & outside;
            },
            index, size, $"index {{value}} is out of range for {what}, whose size is {{limit}}");

        /// <summary>Integers are not divided by zero.</summary>
        public void CheckDivisor(Operand number, Operand divisor, DType type)
        {
            if (!type.IsFloat() && divisor.Known is null or 0)
            {
                call.Context.Check(
                    call.Context.Broadcast(number.Dims, divisor.Dims), i => divisor.At(i, type).EqualTo(Expr.Const(type, 0L)),
                    i => divisor.At(i, type), 0, "an integer is divided by zero");
            }
        }
    }

    /// <summary>A dim of an argument, in words.</summary>
    public static string DimOf(string argument, int axis) => $"dimension {axis} of '{argument}'";
}
