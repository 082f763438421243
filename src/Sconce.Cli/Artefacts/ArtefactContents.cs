using System.Text;
using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Artefacts;

/// <summary>What an artefact holds, by its sections: everything but the code and the weights themselves.</summary>
internal sealed record ArtefactContents(Manifest Manifest, long TotalBytes, long CodeBytes, long RelaxedBytes, long WeightBytes)
{
    private const int CustomSection = 0, CodeSection = 10, DataSection = 11;
    private const string ManifestName = "sconce.manifest", RelaxedName = "sconce.relaxed";
    private const int LongestManifest = 256 << 20;

    public static ArtefactContents Read(string path)
    {
        using var stream = InputFile.Open(path, "an artefact (.wasm)");
        return Read(stream, path);
    }

    public static ArtefactContents Read(Stream stream, string file)
    {
        var header = new byte[8];
        Fill(header);
        if (!header.AsSpan().SequenceEqual("\0asm\u0001\0\0\0"u8))
        {
            throw SconceException.Expected("a WebAssembly module", "other bytes at its beginning", new Where(file));
        }

        Manifest? manifest = null;
        long code = 0, relaxed = 0, weights = 0;
        while (stream.Position < stream.Length)
        {
            var id = stream.ReadByte();
            long size = ReadU32();
            var end = stream.Position + size;
            if (end > stream.Length)
            {
                throw SconceException.Expected($"a section of {size} bytes at byte {stream.Position}", $"{stream.Length - stream.Position}",
                    new Where(file), "compile the model again: the file is truncated");
            }

            switch (id)
            {
                case CustomSection when ReadName(end) is var name:
                    manifest = name == ManifestName ? ReadManifest(end) : manifest;
                    relaxed += name == RelaxedName ? size : 0;
                    break;
                case CodeSection: code += size; break;
                case DataSection: weights += size; break;
            }

            stream.Position = end;
        }

        return manifest is null
            ? throw SconceException.Expected("an artefact of sconce", "a WebAssembly module without a manifest", new Where(file))
            : new(manifest, stream.Length, code, relaxed, weights);

        string ReadName(long end)
        {
            var length = ReadU32();
            var bytes = length <= end - stream.Position ? new byte[length] : throw Broken("a name longer than its section");
            Fill(bytes);
            return Encoding.UTF8.GetString(bytes);
        }

        Manifest ReadManifest(long end)
        {
            var bytes = end - stream.Position <= LongestManifest ? new byte[end - stream.Position] : throw Broken("a manifest of gigabytes");
            Fill(bytes);
            return ManifestReader.Read(bytes, file);
        }

        uint ReadU32()
        {
            var value = 0UL;
            for (var shift = 0; shift < 35; shift += 7)
            {
                var next = stream.ReadByte();
                if (next < 0)
                {
                    break;
                }

                value |= (ulong)(next & 0x7F) << shift;
                if (next < 0x80)
                {
                    return value <= uint.MaxValue ? (uint)value : throw Broken("a number larger than 32 bits");
                }
            }

            throw Broken("a number without an end");
        }

        void Fill(Span<byte> bytes)
        {
            if (stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length)
            {
                throw Broken("the end of the file");
            }
        }

        SconceException Broken(string what) => SconceException.Expected("a WebAssembly module", $"{what} at byte {stream.Position}", new Where(file));
    }
}
