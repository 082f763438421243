using System.IO.Compression;
using Sconce.Compiler.Frontends;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>Archives: the zip's own structure, pickles, and what describes the weights.</summary>
internal sealed class ArchiveTarget : ITarget
{
    private static readonly string[] Configs = ["weights_config.json", "constants_config.json"];

    private readonly Lazy<byte[][]> pickled = new(() =>
        [.. Directory.GetFiles(Path.Combine(Folders.Models, "archives"), "*.pt2").Order(StringComparer.Ordinal).Select(File.ReadAllBytes).Where(file => file.Length < 1 << 17)]);

    public string Name => "archive";

    public string Extension => ".pt2";

    public double Share => 2;

    public byte[] Make(Recipe recipe)
    {
        var start = recipe.Base;
        var bytes = start.Of(start.OneIn(2) ? pickled.Value : Seeds.Models);
        foreach (var random in recipe.Mutations)
        {
            bytes = Mutate(bytes, random);
        }

        return bytes;
    }

    public void Try(byte[] file)
    {
        foreach (var input in Frontend.Read(file, "case.pt2").Inputs)
        {
            input.Data?.ToDense();
        }
    }

    private static byte[] Mutate(byte[] bytes, Random random) => random.Next(7) switch
    {
        0 => ByteMutator.Mutate([.. bytes], random),
        1 or 2 => ZipStructure(bytes, random),
        3 or 4 => Part(bytes, random),
        _ => Config(bytes, random),
    };

    /// <summary>A number of the directory, or of the headers.</summary>
    private static byte[] ZipStructure(byte[] bytes, Random random)
    {
        bytes = ArchiveFile.WithoutChecksums([.. bytes]);
        var signatures = Enumerable.Range(0, Math.Max(bytes.Length - 4, 0)).Where(at => bytes[at] == 'P' && bytes[at + 1] == 'K' && bytes[at + 2] < 8 && bytes[at + 3] < 9).ToList();
        ByteMutator.Number(bytes, Math.Min(random.Of(signatures) + random.Next(4, 50), bytes.Length - 1), random);
        return bytes;
    }

    /// <summary>A file of the archive: a pickle by its instructions, another by its bytes.</summary>
    private static byte[] Part(byte[] bytes, Random random)
    {
        var archive = new ArchiveFile(bytes);
        var name = random.Of(archive.Names);
        var content = archive[name];
        if (random.OneIn(8))
        {
            archive.Remove(name);
        }
        else if (content.AsSpan().StartsWith("PK"u8))
        {
            var inner = new ArchiveFile(content);
            var pickle = random.OneIn(4) ? random.Of(inner.Names) : inner.Find("data.pkl");
            inner[pickle] = PickleMutator.Mutate(inner[pickle], random);
            archive[name] = inner.ToBytes();
        }
        else
        {
            archive[name] = ByteMutator.Mutate(content, random);
        }

        return archive.ToBytes(random.OneIn(4) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
    }

    private static byte[] Config(byte[] bytes, Random random)
    {
        var archive = new ArchiveFile(bytes);
        var name = archive.Find(random.Of(Configs));
        var json = archive.Json(name);
        JsonMutator.Mutate(json, random);
        archive.Set(name, json);
        return archive.ToBytes();
    }
}
