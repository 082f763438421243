using System.Security.Cryptography;
using Sconce.Compiler.Frontends;

namespace Sconce.Browser;

/// <summary>The model's file, which stays with the worker: only what is read comes into this memory.</summary>
/// <param name="length">Its bytes.</param>
/// <param name="sha256">As the browser computes it, many times as fast as any code in here; empty where the page may not ask it.</param>
internal sealed class HostFile(long length, string sha256) : ModelBytes
{
    private const int PartBytes = 1 << 20;

    public override long Length => length;

    public override ReadOnlyMemory<byte> Read(long offset, int count)
    {
        var bytes = GC.AllocateUninitializedArray<byte>(count);
        Host.Read(offset, bytes);
        return bytes;
    }

    /// <summary>By the engine's compiled code, where this is interpreted: a table is looked up for each byte.</summary>
    public override uint Crc32(long offset, ReadOnlyMemory<byte> bytes) => (uint)Host.Crc32(offset, bytes.Length);

    public override byte[] Sha256()
    {
        if (sha256.Length > 0)
        {
            return Convert.FromHexString(sha256);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var at = 0L; at < length; at += PartBytes)
        {
            hash.AppendData(Read(at, (int)Math.Min(PartBytes, length - at)).Span);
        }

        return hash.GetHashAndReset();
    }
}
