using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Kernels;

/// <summary>Checks: found wherever a wrong element is, in a vector, in the rest behind the vectors, in any row; and nothing found where none is.</summary>
public sealed class CheckKernelTests
{
    private const int Limit = 7;

    [Theory]
    [InlineData(DType.Int64)]
    [InlineData(DType.Int32)]
    [InlineData(DType.UInt8)]
    public void Each_place_of_a_wrong_element_is_found(DType type)
    {
        var harness = new KernelHarness();
        var wanted = new List<(TensorBuffer Fault, long Value)>();
        foreach (var size in (long[])[1, 3, 4, 5, 16, 37])
        {
            for (var place = -1L; place < size; place++)
            {
                var values = new TensorValue(type, [size]);
                for (var i = 0L; i < size; i++)
                {
                    values.SetInteger(i, i == place ? Limit + i : i % Limit);
                }

                Add($"{size} with one at {place}", Steps.Buffer("x", type, size), values, place < 0 ? -1 : Limit + place);
            }
        }

        Check(harness.Results(), wanted);

        void Add(string name, TensorBuffer x, TensorValue values, long value) => wanted.Add((CheckKernelTests.Add(harness, name, x, values), value));
    }

    [Fact]
    public void A_row_of_many_tiles_is_told_of_once()
    {
        var harness = new KernelHarness();
        var values = new TensorValue(DType.Int64, [700, 129]);
        values.SetInteger(400 * 129, 1000);
        values.SetInteger((400 * 129) + 128, 1000);
        values.SetInteger((699 * 129) + 5, 1000);
        var fault = Add(harness, "rows", Steps.Buffer("x", DType.Int64, 700, 129), values);
        Check(harness.Results(), [(fault, 1000)]);
    }

    [Fact]
    public void A_single_value_and_none_at_all()
    {
        var harness = new KernelHarness();
        var scalar = new TensorValue(DType.Int64, []);
        scalar.SetInteger(0, 9);
        List<(TensorBuffer, long)> wanted =
        [
            (Add(harness, "scalar", Steps.Buffer("x", DType.Int64), scalar), 9),
            (Add(harness, "empty", Steps.Buffer("x", DType.Int64, 5, 0), new TensorValue(DType.Int64, [5, 0])), -1),
        ];
        Check(harness.Results(), wanted);
    }

    private static TensorBuffer Add(KernelHarness harness, string name, TensorBuffer x, TensorValue values)
    {
        var fault = CheckStep.FaultBuffer("fault");
        var axes = Steps.AxesOf(x);
        var value = x.At(axes);
        var step = new CheckStep(
            new Target(fault, [FaultFields.Found]), axes, value >= Expr.Const(x.Type, (long)Limit), value.As(DType.Int64), Limit, "{value} is not below {limit}");
        harness.Add(
            name, [step], evaluate: false,
            inputs: new Dictionary<TensorBuffer, TensorValue> { [x] = values, [fault] = new TensorValue(DType.Int64, [FaultFields.Count]) });
        return fault;
    }

    /// <summary>A value of -1: nothing is wrong.</summary>
    private static void Check(IReadOnlyList<(string Name, TensorBuffer Buffer, TensorValue Value)> results, List<(TensorBuffer Fault, long Value)> wanted)
    {
        foreach (var (fault, value) in wanted)
        {
            var (name, _, found) = results.Single(result => ReferenceEquals(result.Buffer, fault));
            long[] fields = [found.GetInteger(FaultFields.Found), found.GetInteger(FaultFields.Value), found.GetInteger(FaultFields.Limit)];
            Assert.True(fields.SequenceEqual(value < 0 ? [0L, 0, 0] : [1L, value, Limit]), $"{name}: {string.Join(", ", fields)}");
        }
    }
}
