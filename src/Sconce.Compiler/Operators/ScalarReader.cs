using System.Buffers.Binary;
using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// Computes single numbers of a program when compiling, where they hang on constants and on sizes of inputs alone. Traced models compute sizes in tensors without dims, and only so are
/// they sizes again.
/// </summary>
internal sealed class ScalarReader
{
    private const int Deepest = 64;

    /// <summary>Sizes below this are exact in float32 too.</summary>
    private const long Exact = 1 << 24;

    /// <summary>Reductions of more elements than these are left to the run.</summary>
    private const int MostReduced = 16;

    private readonly Dictionary<TensorBuffer, Step?> writers = new(ReferenceEqualityComparer.Instance);
    private readonly LoweringContext context;

    public ScalarReader(LoweringContext context)
    {
        this.context = context;
        context.Added = step =>
        {
            foreach (var target in step.Targets)
            {
                var isWhole = step switch
                {
                    MapStep map => target.IsWhole(map.Axes),
                    ReduceStep reduce => target.IsWhole(reduce.Axes),
                    _ => false,
                };
                writers[target.Buffer] = isWhole && !writers.ContainsKey(target.Buffer) ? step : null;
            }
        };
    }

    /// <summary>The number; null where only the run can tell.</summary>
    public Argument? Read(Expr expr) => Compute(expr, 0) switch
    {
        null => null,
        var number when expr.Type == DType.Bool => number.Size is { IsConstant: true, Value: var value } ? new Argument.Bool(value != 0) : null,
        { Size: { } size, Divisor: 1 } when !expr.Type.IsFloat() => context.IsOfInputs(size) ? new Argument.Int(context.Facts.Simplify(size)) : null,
        { Value: { } value } => new Argument.Float(value),
        { Size: { IsConstant: true, Value: var value }, Divisor: var divisor } when expr.Type.IsFloat() => new Argument.Float((double)value / divisor),
        _ => null,
    };

    /// <summary>A float that is known, or a size over a whole number.</summary>
    private sealed record Number(double? Value, Dim? Size, long Divisor = 1)
    {
        public static Number Of(Dim size) => new(null, size);

        /// <summary>As a constant, of whichever form.</summary>
        public double? Constant => Value ?? (Size is { IsConstant: true, Value: var size } ? (double)size / Divisor : null);
    }

    private Number? Compute(Expr expr, int depth)
    {
        if (depth > Deepest)
        {
            return null;
        }

        switch (expr)
        {
            case ConstExpr { Type: var type } constant:
                return type.IsFloat() ? OfFloat(constant.Value) : Number.Of(constant.Bits);
            case IndexExpr { Value: var size }:
                return Size(size, depth) is { } known ? Number.Of(known) : null;
            case LoadExpr load:
                return Load(load, depth);
            case CastExpr cast:
                return Cast(Compute(cast.Operand, depth + 1), cast.Operand.Type, cast.Type);
            case UnaryExpr unary:
                return Unary(unary, Compute(unary.Operand, depth + 1));
            case BinaryExpr binary when Compute(binary.Left, depth + 1) is { } left && Compute(binary.Right, depth + 1) is { } right:
                return Binary(binary, left, right);
            case SelectExpr select when Compute(select.Condition, depth + 1)?.Constant is { } condition:
                return Compute(condition != 0 ? select.Yes : select.No, depth + 1);
            case GuardExpr guard when Compute(guard.Condition, depth + 1)?.Constant is { } condition:
                return Compute(condition != 0 ? guard.Inside : guard.Outside, depth + 1);
            default:
                return null;
        }
    }

    private static Number OfFloat(double value) => double.IsInteger(value) && Math.Abs(value) < Exact ? Number.Of((long)value) : new(value, null);

    private Dim? Size(Dim size, int depth)
    {
        if (!size.HasLoads())
        {
            return size;
        }

        var known = true;
        var result = size.Substitute(atom =>
        {
            if (atom is not LoadedIndex loaded)
            {
                return null;
            }

            var number = Compute(loaded.Value, depth + 1);
            known &= number is { Size: not null, Divisor: 1 };
            return number?.Size;
        });
        return known && !result.HasLoads() ? result : null;
    }

    private Number? Load(LoadExpr load, int depth)
    {
        var index = new Dim[load.Index.Length];
        for (var i = 0; i < index.Length; i++)
        {
            if (Size(load.Index[i], depth + 1) is not { } known)
            {
                return null;
            }

            index[i] = known;
        }

        if (load.Buffer is { Kind: BufferKind.Constant, Data: { } data })
        {
            return index.All(place => place.IsConstant) ? Element(data, [.. index.Select(place => place.Value)]) : null;
        }

        return writers.GetValueOrDefault(load.Buffer) switch
        {
            MapStep map => Compute(At(map.Body, map.Axes, index), depth + 1),
            ReduceStep reduce when Reduced(reduce, load.Buffer, index) is { } result => Compute(result, depth + 1),
            _ => null,
        };
    }

