using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;
using System.Runtime.InteropServices;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.Zip;

/// <summary>
/// Reads the zip archives that PyTorch writes. Its files are stored without compression, so that most reads are a slice of the
/// archive's own bytes: weights are never held twice, which is why this reads the directory itself. Archives are untrusted:
/// every offset and size is checked before it is used.
/// </summary>
public sealed class ZipReader
{
    private const uint LocalHeaderSignature = 0x04034b50;
    private const int LocalHeaderSize = 30;

    /// <summary>PyTorch does not compress; an archive that somebody packed again may shrink its JSON this far, and no further.</summary>
    private const int LargestRatio = 64;

    private readonly ModelBytes archive;
    private readonly string fileName;
    private readonly Dictionary<string, ZipEntry> entries;

    /// <summary>Opens an archive; the name is for messages.</summary>
    public ZipReader(ModelBytes archive, string fileName)
    {
        (this.archive, this.fileName) = (archive, fileName);
        entries = [];
        var total = 0L;
        foreach (var entry in new ZipDirectory(archive, fileName).ReadEntries())
        {
            if (!entries.TryAdd(entry.Name, entry))
            {
                throw Broken($"the archive holds '{entry.Name}' twice");
            }

            total += entry.CompressedSize;
            if (entry.IsDeflated && entry.Size > 4096 + (entry.CompressedSize * LargestRatio))
            {
                throw Broken(
                    $"'{entry.Name}' claims to unpack from {entry.CompressedSize} bytes to {entry.Size}, more than {LargestRatio} times as many",
                    "an archive as PyTorch writes it is not compressed; do not pack it again");
            }
        }

        if (total > archive.Length)
        {
            throw Broken($"the files in the archive overlap: together they claim {total} of its {archive.Length} bytes");
        }
    }

    /// <summary>The files, in the order of the archive's directory.</summary>
    public IEnumerable<ZipEntry> Entries => entries.Values;

    public bool TryFind(string name, [NotNullWhen(true)] out ZipEntry? entry) => entries.TryGetValue(name, out entry);

    /// <summary>The place that an error about one of the files names.</summary>
    public Where Place(string entry) => new($"{fileName}, entry {entry}");

    /// <summary>A file's bytes: a slice of the archive where it is stored, unpacked otherwise. The checksum is checked.</summary>
    public ReadOnlyMemory<byte> Read(ZipEntry entry)
    {
        var (start, packed) = Packed(entry);
        var bytes = entry.IsDeflated ? Inflate(entry, packed) : packed;
        if (entry.Checksum != 0 && (entry.IsDeflated ? Crc32.Of(bytes.Span) : archive.Crc32(start, bytes)) is var actual && actual != entry.Checksum)
        {
            throw new SconceException(
                $"the bytes of '{entry.Name}' are damaged: their checksum is {actual:x8}, and should be {entry.Checksum:x8}",
                Place(entry.Name), "copy or download the file again");
        }

        return bytes;
    }

    /// <summary>Where the file's bytes begin, and the bytes as they lie there.</summary>
    private (long Start, ReadOnlyMemory<byte> Bytes) Packed(ZipEntry entry)
    {
        if (Math.Max(entry.Size, entry.CompressedSize) > Array.MaxLength)
        {
            throw SconceException.Unsupported(
                $"'{entry.Name}' has {entry.Size} bytes, and sconce reads tensors of up to {Array.MaxLength}", Place(entry.Name), "keep the weight in 16 bits, or in two parts");
        }

        var header = entry.HeaderOffset > archive.Length - LocalHeaderSize ? default : archive.Read(entry.HeaderOffset, LocalHeaderSize).Span;
        if (header.IsEmpty || BinaryPrimitives.ReadUInt32LittleEndian(header) != LocalHeaderSignature)
        {
            throw Broken($"no header of '{entry.Name}' at offset {entry.HeaderOffset}");
        }

        var start = entry.HeaderOffset + LocalHeaderSize
            + BinaryPrimitives.ReadUInt16LittleEndian(header[26..]) + BinaryPrimitives.ReadUInt16LittleEndian(header[28..]);
        if (start + entry.CompressedSize > archive.Length)
        {
            throw Broken($"'{entry.Name}' should lie at bytes {start} to {start + entry.CompressedSize}, but the file ends at {archive.Length}");
        }

        return (start, archive.Read(start, (int)entry.CompressedSize));
    }

    private byte[] Inflate(ZipEntry entry, ReadOnlyMemory<byte> packed)
    {
        var result = new byte[entry.Size];
        var input = MemoryMarshal.TryGetArray(packed, out var segment) ? segment : new ArraySegment<byte>(packed.ToArray());
        using var stream = new DeflateStream(new MemoryStream(input.Array!, input.Offset, input.Count, writable: false), CompressionMode.Decompress);
        int read;
        try
        {
            read = stream.ReadAtLeast(result, result.Length, throwOnEndOfStream: false);
            read += stream.ReadByte() >= 0 ? 1 : 0;
        }
        catch (InvalidDataException error)
        {
            throw new SconceException($"the compressed bytes of '{entry.Name}' are damaged", Place(entry.Name), inner: error);
        }

        return read == result.Length
            ? result
            : throw Broken($"'{entry.Name}' unpacks to {(read < result.Length ? "fewer" : "more")} than the {entry.Size} bytes it claims");
    }

    private SconceException Broken(string problem, string? hint = null) =>
        new(problem, new Where(fileName), hint ?? "the file is damaged or incomplete: copy or export it again");
}
