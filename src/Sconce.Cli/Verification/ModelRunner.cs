using System.Collections.Immutable;
using Sconce.Cli.Node;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>What running a model's cases gave: the first thing that is wrong, the largest error and the median time of a call.</summary>
internal sealed record CasesResult(string? Problem, double MaxError, double MedianMilliseconds);

/// <summary>Runs artefacts on cases in one Node process, which it starts anew when it has ended.</summary>
internal sealed class ModelRunner(VerifyOptions options) : IAsyncDisposable
{
    private NodeHost? host;

    public async Task<CasesResult> RunAsync(string artefact, IReadOnlyList<Case> cases, CancellationToken cancellation)
    {
        if (host is not { IsAlive: true })
        {
            await DisposeAsync();
            host = NodeHost.Start(options.Timeout);
        }

        await using var model = await host.LoadAsync(artefact, options.Threads, options.Relaxed, cancellation);
        var times = new List<double>();
        var worst = 0.0;
        foreach (var @case in cases)
        {
            for (var i = 0; i < @case.Calls.Length; i++)
            {
                var call = @case.Calls[i];
                var result = await RunAsync(model, call, cancellation);
                times.AddRange(result.Milliseconds);
                foreach (var comparison in Compare(model, call, result))
                {
                    worst = Math.Max(worst, comparison.MaxError);
                    if (!comparison.IsRight)
                    {
                        var place = @case.Calls.Length > 1 ? $"{Path.GetFileName(@case.File)} call {i}: " : "";
                        return new(place + comparison.Problem, worst, Median(times));
                    }
                }
            }
        }

        return new(null, worst, Median(times));
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<NodeRun> RunAsync(NodeModel model, Call call, CancellationToken cancellation)
    {
        if (call.Inputs.Length != model.Inputs.Length)
        {
            throw SconceException.Expected(
                $"{model.Inputs.Length} inputs ({string.Join(", ", model.Inputs.Select(port => port.Name))})", $"{call.Inputs.Length} arrays");
        }

        if (call.Reset)
        {
            await model.ResetAsync(cancellation);
        }

        var inputs = new OrderedDictionary<string, TensorData>();
        for (var i = 0; i < call.Inputs.Length; i++)
        {
            inputs.Add(model.Inputs[i].Name, call.Inputs[i]);
        }

        return await model.RunAsync(inputs, repeat: 1, cancellation);
    }

    private IEnumerable<Comparison> Compare(NodeModel model, Call call, NodeRun result)
    {
        if (call.Outputs.Length != model.Outputs.Length)
        {
            var names = string.Join(", ", model.Outputs.Select(port => port.Name));
            return [new(double.PositiveInfinity, $"expected {call.Outputs.Length} outputs, but got {model.Outputs.Length} ({names})")];
        }

        return call.Outputs.Zip(result.Outputs, (expected, actual) =>
            Comparison.Of(actual.Key, expected, actual.Value, options.Tolerance));
    }

    private static double Median(List<double> times)
    {
        ImmutableArray<double> sorted = [.. times.Order()];
        return sorted.IsEmpty ? 0 : sorted[sorted.Length / 2];
    }
}
