using System.Text;
using System.Text.Json;
using Sconce.Cli.Artifacts;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary>
/// What <c>sconce inspect --json</c> writes, and what a page is told of a model. A size that is not fixed is a string: a symbol's name, or a formula over symbols.
/// </summary>
/// <remarks>Written by hand: a serializer of these few objects would be a tenth of what a tab downloads beside the compiler itself.</remarks>
internal static class InspectJson
{
    /// <summary>The name of the number of multiply-adds, as programs of the command line's users have it, and as JavaScript has it.</summary>
    public const string SnakeCase = "multiply_adds", CamelCase = "multiplyAdds";

    /// <summary>As text for people's files, in lines.</summary>
    public static string Of(string model, ArtifactContents contents)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
        {
            Write(json, model, contents, SnakeCase);
        }

        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    /// <summary>One object.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="model">What was inspected, as its user called it.</param>
    /// <param name="contents">What was found.</param>
    /// <param name="multiplyAdds">One of <see cref="SnakeCase"/> and <see cref="CamelCase"/>.</param>
    public static void Write(Utf8JsonWriter json, string model, ArtifactContents contents, string multiplyAdds)
    {
        var manifest = contents.Manifest;
        json.WriteStartObject();
        json.WriteString("model", model);
        json.WriteString("compiler", manifest.Compiler);
        json.WriteString("source", manifest.SourceName);
        WriteMethod(json, manifest);
        json.WriteNumber("parameters", manifest.Parameters);
        WriteSize(json, multiplyAdds, manifest.MultiplyAdds);
        json.WriteBoolean("random", manifest.Random);
        // The file, the files of weights beside it where it has them, and its parts; what runs take beyond its constants is the arena.
        json.WriteStartObject("bytes");
        json.WriteNumber("file", contents.FileBytes);
        if (!manifest.Shards.IsEmpty)
        {
            json.WriteNumber("shards", manifest.ShardBytes);
        }

        json.WriteNumber("code", contents.CodeBytes);
        json.WriteNumber("relaxed", contents.RelaxedBytes);
        json.WriteNumber("constants", manifest.ConstantsEnd - manifest.ConstantsOffset);
        WriteSize(json, "arena", manifest.Arena);
        json.WriteEndObject();
        WriteList(json, "methods", manifest.Methods, method =>
        {
            json.WriteString("name", method.Name);
            WriteMethod(json, method.View);
            WriteSize(json, multiplyAdds, method.View.MultiplyAdds);
            WriteSize(json, "arena", method.View.Arena);
        });
        json.WriteEndObject();
    }

    private static void WriteMethod(Utf8JsonWriter json, ManifestView view)
    {
        WritePorts(json, "inputs", view.Inputs);
        WritePorts(json, "outputs", view.Outputs);
        WriteList(json, "sizes", view.Symbols, symbol =>
        {
            json.WriteString("name", symbol.Name);
            json.WriteNumber("min", symbol.Min);
            if (symbol.Max is { } max)
            {
                json.WriteNumber("max", max);
            }
        });
        // Sizes that a run finds, and what they are at most, where something bounds them.
        WriteList(json, "found", view.Found, symbol =>
        {
            json.WriteString("name", symbol.Name);
            if (symbol.Bound is { } bound)
            {
                WriteSize(json, "most", bound);
            }
        });
        WriteList(json, "conditions", view.Checks, check =>
        {
            json.WriteString("text", check.Text);
            json.WriteString("why", check.Why);
            WriteSource(json, check.Source);
        });
        WriteList(json, "steps", view.Steps, step =>
        {
            json.WriteString("name", step.Name);
            json.WriteString("operator", step.Operator);
            json.WriteString("kernel", step.Kernel);
            WriteSource(json, step.Source);
            WriteSize(json, "flops", step.Flops);
            WriteSize(json, "bytes", step.Bytes);
        });
    }

    private static void WritePorts(Utf8JsonWriter json, string name, IEnumerable<Port> ports) => WriteList(json, name, ports, port =>
    {
        json.WriteString("name", port.Name);
        json.WriteString("dtype", port.Type.Name());
        json.WriteStartArray("shape");
        foreach (var size in port.Shape)
        {
            WriteSize(json, null, size);
        }

        json.WriteEndArray();
    });

    private static void WriteList<T>(Utf8JsonWriter json, string name, IEnumerable<T> items, Action<T> write)
    {
        json.WriteStartArray(name);
        foreach (var item in items)
        {
            json.WriteStartObject();
            write(item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSource(Utf8JsonWriter json, string? source)
    {
        if (source is not null)
        {
            json.WriteString("source", source);
        }
    }

    private static void WriteSize(Utf8JsonWriter json, string? name, Dim size)
    {
        if (name is not null)
        {
            json.WritePropertyName(name);
        }

        if (size.IsConstant)
        {
            json.WriteNumberValue(size.Value);
        }
        else
        {
            json.WriteStringValue(size.ToString());
        }
    }
}
