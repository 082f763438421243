using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Sconce.Compiler.Artifact;

/// <summary>What a manifest says of each method of a model: of the main one at its top, of others under their names.</summary>
public abstract record MethodFields
{
    public required ContextInfo Context { get; init; }

    public required IReadOnlyList<SymbolInfo> Symbols { get; init; }

    /// <summary>Symbols that steps find: after a run their values stand behind those of <see cref="Symbols"/>. Null where there are none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FoundInfo>? Found { get; init; }

    /// <summary>What a run's sizes must meet beyond the symbols' ranges.</summary>
    public required IReadOnlyList<CheckInfo> Checks { get; init; }

    public required IReadOnlyList<PortInfo> Inputs { get; init; }

    public required IReadOnlyList<PortInfo> Outputs { get; init; }

    public required IReadOnlyList<StepInfo> Steps { get; init; }

    /// <summary>Faults that end a run, in the order of the numbers that a context tells.</summary>
    public required IReadOnlyList<FaultInfo> Faults { get; init; }

    /// <summary>Multiply-adds of products and convolutions in one run: a <see cref="DimJson"/>.</summary>
    public required JsonNode MultiplyAdds { get; init; }

    /// <summary>A context's bytes where one thread runs it: a <see cref="DimJson"/>.</summary>
    public required JsonNode Arena { get; init; }

    /// <summary>Bytes that a context grows by for each further thread: a <see cref="DimJson"/>.</summary>
    public required JsonNode ThreadArena { get; init; }

    /// <summary>The least that <see cref="Arena"/> could be, without a gap in memory; null where it depends on symbols.</summary>
    public long? LargestLive { get; init; }
}
