using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>How integers stand for real numbers: <c>(q - zero) * scale</c>, with one scale for the tensor or one for each index of an axis.</summary>
/// <param name="Type">The dtype of the integers.</param>
/// <param name="Scale">A number, or a tensor of them.</param>
/// <param name="Zero">An int, or a tensor of them; None where all are 0.</param>
/// <param name="Axis">The axis that the scales go along; null where there is one.</param>
internal sealed record Quantiser(DType Type, Argument Scale, Argument Zero, int? Axis = null)
{
    /// <summary>
    /// The scale by which sums of products are multiplied: PyTorch gives onednn the reciprocal of the double, as a float, and that is inverted again
    /// (<c>aten/src/ATen/native/quantized/cpu/qconv.cpp</c>). It may be off by one in its last bit, which decides where a number lies halfway.
    /// </summary>
    public Argument? Factor { get; init; }

    private static readonly (DType Type, long Number)[] numbers =
        [(DType.Int8, 12), (DType.UInt8, 13), (DType.Int32, 14)];

    /// <summary>PyTorch's number for the dtype: of qint8, quint8 or qint32.</summary>
    public long Number => numbers.First(entry => entry.Type == Type).Number;

    public long Low => Type switch
    {
        DType.UInt8 => byte.MinValue,
        DType.Int8 => sbyte.MinValue,
        _ => int.MinValue,
    };

    public long High => Type switch
    {
        DType.UInt8 => byte.MaxValue,
        DType.Int8 => sbyte.MaxValue,
        _ => int.MaxValue,
    };

    /// <summary>The dtype of the integers of qint8, quint8 or qint32.</summary>
    public static DType TypeOf(long number) => Array.Find(numbers, entry => entry.Number == number) is { Number: not 0 } found ? found.Type
        : throw SconceException.Unsupported($"quantised numbers of the dtype with the number {number}", hint: "quantise to torch.qint8, torch.quint8 or torch.qint32");

    public static Quantiser Of(ScriptQuantisation form, DType type, Attributes attributes)
    {
        switch (form)
        {
            case ScriptQuantisation.PerTensor { Scale: var scale, ZeroPoint: var zero }:
                return new Quantiser(type, new Argument.Float(scale), new Argument.Int(zero)).Narrowed();
            case ScriptQuantisation.PerChannel { Scales: var scales, ZeroPoints: { Type: DType.Int64 } zeros, Axis: var axis } when scales.Type is DType.Float32 or DType.Float64:
                var offsets = MemoryMarshal.Cast<byte, long>(zeros.Data.ToDense().Span).ToArray();
                var shift = Array.TrueForAll(offsets, offset => offset == 0) ? Argument.Nothing : attributes.Constant(zeros.Data);
                return new(type, attributes.Constant(Narrowed(scales.Data, scale => (float)scale)), shift, (int)axis)
                {
                    Factor = attributes.Constant(Narrowed(scales.Data, FactorOf)),
                };
            default:
                throw SconceException.Unsupported("a tensor quantised per channel with zero points that are no integers", hint: "quantise with torch.per_channel_affine");
        }
    }

    /// <summary>With the scale as PyTorch computes with it.</summary>
    public Quantiser Narrowed() => Scale is Argument.Float { Value: var scale } ? this with { Scale = new Argument.Float((float)scale), Factor = new Argument.Float(FactorOf(scale)) } : this;

    /// <summary>What a scale is after its two inversions.</summary>
    public static float FactorOf(double scale) => 1f / (float)(1 / scale);

    public Value ToSteps(GraphBuilder builder, Argument floats) => builder.Single("quantized_decomposed::quantize_per_tensor", [new(null, floats), new(null, Scale), new(null, Zero), .. Range]);

    public Value FromSteps(GraphBuilder builder, Argument steps) => Axis is { } axis
        ? builder.Single("quantized_decomposed::dequantize_per_channel", [new(null, steps), new(null, Scale), new(null, Zero), new(null, new Argument.Int(axis)), .. Range])
        : builder.Single("quantized_decomposed::dequantize_per_tensor", [new(null, steps), new(null, Scale), new(null, Zero is Argument.None ? new Argument.Int(0) : Zero), .. Range]);

    private NamedArgument[] Range => [new(null, new Argument.Int(Low)), new(null, new Argument.Int(High)), new(null, new Argument.ScalarType(Type))];

    /// <summary>Scales as PyTorch computes with them.</summary>
    private static TensorData Narrowed(TensorData scales, Func<double, float> narrow)
    {
        var given = scales.ToDense().Span;
        double[] wide = scales.Type == DType.Float64 ? MemoryMarshal.Cast<byte, double>(given).ToArray() : [.. MemoryMarshal.Cast<byte, float>(given).ToArray().Select(scale => (double)scale)];
        var bytes = new byte[wide.Length * sizeof(float)];
        for (var i = 0; i < wide.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), narrow(wide[i]));
        }

        return TensorData.Dense(DType.Float32, scales.Shape, bytes);
    }
}
