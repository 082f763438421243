using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// PyTorch's rules for the dtype of a result. Tensors with dims outrank 0-d tensors, which outrank Python's numbers: one of a lower
/// rank changes the dtype only where it is of a higher category (bool, integer, float, complex).
/// </summary>
public static class TypePromotion
{
    /// <summary>The dtype that PyTorch gives where nothing says otherwise: <c>torch.get_default_dtype()</c>.</summary>
    public const DType DefaultFloat = DType.Float32;

    /// <summary>The dtype to compute in: floats of 8 and 16 bits are widened.</summary>
    public static DType Compute(this DType type) => type.IsNarrow() ? DType.Float32 : type;

    /// <summary>The dtype of a function that has no integer results, as <c>exp</c>.</summary>
    public static DType ToFloat(this DType type) => type.IsFloat() || type.IsComplex() ? type : DefaultFloat;

    /// <summary>The dtype of a sum or product: integers add up in int64.</summary>
    public static DType ToSum(this DType type) => type.IsFloat() || type.IsComplex() ? type : DType.Int64;

    /// <summary>The smallest dtype both go into, as <c>torch.promote_types</c>.</summary>
    public static DType Promote(DType a, DType b)
    {
        if (a == b)
        {
            return a;
        }

        if (Category(a) != Category(b))
        {
            var (high, low) = Category(a) > Category(b) ? (a, b) : (b, a);
            return high.IsComplex() && low.IsFloat() ? Promote(high, low.ToComplex()) : high;
        }

        if (a.IsFloat8() || b.IsFloat8())
        {
            throw SconceException.Unsupported($"{a.Name()} with {b.Name()}, for which PyTorch has no common dtype", hint: "Convert one of the two first.");
        }

        return (a, b) switch
        {
            (DType.Float16, DType.BFloat16) or (DType.BFloat16, DType.Float16) => DType.Float32,
            (DType.UInt8, DType.Int8) or (DType.Int8, DType.UInt8) => DType.Int16,
            _ => (DType)Math.Max((int)a, (int)b),
        };
    }

    /// <summary>The common dtype of operands, as <c>torch.result_type</c>.</summary>
    public static DType Result(params ReadOnlySpan<Operand> operands)
    {
        DType? tensors = null, scalars = null, numbers = null;
        foreach (var operand in operands)
        {
            ref var rank = ref operand.IsNumber ? ref numbers : ref operand.Dims.IsEmpty ? ref scalars : ref tensors;
            rank = rank is { } before ? Promote(before, operand.Type) : operand.Type;
        }

        return Outrank(tensors, Outrank(scalars, numbers)) ?? DefaultFloat;
    }

    private static DType? Outrank(DType? higher, DType? lower) =>
        higher is not { } high || lower is not { } low ? higher ?? lower
        : Category(low) <= Category(high) ? high
        : low.IsComplex() ? (high.IsFloat() ? high : DefaultFloat).ToComplex()
        : low;

    private static int Category(DType type) => type.IsComplex() ? 3 : type.IsFloat() ? 2 : type == DType.Bool ? 0 : 1;
}
