using System.Text;
using System.Text.Json;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Commands;
using Sconce.Cli.Pictures;
using Sconce.Cli.Verification;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Wasm;

namespace Sconce.Browser;

/// <summary>What the worker is told, as JSON: web/compiler/src/browser/protocol.ts has the same.</summary>
internal static class Answer
{
    public static string Of(string name, Compilation compilation, ModuleLayout layout) => Written(json =>
    {
        json.WritePropertyName("inspection");
        InspectJson.Write(json, name, ArtifactContents.Of(compilation, layout), InspectJson.CamelCase);
        json.WritePropertyName("manifest");
        json.WriteRawValue(compilation.Manifest.ToJson());
        json.WriteStartArray("compressed");
        foreach (var weight in compilation.Compressed)
        {
            Write(json, weight);
        }

        json.WriteEndArray();
        json.WriteStartArray("flushed");
        foreach (var (constant, count) in compilation.Flushed)
        {
            json.WriteStartObject();
            json.WriteString("name", constant);
            json.WriteNumber("count", count);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        WriteGraph(json, GraphPicture.Of(compilation.Graph));
    });

    /// <summary>What a model is verified by.</summary>
    public static string Of(Proof proof) => Written(json =>
    {
        json.WriteString("note", proof.Note);
        json.WriteStartArray("calls");
        foreach (var @case in proof.Cases)
        {
            json.WriteStartObject();
            json.WriteString("name", @case.File);
            json.WriteBoolean("raises", @case.Calls[0].Raised);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    /// <summary>A verdict: JSON has no infinity, where a number and none were compared.</summary>
    public static string Of(Comparison comparison) => Written(json =>
    {
        json.WriteNumber("maxError", double.IsFinite(comparison.MaxError) ? comparison.MaxError : double.MaxValue);
        json.WriteString("problem", comparison.Problem);
    });

    /// <summary>What is to be said of a model's nodes; null where that is still to come.</summary>
    public static string Explanation(string? text) => Written(json => json.WriteString("explanation", text));

    /// <summary>An error: its whole text, as the command line prints it, and its parts.</summary>
    public static string Of(SconceException error) => Failure(error.Message, error.Kind.ToString(), error.Problem, error.Where?.ToString(), error.Hint);

    public static string OutOfMemory()
    {
        const string Problem = "there is not enough memory", Hint = "compile this model by the command line";
        return Failure($"{Problem}\n  what to do: {Hint}", "Memory", Problem, null, Hint);
    }

    private static string Failure(string message, string kind, string problem, string? where, string? hint) => Written(json =>
    {
        json.WriteStartObject("error");
        json.WriteString("message", message);
        json.WriteString("kind", kind);
        json.WriteString("problem", problem);
        json.WriteString("where", where);
        json.WriteString("hint", hint);
        json.WriteEndObject();
    });

    private static void Write(Utf8JsonWriter json, CompressedWeight weight)
    {
        json.WriteStartObject();
        json.WriteString("name", weight.Name);
        WriteShape(json, weight.Shape);
        json.WriteString("format", weight.Format.ToString());
        json.WriteNumber("before", weight.Before);
        json.WriteNumber("after", weight.After);
        json.WriteNumber("error", weight.Error);
        json.WriteString("kept", weight.Kept);
        json.WriteEndObject();
    }

    /// <summary>The graph's boxes, with the places of those that each reads.</summary>
    private static void WriteGraph(Utf8JsonWriter json, IReadOnlyList<PictureNode> boxes)
    {
        var places = new Dictionary<PictureNode, int>();
        json.WriteStartArray("graph");
        foreach (var box in boxes)
        {
            places.Add(box, places.Count);
            json.WriteStartObject();
            json.WriteString("kind", box.Kind switch { BoxKind.Heavy => "heavy", BoxKind.Input => "input", BoxKind.Output => "output", _ => "operator" });
            json.WriteString("title", box.Title);
            json.WriteStartArray("lines");
            foreach (var line in box.Lines)
            {
                json.WriteStringValue(line);
            }

            json.WriteEndArray();
            if (box.Tooltip is { } tooltip)
            {
                json.WriteString("tooltip", tooltip);
            }

            json.WriteStartArray("reads");
            foreach (var source in box.Sources)
            {
                json.WriteNumberValue(places[source]);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteShape(Utf8JsonWriter json, IEnumerable<long> shape)
    {
        json.WriteStartArray("shape");
        foreach (var size in shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
    }

    /// <summary>An object.</summary>
    public static string Written(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
    }
}
