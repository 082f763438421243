using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What the packed parameters of a quantised convolution hold (<c>aten/src/ATen/native/quantized/cpu/conv_serialization.h</c>).</summary>
/// <param name="Weight">Quantised.</param>
/// <param name="Bias">Floats, or None.</param>
/// <param name="Numbers">The count of dims, then for each dim the stride, the padding, the dilation and the padding of the output; groups, and flags.</param>
internal sealed record PackedConvolution(Datum Weight, Datum Bias, IReadOnlyList<long> Numbers)
{
    private const int Fields = 4;

    public int Rank => (int)Numbers[0];

    public IEnumerable<long> Stride => Of(0);

    public IEnumerable<long> Padding => Of(1);

    public IEnumerable<long> Dilation => Of(2);

    public IEnumerable<long> OutputPadding => Of(3);

    public long Groups => Numbers[1 + (Fields * Rank)];

    public bool IsTransposed => (Numbers[2 + (Fields * Rank)] & 1) != 0;

    private IEnumerable<long> Of(int field) => Numbers.Skip(1 + (field * Rank)).Take(Rank);

    /// <summary>The three forms that PyTorch has written, oldest last.</summary>
    public static PackedConvolution Read(Datum state, Func<Datum, IReadOnlyList<Datum>> itemsOf)
    {
        var fields = itemsOf(state);
        PackedConvolution? read = fields switch
        {
            [Datum.Text { Value: "2" }, var tensors, var optional] when (itemsOf(tensors), itemsOf(optional)) is ([var numbers, var weight], [var bias]) =>
                new(weight, bias, [.. NumbersOf(numbers)]),
            [Datum.Int { Known: 3 }, Datum.List numbers, var tensors] when itemsOf(tensors) is [_, var weight, var bias] =>
                new(weight, bias, [.. itemsOf(numbers).Select(number => ((Datum.Int)number).Known!.Value)]),
            [Datum.Quantised weight, var bias, var stride, var padding, var dilation, Datum.Tensor groups] => new(weight, bias,
                [itemsOf(stride).Count, .. All(stride), .. All(padding), .. All(dilation), .. itemsOf(stride).Select(_ => 0L), .. NumbersOf(groups), 0]),
            _ => null,
        };
        return read is { Numbers: [> 0 and <= 3, ..] } && read.Numbers.Count == 3 + (Fields * read.Rank) ? read
            : throw SconceException.Unsupported("packed parameters of a convolution in a form that Sconce does not know", hint: "save the model with a newer PyTorch");

        IEnumerable<long> All(Datum list) => itemsOf(list).SelectMany(NumbersOf);
    }

    /// <summary>What a tensor of the archive holds.</summary>
    private static IEnumerable<long> NumbersOf(Datum tensor) => tensor is not Datum.Tensor { Reference.Stored.Data: var data } ? throw SconceException.Expected("a stored tensor", tensor.Kind)
        : data.Type == DType.Int16 ? [.. MemoryMarshal.Cast<byte, short>(data.ToDense().Span).ToArray().Select(number => (long)number)]
        : data.Type == DType.Int64 ? MemoryMarshal.Cast<byte, long>(data.ToDense().Span).ToArray() : throw SconceException.Unsupported($"packed parameters in {data.Type}");
}
