using System.Buffers.Binary;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Frontends.Zip;

/// <summary>The central directory of a zip archive, with the 64-bit fields that PyTorch writes for large archives.</summary>
internal readonly struct ZipDirectory(ModelBytes file, string fileName)
{
    private const uint EntrySignature = 0x02014b50;
    private const uint EndSignature = 0x06054b50;
    private const uint End64Signature = 0x06064b50;
    private const uint End64LocatorSignature = 0x07064b50;
    private const int EntrySize = 46;
    private const int EndSize = 22;
    private const int End64Size = 56;
    private const int End64LocatorSize = 20;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    public List<ZipEntry> ReadEntries()
    {
        var (count, offset, size) = FindDirectory();
        if (offset < 0 || size < 0 || offset > file.Length || size > Math.Min(file.Length - offset, Array.MaxLength) || count < 0 || count > size / EntrySize)
        {
            throw Broken($"the directory claims {count} files in {size} bytes at offset {offset}, which do not fit into {file.Length} bytes");
        }

        var directory = file.Read(offset, (int)size).Span;
        var result = new List<ZipEntry>((int)count);
        for (var i = 0L; i < count; i++)
        {
            var at = offset + size - directory.Length;
            if (directory.Length < EntrySize || U32(directory, 0) != EntrySignature)
            {
                throw Broken($"no entry {i} of {count} of the directory at offset {at}");
            }

            int name = U16(directory, 28), extra = U16(directory, 30), comment = U16(directory, 32);
            if (EntrySize + name + extra + comment > directory.Length)
            {
                throw Broken($"entry {i} of the directory, at offset {at}, is cut off");
            }

            result.Add(ReadEntry(directory[..EntrySize], directory.Slice(EntrySize, name), directory.Slice(EntrySize + name, extra), at));
            directory = directory[(EntrySize + name + extra + comment)..];
        }

        return result;
    }

    private (long Count, long Offset, long Size) FindDirectory()
    {
        // The end stands before a comment, and after what says where the 64-bit end is.
        var tail = file.Read(
            Math.Max(0, file.Length - ushort.MaxValue - EndSize - End64LocatorSize), (int)Math.Min(file.Length, ushort.MaxValue + EndSize + End64LocatorSize)).Span;
        var end = -1;
        for (var at = tail.Length - EndSize; at >= Math.Max(0, tail.Length - EndSize - ushort.MaxValue) && end < 0; at--)
        {
            if (U32(tail, at) == EndSignature && U16(tail, at + 20) <= tail.Length - at - EndSize)
            {
                end = at;
            }
        }

        if (end < 0)
        {
            throw Broken("the archive has no end: its directory, the last part of a zip file, is missing");
        }

        var (count, size, offset) = ((long)U16(tail, end + 10), (long)U32(tail, end + 12), (long)U32(tail, end + 16));
        var locator = end - End64LocatorSize;
        if (locator >= 0 && U32(tail, locator) == End64LocatorSignature)
        {
            var at = I64(tail, locator + 8);
            var end64 = at < 0 || at > file.Length - End64Size ? default : file.Read(at, End64Size).Span;
            if (end64.IsEmpty || U32(end64, 0) != End64Signature)
            {
                throw Broken($"no 64-bit end of the directory at offset {at}");
            }

            (count, size, offset) = (I64(end64, 32), I64(end64, 40), I64(end64, 48));
        }

        return (count, offset, size);
    }

    private ZipEntry ReadEntry(ReadOnlySpan<byte> header, ReadOnlySpan<byte> nameBytes, ReadOnlySpan<byte> extra, long at)
    {
        var name = ReadName(nameBytes, at);
        var (packed, size, offset) = ((long)U32(header, 20), (long)U32(header, 24), (long)U32(header, 42));
        for (; extra.Length >= 4; extra = extra[(4 + U16(extra, 2))..])
        {
            if (U16(extra, 2) > extra.Length - 4)
            {
                break;
            }

            if (U16(extra, 0) == 1)
            {
                var fields = extra.Slice(4, U16(extra, 2));
                size = Wide(size, ref fields);
                packed = Wide(packed, ref fields);
                offset = Wide(offset, ref fields);
                break;
            }
        }

        var (flags, method) = (U16(header, 8), U16(header, 10));
        if ((flags & 1) != 0 || method is not (0 or 8))
        {
            throw Broken($"'{name}' is {((flags & 1) != 0 ? "encrypted" : $"packed by method {method}")}, which PyTorch does not write");
        }

        if (packed < 0 || packed > file.Length || offset < 0 || offset > file.Length || size < 0 || (method == 0 && packed != size))
        {
            throw Broken($"'{name}' claims {size} bytes, {packed} of them in the archive, at offset {offset}; the archive has {file.Length}");
        }

        return new(name, offset, packed, size, method == 8, U32(header, 16));
    }

    private string ReadName(ReadOnlySpan<byte> bytes, long at)
    {
        string name;
        try
        {
            name = StrictUtf8.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            throw Broken($"the name of the file whose directory entry is at offset {at} is not UTF-8");
        }

        if (name.Length == 0 || name[0] == '/' || name.AsSpan().IndexOfAny("\\\0") >= 0 || name.Split('/').Contains(".."))
        {
            throw Broken($"a file in the archive has a name that PyTorch would not give: '{Printable(name)}'");
        }

        return name;
    }

    /// <summary>A 32-bit field of all ones stands for the next 64-bit one.</summary>
    private static long Wide(long value, ref ReadOnlySpan<byte> fields)
    {
        if (value != uint.MaxValue || fields.Length < 8)
        {
            return value;
        }

        value = I64(fields, 0);
        fields = fields[8..];
        return value;
    }

    private static string Printable(string name) => new([.. name.Take(80).Select(c => char.IsControl(c) ? '?' : c)]);

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long I64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private SconceException Broken(string problem) =>
        new(problem, new Where(fileName), "the file is damaged or incomplete: copy or export it again");
}
