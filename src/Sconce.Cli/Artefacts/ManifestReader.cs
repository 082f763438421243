using System.Collections.Immutable;
using System.Text.Json;
using Sconce.Cli.Node;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Artefacts;

/// <summary>Reads the manifest out of an artefact that anybody may have written.</summary>
internal static class ManifestReader
{
    private const int Format = 1;
    private const int DeepestSize = 64;

    public static Manifest Read(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return Read(document.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or OverflowException)
        {
            throw new SconceException($"the artefact's manifest is damaged ({error.Message})", new Where(file), "compile the model again", inner: error);
        }
        catch (SconceException error)
        {
            throw error.At(new Where(file));
        }
    }

    private static Manifest Read(JsonElement root)
    {
        if (root.GetProperty("format").GetInt32() is not Format and var format)
        {
            throw SconceException.Expected($"an artefact of format {Format}", $"format {format}", hint: "compile the model again with this version");
        }

        var symbols = root.GetProperty("symbols").EnumerateArray().ToDictionary(
            symbol => symbol.GetProperty("name").GetString()!,
            symbol => new Symbol(symbol.GetProperty("name").GetString()!, symbol.GetProperty("min").GetInt64(), NullableLong(symbol.GetProperty("max"))));
        var memory = root.GetProperty("memory");
        var source = root.GetProperty("source");
        return new(
            Text(root, "compiler"), Text(source, "name"), Text(source, "sha256"),
            memory.GetProperty("constantsOffset").GetInt64(), memory.GetProperty("constantsEnd").GetInt64(), memory.GetProperty("minPages").GetInt64(),
            [.. symbols.Values], Ports("inputs"), Ports("outputs"),
            [.. root.GetProperty("steps").EnumerateArray().Select(step => new StepCost(
                Text(step, "name"), Text(step, "operator"), Text(step, "kernel"), Size(step.GetProperty("flops")), Size(step.GetProperty("bytes"))))],
            root.GetProperty("parameters").GetInt64(), Size(root.GetProperty("multiplyAdds")), Size(root.GetProperty("arena")));

        ImmutableArray<Port> Ports(string name) => [.. root.GetProperty(name).EnumerateArray().Select(port => new Port(
            Text(port, "name"), ElementTypes.Parse(Text(port, "dtype")),
            [.. port.GetProperty("shape").EnumerateArray().Select(size => Size(size))]))];

        Dim Size(JsonElement size, int depth = 0) => size.ValueKind switch
        {
            JsonValueKind.Number => size.GetInt64(),
            JsonValueKind.String => symbols[size.GetString()!],
            JsonValueKind.Array when depth < DeepestSize && size.GetArrayLength() == 3 =>
                Apply(size[0].GetString(), Size(size[1], depth + 1), Size(size[2], depth + 1)),
            _ => throw new FormatException($"{size} is no size"),
        };
    }

    private static Dim Apply(string? operation, Dim a, Dim b) => operation switch
    {
        "+" => a + b,
        "*" => a * b,
        "//" => a.FloorDiv(b),
        "%" => a.Mod(b),
        "min" => Dim.Min(a, b),
        "max" => Dim.Max(a, b),
        _ => throw new FormatException($"'{operation}' is no operation on sizes"),
    };

    private static string Text(JsonElement parent, string name) =>
        parent.GetProperty(name).GetString() ?? throw new FormatException($"'{name}' is missing");

    private static long? NullableLong(JsonElement value) => value.ValueKind == JsonValueKind.Null ? null : value.GetInt64();
}
