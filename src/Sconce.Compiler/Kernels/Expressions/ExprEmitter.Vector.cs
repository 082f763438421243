using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Values at four points in a row along an axis.
public sealed partial class ExprEmitter
{
    /// <summary>The expression's values where the vector's axis stands and at the next three points.</summary>
    public Vector Vector(Expr expr)
    {
        if (TryFind(e => e.vectors, expr, out var known))
        {
            return known;
        }

        if (expr is ConstExpr constant)
        {
            return vectorOps.Constant(constant);
        }

        if (!Varies(expr))
        {
            var splat = vectorOps.Let(Uniform(expr));
            vectors[expr] = splat;
            return splat;
        }

        var value = expr switch
        {
            LoadExpr load => LoadVector(load),
            IndexExpr index => vectorOps.Cast(DType.Int32, DType.Int64, new(IndexVector(index.Value))),
            AccumulatorExpr accumulator => TryFind(e => e.vectorAccumulators, accumulator.Number, out var bound)
                ? bound
                : throw new InvalidOperationException($"{accumulator} has no vector here."),
            UnaryExpr { Op: UnaryOp.Round } rounded => vectorOps.Unary(rounded.Op, rounded.Operand.Type, Rounded(rounded.Operand)),
            UnaryExpr unary => vectorOps.Unary(unary.Op, unary.Operand.Type, Vector(unary.Operand)),
            BinaryExpr binary when ConstantPowers.ExponentOf(binary) is { } exponent =>
                Vector(binary.Left).Map(half => ConstantPowers.Vector(f, half, exponent, binary.Type == DType.Float64)),
            BinaryExpr { Op: BinaryOp.Pow, Type: DType.Float32, Left: ConstExpr { Value: > 0 and < double.PositiveInfinity } powered } binary =>
                new(vectorOps.Math.PowerOf(powered.Value, Vector(binary.Right).Low)),
            BinaryExpr binary when AsProduct(binary) is { } product => Vector(product),
            BinaryExpr binary => NarrowVectorComparison(binary) ?? VectorActivation(binary) ?? MultiplyAdd(binary) ?? Bounded(binary)
                ?? vectorOps.Binary(binary.Op, binary.Left.Type, Vector(binary.Left), Vector(binary.Right)),
            SelectExpr select => vectorOps.Select(select.Type, Vector(select.Condition), Vector(select.Yes), Vector(select.No)),
            GuardExpr guard => GuardedVector(guard),
            CastExpr cast when Whole(cast) is { } whole => whole,
            CastExpr cast => AsIndex(cast.Operand) is { } index && Varies(cast.Operand)
                ? vectorOps.Cast(DType.Int32, cast.Type, new(IndexVector(index)))
                : vectorOps.Cast(cast.Operand.Type, cast.Type, Vector(cast.Operand)),
            RandomExpr random => RandomVector(random),
            BitcastExpr cast => vectorOps.Bitcast(cast.Operand.Type, cast.Type, Vector(cast.Operand)),
            _ => throw new NotSupportedException($"No vector code for {expr.GetType().Name}."),
        };
        return KeepVector(expr, value);
    }

    /// <summary>Stores the values at four points in a row.</summary>
    public void StoreVector(Target target, Expr value)
    {
        if (StoredAs(value) is var stored && !ReferenceEquals(stored, value) && value.Type is DType.UInt8 or DType.Int8 && target.Buffer.Offset(target.Index) is var elements && IsContiguous(elements))
        {
            var four = f.Let(Integers(stored));
            var halves = f.Let(I16x8.NarrowI32x4S(four, four));
            var (pointer, offset) = Address(target.Buffer, elements);
            f.Store32Lane(pointer, value.Type == DType.UInt8 ? I8x16.NarrowI16x8U(halves, halves) : I8x16.NarrowI16x8S(halves, halves), 0, offset);
            return;
        }

        StoreVector(target, value.Type is DType.UInt8 or DType.Int8 ? Vector(value) : Vector(stored));
    }

