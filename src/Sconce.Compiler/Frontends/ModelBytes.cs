namespace Sconce.Compiler.Frontends;

/// <summary>
/// A model file's bytes, read in parts: the file may be larger than an array can be, and is mostly weights, which are read one by one. In memory already, or in a
/// stream that can be read from anywhere, or wherever a class of the caller's reads it.
/// </summary>
public abstract class ModelBytes
{
    public abstract long Length { get; }

    public static ModelBytes Of(ReadOnlyMemory<byte> file) => new InMemory(file);

    /// <summary>From where the stream stands to its end. It is read for as long as the model is; one that cannot seek is copied.</summary>
    public static ModelBytes Of(Stream file) => file.CanSeek ? new InStream(file) : new InMemory(CopyOf(file));

    /// <summary>The bytes at a place that lies within the file; a slice, where they are in memory.</summary>
    public abstract ReadOnlyMemory<byte> Read(long offset, int count);

    /// <summary>The checksum of what <see cref="Read"/> gave for a place: see <see cref="Zip.Crc32"/>.</summary>
    public virtual uint Crc32(long offset, ReadOnlyMemory<byte> bytes) => Zip.Crc32.Of(bytes.Span);

    /// <summary>The SHA-256 of the whole file.</summary>
    public abstract byte[] Sha256();

    private static ReadOnlyMemory<byte> CopyOf(Stream file)
    {
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.GetBuffer().AsMemory(0, (int)copy.Length);
    }

    private sealed class InMemory(ReadOnlyMemory<byte> file) : ModelBytes
    {
        public override long Length => file.Length;

        public override ReadOnlyMemory<byte> Read(long offset, int count) => file.Slice((int)offset, count);

        public override byte[] Sha256() => System.Security.Cryptography.SHA256.HashData(file.Span);
    }

    private sealed class InStream(Stream file) : ModelBytes
    {
        private readonly long start = file.Position;

        public override long Length => file.Length - start;

        public override ReadOnlyMemory<byte> Read(long offset, int count)
        {
            file.Position = start + offset;
            var bytes = new byte[count];
            file.ReadExactly(bytes);
            return bytes;
        }

        public override byte[] Sha256()
        {
            file.Position = start;
            return System.Security.Cryptography.SHA256.HashData(file);
        }
    }
}
