using System.Collections.Immutable;
using System.Globalization;
using Sconce.Cli.Bench;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Node;

/// <summary>What a run gave: the outputs in the model's order, and how long each repetition took.</summary>
internal sealed record NodeRun(IReadOnlyDictionary<string, TensorData> Outputs, ImmutableArray<double> Milliseconds);

/// <summary>A model that a <see cref="NodeHost"/> holds.</summary>
internal sealed class NodeModel : IAsyncDisposable
{
    private readonly NodeHost host;
    private readonly int number;
    private readonly NodeMethod main;
    private readonly IReadOnlyDictionary<string, NodeMethod> methods;

    internal NodeModel(NodeHost host, NodeReply reply)
    {
        (this.host, number) = (host, reply.Model);
        main = new(reply.Inputs ?? [], reply.Outputs ?? []);
        methods = reply.Methods ?? new Dictionary<string, NodeMethod>();
        Report = reply.Report ?? "{}";
        LoadMilliseconds = reply.Milliseconds is [var load] ? load : 0;
    }

    /// <summary>What a method takes and gives: the main one where none is named.</summary>
    public NodeMethod Of(string? method) => method is null ? main : methods.TryGetValue(method, out var known) ? known : throw new SconceException($"the runtime knows of no method '{method}'");

    /// <summary>The runtime's own account of threads, SIMD and memory, as JSON.</summary>
    public string Report { get; }

    public double LoadMilliseconds { get; }

    /// <summary>
    /// Runs the model, or one of its methods; the runtime checks names, types and shapes. float32 arrays are rounded for inputs of half precision,
    /// which files cannot hold otherwise.
    /// </summary>
    public async Task<NodeRun> RunAsync(
        IReadOnlyDictionary<string, TensorData> inputs, string? method, int repeat, long? seed, CancellationToken cancellation)
    {
        var tensors = inputs.Select(input => (input.Key, Value: ForInput(Of(method), input.Key, input.Value))).ToImmutableArray();
        var headers = tensors.Select(tensor =>
            new TensorHeader(tensor.Key, tensor.Value.Type.Name(), tensor.Value.Shape, tensor.Value.ByteCount));
        return await RunAsync([.. headers], [.. tensors.Select(tensor => tensor.Value)], method, repeat, seed, cancellation);
    }

    /// <summary>Runs the model on random inputs, always the same ones.</summary>
    public Task<NodeRun> RunRandomAsync(IEnumerable<BenchInput> inputs, string? method, int repeat, long? seed, CancellationToken cancellation) =>
        RunAsync([.. inputs.Select(input => new TensorHeader(input.Name, input.Dtype, input.Shape, Bytes: 0, Random: true, input.Value))], [], method, repeat, seed, cancellation);

    private async Task<NodeRun> RunAsync(
        ImmutableArray<TensorHeader> headers, IReadOnlyList<TensorData> tensors, string? method, int repeat, long? seed, CancellationToken cancellation)
    {
        var request = new NodeRequest("run", Model: number, Method: method, Repeat: repeat, Seed: seed?.ToString(CultureInfo.InvariantCulture), Tensors: headers);
        var (reply, outputs) = await host.AskAsync(request, tensors, cancellation);
        var ordered = new OrderedDictionary<string, TensorData>();
        foreach (var port in Of(method).Outputs)
        {
            ordered.Add(port.Name, outputs.TryGetValue(port.Name, out var tensor)
                ? tensor
                : throw new SconceException($"the runtime gave no output '{port.Name}'"));
        }

        return new(ordered, reply.Milliseconds ?? []);
    }

    /// <summary>Puts the buffers that runs overwrite back to what they were at the start.</summary>
    public async Task ResetAsync(CancellationToken cancellation) =>
        await host.AskAsync(new NodeRequest("reset", Model: number), [], cancellation);

    public async ValueTask DisposeAsync()
    {
        if (host.IsAlive)
        {
            await host.AskAsync(new NodeRequest("dispose", Model: number), [], CancellationToken.None);
        }
    }

    private static TensorData ForInput(NodeMethod method, string name, TensorData tensor) =>
        method.Inputs.FirstOrDefault(port => port.Name == name) is { } port ? HalfPrecision.ForType(tensor, ElementTypes.Parse(port.Dtype)) : tensor;
}
