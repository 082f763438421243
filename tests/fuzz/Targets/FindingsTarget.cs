using Sconce.Compiler.Diagnostics;
using Sconce.Fuzz.Running;

namespace Sconce.Fuzz.Targets;

/// <summary>The files of the corpus: each is tried by all that read such files.</summary>
internal sealed class FindingsTarget : ITarget, IDisposable
{
    private readonly string[] files = Files();

    private readonly Lazy<IReadOnlyList<ITarget>> readers = new(() => [.. Registry.All.Where(target => target is not FindingsTarget)]);

    public string Name => "findings";

    public string Extension => "";

    public double Share => 0;

    public int? Count => files.Length;

    public void Dispose()
    {
        foreach (var reader in readers.Value)
        {
            (reader as IDisposable)?.Dispose();
        }
    }

    public byte[] Make(Recipe recipe) => [.. BitConverter.GetBytes(recipe.Case)];

    public string FileOf(int seed, int number) => files[number];

    public void Try(byte[] file)
    {
        var path = files[BitConverter.ToInt32(file)];
        var bytes = File.ReadAllBytes(path);
        foreach (var reader in readers.Value.Where(reader => reader.Extension == Path.GetExtension(path)))
        {
            try
            {
                reader.Try(bytes);
            }
            catch (SconceException)
            {
            }
        }
    }

    private static string[] Files()
    {
        var extensions = new HashSet<string> { ".pt2", ".pt", ".wasm", ".npz" };
        return [.. Directory.GetFiles(Folders.Findings).Where(file => extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];
    }
}
