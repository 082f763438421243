using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Sconce.Fuzz.Mutation;

/// <summary>A zip archive taken apart.</summary>
internal sealed class ArchiveFile
{
    private static readonly JsonSerializerOptions Deep = new() { MaxDepth = 2000 };

    private readonly OrderedDictionary<string, byte[]> files = [];

    public ArchiveFile(byte[] bytes)
    {
        using var zip = new ZipArchive(new MemoryStream(bytes));
        foreach (var entry in zip.Entries)
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            files[entry.FullName] = content.ToArray();
        }
    }

    public IReadOnlyList<string> Names => [.. files.Keys];

    public byte[] this[string name]
    {
        get => files[name];
        set => files[name] = value;
    }

    public void Remove(string name) => files.Remove(name);

    public string Find(string ending) =>
        files.Keys.First(name => name.EndsWith(ending, StringComparison.Ordinal));

    public JsonObject Json(string name) => (JsonObject)JsonNode.Parse(files[name])!;

    public void Set(string name, JsonObject json) => files[name] = JsonSerializer.SerializeToUtf8Bytes(json, Deep);

    public byte[] ToBytes(CompressionLevel level = CompressionLevel.NoCompression)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>With the checksums left out, which PyTorch can do, so that damage reaches the parsers.</summary>
    public static byte[] WithoutChecksums(byte[] bytes)
    {
        for (var at = 0; at + 20 < bytes.Length; at++)
        {
            if (bytes.AsSpan(at).StartsWith("PK\x1\x2"u8))
            {
                bytes.AsSpan(at + 16, 4).Clear();
            }
        }

        return bytes;
    }
}