    private static Expr At(Expr body, ImmutableArray<Axis> axes, ReadOnlySpan<Dim> index)
    {
        var places = new Dictionary<Atom, Dim>();
        for (var i = 0; i < axes.Length; i++)
        {
            places[axes[i]] = index[i];
        }

        return places.Count == 0 ? body : body.Substitute(places);
    }

    /// <summary>What a reduction of a few elements gives, written out: the smallest of an image's sizes, say. Sums of floats hang on their order, and are left out.</summary>
    private static Expr? Reduced(ReduceStep reduce, TensorBuffer buffer, Dim[] index)
    {
        var count = 1L;
        foreach (var axis in reduce.Reduced)
        {
            count = axis.Extent is { IsConstant: true, Value: > 0 and <= MostReduced and var size } ? count * size : MostReduced + 1;
            if (count > MostReduced)
            {
                return null;
            }
        }

        var combined = new Expr[reduce.Reducers.Length];
        foreach (var (i, reducer) in reduce.Reducers.Index())
        {
            BinaryOp? op = (reducer.Combiner, reducer.Type) switch
            {
                (Combiner.Min, _) => BinaryOp.Min,
                (Combiner.Max, _) => BinaryOp.Max,
                (Combiner.Sum, DType.Int64) => BinaryOp.Add,
                (Combiner.Product, DType.Int64) => BinaryOp.Mul,
                _ => null,
            };
            if (op is not { } combiner)
            {
                return null;
            }

            combined[i] = Points(reduce.Reduced).Select(point => At(reducer.Value, [.. reduce.Axes, .. reduce.Reduced], [.. index, .. point])).Aggregate((a, b) => a.Apply(combiner, b));
        }

        var result = reduce.Results[reduce.Writes.Index().First(write => write.Item.Buffer == buffer).Index];
        return new ExprRewriter(accumulators: accumulator => combined[accumulator.Number]).Rewrite(At(result, reduce.Axes, index));
    }

    private static IEnumerable<ImmutableArray<Dim>> Points(ImmutableArray<Axis> axes) => axes.IsEmpty ? [[]]
        : Points(axes[..^1]).SelectMany(point => Enumerable.Range(0, (int)axes[^1].Extent.Value).Select(place => point.Add(place)));

    private static Number? Element(TensorData data, long[] index)
    {
        var at = data.Offset;
        for (var i = 0; i < index.Length; i++)
        {
            if (index[i] < 0 || index[i] >= data.Shape[i])
            {
                return null;
            }

            at += index[i] * data.Strides[i];
        }

        var bytes = data.Storage.Span[(int)(at * data.Type.Size())..];
        return data.Type switch
        {
            DType.Bool => Number.Of(bytes[0] != 0 ? 1 : 0),
            DType.UInt8 => Number.Of(bytes[0]),
            DType.Int8 => Number.Of((sbyte)bytes[0]),
            DType.Int16 => Number.Of(BinaryPrimitives.ReadInt16LittleEndian(bytes)),
            DType.Int32 => Number.Of(BinaryPrimitives.ReadInt32LittleEndian(bytes)),
            DType.Int64 => Number.Of(BinaryPrimitives.ReadInt64LittleEndian(bytes)),
            DType.Float32 => OfFloat(BinaryPrimitives.ReadSingleLittleEndian(bytes)),
            DType.Float64 => OfFloat(BinaryPrimitives.ReadDoubleLittleEndian(bytes)),
            _ => null,
        };
    }

    private static Number? Cast(Number? number, DType from, DType to)
    {
        if (number is null || to.IsComplex())
        {
            return null;
        }

        if (to.IsFloat())
        {
            return number.Constant is { } constant ? OfFloat(to switch
            {
                DType.Float64 => constant,
                DType.Float32 => (float)constant,
                _ => Expr.Const(to, constant) is ConstExpr rounded ? rounded.Value : constant,
            }) : number;
        }

        if (to == DType.Bool)
        {
            return number.Constant is { } constant ? Number.Of(constant != 0 ? 1 : 0) : null;
        }

        if (from.IsFloat())
        {
            return number.Constant is { } constant ? (Math.Abs(constant) < long.MaxValue ? Number.Of((long)constant) : null)
                : number is { Size: { IsNonNegative: true } size } ? Number.Of(size.FloorDiv(number.Divisor))
                : null;
        }

        return number.Size is { IsConstant: true, Value: var value } ? Number.Of(Expr.Const(to, value) is ConstExpr wrapped ? wrapped.Bits : value) : number;
    }

