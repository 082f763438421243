using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Between which numbers the integers of a program lie, as far as the steps that make them tell: positions, places that a sort or an argmax found,
/// what was clamped, the contents of constants.
/// </summary>
internal sealed class ValueRanges(ProgramUses uses)
{
    /// <summary>Expressions and chains of buffers deeper than this are not followed.</summary>
    private const int Deepest = 64;

    private readonly Dictionary<TensorBuffer, Range> buffers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<(Expr, Step?), Range> expressions = [];
    private readonly Dictionary<Expr, (double Low, double High)?> floats = [];
    private int depth;

    /// <summary>Both ends belong to it; null where one is not known.</summary>
    private readonly record struct Range(Dim? Low, Dim? High)
    {
        public static Range Unknown { get; } = new(null, null);

        public static Range Exactly(Dim value) => new(value, value);

        public Range Or(Range other) => new(
            Low is null || other.Low is null ? null : Dim.Min(Low, other.Low), High is null || other.High is null ? null : Dim.Max(High, other.High));

        public Range And(Range other) => new(
            Low is null ? other.Low : other.Low is null ? Low : Dim.Max(Low, other.Low),
            High is null ? other.High : other.High is null ? High : Dim.Min(High, other.High));

        public Range Plus(Range other) => new(
            Low is null || other.Low is null ? null : Low + other.Low, High is null || other.High is null ? null : High + other.High);

        public Range Negated() => new(High is null ? null : -High, Low is null ? null : -Low);

        public Range Times(Range other)
        {
            if (Low is { IsNonNegative: true } a && other.Low is { IsNonNegative: true } b)
            {
                return new(a * b, High is null || other.High is null ? null : High * other.High);
            }

            var (factor, number) = other.Low is { IsConstant: true } && other.Low.Equals(other.High) ? (other.Low.Value, this)
                : Low is { IsConstant: true } && Low.Equals(High) ? (Low.Value, other)
                : (0, Unknown);
            return factor switch
            {
                > 0 => new(number.Low is null ? null : number.Low * factor, number.High is null ? null : number.High * factor),
                < 0 => new(number.High is null ? null : number.High * factor, number.Low is null ? null : number.Low * factor),
                _ => Unknown,
            };
        }
    }

    /// <summary>True or false where a condition is the same wherever it is evaluated; null where it is not known to be.</summary>
    public bool? Decide(Expr condition) => condition switch
    {
        ConstExpr constant => constant.Bits != 0,
        UnaryExpr { Op: UnaryOp.Not } not => !Decide(not.Operand),
        BinaryExpr { Op: BinaryOp.And } and => (Decide(and.Left), Decide(and.Right)) switch
        {
            (false, _) or (_, false) => false,
            (true, true) => true,
            _ => null,
        },
        BinaryExpr { Op: BinaryOp.Or } or => (Decide(or.Left), Decide(or.Right)) switch
        {
            (true, _) or (_, true) => true,
            (false, false) => false,
            _ => null,
        },
        BinaryExpr { Op: BinaryOp.Lt } less => IsLess(less.Left, less.Right),
        BinaryExpr { Op: BinaryOp.Gt } greater => IsLess(greater.Right, greater.Left),
        BinaryExpr { Op: BinaryOp.Le } atMost => !IsLess(atMost.Right, atMost.Left),
        BinaryExpr { Op: BinaryOp.Ge } atLeast => !IsLess(atLeast.Left, atLeast.Right),
        BinaryExpr { Op: BinaryOp.Eq } equal when IsLess(equal.Left, equal.Right) == true || IsLess(equal.Right, equal.Left) == true => false,
        BinaryExpr { Op: BinaryOp.Ne } other when IsLess(other.Left, other.Right) == true || IsLess(other.Right, other.Left) == true => true,
        _ => null,
    };

    private bool? IsLess(Expr left, Expr right)
    {
        var (a, b) = (Of(left, null), Of(right, null));
        return a.High is not null && b.Low is not null && (b.Low - a.High).IsPositive ? true
            : a.Low is not null && b.High is not null && (a.Low - b.High).IsNonNegative ? false
            : null;
    }

    /// <summary>The range of an expression in a step; of one that holds accumulators, the step is given.</summary>
    private Range Of(Expr expr, Step? step)
    {
        if (expr.Type.IsFloat() || expr.Type.IsComplex() || depth > Deepest)
        {
            return Range.Unknown;
        }

        if (expressions.TryGetValue((expr, step), out var known))
        {
            return known;
        }

        Range range;
        depth++;
        try
        {
            range = OfNode(expr, step);
        }
        catch (OverflowException)
        {
            range = Range.Unknown;
        }

        depth--;

        // Beyond its dtype a number wraps, and is anything again.
        var all = OfType(expr.Type);
        var fits = all.Low is null
            || (range is { Low: not null, High: not null } && (range.Low - all.Low).IsNonNegative && (all.High! - range.High).IsNonNegative);
        return expressions[(expr, step)] = fits ? range : all;
    }

