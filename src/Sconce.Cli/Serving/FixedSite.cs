namespace Sconce.Cli.Serving;

/// <summary>A fixed set of contents: a page of our own, with the strictest policy that it works under.</summary>
/// <param name="contents">What is there, by path ("index.html", which also answers "/").</param>
/// <param name="posts">What is done with what the page posts, by path.</param>
internal sealed class FixedSite(IReadOnlyDictionary<string, Func<Stream>> contents, IReadOnlyDictionary<string, Action<byte[]>>? posts = null) : ISite
{
    private const string Index = "index.html";

    public IReadOnlyList<(string Name, string Value)> Headers { get; } = [("Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'")];

    public HttpAnswer? Find(HttpRequest request)
    {
        var path = request.Path.Length > 0 ? request.Path : Index;
        if (request.Method == "POST" && posts?.GetValueOrDefault(path) is { } post)
        {
            post(request.Body);
            return HttpAnswer.Empty();
        }

        return request.IsReading && contents.TryGetValue(path, out var content) ? HttpAnswer.Of(MediaTypes.Of(path), content()) : null;
    }
}