    private static Number? Unary(UnaryExpr unary, Number? number)
    {
        if (number is null)
        {
            return null;
        }

        var operation = UnaryOperation.Of(unary.Op);
        if (number.Constant is { } constant)
        {
            return unary.Operand.Type.IsFloat()
                ? operation.FloatTest is { } test ? Number.Of(test(constant) ? 1 : 0) : operation.Floats is { } floats ? Cast(OfFloat(floats(constant)), DType.Float64, unary.Type) : null
                : operation.Integers is { } integers && number.Size is { } whole ? Number.Of(integers(whole.Value)) : null;
        }

        return (unary.Op, number) switch
        {
            (UnaryOp.Floor, { Size: { } size }) => Number.Of(size.FloorDiv(number.Divisor)),
            (UnaryOp.Ceil, { Size: { } size }) => Number.Of(-(-size).FloorDiv(number.Divisor)),
            (UnaryOp.Trunc, { Size: { IsNonNegative: true } size }) => Number.Of(size.FloorDiv(number.Divisor)),
            (UnaryOp.Round, { Divisor: 1 }) => number,
            (UnaryOp.Neg, { Size: { } size }) => number with { Size = -size },
            _ => null,
        };
    }

    private Number? Binary(BinaryExpr binary, Number left, Number right)
    {
        var operation = BinaryOperation.Of(binary.Op);
        var isFloat = binary.Left.Type.IsFloat();
        if (left.Constant is { } a && right.Constant is { } b)
        {
            if (!isFloat)
            {
                return operation.Integers is { } integers && left.Size is { } x && right.Size is { } y
                    && !(y.Value == 0 && binary.Op is BinaryOp.Div or BinaryOp.Mod or BinaryOp.Rem or BinaryOp.FloorDiv) ? Number.Of(integers(x.Value, y.Value)) : null;
            }

            return operation.FloatTest is { } test ? Number.Of(test(a, b) ? 1 : 0) : operation.Floats is { } floats ? Cast(OfFloat(floats(a, b)), DType.Float64, binary.Type) : null;
        }

        if (left.Size is not { } m || right.Size is not { } n)
        {
            return null;
        }

        var (p, q) = (left.Divisor, right.Divisor);
        if (operation.GivesBool)
        {
            var comparison = binary.Op switch
            {
                BinaryOp.Eq => SizeComparison.Equal,
                BinaryOp.Ne => SizeComparison.NotEqual,
                BinaryOp.Lt => SizeComparison.Less,
                BinaryOp.Le => SizeComparison.LessOrEqual,
                BinaryOp.Gt => SizeComparison.Greater,
                _ => SizeComparison.GreaterOrEqual,
            };
            return context.IsOfInputs(m) && context.IsOfInputs(n) && context.Facts.Holds(new SizeCondition.Compare(m * q, comparison, n * p)) is { } holds ? Number.Of(holds ? 1 : 0) : null;
        }

        switch (binary.Op)
        {
            case BinaryOp.Add:
                return p == q ? new(null, m + n, p) : Over((m * q) + (n * p), p, q);
            case BinaryOp.Sub:
                return p == q ? new(null, m - n, p) : Over((m * q) - (n * p), p, q);
            case BinaryOp.Mul:
                return Over(m * n, p, q);
            case BinaryOp.Div when isFloat && n is { IsConstant: true, Value: > 0 and < Exact }:
                return Over(m * q, p, n.Value);
            case BinaryOp.Div when !isFloat && m.IsNonNegative && n.IsPositive:
            case BinaryOp.FloorDiv when p == 1 && q == 1:
                return n.IsConstant && n.Value == 0 ? null : Number.Of(m.FloorDiv(n));
            case BinaryOp.Mod when p == 1 && q == 1:
                return n.IsConstant && n.Value == 0 ? null : Number.Of(m.Mod(n));
            case BinaryOp.Rem when p == 1 && q == 1 && m.IsNonNegative && n.IsPositive:
                return Number.Of(m.Mod(n));
            case BinaryOp.Min when p == q:
                return new(null, Dim.Min(m, n), p);
            case BinaryOp.Max when p == q:
                return new(null, Dim.Max(m, n), p);
            default:
                return null;
        }

        static Number? Over(Dim size, long p, long q) => p * q is > 0 and < Exact and var divisor ? new(null, size, divisor) : null;
    }
}