    private Range OfNode(Expr expr, Step? step) => expr switch
    {
        ConstExpr constant => Range.Exactly(constant.Bits),
        IndexExpr index => Of(index.Value, step),
        LoadExpr load => Of(load.Buffer),
        AccumulatorExpr accumulator when step is not null => OfAccumulator(accumulator.Number, step),
        UnaryExpr { Op: UnaryOp.Neg } negated => Of(negated.Operand, step).Negated(),
        UnaryExpr { Op: UnaryOp.Abs } => new(0, null),
        BinaryExpr binary => OfBinary(binary, step),
        SelectExpr select => Of(select.Yes, step).Or(Of(select.No, step)),
        GuardExpr guard => Of(guard.Inside, step).Or(Of(guard.Outside, step)),
        CastExpr cast when cast.Operand.Type.IsFloat() => OfFloat(cast.Operand, step) is var (low, high) && Math.Abs(low) < 1e15 && Math.Abs(high) < 1e15

            // NaN becomes 0.
            ? new((long)Math.Min(low, 0), (long)Math.Max(high, 0))
            : Range.Unknown,
        CastExpr cast => Of(cast.Operand, step),
        _ => Range.Unknown,
    };

    private Range OfBinary(BinaryExpr binary, Step? step)
    {
        var (a, b) = (Of(binary.Left, step), Of(binary.Right, step));
        switch (binary.Op)
        {
            case BinaryOp.Add:
                return a.Plus(b);
            case BinaryOp.Sub:
                return a.Plus(b.Negated());
            case BinaryOp.Mul:
                return a.Times(b);
            case BinaryOp.Min:
                return new(a.Low is null || b.Low is null ? null : Dim.Min(a.Low, b.Low), a.And(b).High);
            case BinaryOp.Max:
                return new(a.And(b).Low, a.High is null || b.High is null ? null : Dim.Max(a.High, b.High));
            case BinaryOp.Mod when b.Low is { IsPositive: true } && b.High is not null:
                return new(0, b.High - 1);
            case BinaryOp.Rem when a.Low is { IsNonNegative: true } && b.Low is { IsPositive: true } && b.High is not null:
                return new(0, b.High - 1);
            case BinaryOp.Div or BinaryOp.FloorDiv when a is { Low.IsNonNegative: true, High: not null } && b.Low is { IsPositive: true }:
                return new(0, b.Low.IsConstant ? a.High.FloorDiv(b.Low) : a.High);
            case BinaryOp.And when b.Low is { IsNonNegative: true } && b.High is not null:
                return new(0, b.High);
            case BinaryOp.And when a.Low is { IsNonNegative: true } && a.High is not null:
                return new(0, a.High);
            case BinaryOp.Shr when a.Low is { IsNonNegative: true }:
                return new(0, a.High);
            default:
                return Range.Unknown;
        }
    }

    /// <summary>An index, over all points of its axes.</summary>
    private Range Of(Dim dim, Step? step)
    {
        Dim? low = dim, high = dim;
        var leaves = new HashSet<Atom>();
        dim.VisitLeaves(leaf => leaves.Add(leaf));
        foreach (var leaf in leaves.Where(leaf => leaf is Axis or LoadedIndex))
        {
            var range = leaf is Axis axis ? new Range(0, axis.Extent - 1) : Of(((LoadedIndex)leaf).Value, step);
            (low, high) = (Extreme(low, leaf, range.Low, range.High), Extreme(high, leaf, range.High, range.Low));
        }

        var (min, max) = (dim.Bounds.Min, dim.Bounds.Max);
        return new(low ?? (min == long.MinValue ? null : min), high ?? (max == long.MaxValue ? null : max));

        static Dim? Extreme(Dim? of, Atom leaf, Dim? growing, Dim? falling) => of?.LinearIn(leaf) is var (coefficient, rest)
            ? coefficient.IsNonNegative ? (growing is null ? null : rest + (coefficient * growing))
                : (-coefficient).IsNonNegative ? (falling is null ? null : rest + (coefficient * falling))
                : null
            : null;
    }

    private Range OfAccumulator(int number, Step step)
    {
        var (reducers, count) = step switch
        {
            ReduceStep reduce => (reduce.Reducers, Dim.Product(reduce.Reduced.Select(axis => axis.Extent))),
            ScanStep scan => (scan.Reducers, scan.Scanned.Extent),
            _ => ([], Dim.Zero),
        };
        if (number >= reducers.Length)
        {
            return Range.Unknown;
        }

        var (combiner, value) = (reducers[number].Combiner, reducers[number].Value);
        switch (combiner)
        {
            case Combiner.ArgMin or Combiner.ArgMax:
                return new(0, Dim.Max(count - 1, 0));
            case Combiner.Min or Combiner.Max when count.IsPositive:
                return Of(value, step);
            case Combiner.Sum when Of(value, step) is { Low.IsNonNegative: true } range:
                return new(0, range.High is null ? null : range.High * count);
            default:
                return Range.Unknown;
        }
    }

