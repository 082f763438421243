using System.Collections.Immutable;
using Sconce.Cli.Node;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// What running a model's cases gave: the first thing that is wrong, and the calls that lead there from the last reset on; the
/// largest error, and the median time of a call.
/// </summary>
internal sealed record CasesResult(string? Problem, IReadOnlyList<Call> FailedCalls, double MaxError, double MedianMilliseconds);

/// <summary>With how many threads, and whether with relaxed SIMD.</summary>
internal readonly record struct RunVariant(int Threads, bool Relaxed)
{
    public override string ToString() => $"{Threads} thread{(Threads == 1 ? "" : "s")}, {(Relaxed ? "relaxed" : "no relaxed")} SIMD";
}

/// <summary>Runs artifacts on cases in one Node process, which it starts anew when it has ended.</summary>
internal sealed class ModelRunner(VerifyOptions options) : IAsyncDisposable
{
    private NodeHost? host;

    /// <param name="artifact">The file.</param>
    /// <param name="cases">What to call it with.</param>
    /// <param name="variant">Null for what the options say.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task<CasesResult> RunAsync(string artifact, IReadOnlyList<Case> cases, RunVariant? variant, CancellationToken cancellation)
    {
        await using var model = await LoadAsync(artifact, variant, cancellation);
        var times = new List<double>();
        var worst = 0.0;
        foreach (var @case in cases)
        {
            for (var i = 0; i < @case.Calls.Length; i++)
            {
                var call = @case.Calls[i];
                if (call.Raised)
                {
                    if (!await FailsAsync(model, call, cancellation))
                    {
                        var (file, judge) = variant is { } run ? ($"{@case.File}, {run}", "the reference evaluator") : ($"{Path.GetFileName(@case.File)} call {i}", "PyTorch");
                        return new($"{file}: {judge} raises an error, the model does not", UpTo(@case, i), worst, Median(times));
                    }

                    continue;
                }

                CheckOutputs(model, @case.File, call);
                var result = await RunAsync(model, call, cancellation);
                times.AddRange(result.Milliseconds);
                if (GivenOutputs.Of([.. result.Outputs], call.Outputs.Length) is not { } given)
                {
                    return new(
                        $"{Path.GetFileName(@case.File)} call {i}: expected {call.Outputs.Length} outputs, with the items of lists, but got another number", UpTo(@case, i), double.NaN, Median(times));
                }

                foreach (var comparison in Compare(@case, call, given))
                {
                    worst = Math.Max(worst, comparison.MaxError);
                    if (!comparison.IsRight)
                    {
                        var place = @case.Calls.Length > 1 ? $"{Path.GetFileName(@case.File)} call {i}: " : variant is { } run ? $"{@case.File}, {run}: " : "";
                        return new(place + comparison.Problem, UpTo(@case, i), worst, Median(times));
                    }
                }
            }
        }

        return new(null, [], worst, Median(times));
    }

    /// <summary>Makes the calls in order; gives the last one's outputs.</summary>
    public async Task<IReadOnlyDictionary<string, TensorData>> RunAllAsync(string artifact, IReadOnlyList<Call> calls, CancellationToken cancellation)
    {
        await using var model = await LoadAsync(artifact, variant: null, cancellation);
        IReadOnlyDictionary<string, TensorData> outputs = new Dictionary<string, TensorData>();
        foreach (var call in calls)
        {
            outputs = (await RunAsync(model, call, cancellation)).Outputs;
        }

        return outputs;
    }

    public async ValueTask DisposeAsync()
    {
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    private async Task<NodeModel> LoadAsync(string artifact, RunVariant? variant, CancellationToken cancellation)
    {
        if (host is not { IsAlive: true })
        {
            await DisposeAsync();
            host = NodeHost.Start(options.Timeout);
        }

        return await host.LoadAsync(artifact, variant?.Threads ?? options.Threads, variant?.Relaxed ?? options.Relaxed, cancellation);
    }

    private static Call[] UpTo(Case @case, int last)
    {
        var first = last;
        while (!@case.Calls[first].Reset)
        {
            first--;
        }

        return [.. @case.Calls.Skip(first).Take(last - first + 1).Where((call, i) => !call.Raised || first + i == last)];
    }

    private async Task<NodeRun> RunAsync(NodeModel model, Call call, CancellationToken cancellation)
    {
        var ports = model.Of(call.Method).Inputs;
        if (call.Inputs.Length != ports.Length)
        {
            throw SconceException.Expected(
                $"an array for each of the {call.Method ?? "model"}'s {ports.Length} inputs, in0 … ({string.Join(", ", ports.Select(port => port.Name))})", $"{call.Inputs.Length}");
        }

        if (call.Reset)
        {
            await model.ResetAsync(cancellation);
        }

        var inputs = new OrderedDictionary<string, TensorData>();
        for (var i = 0; i < call.Inputs.Length; i++)
        {
            inputs.Add(ports[i].Name, call.Inputs[i]);
        }

        return await model.RunAsync(inputs, call.Method, repeat: 1, options.Seed, cancellation);
    }

    /// <summary>Whether the run ends with an error of the model's: it takes other inputs of these shapes, and Node is still there.</summary>
    private async Task<bool> FailsAsync(NodeModel model, Call call, CancellationToken cancellation)
    {
        try
        {
            _ = await RunAsync(model, call, cancellation);
            return false;
        }
        catch (SconceException) when (host is { IsAlive: true })
        {
            return true;
        }
    }

    private IEnumerable<Comparison> Compare(Case @case, Call call, IReadOnlyList<KeyValuePair<string, TensorData>> outputs) => call.Outputs.Zip(
        outputs,
        (expected, actual) => @case.Forms is { } forms
            ? Comparison.OfForm(actual.Key, expected, actual.Value, forms.FirstOrDefault(port => port.Name == actual.Key))
            : Comparison.Of(actual.Key, expected, actual.Value, @case.Tolerance ?? options.Tolerance));

    /// <summary>A file of cases that does not fit the model says nothing about its numbers.</summary>
    private static void CheckOutputs(NodeModel model, string file, Call call)
    {
        var outputs = model.Of(call.Method).Outputs;
        if (!GivenOutputs.MayBe([.. outputs.Select(port => (port.Name, port.Dtype, port.Shape?.Count == 0))], call.Outputs.Length))
        {
            throw SconceException.Expected(
                $"an array for each of the {call.Method ?? "model"}'s {outputs.Length} outputs, out0 … ({string.Join(", ", outputs.Select(port => port.Name))})",
                $"{call.Outputs.Length}",
                new Where(file), "write the arrays again, from what the exported program gives: its outputs in the order in which PyTorch flattens them, then the inputs that it writes to, as they are after the run");
        }
    }

    private static double Median(List<double> times)
    {
        ImmutableArray<double> sorted = [.. times.Order()];
        return sorted.IsEmpty ? 0 : sorted[sorted.Length / 2];
    }
}
