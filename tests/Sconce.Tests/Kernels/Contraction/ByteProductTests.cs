using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using Sconce.Tests.Kernels.Convolution;

namespace Sconce.Tests.Kernels.Contraction;

/// <summary>Products of bytes with quantised weights: sums are the same in every form, to the last bit.</summary>
public class ByteProductTests
{
    /// <summary>The ways in which bytes are multiplied. What is asked of the engine is answered by the test; the last holds in any engine where no byte is below 128.</summary>
    public static TheoryData<string> Forms => ["plain", "of the engine", "of its baseline compiler", "widened", "signed"];

    private static (KernelHarness Harness, int Least) New(string form) => form switch
    {
        "plain" => (new(), 0),
        "of the engine" => (new(new KernelOptions { RelaxedSimd = true }) { Optimised = true }, 0),
        "of its baseline compiler" => (new(new KernelOptions { RelaxedSimd = true }), 0),
        "widened" => (new(new KernelOptions { RelaxedSimd = true }, Answering(0)), 0),
        _ => (new(new KernelOptions { RelaxedSimd = true }, Answering(ByteDot.Signed)) { Optimised = true }, 128),
    };

    private static Action<KernelModule> Answering(int kind) => module => module.Function(ByteDot.Name, [], WasmType.I32, f => f.Return(I32.Const(kind)));

    private static TensorValue Filled(TensorBuffer buffer, Func<long, long, long> number)
    {
        var value = new TensorValue(buffer.Type, [.. buffer.Dims.Select(dim => dim.Value)]);
        var width = value.Count / value.Shape[0];
        for (var i = 0L; i < value.Count; i++)
        {
            value.SetInteger(i, number(i / width, i % width));
        }

        return value;
    }

    /// <summary>A constant with these numbers.</summary>
    private static TensorBuffer Constant(DType type, long[] dims, Func<long, long, long> number)
    {
        var buffer = new TensorBuffer("w", type, [.. dims.Select(dim => (Dim)dim)], BufferKind.Constant);
        buffer.Data = Filled(buffer, number).ToData();
        return buffer;
    }

