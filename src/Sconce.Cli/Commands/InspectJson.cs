using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sconce.Cli.Artifacts;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary>
/// What <c>sconce inspect --json</c> writes. A size that is not fixed is a string: a symbol's name, or a formula over symbols.
/// </summary>
internal sealed record InspectJson(
    string Model, string Compiler, string Source, ImmutableArray<InspectJson.PortJson> Inputs, ImmutableArray<InspectJson.PortJson> Outputs,
    ImmutableArray<InspectJson.SizeJson> Sizes, ImmutableArray<InspectJson.FoundJson> Found, ImmutableArray<InspectJson.ConditionJson> Conditions, ImmutableArray<InspectJson.StepJson> Steps,
    long Parameters, JsonValue MultiplyAdds, bool Random, InspectJson.BytesJson Bytes, ImmutableArray<InspectJson.MethodJson> Methods)
{
    /// <summary>A method beside the main one.</summary>
    internal sealed record MethodJson(
        string Name, ImmutableArray<PortJson> Inputs, ImmutableArray<PortJson> Outputs, ImmutableArray<SizeJson> Sizes, ImmutableArray<FoundJson> Found, ImmutableArray<ConditionJson> Conditions,
        ImmutableArray<StepJson> Steps, JsonValue MultiplyAdds, JsonValue Arena);

    internal sealed record PortJson(string Name, string Dtype, ImmutableArray<JsonValue> Shape);

    internal sealed record SizeJson(string Name, long Min, long? Max);

    /// <summary>A size that a run finds, and what it is at most, where something bounds it.</summary>
    internal sealed record FoundJson(string Name, JsonValue? Most);

    internal sealed record ConditionJson(string Text, string Why, string? Source);

    internal sealed record StepJson(string Name, string Operator, string Kernel, string? Source, JsonValue Flops, JsonValue Bytes);

    /// <summary>The file, the files of weights beside it where it has them, and its parts; what runs take beyond its constants is the arena.</summary>
    internal sealed record BytesJson(long File, long? Shards, long Code, long Relaxed, long Constants, JsonValue Arena);

    public static InspectJson Of(string model, ArtifactContents contents)
    {
        var manifest = contents.Manifest;
        var main = Method(Manifest.MainMethod, manifest);
        return new(
            model, manifest.Compiler, manifest.SourceName, main.Inputs, main.Outputs, main.Sizes, main.Found, main.Conditions, main.Steps,
            manifest.Parameters, main.MultiplyAdds, manifest.Random,
            new(
                contents.FileBytes, manifest.Shards.IsEmpty ? null : manifest.ShardBytes, contents.CodeBytes, contents.RelaxedBytes,
                manifest.ConstantsEnd - manifest.ConstantsOffset, main.Arena),
            [.. manifest.Methods.Select(method => Method(method.Name, method.View))]);

        static MethodJson Method(string name, ManifestView view) => new(
            name, Ports(view.Inputs), Ports(view.Outputs),
            [.. view.Symbols.Select(symbol => new SizeJson(symbol.Name, symbol.Min, symbol.Max))],
            [.. view.Found.Select(symbol => new FoundJson(symbol.Name, symbol.Bound is { } bound ? Size(bound) : null))],
            [.. view.Checks.Select(check => new ConditionJson(check.Text, check.Why, check.Source))],
            [.. view.Steps.Select(step => new StepJson(step.Name, step.Operator, step.Kernel, step.Source, Size(step.Flops), Size(step.Bytes)))],
            Size(view.MultiplyAdds), Size(view.Arena));

        static ImmutableArray<PortJson> Ports(IEnumerable<Port> ports) =>
            [.. ports.Select(port => new PortJson(port.Name, port.Type.Name(), [.. port.Shape.Select(Size)]))];

        static JsonValue Size(Dim dim) => dim.IsConstant ? JsonValue.Create(dim.Value) : JsonValue.Create(dim.ToString());
    }

    public string ToJson() => JsonSerializer.Serialize(this, InspectJsonContext.Default.InspectJson);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(InspectJson))]
internal sealed partial class InspectJsonContext : JsonSerializerContext;