    /// <summary>What is to be computed of a value that is stored: without a conversion that storing does by itself.</summary>
    private Expr StoredAs(Expr value) =>
        value is CastExpr { Operand: { Type: DType.Float32 } operand } && (value.Type.IsNarrow() || (!vectorOps.Exact && WholeNumbers.AreWithin(operand, value.Type))) ? operand : value;

    public void StoreVector(Target target, Vector value)
    {
        var type = target.Buffer.Type;
        var elements = target.Buffer.Offset(target.Index);
        if (!IsContiguous(elements))
        {
            var kept = vectorOps.Let(value);
            for (var lane = 0; lane < Expressions.Vector.Lanes; lane++)
            {
                if (type is DType.Float32 or DType.Int32 or DType.UInt32)
                {
                    var (place, at) = Address(target.Buffer, Shift(elements, lane));
                    f.Store32Lane(place, kept.Low, lane, at);
                }
                else
                {
                    StoreScalar(target.Shift(along!, lane), VectorOps.Lane(type, kept, lane));
                }
            }

            return;
        }

        var (pointer, offset) = Address(target.Buffer, elements);
        switch (type)
        {
            case DType.Bool:
                f.Store32Lane(pointer, Bytes(value.Low & V128.Const(1, 1, 1, 1)), 0, offset);
                break;
            case DType.UInt8 or DType.Int8:
                f.Store32Lane(pointer, Bytes(value.Low), 0, offset);
                break;
            case DType.Int16 or DType.UInt16:
                f.Store64Lane(pointer, Halves(value.Low), 0, offset);
                break;
            case DType.Float16 or DType.BFloat16:
                f.Store64Lane(pointer, Halves(half.ToBits(value.Low, type)), 0, offset);
                break;
            case var _ when type.IsFloat8():
                f.Store32Lane(pointer, Bytes(half.ToBits(value.Low, type)), 0, offset);
                break;
            default:
                f.StoreV128(pointer, value.Low, offset);
                if (value.High is { } high)
                {
                    f.StoreV128(pointer, high, offset + 16);
                }

                break;
        }
    }

    private Vector KeepVector(Expr expr, Vector value)
    {
        if (value.Low is LocalV128)
        {
            vectors[expr] = value;
        }
        else if (!uses.TryGetValue(expr, out var count) || count > 1 || value.High is not null)
        {
            value = vectorOps.Let(value);
            vectors[expr] = value;
        }

        return value;
    }

    /// <summary>The same value in all lanes.</summary>
    private Vector Uniform(Expr expr)
    {
        if (expr is LoadExpr { Type: DType.Float32 or DType.Int32 or DType.UInt32 } load && !TryFind(e => e.scalars, expr, out _))
        {
            var (pointer, offset) = Address(load.Buffer, load.Buffer.Offset(load.Index));
            return new(Memory.Load32Splat(pointer, offset));
        }

        return vectorOps.Splat(expr.Type, Scalar(expr));
    }

    /// <summary>Four values of an index that changes along the axis.</summary>
    private V128 IndexVector(Dim dim)
    {
        if (dim.LinearIn(along!) is ({ IsConstant: true } coefficient, var rest) && !Varies(rest))
        {
            var step = (int)coefficient.Value;
            return I32x4.Add(I32x4.Splat(Index(dim)), V128.Const(0, step, 2 * step, 3 * step));
        }

        var vector = I32x4.Splat(Index(dim));
        for (var lane = 1; lane < Expressions.Vector.Lanes; lane++)
        {
            vector = I32x4.ReplaceLane(vector, lane, LaneEmitter(lane).Index(Shift(dim, lane)));
        }

        return vector;
    }

