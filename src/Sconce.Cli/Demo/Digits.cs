using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Demo;

/// <summary>A handwritten digit that the model was not trained on, 28 x 28 with ink at 1.</summary>
internal sealed record Digit(TensorData Image, int Label)
{
    public const int Side = 28;

    public ReadOnlySpan<float> Pixels => MemoryMarshal.Cast<byte, float>(Image.ToDense().Span);

    /// <summary>The samples that lie beside the model: arrays <c>image</c> (N, 1, 28, 28) and <c>label</c> (N).</summary>
    public static ImmutableArray<Digit> ReadAll(string path)
    {
        var arrays = InputFile.ReadNpz(path);
        if (arrays.GetValueOrDefault("image") is not { Type: DType.Float32, Shape: [var count, 1, Side, Side] } images
            || arrays.GetValueOrDefault("label") is not { Type: DType.Int64, Shape: [var labelCount] } labels || labelCount != count)
        {
            throw SconceException.Expected("arrays image (float32, N x 1 x 28 x 28) and label (int64, N)", "others", new Where(path));
        }

        var (pixels, numbers) = (images.ToDense(), MemoryMarshal.Cast<byte, long>(labels.ToDense().Span).ToArray());
        var size = Side * Side * sizeof(float);
        return [.. numbers.Select((label, i) => new Digit(
            TensorData.Dense(DType.Float32, [1, 1, Side, Side], pixels.Slice(i * size, size)), (int)label))];
    }

    /// <summary>The samples as the page wants them.</summary>
    public static byte[] ToJson(IEnumerable<Digit> digits) => JsonSerializer.SerializeToUtf8Bytes(
        digits.Select(digit => new PageSample(digit.Label, [.. digit.Pixels.ToArray().Select(ink => (int)Math.Round(255 * Math.Clamp(ink, 0, 1)))])).ToArray(),
        PageJson.Default.PageSampleArray);
}

/// <summary>A sample on the page: pixels from 0 to 255, row by row.</summary>
internal sealed record PageSample(int Label, int[] Pixels);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(PageSample[]))]
internal sealed partial class PageJson : JsonSerializerContext;
