using System.Collections.Immutable;

namespace Sconce.Cli.Doctor;

/// <summary>What <c>probe.mjs</c> is to look at.</summary>
internal sealed record ProbeRequest(string? Url = null, string? Page = null, string? Save = null, long? Largest = null, ImmutableArray<string>? Heads = null);

/// <summary>How a server answered: status 0 and an error where it did not; for a model also what came.</summary>
internal sealed record ProbedAnswer(
    int Status, string Address, IReadOnlyDictionary<string, string> Headers, string? Error = null, long Bytes = 0, string? Sha256 = null, bool IsPage = false, double Milliseconds = 0)
{
    public string? this[string header] => Headers.GetValueOrDefault(header);
}

/// <summary>The Node that ran the script.</summary>
internal sealed record ProbedEngine(string Version, string V8, int Processors, long Memory, bool Simd, bool Shared);

/// <summary>What <c>probe.mjs</c> found.</summary>
internal sealed record ProbeAnswer(ProbedAnswer? Model, ProbedAnswer? Part, ProbedAnswer? Page, ImmutableArray<ProbedAnswer> Heads, ProbedEngine Engine);