    private Vector LoadVector(LoadExpr load)
    {
        var elements = load.Buffer.Offset(load.Index);
        if (IsContiguous(elements))
        {
            return LoadContiguous(load.Buffer, elements);
        }

        if (elements.LinearIn(along!) is ({ IsConstant: true } coefficient, var rest) && !Varies(rest) && load.Type is DType.Float32 or DType.Int32 or DType.UInt32)
        {
            switch (coefficient.Value)
            {
                case -1:
                    var reversed = f.Let(LoadContiguous(load.Buffer, elements - 3).Low);
                    return new(I8x16.Shuffle(reversed, reversed, 12, 13, 14, 15, 8, 9, 10, 11, 4, 5, 6, 7, 0, 1, 2, 3));
                case 2:
                    // The second load ends with the last element that is wanted, not one after it.
                    return new(I8x16.Shuffle(
                        LoadContiguous(load.Buffer, elements).Low, LoadContiguous(load.Buffer, elements + 3).Low,
                        0, 1, 2, 3, 8, 9, 10, 11, 20, 21, 22, 23, 28, 29, 30, 31));
            }
        }

        if (load.Type is DType.Float32 or DType.Int32 or DType.UInt32)
        {
            var (first, firstOffset) = Address(load.Buffer, elements);
            var vector = Memory.Load32Zero(first, firstOffset);
            for (var lane = 1; lane < Expressions.Vector.Lanes; lane++)
            {
                var (pointer, offset) = LaneEmitter(lane).Address(load.Buffer, Shift(elements, lane));
                vector = Memory.Load32Lane(pointer, vector, lane, offset);
            }

            return new(vector);
        }

        return LaneByLane(load);
    }

    private bool IsContiguous(Dim elements) =>
        elements.LinearIn(along!) is ({ IsConstant: true } coefficient, var rest) && coefficient.Value == 1 && !Varies(rest);

    private Vector LoadContiguous(TensorBuffer buffer, Dim elements)
    {
        var (pointer, offset) = Address(buffer, elements);
        switch (buffer.Type)
        {
            case DType.Bool:
                return new(I32x4.Ne(ExtendBytes(Memory.Load32Zero(pointer, offset), signed: false), V128.Zero));
            case DType.UInt8:
                return new(ExtendBytes(Memory.Load32Zero(pointer, offset), signed: false));
            case DType.Int8:
                return new(ExtendBytes(Memory.Load32Zero(pointer, offset), signed: true));
            case DType.Int16:
                return new(Memory.Load16x4S(pointer, offset));
            case DType.UInt16:
                return new(Memory.Load16x4U(pointer, offset));
            case DType.Float16 or DType.BFloat16:
                return new(half.FromBits(Memory.Load16x4U(pointer, offset), buffer.Type));
            case var type when type.IsFloat8():
                return new(half.FromBits(ExtendBytes(Memory.Load32Zero(pointer, offset), signed: false), type));
            case DType.Int64 or DType.UInt64 or DType.Float64:
                return new(Memory.LoadV128(pointer, offset), Memory.LoadV128(pointer, offset + 16));
            default:
                return new(Memory.LoadV128(pointer, offset));
        }
    }

    private static V128 ExtendBytes(V128 bytes, bool signed) => signed
        ? I32x4.ExtendLowI16x8S(I16x8.ExtendLowI8x16S(bytes))
        : I32x4.ExtendLowI16x8U(I16x8.ExtendLowI8x16U(bytes));

    /// <summary>The lowest bytes of four lanes, together in the first lane.</summary>
    private V128 Bytes(V128 value) => f.Let(value) is var v ? I8x16.Shuffle(v, v, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12) : null!;

    private V128 Halves(V128 value) => f.Let(value) is var v ? I8x16.Shuffle(v, v, 0, 1, 4, 5, 8, 9, 12, 13, 0, 1, 4, 5, 8, 9, 12, 13) : null!;

    private Vector? NarrowVectorComparison(BinaryExpr binary)
    {
        if (!binary.Operation.GivesBool || AsIndex(binary.Left) is not { } a || AsIndex(binary.Right) is not { } b)
        {
            return null;
        }

        return vectorOps.Binary(binary.Op, DType.Int32, new(NarrowVector(a)), new(NarrowVector(b)));
    }

    private V128 NarrowVector(Dim dim) =>
        dim.IsConstant ? VectorOps.Constant(DType.Int32, dim.Value, 0).Low
        : Varies(dim) ? IndexVector(dim)
        : I32x4.Splat(Index(dim));

