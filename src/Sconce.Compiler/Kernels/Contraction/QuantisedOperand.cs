using System.Numerics;
using System.Runtime.InteropServices;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// An operand that is quantised weights: <c>(q - zero) * scale</c>, in whichever order and dtypes the tools write it, of constants that 8 bits hold. What is torchao's, PT2E's, or
/// left of either after run_decompositions(), is the same expression here. Where integers are summed as they are, it is q alone.
/// </summary>
/// <param name="Steps">The integers, as they are in the file.</param>
/// <param name="Zero">Which integer stands for zero, in float32; null for 0.</param>
/// <param name="Scale">What one step is worth, in float32; null for 1.</param>
internal sealed record QuantisedOperand(LoadExpr Steps, Expr? Zero, Expr? Scale)
{
    /// <summary>Null where an expression is no such operand.</summary>
    public static QuantisedOperand? Of(Expr expr) => expr switch
    {
        BinaryExpr { Op: BinaryOp.Mul, Left: var left, Right: var scale } when Scaled(left, scale) is { } operand => operand,
        BinaryExpr { Op: BinaryOp.Mul, Left: var scale, Right: var right } => Scaled(right, scale),
        _ => Shifted(expr),
    };

    /// <summary>Integers as int32, with nothing that they stand for.</summary>
    public static QuantisedOperand? OfIntegers(Expr expr) => expr.Type == DType.Int32 && WithoutCasts(expr) is LoadExpr load && IsSteps(load) ? new(load, null, null) : null;

    private static QuantisedOperand? Scaled(Expr steps, Expr scale) =>
        (scale is LoadExpr or ConstExpr || (scale is CastExpr { Operand: LoadExpr load } && load.Type.IsFloat()))
        && scale.Type == DType.Float32 && OperandExpr.IsConstant(scale) && Shifted(steps) is { } operand
            ? operand with { Scale = scale }
            : null;

    /// <summary>The difference may have been taken of floats or of integers, of which each is a float exactly.</summary>
    private static QuantisedOperand? Shifted(Expr expr) => WithoutCasts(expr) switch
    {
        LoadExpr load when IsSteps(load) && expr.Type == DType.Float32 => new(load, null, null),
        BinaryExpr { Op: BinaryOp.Sub, Left: var left, Right: var right } difference
            when expr.Type == DType.Float32 && difference.Type is DType.Float32 or DType.Int16 or DType.Int32 or DType.Int64
            && WithoutCasts(left) is LoadExpr load && IsSteps(load) && WithoutCasts(right) is LoadExpr or ConstExpr && OperandExpr.IsConstant(right)
            => new(load, IsZero(WithoutCasts(right)) ? null : right.As(DType.Float32), null),
        _ => null,
    };

    private static Expr WithoutCasts(Expr expr)
    {
        while (expr is CastExpr { Type: DType.Float32 or DType.Int16 or DType.Int32 or DType.Int64 } cast && (cast.Operand.Type.Size() <= cast.Type.Size() || cast.Type == DType.Float32))
        {
            expr = cast.Operand;
        }

        return expr;
    }

    private static bool IsSteps(LoadExpr load) => load.Buffer is { Kind: BufferKind.Constant, Data: { } data }
        && (data.Type is DType.Int8 or DType.UInt8 || (data.Type is DType.Int16 or DType.Int32 or DType.Int64 && RangeOf(data) is (>= sbyte.MinValue, <= sbyte.MaxValue) or (>= 0, <= byte.MaxValue)));

    private static bool IsZero(Expr expr) => expr switch
    {
        ConstExpr { Value: 0 } => true,
        LoadExpr { Buffer.Data: { } data } => data.ElementCount * data.Type.Size() == data.Storage.Length && !data.Storage.Span.ContainsAnyExcept((byte)0),
        _ => false,
    };

    /// <summary>The least and the largest of the integers.</summary>
    public (int Low, int High) Range() => RangeOf(Steps.Buffer.Data!) is var (low, high) ? ((int)low, (int)high) : (0, 0);

    private static (long Low, long High) RangeOf(TensorData data)
    {
        var bytes = data.ToDense().Span;
        return bytes.IsEmpty ? (0, 0) : data.Type switch
        {
            DType.Int8 => Ends(MemoryMarshal.Cast<byte, sbyte>(bytes)),
            DType.UInt8 => Ends(bytes),
            DType.Int16 => Ends(MemoryMarshal.Cast<byte, short>(bytes)),
            DType.Int32 => Ends(MemoryMarshal.Cast<byte, int>(bytes)),
            _ => Ends(MemoryMarshal.Cast<byte, long>(bytes)),
        };
    }

    private static (long Low, long High) Ends<T>(ReadOnlySpan<T> numbers)
        where T : struct, INumber<T>
    {
        var (low, high) = (numbers[0], numbers[0]);
        foreach (var number in numbers)
        {
            (low, high) = (T.Min(low, number), T.Max(high, number));
        }

        return (long.CreateChecked(low), long.CreateChecked(high));
    }

    /// <summary>Whether not all integers along an axis share a scale and a zero.</summary>
    public bool IsScaledAlong(Axis axis) => Scale?.DependsOn(axis) == true || Zero?.DependsOn(axis) == true;

    /// <summary>So many integers along K, a divisor of how many there are, share a scale and a zero; 0 where all do, null where no more than a few do.</summary>
    public int? Group(Axis k, int least)
    {
        if (!IsScaledAlong(k))
        {
            return 0;
        }

        for (var size = k.Extent.Value / 2; size >= least; size--)
        {
            if (k.Extent.Value % size == 0 && IsSharedBy((int)size, k))
            {
                return (int)size;
            }
        }

        return null;
    }

    private bool IsSharedBy(int size, Axis k)
    {
        var (group, inner) = (new Axis(k.Extent.FloorDiv(size), "group"), new Axis(size, "inner"));
        var map = new Dictionary<Atom, Dim> { [k] = (Dim.Of(group) * size) + Dim.Of(inner) };
        return Scale?.Substitute(map).DependsOn(inner) != true && Zero?.Substitute(map).DependsOn(inner) != true;
    }
}
