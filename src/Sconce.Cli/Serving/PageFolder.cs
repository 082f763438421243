namespace Sconce.Cli.Serving;

/// <summary>A built page as <see cref="PageServer"/> serves it.</summary>
internal static class PageFolder
{
    /// <param name="page">The page's index.html; everything in its folder belongs to it.</param>
    public static Dictionary<string, Func<Stream>> Read(string page)
    {
        var folder = Path.GetDirectoryName(page)!;
        var contents = new Dictionary<string, Func<Stream>>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            contents[Path.GetRelativePath(folder, file).Replace(Path.DirectorySeparatorChar, '/')] = () => File.OpenRead(file);
        }

        return contents;
    }
}
