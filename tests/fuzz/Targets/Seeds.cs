using System.Text.Json.Nodes;
using Sconce.Fuzz.Mutation;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>Small files that are right, in an order that does not change.</summary>
internal static class Seeds
{
    private const int LargestModel = 16 << 10;

    private static readonly Lazy<byte[][]> AllModels = new(() => Read("*.pt2", LargestModel));

    private static readonly Lazy<byte[][]> AllArrays = new(() => Read("*.npz", 4 << 10));

    public static IReadOnlyList<byte[]> Models => AllModels.Value;

    public static IReadOnlyList<byte[]> Arrays => AllArrays.Value;

    /// <summary>The JSON of some model.</summary>
    public static JsonObject Model(Random random)
    {
        var archive = new ArchiveFile(random.Of(Models));
        return archive.Json(archive.Find("models/model.json"));
    }

    private static byte[][] Read(string pattern, int largest) =>
    [
        .. Directory.GetFiles(Folders.Models, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Where(file => new FileInfo(file).Length <= largest).Select(File.ReadAllBytes),
    ];
}
