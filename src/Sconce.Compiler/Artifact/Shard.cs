using System.Security.Cryptography;

namespace Sconce.Compiler.Artifact;

/// <summary>Weights in a file of their own: neighbouring constants with the gaps between them, or a piece of a large one.</summary>
public sealed class Shard
{
    private readonly IReadOnlyList<ShardPart> parts;
    private readonly long start;

    internal Shard(IReadOnlyList<ShardPart> parts)
    {
        this.parts = parts;
        start = parts[0].Address;
        Info = new ShardInfo(Digest(), parts[^1].End - start, [start]);
    }

    /// <summary>Its entry in the manifest.</summary>
    public ShardInfo Info { get; internal set; }

    /// <summary>Writes the file.</summary>
    public void WriteTo(Stream stream) => EachSpan(stream.Write);

    private string Digest()
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        EachSpan(hash.AppendData);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private void EachSpan(Action<ReadOnlySpan<byte>> take)
    {
        var at = start;
        ReadOnlySpan<byte> gap = stackalloc byte[MemoryPlan.Alignment];
        foreach (var part in parts)
        {
            take(gap[..(int)(part.Address - at)]);
            take(part.Read().Span.Slice(part.Offset, part.Length));
            at = part.End;
        }
    }
}

/// <summary>Bytes of a constant that lie at an address. They are read where they are needed: some constants are put in order first, which makes a copy.</summary>
internal readonly record struct ShardPart(long Address, int Offset, int Length, Func<ReadOnlyMemory<byte>> Read)
{
    public long End => Address + Length;
}
