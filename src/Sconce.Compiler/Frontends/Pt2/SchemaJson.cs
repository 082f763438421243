using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Parses the JSON of an archive into the schema's records, and says where it does not fit.</summary>
internal static class SchemaJson
{
    private const string Hint = "the file is damaged, or written by a version of PyTorch whose format differs: export it again with PyTorch 2.14";

    public static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, Where place)
        where T : class
    {
        try
        {
            RefuseNullItems(json);
            return JsonSerializer.Deserialize(json, type) ?? throw new JsonException("expected an object, but got null");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            var line = error is JsonException { LineNumber: { } number, BytePositionInLine: { } position }
                ? $" (line {number + 1}, byte {position})"
                : "";
            var path = error is JsonException { Path: { Length: > 1 } at } ? $" at {at}" : "";
            throw new SconceException($"this JSON is not what PyTorch writes{path}{line}: {FirstSentence(error.Message)}", place, Hint, inner: error);
        }
    }

    /// <summary>PyTorch writes no null into an array, and the serializer would let one pass as an item that cannot be null.</summary>
    private static void RefuseNullItems(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = SchemaContext.Default.Options.MaxDepth });
        var afterName = false;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && !afterName)
            {
                throw new JsonException($"a null at byte {reader.TokenStartIndex}");
            }

            afterName = reader.TokenType == JsonTokenType.PropertyName;
        }
    }

    private static string FirstSentence(string message)
    {
        var end = message.IndexOf(". Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
