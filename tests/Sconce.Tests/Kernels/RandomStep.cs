using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>
/// Steps drawn at random: index spaces, layouts, views, gathers, guards, several dtypes. Numbers are small multiples of a quarter, so that
/// float32 computes exactly and nothing depends on rounding.
/// </summary>
internal sealed class RandomStep(int seed)
{
    private static readonly long[] Extents = [1, 2, 3, 4, 5, 7, 8, 13, 16, 21, 33];
    private readonly Random random = new(seed);
    private readonly Dictionary<Axis, long> extents = [];

    public Dictionary<Symbol, long> Symbols { get; } = [];

    public Dictionary<TensorBuffer, TensorValue> Inputs { get; } = [];

    public Step Draw()
    {
        var axes = Enumerable.Range(0, random.Next(1, 5)).Select(NewAxis).ToImmutableArray();
        if (random.Next(2) == 0)
        {
            var type = Pick(DType.Float32, DType.Float32, DType.Int64, DType.UInt8, DType.Bool, DType.Float64);
            return new MapStep(TargetOver(axes, type), axes, Value(axes, type, 3));
        }

        ImmutableArray<Axis> reduced = [.. axes.Where(_ => random.Next(2) == 0)];
        ImmutableArray<Axis> kept = [.. axes.Where(axis => !reduced.Contains(axis))];
        var combiner = Pick(Combiner.Sum, Combiner.Sum, Combiner.Max, Combiner.Min, Combiner.ArgMax, Combiner.Or);
        var valueType = combiner == Combiner.Or ? DType.Bool : Pick(DType.Float32, DType.Float32, DType.Int64, DType.Float64);
        var reducer = new Reducer(combiner, Value(axes, valueType, 2));
        Expr result = new AccumulatorExpr(0, reducer.Type);
        if (reducer.Type == DType.Float32 && random.Next(2) == 0)
        {
            result += Load(kept, DType.Float32);
        }

        return new ReduceStep([TargetOver(kept, reducer.Type)], kept, reduced, [reducer], [result]);
    }

    private T Pick<T>(params ReadOnlySpan<T> of) => of[random.Next(of.Length)];

    private Axis NewAxis(int number)
    {
        var size = Pick<long>(Extents);
        Dim extent = size;
        if (random.Next(4) == 0)
        {
            var symbol = new Symbol($"s{number}", 0, random.Next(2) == 0 ? null : 64);
            Symbols[symbol] = size;
            extent = symbol;
        }

        var axis = new Axis(extent, $"i{number}");
        extents[axis] = size;
        return axis;
    }

    private TensorBuffer NewBuffer(string name, DType type, IEnumerable<Dim> dims)
    {
        var buffer = new TensorBuffer(name, type, [.. dims]);
        if (random.Next(2) == 0)
        {
            buffer.Order = [.. Enumerable.Range(0, buffer.Dims.Length).OrderBy(_ => random.Next())];
        }

        return buffer;
    }

    private TensorBuffer NewInput(string name, DType type, IEnumerable<Dim> dims, long below = 0)
    {
        var buffer = NewBuffer(name, type, dims);
        var value = new TensorValue(type, [.. buffer.Dims.Select(dim => dim.Evaluate(leaf => Symbols[(Symbol)leaf]))]);
        for (var i = 0; i < value.Count; i++)
        {
            if (type.IsFloat())
            {
                value.SetFloat(i, random.Next(-12, 13) / 4.0);
            }
            else
            {
                value.SetInteger(i, below > 0 ? random.NextInt64(below) : type == DType.Bool ? random.Next(2) : random.Next(0, 9));
            }
        }

        Inputs[buffer] = value;
        return buffer;
    }

    private Target TargetOver(ImmutableArray<Axis> axes, DType type)
    {
        // A slice of something larger now and then, the axes in any order.
        var index = new List<Dim>();
        var dims = new List<Dim>();
        foreach (var axis in axes.OrderBy(_ => random.Next()))
        {
            var (offset, stride) = (random.Next(3) == 0 ? random.Next(3) : 0, random.Next(8) == 0 ? 2 : 1);
            index.Add((Dim.Of(axis) * stride) + offset);
            dims.Add((axis.Extent * stride) + offset);
        }

        var buffer = NewBuffer("target", type, dims);
        Inputs[buffer] = new TensorValue(type, [.. dims.Select(dim => dim.Evaluate(leaf => Symbols[(Symbol)leaf]))]);
        return new Target(buffer, [.. index]);
    }

