using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators;

/// <summary>A number for each element of a tensor: a scale or a zero point, which many elements share.</summary>
/// <param name="Type">The dtype of a tensor of such numbers, by which arithmetic with them is promoted; null for a Python number, which has none to insist on.</param>
/// <param name="At">The number of the element at an index, in a dtype to compute with.</param>
internal sealed record SharedNumber(DType? Type, Func<Dims, DType, Expr> At)
{
    public static SharedNumber Of(Operand operand) => new(operand.IsNumber || operand.Dims.IsEmpty ? null : operand.Type, operand.At);

    /// <summary>The element of a tensor at the place that an index has there.</summary>
    public static SharedNumber Of(TensorBuffer buffer, Func<Dims, Dims> place) => new(buffer.Type, (index, type) => buffer.At(place(index)).As(type).As(type.Compute()));

    /// <summary>The dtype that arithmetic of a tensor with such numbers has.</summary>
    public DType With(DType tensor) => Type is { } type ? TypePromotion.Promote(tensor, type) : tensor;
}

/// <summary>
/// Floats as steps of a scale: <c>round(x / scale) + zero_point</c>, and back. Every operation is done in PyTorch's order and rounded where it rounds, so that the integers
/// are PyTorch's own.
/// </summary>
internal static class Quantised
{
    /// <summary><c>clamp(round(input * (1 / scale)) + zero_point, low, high)</c>, halves to even.</summary>
    /// <param name="context">The program that is added to.</param>
    /// <param name="input">Floats of any shape.</param>
    /// <param name="scale">What a step is worth.</param>
    /// <param name="zero">The step that stands for zero; null for 0.</param>
    /// <param name="low">The least integer, a number or a tensor without dims.</param>
    /// <param name="high">The largest.</param>
    /// <param name="type">The dtype of the integers.</param>
    /// <param name="roundLast">Rounds after the zero point is added.</param>
    public static TensorBuffer Quantise(
        LoweringContext context, TensorBuffer input, SharedNumber scale, SharedNumber? zero, Operand low, Operand high, DType type, bool roundLast = false)
    {
        var inverse = scale.Type ?? DType.Float64;
        var product = scale.With(input.Type);
        var sum = zero?.With(product) ?? product;
        return context.Map(type, input.Dims, index =>
        {
            var step = scale.At(index, inverse);
            var times = step is ConstExpr known ? Expr.Const(inverse, 1 / known.Value) : step.One / step;
            var steps = Rounded(input.At(index).As(product).As(product.Compute()) * Rounded(times, inverse).As(product).As(product.Compute()), product);
            var shifted = (roundLast ? steps : steps.Apply(UnaryOp.Round)).As(sum.Compute());
            shifted = zero?.At(index, sum) is not { } nought || nought is ConstExpr { Value: 0 } ? shifted : Rounded(shifted + nought, sum);
            var whole = roundLast ? shifted.Apply(UnaryOp.Round) : shifted;
            return whole.Max(low.At([], sum)).Min(high.At([], sum));
        });
    }

    /// <summary><c>(input - zero_point) * scale</c>, the difference in a dtype that the caller names.</summary>
    public static TensorBuffer Dequantise(
        LoweringContext context, TensorBuffer input, SharedNumber scale, SharedNumber? zero, DType difference, DType type)
    {
        var product = scale.With(difference);
        product = product.IsFloat() ? product : TypePromotion.DefaultFloat;
        return context.Map(type, input.Dims, index =>
        {
            var steps = input.At(index).As(difference).As(difference.Compute());
            steps = zero?.At(index, difference) is not { } nought || nought is ConstExpr { Value: 0 } ? steps : Rounded(steps - nought, difference);
            return Rounded(steps.As(product).As(product.Compute()) * scale.At(index, product), product);
        });
    }

    /// <summary>Zero points that are known, and all 0: nothing is to be taken away.</summary>
    public static bool AreZero(TensorBuffer numbers) => numbers is { Kind: BufferKind.Constant, Data: { IsDense: true } data } && !data.ToDense().Span.ContainsAnyExcept((byte)0);

    /// <summary>What arithmetic in a dtype keeps of a number that was computed in a wider one.</summary>
    public static Expr Rounded(Expr value, DType type) => value.As(type).As(type.Compute());
}
