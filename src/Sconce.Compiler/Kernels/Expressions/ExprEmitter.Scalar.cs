using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Values at one point.
public sealed partial class ExprEmitter
{
    /// <summary>The expression's value at the point where the axes stand.</summary>
    public Code Scalar(Expr expr)
    {
        if (expr is ConstExpr constant)
        {
            return WasmTypes.Constant(expr.Type, constant.Bits, constant.Value);
        }

        if (TryFind(e => e.scalars, expr, out var known))
        {
            return known;
        }

        var value = expr switch
        {
            LoadExpr load => Load(load),
            IndexExpr index => I64.ExtendI32S(Index(index.Value)),
            AccumulatorExpr accumulator => TryFind(e => e.accumulators, accumulator.Number, out var bound)
                ? bound
                : throw new InvalidOperationException($"{accumulator} has no value here."),
            UnaryExpr unary => scalarOps.Unary(unary.Op, unary.Operand.Type, Scalar(unary.Operand)),
            BinaryExpr binary when ConstantPowers.ExponentOf(binary) is { } exponent => ConstantPowers.Scalar(f, Scalar(binary.Left), exponent),
            BinaryExpr { Op: BinaryOp.Pow, Type: DType.Float32, Left: ConstExpr { Value: 2 } } binary => scalarOps.Exp2(Scalar(binary.Right).AsF32()),
            BinaryExpr binary when AsProduct(binary) is { } product => Scalar(product),
            BinaryExpr binary => NarrowComparison(binary) ?? ScalarActivation(binary) ?? scalarOps.Binary(binary.Op, binary.Left.Type, Scalar(binary.Left), Scalar(binary.Right)),
            SelectExpr select => Code.Select(Scalar(select.Yes), Scalar(select.No), Scalar(select.Condition).AsI32()),
            GuardExpr guard => Guarded(guard),
            CastExpr cast => cast.Operand is IndexExpr index && cast.Type.ScalarType() == WasmType.I32 && cast.Type != DType.Bool
                ? IntegerOps.Wrap(Index(index.Value), cast.Type)
                : scalarOps.Cast(cast.Operand.Type, cast.Type, Scalar(cast.Operand)),
            RandomExpr random => RandomWord(random),
            BitcastExpr cast => scalarOps.Bitcast(cast.Operand.Type, cast.Type, Scalar(cast.Operand)),
            _ => throw new NotSupportedException($"No code for {expr.GetType().Name}."),
        };
        return Keep(expr, value);
    }

    /// <summary>Stores the expression's value at the point where the axes stand.</summary>
    public void Store(Target target, Expr value) => StoreScalar(target, StoredValue(value));

    /// <summary>Stores an element that is held as an expression of its dtype is.</summary>
    public void StoreScalar(Target target, Code value)
    {
        var (pointer, offset) = Address(target.Buffer, target.Buffer.Offset(target.Index));
        switch (target.Buffer.Type)
        {
            case DType.Bool or DType.UInt8 or DType.Int8:
                f.StoreI32_8(pointer, value.AsI32(), offset);
                break;
            case DType.Int16 or DType.UInt16:
                f.StoreI32_16(pointer, value.AsI32(), offset);
                break;
            case DType.Float16 or DType.BFloat16:
                f.StoreI32_16(pointer, half.ToBits(value.AsF32(), target.Buffer.Type), offset);
                break;
            case var type when type.IsFloat8():
                f.StoreI32_8(pointer, half.ToBits(value.AsF32(), type), offset);
                break;
            case DType.Int32 or DType.UInt32:
                f.StoreI32(pointer, value.AsI32(), offset);
                break;
            case DType.Int64 or DType.UInt64:
                f.StoreI64(pointer, value.AsI64(), offset);
                break;
            case DType.Float32:
                f.StoreF32(pointer, value.AsF32(), offset);
                break;
            default:
                f.StoreF64(pointer, value.AsF64(), offset);
                break;
        }
    }

    /// <summary>The value without a rounding that the store does anyway.</summary>
    private Code StoredValue(Expr value) =>
        value is CastExpr { Operand.Type: DType.Float32 } cast && value.Type.IsNarrow() ? Scalar(cast.Operand) : Scalar(value);

    /// <summary>Puts a value in a local where it is used more than once.</summary>
    private Code Keep(Expr expr, Code value)
    {
        if (value is LocalI32 or LocalI64 or LocalF32 or LocalF64 || value.Operands.IsEmpty)
        {
            scalars[expr] = value;
        }
        else if (!uses.TryGetValue(expr, out var count) || count > 1)
        {
            value = f.Let(value).Get;
            scalars[expr] = value;
        }

        return value;
    }

    private Code Load(LoadExpr load)
    {
        var (pointer, offset) = Address(load.Buffer, load.Buffer.Offset(load.Index));
        return load.Type switch
        {
            DType.Bool or DType.UInt8 => Memory.LoadI32_8U(pointer, offset),
            DType.Int8 => Memory.LoadI32_8S(pointer, offset),
            DType.Int16 => Memory.LoadI32_16S(pointer, offset),
            DType.UInt16 => Memory.LoadI32_16U(pointer, offset),
            DType.Int32 or DType.UInt32 => Memory.LoadI32(pointer, offset),
            DType.Int64 or DType.UInt64 => Memory.LoadI64(pointer, offset),
            DType.Float16 or DType.BFloat16 => half.FromBits(Memory.LoadI32_16U(pointer, offset), load.Type),
            _ when load.Type.IsFloat8() => half.FromBits(Memory.LoadI32_8U(pointer, offset), load.Type),
            DType.Float32 => Memory.LoadF32(pointer, offset),
            _ => Memory.LoadF64(pointer, offset),
        };
    }

    /// <summary>Comparisons of indices need no 64 bits.</summary>
    private I32? NarrowComparison(BinaryExpr binary) =>
        binary.Operation.GivesBool && AsIndex(binary.Left) is { } a && AsIndex(binary.Right) is { } b
            ? scalarOps.Binary(binary.Op, DType.Int32, Index(a), Index(b)).AsI32()
            : null;

    /// <summary>The index that an int64 expression is, where 32 bits hold it.</summary>
    private static Dim? AsIndex(Expr expr) => expr switch
    {
        IndexExpr index when FitsInt32(index.Value.Bounds) => index.Value,
        ConstExpr { Type: DType.Int64, Bits: >= int.MinValue and <= int.MaxValue } constant => constant.Bits,
        _ => null,
    };

    /// <summary>An unbounded index belongs to memory, which ends below 2^32.</summary>
    private static bool FitsInt32(Interval bounds) =>
        bounds.Min is long.MinValue or >= int.MinValue && bounds.Max is long.MaxValue or <= int.MaxValue;
}
