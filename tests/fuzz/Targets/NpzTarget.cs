using System.IO.Compression;
using System.Text;
using Sconce.Cli.Numpy;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>NumPy's archives.</summary>
internal sealed class NpzTarget : ITarget
{
    public string Name => "npz";

    public string Extension => ".npz";

    public double Share => 1;

    public byte[] Make(Recipe recipe)
    {
        var bytes = recipe.Base.Of(Seeds.Arrays);
        foreach (var random in recipe.Mutations)
        {
            bytes = random.Next(3) switch
            {
                0 => ByteMutator.Mutate([.. bytes], random),
                1 => ArchiveFile.WithoutChecksums(ByteMutator.Mutate([.. bytes], random)),
                _ => Array(bytes, random),
            };
        }

        return bytes;
    }

    public void Try(byte[] file) => Npz.Read(new MemoryStream(file), "case.npz");

    /// <summary>An array's header or bytes.</summary>
    private static byte[] Array(byte[] bytes, Random random)
    {
        var archive = new ArchiveFile(bytes);
        var name = random.Of(archive.Names);
        archive[name] = random.OneIn(2) ? Header(archive[name], random) : ByteMutator.Mutate(archive[name], random);
        return archive.ToBytes(random.OneIn(2) ? CompressionLevel.Fastest : CompressionLevel.NoCompression);
    }

    private static byte[] Header(byte[] array, Random random)
    {
        var text = Encoding.Latin1.GetString(array);
        string[] sizes = ["(", "'", "<f4", "True", "-1", "99999999999999999999", $"({random.Edge()},)", $"({random.Small()}, {random.Small()})", "0, ", "1" + new string('0', random.Next(20))];
        var at = random.Next(Math.Min(text.Length, 128));
        return Encoding.Latin1.GetBytes(text.Remove(at, Math.Min(random.Next(4), text.Length - at)).Insert(at, random.Of(sizes)));
    }
}
