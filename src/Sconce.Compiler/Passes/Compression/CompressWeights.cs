using System.Collections.Immutable;
using System.IO.Enumeration;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Compression;

/// <summary>
/// Keeps the float32 weights of products, convolutions and embeddings in fewer bits. Each becomes the integers and scales that torchao would have made of it, and
/// <c>torchao::dequantize_affine</c> of them, which products read where it lies: the graph is then like that of a model that was quantised before it was exported.
/// </summary>
internal static class CompressWeights
{
    /// <summary>Integers along a row that share a scale, in 4 bits.</summary>
    private const int Group = 32;

    /// <summary>Smaller weights are not worth it, and hurt most.</summary>
    private const long FewestElements = 1024;

    /// <param name="graph">The graph, after its passes.</param>
    /// <param name="format">What weights become; nothing is done where they stay as they are.</param>
    /// <param name="keep">Names of weights that stay as they are, <c>*</c> for any part of one.</param>
    /// <param name="known">What became of weights in the other methods of the model: they are the same.</param>
    public static ImmutableArray<CompressedWeight> Run(
        Graph graph, WeightFormat format, ImmutableArray<string> keep, Dictionary<(string Name, ReadOnlyMemory<byte> Storage, int Axis), NarrowWeight> known)
    {
        if (format == WeightFormat.AsIs)
        {
            return [];
        }

        var uses = new WeightUses(graph);
        var report = ImmutableArray.CreateBuilder<CompressedWeight>();
        var made = new Dictionary<Value, Value>(ReferenceEqualityComparer.Instance);
        var nodes = new List<Node>();
        var written = graph.Mutations.Select(mutation => mutation.Buffer).ToHashSet();
        foreach (var input in graph.Inputs.ToList())
        {
            if (input is not { Kind: not InputKind.User, Data: { Type: DType.Float32, Shape.Length: >= 2 } data } || data.ElementCount < FewestElements
                || input.IsState || written.Contains(input.Value))
            {
                continue;
            }

            Budget.Spend(data.ElementCount);
            var axis = uses.SummedAxis(input.Value);
            var kept = keep.Any(pattern => FileSystemName.MatchesSimpleExpression(pattern, input.Name, ignoreCase: false)) ? "by its name"
                : axis is null ? "its use has no narrow form"
                : NarrowWeight.Misfit(data, format);
            if (kept is not null)
            {
                report.Add(new(input.Name, data.Shape, WeightFormat.AsIs, data.ByteCount, data.ByteCount, 0, kept));
                continue;
            }

            if (!known.TryGetValue((input.Name, data.Storage, axis!.Value), out var narrow))
            {
                known.Add((input.Name, data.Storage, axis.Value), narrow = NarrowWeight.Of(data, format, axis.Value, Group));
            }

            report.Add(new(input.Name, data.Shape, narrow.Format, data.ByteCount, narrow.Bytes, narrow.Error));
            var parts = narrow.Parts.Select(part => new GraphInput(
                new Value($"{input.Value.Name}.{part.Name}", new GraphType.Tensor(part.Data.Type, [.. part.Data.Shape.Select(size => (Dim)size)])),
                InputKind.Parameter, $"{input.Name}.{part.Name}", part.Data)).ToList();
            var whole = new Value($"{input.Value.Name}.whole", input.Value.Type);
            nodes.Add(narrow.Node([.. parts.Select(part => part.Value)], whole));
            made.Add(input.Value, whole);
            graph.Inputs.InsertRange(graph.Inputs.IndexOf(input), parts);
            graph.Inputs.Remove(input);
        }

        foreach (var node in GraphWalk.Nodes(graph.Body).ToList())
        {
            node.Arguments = [.. node.Arguments.Select(argument => argument with { Argument = argument.Argument.Replace(value => made.GetValueOrDefault(value, value)) })];
        }

        graph.Body.Nodes.InsertRange(0, nodes);
        return report.ToImmutable();
    }
}
