using System.Globalization;
using System.Net;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Serving;

/// <summary>
/// A folder of somebody's own: its files as they are at the time, compressed where a compressed copy lies beside them and the browser takes it, and a list where a
/// folder has no page. A browser asks again each time and is told where nothing changed.
/// </summary>
internal sealed class FolderSite : ISite
{
    private const string Index = "index.html";

    /// <summary>A page that is larger gets no script.</summary>
    private const int LargestPage = 16 << 20;

    /// <summary>Copies that build tools leave beside a file, by what browsers call them; the smaller first.</summary>
    private static readonly (string Encoding, string Ending)[] Compressed = [("br", ".br"), ("gzip", ".gz")];

    private readonly string root;
    private readonly PageReload? reload;

    /// <param name="folder">The folder.</param>
    /// <param name="reload">What tells pages that something changed; null for pages as they are.</param>
    public FolderSite(string folder, PageReload? reload)
    {
        this.reload = reload;
        root = Directory.Exists(folder) && SafePath.WithoutLinks(folder) is { } real ? real
            : throw SconceException.Expected("a folder to serve", File.Exists(folder) ? "a file" : "nothing there", new Where(folder));
    }

    public IReadOnlyList<(string Name, string Value)> Headers { get; } = [];

    public HttpAnswer? Find(HttpRequest request)
    {
        if (!request.IsReading)
        {
            return null;
        }

        if (reload?.Find(request.Path) is { } own)
        {
            return own;
        }

        try
        {
            if (SafePath.Find(root, request.Path) is not { } path)
            {
                reload?.WatchMissing(root, request.Path);
                return null;
            }

            return !Directory.Exists(path) ? FileAt(request, request.Path, path)
                : request.Path.Length > 0 && !request.Path.EndsWith('/') ? HttpAnswer.Redirect($"{AddressOf(request.Path)}/")
                : SafePath.Find(root, $"{request.Path}{Index}") is { } index && File.Exists(index) ? FileAt(request, $"{request.Path}{Index}", index)
                : List(request.Path, path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return HttpAnswer.Page("403 Forbidden", "This cannot be read", $"{HttpAnswer.Html(request.Path)}: {HttpAnswer.Html(error.Message)}");
        }
    }

    private HttpAnswer FileAt(HttpRequest request, string name, string path)
    {
        reload?.Watch(path);
        var type = MediaTypes.Of(name);
        if (reload is not null && MediaTypes.IsPage(name) && request.Header("Sec-Fetch-Dest") is null or "document" or "iframe" && new FileInfo(path).Length <= LargestPage)
        {
            return HttpAnswer.Of(type, reload.WithScript(File.ReadAllBytes(path)));
        }

        if (request.Header("Range") is null)
        {
            foreach (var (encoding, ending) in Compressed)
            {
                // One that is older was made of what is not there any more.
                if (request.Takes(encoding) && SafePath.Find(root, name + ending) is { } copy && File.Exists(copy) && File.GetLastWriteTimeUtc(copy) >= File.GetLastWriteTimeUtc(path))
                {
                    var packed = Open(copy);
                    return HttpAnswer.Of(type, packed, VersionOf(packed, copy), hasParts: false, ("Content-Encoding", encoding), ("Vary", "Accept-Encoding"));
                }
            }
        }

        var file = Open(path);
        return HttpAnswer.Of(type, file, VersionOf(file, path), hasParts: true, ("Vary", "Accept-Encoding"));
    }

    /// <summary>A builder may write it, or put another in its place, meanwhile.</summary>
    private static FileStream Open(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 1);

    private static string VersionOf(FileStream file, string path) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{file.Length:x}-{File.GetLastWriteTimeUtc(path).Ticks:x}-{path.Length:x}\"");

    private static HttpAnswer List(string path, string folder)
    {
        var text = new StringBuilder();
        foreach (var (name, isFolder) in new DirectoryInfo(folder).EnumerateFileSystemInfos().Select(entry => (entry.Name, entry is DirectoryInfo))
            .Where(entry => entry.Name[0] != '.').OrderBy(entry => !entry.Item2).ThenBy(entry => entry.Name, StringComparer.Ordinal))
        {
            var shown = isFolder ? $"{name}/" : name;
            text.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{Uri.EscapeDataString(name)}{(isFolder ? "/" : "")}\">{WebUtility.HtmlEncode(shown)}</a></li>");
        }

        return HttpAnswer.Page("200 OK", HttpAnswer.Html($"/{path}"), text.Length > 0 ? $"<ul>{text}</ul>" : "There is nothing in this folder.");
    }

    private static string AddressOf(string path) => "/" + string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.EscapeDataString));
}
