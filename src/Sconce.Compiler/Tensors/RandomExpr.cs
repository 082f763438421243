using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// One of the four words that <see cref="Philox"/> makes of a counter and a key: 32 random bits, as an int32. The same operands always give the same bits, so
/// that it may be computed where and as often as is best; the words of one counter are computed together.
/// </summary>
public sealed class RandomExpr : Expr
{
    /// <summary>As programs are written: random0 … random3.</summary>
    public const string Name = "random";

    public const int Words = 4;

    /// <summary>The words of the counter and those of the key.</summary>
    public const int OperandCount = 6;

    public RandomExpr(int word, ImmutableArray<Expr> operands)
        : base(DType.Int32, operands.Aggregate(HashCode.Combine(10, word), (code, operand) => HashCode.Combine(code, operand)), operands.AsSpan())
    {
        Word = word is >= 0 and < Words ? word : throw new ArgumentOutOfRangeException(nameof(word));
        Operands = operands.Length == OperandCount && operands.All(operand => operand.Type == DType.Int32)
            ? operands
            : throw new ArgumentException($"Random bits are made of {OperandCount} int32, four for the counter and two for the key.");
    }

    public int Word { get; }

    /// <summary>Four words of the counter, then two of the key.</summary>
    public override ImmutableArray<Expr> Operands { get; }

    /// <summary>Another word of the same counter.</summary>
    public RandomExpr Other(int word) => word == Word ? this : new(word, Operands);

    public override string ToString() => $"{Name}{Word}({string.Join(", ", Operands)})";

    private protected override bool SameAs(Expr other) => other is RandomExpr random && Word == random.Word && Operands.AsSpan().SequenceEqual(random.Operands.AsSpan());
}
