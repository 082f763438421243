using System.Text.Json.Serialization;

namespace Sconce.Cli.Doctor;

/// <summary>How something is.</summary>
internal enum Health
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, and could be better.</summary>
    [JsonStringEnumMemberName("warn")]
    Warn,

    /// <summary>It does not work.</summary>
    [JsonStringEnumMemberName("fail")]
    Fail,
}

/// <summary>Something that was looked at: what it is a part of, what it is, how it is, and what to do about it.</summary>
internal sealed record Finding(string Part, string Check, Health Health, string Text, string? Remedy = null);

/// <summary>Everything that <c>sconce doctor</c> found, in the order in which it looked.</summary>
internal sealed record Diagnosis(string Model, IReadOnlyList<Finding> Findings)
{
    public int Failed => Findings.Count(finding => finding.Health == Health.Fail);

    public int Warned => Findings.Count(finding => finding.Health == Health.Warn);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(Diagnosis))]
internal sealed partial class DiagnosisJson : JsonSerializerContext;
