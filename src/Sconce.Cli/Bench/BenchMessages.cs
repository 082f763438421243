using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Sconce.Cli.Bench;

/// <summary>An input to make random numbers for.</summary>
internal sealed record BenchInput(string Name, string Dtype, ImmutableArray<long> Shape, long? Value = null);

/// <summary>What <c>measure.mjs</c> is to do.</summary>
internal sealed record BenchRequest(int Threads, bool Relaxed, int? Rounds, ImmutableArray<BenchInput> Inputs, string? Seed);

/// <summary>
/// What one thread reaches at most: multiply-adds of 128-bit vectors in GFLOP/s, without the fused ones where the engine has them not, and plain
/// reads of memory that no cache holds in GB/s.
/// </summary>
internal sealed record PeakRates(double? Relaxed, double Plain, double Memory);

/// <summary>What a step computed and moved in a run, and how often its loops turned.</summary>
internal sealed record RunCosts(double Flops, double Bytes, double? Turns);

/// <summary>What <c>measure.mjs</c> found: milliseconds, for each profile those of every step, and what every step does.</summary>
internal sealed record BenchAnswer(
    string? Error, string Engine, double Load, double FirstRun, ImmutableArray<double> Runs, ImmutableArray<ImmutableArray<double>> Profiles, ImmutableArray<RunCosts> Costs,
    int Threads, bool Relaxed, PeakRates Peak);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BenchRequest))]
[JsonSerializable(typeof(BenchAnswer))]
internal sealed partial class BenchMessageJson : JsonSerializerContext;