    /// <summary>What is rounded to a step of a quantised tensor: with a rounding less before it, what lies halfway would go the other way than PyTorch's.</summary>
    private Vector Rounded(Expr expr)
    {
        roundings++;
        try
        {
            return Vector(expr);
        }
        finally
        {
            roundings--;
        }
    }

    /// <summary>A sum of which one side is a product that nothing else needs.</summary>
    private Vector? MultiplyAdd(BinaryExpr sum)
    {
        if (sum.Op != BinaryOp.Add || sum.Type != DType.Float32 || !vectorOps.Fuses || roundings > 0)
        {
            return null;
        }

        return Product(sum.Left) is { } left ? Fused(left, sum.Right)
            : Product(sum.Right) is { } right ? Fused(right, sum.Left)
            : null;

        BinaryExpr? Product(Expr expr) =>
            expr is BinaryExpr { Op: BinaryOp.Mul } product && Varies(product) && uses.GetValueOrDefault(product) == 1 ? product : null;

        Vector Fused(BinaryExpr product, Expr addend) =>
            new(vectorOps.MultiplyAdd(Vector(product.Left).Low, Vector(product.Right).Low, Vector(addend).Low));
    }

    /// <summary>The larger or smaller of a float32 and a constant: one instruction keeps a NaN in its first operand.</summary>
    private Vector? Bounded(BinaryExpr binary)
    {
        if (binary.Op is not (BinaryOp.Min or BinaryOp.Max) || !binary.Type.IsFloat32())
        {
            return null;
        }

        var (value, bound) = binary.Left is ConstExpr ? (binary.Right, binary.Left) : (binary.Left, binary.Right);
        if (bound is not ConstExpr constant || double.IsNaN(constant.Value))
        {
            return null;
        }

        var (a, b) = (Vector(value).Low, Vector(bound).Low);
        return new(binary.Op == BinaryOp.Min ? F32x4.Pmin(a, b) : F32x4.Pmax(a, b));
    }

    /// <summary>A conversion of floats that are whole numbers already: to 8 bits, or to these and back.</summary>
    private Vector? Whole(CastExpr cast)
    {
        if (vectorOps.Exact)
        {
            return null;
        }

        if (cast is { Type: DType.Float32, Operand: CastExpr { Type: var type, Operand: var steps } } && WholeNumbers.AreWithin(steps, type))
        {
            return Vector(steps);
        }

        if (!WholeNumbers.AreWithin(cast.Operand, cast.Type))
        {
            return null;
        }

        // What was no number is one of these too, for it may be an index.
        V128 Everywhere(int value) => V128.Const(value, value, value, value);
        return new(I32x4.MaxS(I32x4.MinS(Integers(cast.Operand), Everywhere(WholeNumbers.High(cast.Type))), Everywhere(WholeNumbers.Low(cast.Type))));
    }

    /// <summary>Whole numbers of 8 bits as integers. What was no number is anything.</summary>
    private V128 Integers(Expr whole)
    {
        var value = Vector(whole).Low;
        if (module.Options.RelaxedSimd)
        {
            return I32x4.RelaxedTruncF32x4S(value);
        }

        var shift = vectorOps.Constant(ConstExpr.Of(DType.Float32, WholeNumbers.Shift)).Low;
        return I32x4.Sub(F32x4.Add(value, shift), shift);
    }

    /// <summary>Computes the lanes as single elements and puts them together.</summary>
    private Vector LaneByLane(Expr expr)
    {
        var lanes = new Code[Expressions.Vector.Lanes];
        for (var lane = 0; lane < lanes.Length; lane++)
        {
            lanes[lane] = f.Let(LaneEmitter(lane).Scalar(Shift(expr, lane)), null).Get;
        }

        return VectorOps.FromLanes(expr.Type, lanes);
    }

    private ExprEmitter LaneEmitter(int lane) => lane == 0 && along is null ? this : Nested(along: null);

    private Dim Shift(Dim dim, int lanes) => dim.Shift(along!, lanes);

    private Expr Shift(Expr expr, int lanes) => expr.Shift(along!, lanes);
}
