using System.Text.Json;
using System.Text.Json.Serialization;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Reads the schema's unions: an object whose one property names the kind.</summary>
internal sealed class ArgumentConverter : JsonConverter<ArgumentJson>
{
    private static readonly string[] MemoryFormats = ["unknown", "contiguous_format", "channels_last", "channels_last_3d", "preserve_format"];

    /// <summary>So that a null is refused here, and is not an argument.</summary>
    public override bool HandleNull => true;

    public override ArgumentJson Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        ReadUnion(ref reader, ReferenceKind.Tensor);

    public override void Write(Utf8JsonWriter writer, ArgumentJson value, JsonSerializerOptions options) =>
        throw new NotSupportedException("Sconce writes no .pt2 files.");

    private delegate ArgumentJson ItemReader(ref Utf8JsonReader reader, ReferenceKind kind);

    private static ArgumentJson ReadUnion(ref Utf8JsonReader reader, ReferenceKind kind)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        Next(ref reader, JsonTokenType.PropertyName);
        var name = reader.GetString()!;
        Next(ref reader);
        ArgumentJson result = name switch
        {
            "as_none" => Skip(ref reader, new ArgumentJson.None()),
            "as_tensor" => ReadNamed(ref reader, ReferenceKind.Tensor),
            "as_custom_obj" => ReadNamed(ref reader, ReferenceKind.CustomObject),
            "as_name" => new ArgumentJson.Reference(ReadText(ref reader), kind),
            "as_sym_int" => ReadUnion(ref reader, ReferenceKind.Int),
            "as_sym_float" => ReadUnion(ref reader, ReferenceKind.Float),
            "as_sym_bool" => ReadUnion(ref reader, ReferenceKind.Bool),
            "as_optional_tensor" => ReadUnion(ref reader, ReferenceKind.Tensor),
            "as_int" => ReadInt(ref reader, kind),
            "as_float" => ReadFloat(ref reader, kind),
            "as_bool" => ReadBool(ref reader, kind),
            "as_string" or "as_operator" => new ArgumentJson.Text(ReadText(ref reader)),
            "as_complex" => ReadComplex(ref reader),
            "as_scalar_type" => new ArgumentJson.ScalarType(reader.GetInt32()),
            "as_memory_format" => new ArgumentJson.Opaque(MemoryFormats.ElementAtOrDefault(reader.GetInt32()) ?? "unknown"),
            "as_layout" => new ArgumentJson.Opaque($"layout {reader.GetInt32()}"),
            "as_device" => Skip(ref reader, new ArgumentJson.Opaque("device")),
            "as_tensors" => ReadList(ref reader, ReadNamed, ReferenceKind.Tensor),
            "as_nested_tensors" => ReadList(
                ref reader, static (ref Utf8JsonReader r, ReferenceKind k) => ReadList(ref r, ReadNamed, k), ReferenceKind.Tensor),
            "as_ints" => ReadList(ref reader, ReadInt, ReferenceKind.Int),
            "as_floats" => ReadList(ref reader, ReadFloat, ReferenceKind.Float),
            "as_bools" => ReadList(ref reader, ReadBool, ReferenceKind.Bool),
            "as_strings" => ReadList(ref reader, static (ref Utf8JsonReader r, ReferenceKind _) => new ArgumentJson.Text(ReadText(ref r)), kind),
            "as_int_lists" => ReadList(
                ref reader, static (ref Utf8JsonReader r, ReferenceKind k) => ReadList(ref r, ReadInt, k), ReferenceKind.Int),
            "as_float_lists" => ReadList(
                ref reader, static (ref Utf8JsonReader r, ReferenceKind k) => ReadList(ref r, ReadFloat, k), ReferenceKind.Float),
            "as_optional_tensors" => ReadList(ref reader, ReadUnion, ReferenceKind.Tensor),
            "as_sym_ints" => ReadList(ref reader, ReadUnion, ReferenceKind.Int),
            "as_sym_floats" => ReadList(ref reader, ReadUnion, ReferenceKind.Float),
            "as_sym_bools" => ReadList(ref reader, ReadUnion, ReferenceKind.Bool),
            "as_graph" => ReadGraph(ref reader),
            _ => Skip(ref reader, new ArgumentJson.Unknown(name)),
        };
        Next(ref reader, JsonTokenType.EndObject);
        return result;
    }

    private static ArgumentJson ReadNamed(ref Utf8JsonReader reader, ReferenceKind kind)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        string? found = null;
        while (NextProperty(ref reader) is { } property)
        {
            if (property == "name")
            {
                found = ReadText(ref reader);
            }
            else
            {
                reader.Skip();
            }
        }

        return new ArgumentJson.Reference(found ?? throw new JsonException("an argument without a name"), kind);
    }

    private static ArgumentJson.Complex ReadComplex(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        var (real, imaginary) = (0.0, 0.0);
        while (NextProperty(ref reader) is { } property)
        {
            var value = ReadDouble(ref reader);
            (real, imaginary) = property == "real" ? (value, imaginary) : (real, value);
        }

        return new(real, imaginary);
    }

    private static ArgumentJson.Graph ReadGraph(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.StartObject);
        var (name, graph) = ("", (GraphJson?)null);
        while (NextProperty(ref reader) is { } property)
        {
            switch (property)
            {
                case "name":
                    name = ReadText(ref reader);
                    break;
                case "graph":
                    graph = JsonSerializer.Deserialize(ref reader, SchemaContext.Default.GraphJson);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new(name, graph ?? throw new JsonException("a subgraph without its graph"));
    }

    private static ArgumentJson.List ReadList(ref Utf8JsonReader reader, ItemReader readItem, ReferenceKind kind)
    {
        Expect(ref reader, JsonTokenType.StartArray);
        var items = new List<ArgumentJson>();
        for (Next(ref reader); reader.TokenType != JsonTokenType.EndArray; Next(ref reader))
        {
            items.Add(readItem(ref reader, kind));
        }

        return new(items);
    }

    private static ArgumentJson ReadInt(ref Utf8JsonReader reader, ReferenceKind kind) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var value)
            ? new ArgumentJson.Int(value)
            : throw new JsonException("expected an integer of 64 bits");

    private static ArgumentJson ReadFloat(ref Utf8JsonReader reader, ReferenceKind kind) => new ArgumentJson.Float(ReadDouble(ref reader));

    /// <summary>JSON has no infinities: PyTorch writes them as text.</summary>
    private static double ReadDouble(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.Number => reader.GetDouble(),
        JsonTokenType.String => reader.GetString() switch
        {
            "Infinity" => double.PositiveInfinity,
            "-Infinity" => double.NegativeInfinity,
            "NaN" => double.NaN,
            var other => throw new JsonException($"expected a number, but got '{other}'"),
        },
        var other => throw new JsonException($"expected a number, but got {other}"),
    };

    private static ArgumentJson ReadBool(ref Utf8JsonReader reader, ReferenceKind kind) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False
            ? new ArgumentJson.Bool(reader.GetBoolean())
            : throw new JsonException("expected true or false");

    private static string ReadText(ref Utf8JsonReader reader)
    {
        Expect(ref reader, JsonTokenType.String);
        return reader.GetString()!;
    }

    private static ArgumentJson Skip(ref Utf8JsonReader reader, ArgumentJson result)
    {
        reader.Skip();
        return result;
    }

    /// <summary>The name of the next property, with the reader on its value; null at the object's end.</summary>
    private static string? NextProperty(ref Utf8JsonReader reader)
    {
        Next(ref reader);
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        Expect(ref reader, JsonTokenType.PropertyName);
        var name = reader.GetString();
        Next(ref reader);
        return name;
    }

    private static void Next(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        Next(ref reader);
        Expect(ref reader, expected);
    }

    private static void Next(ref Utf8JsonReader reader)
    {
        if (!reader.Read())
        {
            throw new JsonException("the text ends inside an argument");
        }
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType expected)
    {
        if (reader.TokenType != expected)
        {
            throw new JsonException($"expected {expected}, but got {reader.TokenType}");
        }
    }
}
