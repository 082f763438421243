using System.Runtime.InteropServices;
using Sconce.Compiler.Operators;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>
/// Every operation of expressions is there as a whole: for each dtype that it takes, its code for vectors, its code for single elements and its meaning in the evaluator agree,
/// at the edges of the dtype too. How exact functions are is for <see cref="MathFunctionTests"/>, what PyTorch has at the edges for <see cref="SpecialValueTests"/>.
/// </summary>
public sealed class OperationTests
{
    private static readonly DType[] types = [.. Enum.GetValues<DType>().Where(type => !type.IsComplex())];

    public static TheoryData<UnaryOp> UnaryOps => [.. Enum.GetValues<UnaryOp>()];

    public static TheoryData<BinaryOp> BinaryOps => [.. Enum.GetValues<BinaryOp>()];

    [Theory]
    [MemberData(nameof(UnaryOps))]
    public void Unary_operations_are_the_same_everywhere(UnaryOp op)
    {
        var operation = UnaryOperation.Of(op);
        var harness = new KernelHarness();
        foreach (var type in types.Where(operation.Takes))
        {
            Add(harness, $"{operation.Name} of {type.Name()}", [Grid(type)], Tolerance(operation.Cost, type), x => x[0].Apply(op));
        }

        Assert.True(harness.Functions > 0, "It takes no dtype.");
        harness.Run();
    }

    [Theory]
    [MemberData(nameof(BinaryOps))]
    public void Binary_operations_are_the_same_everywhere(BinaryOp op)
    {
        var operation = BinaryOperation.Of(op);
        var harness = new KernelHarness();
        foreach (var type in types.Where(operation.Takes))
        {
            var grid = Grid(type);
            Add(
                harness, $"{operation.Name} of {type.Name()}", [Pick(grid, i => i / grid.Count, grid.Count * grid.Count), Pick(grid, i => i % grid.Count, grid.Count * grid.Count)],
                Tolerance(operation.Cost, type), x => x[0].Apply(op, x[1]));
        }

        Assert.True(harness.Functions > 0, "It takes no dtype.");
        harness.Run();
    }

    [Fact]
    public void Conversions_and_bits_are_the_same_everywhere()
    {
        var harness = new KernelHarness();
        foreach (var from in types)
        {
            foreach (var to in types.Where(to => to != from))
            {
                // Beyond an integer's range PyTorch promises nothing, and the evaluator does not imitate the narrow ones.
                if (!from.IsFloat() || to.IsFloat() || to is DType.Bool or DType.Int32 or DType.Int64)
                {
                    Add(harness, $"{from.Name()} to {to.Name()}", [Grid(from)], 0, x => x[0].As(to));
                }

                if (from.Size() == to.Size())
                {
                    var grid = from.Size() == 2 ? WithoutNan(Grid(from)) : Grid(from);
                    Add(harness, $"bits of {from.Name()} as {to.Name()}", [grid], 0, x => x[0].Bitcast(to));
                    Add(harness, $"bits of {from.Name()} as {to.Name()} and back", [grid], 0, x => x[0].Bitcast(to).Bitcast(from));
                }
            }
        }

        harness.Run();
    }

    /// <summary>What takes long is approximated; floats that are computed with more digits, and what has one instruction, are exact.</summary>
    private static double Tolerance(int cost, DType type) => cost < 16 ? 0 : type switch
    {
        DType.Float16 => 2e-3,
        DType.BFloat16 => 1e-2,
        DType.Float32 => 1e-6,
        _ => 1e-13,
    };

    /// <summary>Once side by side, which is done by vectors (and by single elements at the end), once with gaps, which is done by single elements.</summary>
    private static void Add(KernelHarness harness, string name, TensorValue[] operands, double tolerance, Func<Expr[], Expr> function)
    {
        var count = operands[0].Count;
        foreach (var gap in (int[])[1, 2])
        {
            TensorBuffer[] buffers = [.. operands.Select((operand, i) => Steps.Buffer($"x{i}", operand.Type, count, gap))];
            var axis = new Axis(count, "i");
            var value = function([.. buffers.Select(buffer => new LoadExpr(buffer, [axis, Dim.Zero]))]);
            var result = Steps.Buffer("y", value.Type, count, gap);
            harness.Add(
                $"{name}, {(gap == 1 ? "vectors" : "single elements")}", [new MapStep(new Target(result, [axis, Dim.Zero]), [axis], value)], tolerance,
                inputs: buffers.Zip(operands).Select(pair => (pair.First, Value: Pick(pair.Second, i => i / gap, count * gap, count, gap)))
                    .Append((result, new TensorValue(value.Type, [count, gap]))).ToDictionary(pair => pair.Item1, pair => pair.Item2));
        }
    }

    private static TensorValue Pick(TensorValue from, Func<long, long> which, long count, params long[] shape)
    {
        var result = new TensorValue(from.Type, shape.Length == 0 ? [count] : [.. shape]);
        for (var i = 0L; i < count; i++)
        {
            if (from.Type.IsFloat())
            {
                result.SetFloat(i, from.GetFloat(which(i)));
            }
            else
            {
                result.SetInteger(i, from.GetInteger(which(i)));
            }
        }

        return result;
    }

    /// <summary>Numbers of a dtype, its extremes among them. Not a multiple of four.</summary>
    private static TensorValue Grid(DType type)
    {
        var (lowest, highest) = type.Limits();
        if (type.IsFloat())
        {
            double[] numbers =
            [
                0, -0.0, 1, -1, 0.5, -0.5, 1.5, -2.5, 2, 3, -7.25, 40, 100, 1e-3, lowest, highest, double.PositiveInfinity, double.NegativeInfinity, double.NaN, Smallest(type), -Smallest(type),
                Smallest(type) * 3, -32768,
            ];
            var floats = new TensorValue(type, [numbers.Length]);
            for (var i = 0; i < numbers.Length; i++)
            {
                floats.SetFloat(i, numbers[i]);
            }

            return floats;
        }

        var (least, most) = type == DType.Int64 ? (long.MinValue, long.MaxValue) : ((long)lowest, (long)highest);
        long[] whole = [0, 1, 2, 3, 5, 7, 8, 31, 32, 63, 64, -1, -2, -7, least, least + 1, most, most - 1, 100];
        var integers = new TensorValue(type, [whole.Length]);
        for (var i = 0; i < whole.Length; i++)
        {
            integers.SetInteger(i, whole[i]);
        }

        return integers;
    }

    /// <summary>16-bit floats are held as float32, and rounding to them knows one NaN: only which one it is differs.</summary>
    private static TensorValue WithoutNan(TensorValue grid)
    {
        var bits = MemoryMarshal.Cast<byte, short>(grid.Bytes).ToArray();
        long[] kept = [.. Enumerable.Range(0, bits.Length).Where(i => !Half.IsNaN(BitConverter.Int16BitsToHalf(bits[i])) && !float.IsNaN(BitConverter.Int32BitsToSingle(bits[i] << 16)))];
        return Pick(grid, i => kept[i], kept.Length);
    }

    private static double Smallest(DType type) => type switch
    {
        DType.Float16 => Math.ScaleB(1, -24),
        DType.BFloat16 => Math.ScaleB(1, -133),
        DType.Float32 => float.Epsilon,
        _ => double.Epsilon,
    };
}
