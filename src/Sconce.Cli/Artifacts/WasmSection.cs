using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Artifacts;

/// <summary>A section of a WebAssembly module; the body of the data section, which holds the weights, is not read.</summary>
internal sealed record WasmSection(int Id, string Name, long Size, WasmReader Body)
{
    public const int Custom = 0, Type = 1, Import = 2, Function = 3, Table = 4, Global = 6, Export = 7, Code = 10, Data = 11;

    private const int MostBytes = 1 << 30;

    public static IReadOnlyList<WasmSection> ReadAll(Stream stream, string file)
    {
        var header = new byte[8];
        if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.AsSpan().SequenceEqual("\0asm\u0001\0\0\0"u8))
        {
            throw SconceException.Expected("a WebAssembly module", "other bytes at its beginning", new Where(file));
        }

        var sections = new List<WasmSection>();
        while (stream.Position < stream.Length)
        {
            sections.Add(Read(stream, file));
        }

        return sections;
    }

    private static WasmSection Read(Stream stream, string file)
    {
        var id = stream.ReadByte();
        var size = ReadSize(stream, file);
        var start = stream.Position;
        if (size > stream.Length - start)
        {
            throw SconceException.Expected($"a section of {size} bytes at byte {start}", $"{stream.Length - start}", new Where(file),
                "compile the model again: the file is truncated");
        }

        if (id == Data)
        {
            stream.Position = start + size;
            return new(id, "", size, new WasmReader(default, start, file));
        }

        if (size > MostBytes)
        {
            throw SconceException.Expected("sections of less than 1 GB beside the data", $"{size} bytes at byte {start}", new Where(file));
        }

        var bytes = new byte[size];
        stream.ReadExactly(bytes);
        var body = new WasmReader(bytes, start, file);
        return new(id, id == Custom ? body.Name() : "", size, body);
    }

    private static long ReadSize(Stream stream, string file)
    {
        // At most five bytes; the reader checks the rest.
        var bytes = new List<byte>();
        int next;
        do
        {
            next = stream.ReadByte();
            bytes.Add((byte)next);
        }
        while (next >= 0x80 && bytes.Count < 5);

        return next >= 0 ? new WasmReader(bytes.ToArray(), stream.Position - bytes.Count, file).U32()
            : throw SconceException.Expected("a section", "the end of the file", new Where(file));
    }
}
