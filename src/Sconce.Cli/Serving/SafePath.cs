using Sconce.Cli.Files;

namespace Sconce.Cli.Serving;

/// <summary>Where a path of a request leads within a folder, and nowhere else: not by "..", not by a link.</summary>
internal static class SafePath
{
    /// <summary>As many links may follow one another as Linux follows.</summary>
    private const int MostLinks = 40;

    /// <summary>The file or folder; null where there is none that may be shown. Names that begin with a dot (.git, .env) are nobody's business.</summary>
    /// <param name="root">The folder, without links: see <see cref="WithoutLinks"/>.</param>
    /// <param name="path">With slashes, relative to the folder.</param>
    public static string? Find(string root, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        if (parts.Any(part => part[0] == '.' || part.AsSpan().ContainsAny('\0', '\\', ':')))
        {
            return null;
        }

        var found = WithoutLinks(Path.Combine([root, .. parts]));
        return found is not null && IsWithin(root, found) && FileIdentity.Of(found) is { } identity && (identity.IsRegular || identity.IsFolder) ? found : null;
    }

    /// <summary>The same place by a path that goes through no link; null where links lead nowhere.</summary>
    public static string? WithoutLinks(string path)
    {
        path = Path.GetFullPath(path);
        var links = 0;
        var at = Path.GetPathRoot(path)!;
        var rest = new Stack<string>(Parts(path[at.Length..]).Reverse());
        try
        {
            while (rest.TryPop(out var part))
            {
                var next = Path.Combine(at, part);
                if (new FileInfo(next).LinkTarget is not { } target)
                {
                    at = next;
                    continue;
                }

                if (++links > MostLinks)
                {
                    return null;
                }

                // ".." in a target goes up from where the link lies, which has no links in it by now; further links begin below.
                var goal = Path.GetFullPath(target, at);
                at = Path.GetPathRoot(goal)!;
                foreach (var step in Parts(goal[at.Length..]).Reverse())
                {
                    rest.Push(step);
                }
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return at;
    }

    private static string[] Parts(string path) => path.Split([Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar], StringSplitOptions.RemoveEmptyEntries);

    private static bool IsWithin(string root, string path) =>
        path == root || path.StartsWith(Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar, StringComparison.Ordinal);
}
