using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>An operand of a pointwise operator: a tensor, or a Python number, which has no dtype of its own to insist on.</summary>
public readonly struct Operand
{
    private readonly TensorBuffer? buffer;
    private readonly Expr? number;

    private Operand(TensorBuffer? buffer, Expr? number) => (this.buffer, this.number) = (buffer, number);

    public bool IsNumber => buffer is null;

    /// <summary>For a number, the dtype it has by itself: int64, the default float or bool.</summary>
    public DType Type => buffer?.Type ?? (number!.Type == DType.Float64 ? TypePromotion.DefaultFloat : number.Type);

    public ImmutableArray<Dim> Dims => buffer?.Dims ?? [];

    /// <summary>The number, where this is one that is known when compiling.</summary>
    public double? Known => number is ConstExpr constant ? constant.Value : null;

    /// <summary>The element that broadcasting puts at an index, converted for computing with the given dtype.</summary>
    public Expr At(ImmutableArray<Dim> index, DType type) =>
        buffer is null ? number!.As(type.Compute()) : buffer.At(Broadcasting.IndexInto(buffer.Dims, index)).As(type).As(type.Compute());

    public static Operand Number(Expr value) => new(null, value);

    public static implicit operator Operand(TensorBuffer buffer) => new(buffer, null);

    public static implicit operator Operand(double value) => Number(Expr.Const(DType.Float64, value));

    public static implicit operator Operand(long value) => Number(Expr.Const(DType.Int64, value));
}
