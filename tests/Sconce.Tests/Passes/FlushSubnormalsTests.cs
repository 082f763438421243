using System.Runtime.InteropServices;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Passes;

public class FlushSubnormalsTests
{
    private static TensorProgram Reading(TensorBuffer constant)
    {
        var (axis, result) = (new Axis(constant.Dims[0]), new TensorBuffer("result", constant.Type, constant.Dims));
        var program = new TensorProgram();
        program.Steps.Add(new MapStep(Target.Whole(result, [axis]), [axis], constant.Type.IsHalf()
            ? new LoadExpr(constant, [axis]).As(DType.Float32).As(constant.Type)
            : new LoadExpr(constant, [axis])));
        return program;
    }

    private static TensorBuffer Constant<T>(DType type, params T[] values)
        where T : unmanaged =>
        new("weight", type, [values.Length], BufferKind.Constant, TensorData.Dense(type, [values.Length], MemoryMarshal.AsBytes<T>(values).ToArray()));

    private static T[] Contents<T>(TensorBuffer constant)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(constant.Data!.ToDense().Span).ToArray();

    [Fact]
    public void Numbers_below_the_normal_ones_become_zero_with_their_sign()
    {
        const float tiny = 1.17549435e-38f;
        var constant = Constant(DType.Float32, 1f, 1e-40f, -1e-45f, 0f, -0f, tiny, -tiny, float.NaN, float.NegativeInfinity);
        var program = Reading(constant);
        FlushSubnormals.Run(program);

        Assert.Equal([("weight", 2L)], program.Flushed);
        Assert.Equal(
            new[] { 1f, 0f, -0f, 0f, -0f, tiny, -tiny, float.NaN, float.NegativeInfinity }.Select(BitConverter.SingleToInt32Bits),
            Contents<float>(constant).Select(BitConverter.SingleToInt32Bits));
    }

    [Fact]
    public void Other_widths_too()
    {
        var (wide, bfloat16) = (Constant(DType.Float64, 1e-310, 1e-300), Constant<ushort>(DType.BFloat16, 0x8001, 0x0080));
        foreach (var constant in (TensorBuffer[])[wide, bfloat16])
        {
            FlushSubnormals.Run(Reading(constant));
        }

        Assert.Equal([0, 1e-300], Contents<double>(wide));
        Assert.Equal([0x8000, 0x0080], Contents<ushort>(bfloat16));
    }

    [Fact]
    public void A_float16_stays_as_it_is_a_normal_float32()
    {
        var constant = Constant(DType.Float16, Half.Epsilon);
        FlushSubnormals.Run(Reading(constant));
        Assert.Equal([Half.Epsilon], Contents<Half>(constant));
    }

    [Fact]
    public void Nothing_changes_where_all_must_be_exact()
    {
        var constant = Constant(DType.Float32, 1e-40f);
        var program = Reading(constant);
        program.Exact = true;
        FlushSubnormals.Run(program);
        Assert.Equal([1e-40f], Contents<float>(constant));
        Assert.Empty(program.Flushed);
    }
}
