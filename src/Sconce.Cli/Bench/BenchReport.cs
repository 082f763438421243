using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Bench;

/// <summary>How long runs took: the median, the quartiles around it, and the shortest.</summary>
internal sealed record Spread(double Median, double Lower, double Upper, double Least, int Rounds)
{
    public static Spread Of(ImmutableArray<double> milliseconds)
    {
        var sorted = milliseconds.Sort();
        return new(At(0.5), At(0.25), At(0.75), sorted[0], sorted.Length);

        double At(double part) => sorted[(int)Math.Round((sorted.Length - 1) * part)];
    }
}

/// <summary>A step, or all steps of one kernel: its time, what it computed and moved in that time, and what part that is of the run and of the peak.</summary>
internal sealed record StepTime(
    string Name, string Operator, string Kernel, string? Source, int Steps, double Ms, long Flops, long Bytes, double Share, double OfPeak)
{
    /// <summary>How often its loops turned in a run; null where it has none.</summary>
    public long? Turns { get; init; }

    [JsonPropertyName("gflops")]
    public double GigaflopsPerSecond => Rate(Flops);

    [JsonPropertyName("gbytes")]
    public double GigabytesPerSecond => Rate(Bytes);

    private double Rate(long amount) => Ms > 0 ? amount / Ms / 1e6 : 0;
}

/// <summary>A model's time, as a whole and by steps, in one engine.</summary>
internal sealed record BenchReport(
    string Model, string Engine, int Threads, bool Relaxed, ImmutableArray<BenchInput> Inputs, double PeakGflops, double ReadGbytes, double LoadMs, double FirstRunMs, Spread RunMs,
    ImmutableArray<StepTime> Steps, ImmutableArray<StepTime> Kernels)
{
    /// <param name="model">The file.</param>
    /// <param name="manifest">Its manifest.</param>
    /// <param name="inputs">What it ran with.</param>
    /// <param name="answer">What was measured.</param>
    public static BenchReport Of(
        string model, ManifestView manifest, ImmutableArray<BenchInput> inputs, BenchAnswer answer)
    {
        // Of the fused multiply-add's, whichever variant runs: what the machine has is the same.
        var peak = (answer.Peak.Relaxed ?? answer.Peak.Plain) * answer.Threads;
        var times = manifest.Steps.Select((_, step) => Fastest(answer.Profiles.Select(profile => profile[step]))).ToArray();
        var total = Math.Max(times.Sum(), double.Epsilon);
        var steps = manifest.Steps.Zip(times, answer.Costs).Select(measured =>
        {
            var (step, time, cost) = measured;
            return Timed(step.Name, step.Operator, step.Kernel, step.Source, 1, time, (long)cost.Flops, (long)cost.Bytes) with { Turns = (long?)cost.Turns };
        }).ToImmutableArray();
        var kernels = steps.GroupBy(step => step.Kernel).Select(group => Timed(
            "", "", group.Key, null, group.Count(), group.Sum(step => step.Ms), group.Sum(step => step.Flops), group.Sum(step => step.Bytes)));
        return new(
            model, answer.Engine, answer.Threads, answer.Relaxed, inputs, peak, answer.Peak.Memory, answer.Load, answer.FirstRun, Spread.Of(answer.Runs),
            steps, [.. kernels.OrderByDescending(kernel => kernel.Ms)]);

        StepTime Timed(string name, string op, string kernel, string? source, int count, double ms, long flops, long bytes) =>
            new(name, op, kernel, source, count, ms, flops, bytes, ms / total, ms > 0 ? flops / ms / 1e6 / peak : 0);
    }

    /// <summary>Reads what bench --json wrote of this model.</summary>
    public static BenchReport Read(string path, ManifestView manifest)
    {
        BenchReport? report;
        try
        {
            using var file = InputFile.Open(path, "the numbers that bench --json wrote");
            report = JsonSerializer.Deserialize(file, BenchReportJson.Default.BenchReport);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new SconceException($"expected the numbers that bench --json wrote, but got something else ({error.Message})", new Where(path), inner: error);
        }

        if (report is not { Steps.IsDefault: false, RunMs: not null, Engine: not null })
        {
            throw SconceException.Expected("the numbers that bench --json wrote", "JSON without steps and their times", new Where(path));
        }

        return report.Steps.Select(step => (step?.Operator, step?.Kernel)).SequenceEqual(manifest.Steps.Select(step => ((string?)step.Operator, (string?)step.Kernel)))
            ? report
            : throw SconceException.Expected($"the times of this model's {manifest.Steps.Length} steps", $"those of {report.Steps.Length} steps that are others", new Where(path),
                "time it anew, compiled with the same options: sconce bench MODEL --json FILE");
    }

    public string ToJson() => JsonSerializer.Serialize(this, BenchReportJson.Default.BenchReport);

    /// <summary>
    /// The mean of the fastest quarter: the slower ones show who else had the processor, and the single fastest, on a page, a clock
    /// that moves in steps of 5 or 20 microseconds.
    /// </summary>
    private static double Fastest(IEnumerable<double> times)
    {
        var sorted = times.Order().ToArray();
        return sorted.Take((sorted.Length + 3) / 4).Average();
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, WriteIndented = true)]
[JsonSerializable(typeof(BenchReport))]
internal sealed partial class BenchReportJson : JsonSerializerContext;