    private Range Of(TensorBuffer buffer)
    {
        if (buffers.TryGetValue(buffer, out var known))
        {
            return known;
        }

        // What is computed from itself may be anything.
        buffers[buffer] = OfType(buffer.Type);
        if (buffer.Kind == BufferKind.Constant && buffer.Data is not null)
        {
            return buffers[buffer] = OfConstant(TensorValue.Sharing(buffer.Data));
        }

        if (buffer.Kind != BufferKind.Temporary || uses.Writers(buffer) is not { Count: > 0 } writers)
        {
            return buffers[buffer];
        }

        var range = writers.Select(writer => OfWritten(writer.Step, buffer)).Aggregate((a, b) => a.Or(b));
        return buffers[buffer] = range;
    }

    private Range OfWritten(Step step, TensorBuffer buffer)
    {
        if (step.Computations.FirstOrDefault(made => made.Role is Role.Result or Role.Epilogue && ReferenceEquals(made.Target?.Buffer, buffer)) is { } written)
        {
            return Of(written.Value, step);
        }

        return step switch
        {
            ScatterStep { Mode: ScatterMode.Set } scatter => Of(scatter.Value, scatter),
            SortStep sort when ReferenceEquals(sort.Indices.Buffer, buffer) => new(0, Dim.Max(sort.Sorted.Extent - 1, 0)),
            SortStep sort => Of(sort.Key, sort),
            _ => OfType(buffer.Type),
        };
    }

    private static Range OfConstant(TensorValue value)
    {
        if (value.Type.IsFloat() || value.Type.IsComplex() || value.Type == DType.UInt64 || value.Count == 0)
        {
            return Range.Unknown;
        }

        var (low, high) = (long.MaxValue, long.MinValue);
        for (var i = 0L; i < value.Count; i++)
        {
            var number = value.GetInteger(i);
            (low, high) = (Math.Min(low, number), Math.Max(high, number));
        }

        return new(low, high);
    }

    private static Range OfType(DType type) => type switch
    {
        DType.Bool => new(0, 1),
        DType.UInt8 => new(byte.MinValue, byte.MaxValue),
        DType.Int8 => new(sbyte.MinValue, sbyte.MaxValue),
        DType.Int16 => new(short.MinValue, short.MaxValue),
        DType.Int32 => new(int.MinValue, int.MaxValue),
        DType.UInt16 => new(ushort.MinValue, ushort.MaxValue),
        DType.UInt32 => new(uint.MinValue, uint.MaxValue),
        _ => Range.Unknown,
    };

    /// <summary>The range of a float but for NaN, where something bounds it on both sides.</summary>
    private (double Low, double High)? OfFloat(Expr expr, Step? step)
    {
        if (floats.TryGetValue(expr, out var known) || depth > Deepest)
        {
            return known;
        }

        depth++;
        var range = OfFloatNode(expr, step);
        depth--;
        return floats[expr] = range;
    }

    private (double Low, double High)? OfFloatNode(Expr expr, Step? step)
    {
        switch (expr)
        {
            case ConstExpr constant:
                return (constant.Value, constant.Value);
            case LoadExpr load when load.Buffer.Kind == BufferKind.Temporary && uses.Writers(load.Buffer) is [{ Step: MapStep map }]:
                return OfFloat(map.Body, map);
            case CastExpr cast when cast.Operand.Type.IsFloat():
                return OfFloat(cast.Operand, step);
            case CastExpr cast when Of(cast.Operand, step) is { Low: { } low, High: { } high } && low.Bounds.Min != long.MinValue && high.Bounds.Max != long.MaxValue:
                return (low.Bounds.Min, high.Bounds.Max);
            case UnaryExpr { Op: UnaryOp.Floor or UnaryOp.Ceil or UnaryOp.Round or UnaryOp.Trunc } rounded when OfFloat(rounded.Operand, step) is var (low, high):
                return (Math.Floor(low), Math.Ceiling(high));
            case BinaryExpr { Op: BinaryOp.Min or BinaryOp.Max } bounded:
                var (a, b) = (OfFloat(bounded.Left, step), OfFloat(bounded.Right, step));
                var (x, y) = (a ?? (double.NegativeInfinity, double.PositiveInfinity), b ?? (double.NegativeInfinity, double.PositiveInfinity));
                return bounded.Op == BinaryOp.Min
                    ? (Math.Min(x.Item1, y.Item1), Math.Min(x.Item2, y.Item2))
                    : (Math.Max(x.Item1, y.Item1), Math.Max(x.Item2, y.Item2));
            default:
                return null;
        }
    }
}