    private Expr Value(ImmutableArray<Axis> axes, DType type, int depth)
    {
        if (depth == 0 || random.Next(6) == 0)
        {
            return random.Next(6) switch
            {
                0 => Expr.Const(type, (long)random.Next(0, 3)),
                1 when axes.Length > 0 => Expr.Of(Dim.Of(Pick(axes.AsSpan()))).As(type),
                _ => Load(axes, type),
            };
        }

        switch (random.Next(7))
        {
            case 0:
                var from = Pick(DType.Float32, DType.Int64, DType.Int32, DType.UInt8, DType.Bool);

                // A float below 0 as an unsigned number is left open.
                return type == DType.UInt8 ? Value(axes, DType.Bool, depth - 1).As(type) : Value(axes, from, depth - 1).As(type);
            case 1:
                return Expr.Select(Value(axes, DType.Bool, depth - 1), Value(axes, type, depth - 1), Value(axes, type, depth - 1));
            case 2 when axes.Length > 0:
                return Guarded(axes, type);
            case 3 when type == DType.Bool:
                var compared = Pick(DType.Float32, DType.Int64, DType.Float64);
                return Value(axes, compared, depth - 1).Apply(Pick(BinaryOp.Lt, BinaryOp.Ge, BinaryOp.Eq, BinaryOp.Ne), Value(axes, compared, depth - 1));
            case 4 when type == DType.Bool:
                return !Value(axes, type, depth - 1);
            default:
                var op = type == DType.Bool ? Pick(BinaryOp.And, BinaryOp.Or, BinaryOp.Xor) : Pick(BinaryOp.Add, BinaryOp.Sub, BinaryOp.Mul, BinaryOp.Min, BinaryOp.Max);
                return Value(axes, type, depth - 1).Apply(op, Value(axes, type, depth - 1));
        }
    }

    private Expr Load(ImmutableArray<Axis> axes, DType type)
    {
        var index = new List<Dim>();
        var dims = new List<Dim>();
        foreach (var axis in axes.OrderBy(_ => random.Next()))
        {
            switch (random.Next(12))
            {
                case 0:
                    break;
                case 1:
                    index.Add(Dim.Of(axis) + 2);
                    dims.Add(axis.Extent + 3);
                    break;
                case 2:
                    index.Add(axis.Extent - 1 - axis);
                    dims.Add(axis.Extent);
                    break;
                case 3:
                    index.Add((Dim.Of(axis) * 2) + 1);
                    dims.Add(axis.Extent * 2);
                    break;
                case 4:
                    index.Add(Dim.Of(axis).FloorDiv(3));
                    dims.Add(axis.Extent.CeilDiv(3));
                    index.Add(Dim.Of(axis).Mod(3));
                    dims.Add(3);
                    break;
                case 5 when index.Count > 0:
                    index[^1] = (index[^1] * axis.Extent) + axis;
                    dims[^1] *= axis.Extent;
                    break;
                case 6:
                    var bound = random.Next(1, 6);
                    var indices = NewInput("indices", DType.Int64, [axis.Extent], bound);
                    index.Add(new LoadExpr(indices, [axis]).ToIndex(new(0, random.Next(2) == 0 ? bound - 1 : long.MaxValue)));
                    dims.Add(bound);
                    break;
                default:
                    index.Add(axis);
                    dims.Add(axis.Extent);
                    break;
            }
        }

        return new LoadExpr(NewInput("x", type, dims), [.. index]);
    }

    private Expr Guarded(ImmutableArray<Axis> axes, DType type)
    {
        var index = new List<Dim>();
        var dims = new List<Dim>();
        Expr? condition = null;
        foreach (var axis in axes)
        {
            var shift = random.Next(3);
            var size = Math.Max(extents[axis] - random.Next(1, 4), 1);
            index.Add(Dim.Of(axis) - shift);
            dims.Add(size);
            var inRange = IndexConditions.InRange(index[^1], 0, size);
            condition = condition is null ? inRange : condition & inRange;
        }

        return Expr.Guard(condition!, new LoadExpr(NewInput("padded", type, dims), [.. index]), random.Next(2) == 0 ? Expr.Const(type, 1L) : Load(axes, type));
    }
}
