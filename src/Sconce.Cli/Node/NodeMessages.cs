using System.Collections.Immutable;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Sconce.Cli.Bench;
using Sconce.Cli.Doctor;

namespace Sconce.Cli.Node;

/// <summary>A tensor as a message announces it; its bytes follow the message. Without bytes, and random, Node makes the numbers.</summary>
internal sealed record TensorHeader(string Name, string Dtype, ImmutableArray<long> Shape, long Bytes, bool Random = false, long? Value = null);

/// <summary>What is asked of <c>host.mjs</c>. A seed is in digits: not every int64 is a number in JSON.</summary>
internal sealed record NodeRequest(
    string Command, string? Path = null, int Model = 0, string? Method = null, int Threads = 0, bool Relaxed = true, int Repeat = 1, string? Seed = null,
    ImmutableArray<TensorHeader>? Tensors = null, BenchRequest? Bench = null, ProbeRequest? Probe = null);

/// <summary>An input or output as the runtime describes it; only its name and element type matter on this side.</summary>
internal sealed record NodePort(string Name, string Dtype, JsonArray? Shape = null)
{
    /// <summary>An integer of PyTorch's, or a tensor that looks like one.</summary>
    public bool IsInteger => Dtype == "int64" && Shape is { Count: 0 };
}

/// <summary>What a model, or one of its methods, takes and gives.</summary>
internal sealed record NodeMethod(ImmutableArray<NodePort> Inputs, ImmutableArray<NodePort> Outputs);

/// <summary>What <c>host.mjs</c> answers: either an error or what the command gives.</summary>
internal sealed record NodeReply(
    string? Error, string? ErrorName, int Model, ImmutableArray<NodePort>? Inputs, ImmutableArray<NodePort>? Outputs, IReadOnlyDictionary<string, NodeMethod>? Methods,
    string? Report, ImmutableArray<double>? Milliseconds, ImmutableArray<TensorHeader>? Tensors, BenchAnswer? Bench, ProbeAnswer? Probe);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(NodeRequest))]
[JsonSerializable(typeof(NodeReply))]
internal sealed partial class NodeJson : JsonSerializerContext;