    private static void Check(string form, params (int M, int N, int K, int Low, int High)[] cases)
    {
        var (harness, least) = New(form);
        var expected = new Dictionary<TensorBuffer, Func<long, long, long>>(ReferenceEqualityComparer.Instance);
        foreach (var (m, n, k, low, high) in cases)
        {
            long Byte(long row, long at) => row == 1 ? byte.MaxValue : least + ((row + (7 * at)) % (256 - least));
            long Step(long column, long at) => column == 1 ? low : column == 2 ? high : low + ((column + (3 * at)) % (high - low + 1));
            var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
            var bytes = new TensorBuffer("a", DType.UInt8, [m, k]);
            var target = new TensorBuffer("y", DType.Int32, [m, n]);
            var step = new ContractionStep(
                Target.Whole(target, [rows, columns]), [], rows, columns, depth, new LoadExpr(bytes, [rows, depth]).As(DType.Int32),
                new LoadExpr(Constant(DType.Int8, [n, k], Step), [columns, depth]).As(DType.Int32), new AccumulatorExpr(0, DType.Int32));
            Assert.IsType<ContractionStep>(KernelPreparation.Prepare(step)[^1]);
            harness.Add($"{m} x {n} x {k}", [step], inputs: new Dictionary<TensorBuffer, TensorValue> { [bytes] = Filled(bytes, Byte) });
            expected.Add(target, (row, column) => Enumerable.Range(0, k).Sum(at => Byte(row, at) * Step(column, at)));
        }

        foreach (var (name, target, value) in harness.Results().Where(result => expected.ContainsKey(result.Buffer)))
        {
            for (var i = 0L; i < value.Count; i++)
            {
                Assert.True(value.GetInteger(i) == expected[target](i / value.Shape[1], i % value.Shape[1]), $"{name}, {form}: element {i} is {value.GetInteger(i)}.");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_byte_with_every_weight(string form) => Check(form, (256, 256, 13, -128, 127), (256, 24, 16, -8, 7));

    [Theory]
    [MemberData(nameof(Forms))]
    public void Every_size(string form) => Check(
        form,
        (1, 8, 8, -128, 127), (1, 24, 37, -128, 127), (2, 12, 64, -128, 127), (3, 9, 33, 0, 127), (5, 13, 18, -128, 127), (7, 41, 39, -127, 127), (13, 17, 100, -128, 127),
        (1, 16, 8, -8, 7), (2, 11, 41, -8, 7), (6, 12, 43, 0, 15), (9, 19, 70, -8, 7));

    /// <summary>Scales for each 32 weights, or for each row alone: sums of a group are exact, and those of groups are floats.</summary>
    [Theory]
    [MemberData(nameof(Forms))]
    public void Groups_with_scales(string form)
    {
        var (harness, least) = New(form);
        foreach (var (m, n, k, group, low, high) in ((int, int, int, int, int, int)[])
        [
            (1, 24, 96, 32, -8, 7), (3, 9, 64, 32, -8, 7), (7, 20, 160, 16, -8, 7), (5, 16, 128, 64, -128, 127), (4, 10, 72, 8, 0, 15), (2, 17, 40, 40, -128, 127),
        ])
        {
            var (rows, columns, depth) = (new Axis(m, "m"), new Axis(n, "n"), new Axis(k, "k"));
            var bytes = new TensorBuffer("a", DType.UInt8, [m, k]);
            var steps = Constant(DType.Int8, [n, k], (column, at) => low + ((column + (3 * at)) % (high - low + 1)));
            var scales = new TensorBuffer("s", DType.Float32, [n, k / group], BufferKind.Constant);
            var right = new LoadExpr(steps, [columns, depth]).As(DType.Float32) * new LoadExpr(scales, [columns, Dim.Of(depth).FloorDiv(group)]);
            var step = new ContractionStep(
                Target.Whole(new TensorBuffer("y", DType.Float32, [m, n]), [rows, columns]), [], rows, columns, depth,
                new LoadExpr(bytes, [rows, depth]).As(DType.Float32), right, new AccumulatorExpr(0, DType.Float32));
            Assert.Equal(Storage.Bytes.Instance, Assert.IsType<KernelChoice.Panels>(KernelPreparation.Prepare(step)[^1].Kernel).Left);
            harness.Add(
                $"{m} x {n} x {k} by {group}", [step], tolerance: 1e-5,
                inputs: new Dictionary<TensorBuffer, TensorValue> { [bytes] = Filled(bytes, (row, at) => least + ((row + (7 * at)) % (256 - least))) });
        }

        harness.Run();
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Convolutions(string form)
    {
        var (harness, least) = New(form);
        foreach (var layer in (Layer[])
        [
            new(3, 16, [9, 12], [3, 3]) { Stride = 2, Padding = 1, Batch = 2 },
            new(16, 9, [8, 11], [3, 3]) { Padding = 1 },
            new(12, 20, [7, 6], [1, 1]) { Batch = 2 },
            new(12, 20, [7, 6], [1, 1]) { Stride = 2 },
            new(6, 12, [11, 10], [3, 2]) { Dilation = 2, Padding = 2 },
            new(20, 24, [6, 7], [3, 3]) { Groups = 2, Padding = 1 },
            new(5, 8, [30], [4]) { Padding = 1 },
            new(4, 12, [5, 6, 7], [2, 3, 2]) { Padding = 1 },
            new(8, 8, [5, 6], [3, 3]) { ChannelsLast = false },
        ])
        {
            var step = Integers(layer, (byte)(least + 3));
            Assert.IsNotType<ReduceStep>(KernelPreparation.Prepare(step)[^1]);
            harness.Add(layer.ToString(), [step], inputs: step.Loads.Where(load => load.Type == DType.UInt8).ToDictionary(
                load => load.Buffer, load => Filled(load.Buffer, (image, at) => least + ((image + (7 * at)) % (256 - least)))));
        }

        harness.Run();
    }

    /// <summary>The layer of bytes, with another byte than 0 around the image.</summary>
    private static ConvolutionStep Integers(Layer layer, byte around)
    {
        var step = (layer with { Type = DType.UInt8 }).Step();
        var input = step.Input;
        var conditions = new List<Expr>();
        while (input is GuardExpr guard)
        {
            conditions.Add(guard.Condition);
            input = guard.Inside;
        }

        input = conditions.Aggregate(input, (inside, condition) => Expr.Guard(condition, inside, Expr.Const(DType.UInt8, (long)around)));
        var weight = Constant(DType.Int8, [.. step.WeightAxes.Select(axis => axis.Extent.Value)], (output, at) => (((output * 31) + (at * 11)) % 256) - 128);
        return step with
        {
            Target = step.Target with { Buffer = new TensorBuffer("y", DType.Int32, step.Target.Buffer.Dims) { Order = step.Target.Buffer.Order } },
            Input = input.As(DType.Int32), Weight = new LoadExpr(weight, [.. step.WeightAxes.Select(axis => Dim.Of(axis))]).As(DType.Int32), Epilogue = new AccumulatorExpr(0, DType.Int32),
        };
    }
}
