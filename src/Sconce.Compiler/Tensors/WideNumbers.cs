using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Numbers that may be wider than indices, which kernels compute in 32 bits: an integer that a model reads from a tensor and computes with.</summary>
internal static class WideNumbers
{
    /// <summary>The same as operations on int64; null where all of it is as small as an index.</summary>
    public static Expr? Of(Dim value) => IsWide(value) ? Sum(value) : null;

    private static bool IsWide(Dim value) => value.Any(leaf => leaf is LoadedIndex { Bounds: { Max: > int.MaxValue } or { Min: < int.MinValue } });

    private static Expr Sum(Dim value)
    {
        var terms = value.Terms.Select(Product).ToList();
        if (value.ConstantTerm != 0 || terms.Count == 0)
        {
            terms.Add(Expr.Const(DType.Int64, value.ConstantTerm));
        }

        return terms.Aggregate((a, b) => a + b);
    }

    private static Expr Product(Term term)
    {
        var factors = term.Factors.Select(Number);
        return (term.Coefficient == 1 ? factors : factors.Append(Expr.Const(DType.Int64, term.Coefficient))).Aggregate((a, b) => a * b);
    }

    private static Expr Number(Atom atom) => atom switch
    {
        LoadedIndex loaded => loaded.Value,
        BinaryAtom binary when IsWide(Dim.Of(binary)) => Expr.Of(binary.Left).Apply(Operation(binary.Operator), Expr.Of(binary.Right)),
        _ => Expr.Of(Dim.Of(atom)),
    };

    private static BinaryOp Operation(DimOperator op) => op switch
    {
        DimOperator.FloorDivide => BinaryOp.FloorDiv,
        DimOperator.Modulo => BinaryOp.Mod,
        DimOperator.Min => BinaryOp.Min,
        DimOperator.Max => BinaryOp.Max,
        _ => throw new NotSupportedException($"{op}"),
    };
}
