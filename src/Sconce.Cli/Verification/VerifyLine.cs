using System.Text.Json;
using System.Text.Json.Serialization;
using Sconce.Cli.Compiling;

namespace Sconce.Cli.Verification;

/// <summary>How a model fared; written to the JSON report in lower case.</summary>
[JsonConverter(typeof(VerifyStatusConverter))]
internal enum VerifyStatus
{
    Passed,
    Failed,
    Unsupported,
    Error,
}

/// <summary>What is reported of one model, and, as it stands, a line of the JSON report.</summary>
internal sealed record VerifyLine(
    string Model, VerifyStatus Status, string? Message = null, double? MaxError = null,
    double? CompileMs = null, double? RunMs = null, long? CodeBytes = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, IReadOnlyList<string>>? Operators = null)
{
    /// <summary>Without folder and ending: <c>resnet18</c>, or <c>several:first</c> for an archive's member.</summary>
    [JsonIgnore]
    public string Name => Path.GetFileName(Model).Replace(ModelFile.Exported, "", StringComparison.Ordinal);

    /// <summary>JSON has no infinity and no NaN: an error without a finite size is null.</summary>
    public string ToJson()
    {
        var finite = this with { MaxError = MaxError is { } error && double.IsFinite(error) ? error : null };
        return JsonSerializer.Serialize(finite, VerifyJson.Default.VerifyLine);
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(VerifyLine))]
internal sealed partial class VerifyJson : JsonSerializerContext;

/// <summary>The statuses in lower case, as the report's readers know them.</summary>
internal sealed class VerifyStatusConverter() : JsonStringEnumConverter<VerifyStatus>(JsonNamingPolicy.SnakeCaseLower);
