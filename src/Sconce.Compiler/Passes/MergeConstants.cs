using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Makes constants with the same contents one buffer: weights that layers share come from the file once for each of their names, some of them transposed.</summary>
internal static class MergeConstants
{
    public static void Run(TensorProgram program)
    {
        var kept = program.Outputs.Concat(program.States).Select(named => named.Buffer).ToHashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
        var seen = new Dictionary<TensorBuffer, Source>(ReferenceEqualityComparer.Instance);
        var known = new Dictionary<(DType, string), List<TensorBuffer>>();
        foreach (var buffer in StepTree.Leaves(program.Steps).SelectMany(step => step.BuffersRead))
        {
            if (buffer is { Kind: BufferKind.Constant, Data: { } data } && !kept.Contains(buffer) && !seen.ContainsKey(buffer))
            {
                seen.Add(buffer, SourceOf(buffer, data, known));
            }
        }

        StepTree.Replace(program, step =>
            [step.BuffersRead.Any(buffer => seen.TryGetValue(buffer, out var source) && source.Buffer != buffer) ? Rewrite(step, seen) : step]);
    }

    /// <summary>The buffer to read instead of a constant, and the constant's dims in the order of that one's.</summary>
    private sealed record Source(TensorBuffer Buffer, ImmutableArray<int> Order);

    private static Source SourceOf(TensorBuffer buffer, TensorData data, Dictionary<(DType, string), List<TensorBuffer>> known)
    {
        ImmutableArray<int> order = [.. Enumerable.Range(0, data.Shape.Length)];
        if (!data.IsDense)
        {
            // A transposed weight is the same bytes as the one it is a view of.
            ImmutableArray<int> inMemory = [.. order.OrderByDescending(dim => data.Strides[dim])];
            var turned = Permuted(data, inMemory);
            if (turned.IsDense)
            {
                (data, order) = (turned, inMemory);
            }
        }

        var key = (data.Type, string.Join(',', data.Shape));
        if (!known.TryGetValue(key, out var others))
        {
            known.Add(key, others = []);
        }

        if (others.Find(other => other.Data!.HasContentsOf(data)) is { } same)
        {
            return new(same, order);
        }

        var one = ReferenceEquals(data, buffer.Data) ? buffer : new TensorBuffer(buffer.Name, buffer.Type, [.. order.Select(dim => buffer.Dims[dim])], BufferKind.Constant, data);
        others.Add(one);
        return new(one, order);
    }

    private static TensorData Permuted(TensorData data, ImmutableArray<int> order) =>
        new(data.Type, [.. order.Select(dim => data.Shape[dim])], [.. order.Select(dim => data.Strides[dim])], data.Offset, data.Storage);

    private static Step Rewrite(Step step, Dictionary<TensorBuffer, Source> sources)
    {
        ExprRewriter rewriter = null!;
        rewriter = new ExprRewriter(loads: load => sources.TryGetValue(load.Buffer, out var source) && source.Buffer != load.Buffer
            ? new LoadExpr(source.Buffer, [.. source.Order.Select(dim => load.Index[dim])])
            : null);
        return step.Rewrite(rewriter.Rewrite);
    }
}
