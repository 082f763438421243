using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sconce.Cli.Wasi;

/// <summary>What <c>host.mjs</c> is to run, and with what.</summary>
/// <param name="Guest">The guest's file.</param>
/// <param name="WasiNN">The script that has WASI-NN.</param>
/// <param name="Arguments">The guest's arguments, its own name before them.</param>
/// <param name="Environment">All that the guest sees of an environment.</param>
/// <param name="Folders">Folders of this machine by the names under which the guest sees them.</param>
/// <param name="Graphs">Artifacts by the names of their graphs.</param>
/// <param name="Threads">Threads that compute; 0 for as many as the runtime thinks right.</param>
/// <param name="Relaxed">Whether relaxed SIMD may be used.</param>
/// <param name="Verbose">Whether errors are told as they come.</param>
/// <param name="Compiler">How this tool is started, to compile what the guest loads by its bytes.</param>
internal sealed record WasiRequest(
    string Guest, [property: JsonPropertyName("wasiNN")] string WasiNN, ImmutableArray<string> Arguments, IReadOnlyDictionary<string, string> Environment,
    IReadOnlyDictionary<string, string> Folders, IReadOnlyDictionary<string, string> Graphs, int Threads, bool Relaxed, bool Verbose,
    ImmutableArray<string> Compiler);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(WasiRequest))]
internal sealed partial class WasiJson : JsonSerializerContext;
