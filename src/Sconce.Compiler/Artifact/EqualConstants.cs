using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Artifact;

/// <summary>Constants whose bytes are the same, whatever their dtypes and shapes: layers that share weights, tables that several layers make.</summary>
internal static class EqualConstants
{
    /// <summary>Bytes at each of some places that decide whether a comparison is worth it.</summary>
    private const int Sample = 64;

    private const int Samples = 64;

    /// <summary>The constants in groups of equal ones, in the order of the first of each.</summary>
    public static IReadOnlyList<IReadOnlyList<TensorBuffer>> Of(IEnumerable<TensorBuffer> constants)
    {
        var groups = new List<List<TensorBuffer>>();
        var alike = new Dictionary<(long Bytes, int Hash), List<List<TensorBuffer>>>();
        foreach (var constant in constants)
        {
            var contents = constant.Contents().Span;
            var key = (constant.ByteCount.Value, HashOf(contents));
            if (!alike.TryGetValue(key, out var candidates))
            {
                alike.Add(key, candidates = []);
            }

            var same = SameAs(contents, candidates);
            if (same is null)
            {
                candidates.Add(same = []);
                groups.Add(same);
            }

            same.Add(constant);
        }

        return groups;
    }

    private static List<TensorBuffer>? SameAs(ReadOnlySpan<byte> contents, List<List<TensorBuffer>> candidates)
    {
        foreach (var candidate in candidates)
        {
            if (candidate[0].Contents().Span.SequenceEqual(contents))
            {
                return candidate;
            }
        }

        return null;
    }

    private static int HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = new HashCode();
        var step = Math.Max(bytes.Length / Samples, Sample);
        for (var at = 0L; at < bytes.Length; at += step)
        {
            hash.AddBytes(bytes.Slice((int)at, (int)Math.Min(Sample, bytes.Length - at)));
        }

        return hash.ToHashCode();
    }
}
