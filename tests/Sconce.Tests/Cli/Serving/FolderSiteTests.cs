using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Sconce.Cli.Serving;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Cli.Serving;

public sealed partial class FolderSiteTests : IDisposable
{
    private readonly DirectoryInfo outer = Directory.CreateTempSubdirectory();
    private readonly string folder;

    public FolderSiteTests()
    {
        folder = outer.CreateSubdirectory("site").FullName;
        Write("index.html", "<title>hello</title>");
        Write("model.wasm", "0123456789");
        Write("sub/page.html", "<p>below</p>");
        Write(".env", "secret");
        File.WriteAllText(Path.Combine(outer.FullName, "secret.txt"), "secret");
    }

    public void Dispose() => outer.Delete(recursive: true);

    private string Write(string name, string text)
    {
        var path = Path.Combine(folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    private async Task ServeAsync(PageReload? reload, Func<HttpClient, Task> use)
    {
        using var server = PageServer.Start(new FolderSite(folder, reload), port: null);
        using var stop = new CancellationTokenSource();
        var serving = Task.WhenAll(server.ServeAsync(stop.Token), reload?.WatchAsync(stop.Token) ?? Task.CompletedTask);
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new Uri(server.Address) };
        await use(client);
        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public Task FilesComeWithTheHeadersThatPagesWithModelsNeed() => ServeAsync(null, async client =>
    {
        using var page = await client.GetAsync("");
        Assert.Equal("<title>hello</title>", await page.Content.ReadAsStringAsync());
        using var model = await client.GetAsync("model.wasm?1");
        Assert.Equal("application/wasm", model.Content.Headers.ContentType?.MediaType);
        foreach (var answer in new[] { page, model })
        {
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Opener-Policy")));
            Assert.Equal("require-corp", Assert.Single(answer.Headers.GetValues("Cross-Origin-Embedder-Policy")));
            Assert.Equal("same-origin", Assert.Single(answer.Headers.GetValues("Cross-Origin-Resource-Policy")));
            Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
            Assert.True(answer.Headers.CacheControl?.NoCache);
            Assert.False(answer.Headers.Contains("Content-Security-Policy"));
        }

        Assert.Equal("<p>below</p>", await client.GetStringAsync("sub/page.html"));
        using var below = await client.GetAsync("sub");
        Assert.Equal("/sub/", below.Headers.Location?.OriginalString);
        Assert.Contains("<a href=\"page.html\">page.html</a>", await client.GetStringAsync("sub/"));
        using var posted = await client.PostAsync("model.wasm", null);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, posted.StatusCode);
    });

    [Fact]
    public Task PartsAndVersionsAreAnswered() => ServeAsync(null, async client =>
    {
        using var whole = await client.GetAsync("model.wasm");
        var version = whole.Headers.ETag!;
        Assert.Equal("bytes", Assert.Single(whole.Headers.AcceptRanges));
        using var part = await SendAsync(request => request.Headers.Range = new RangeHeaderValue(2, 4));
        Assert.Equal((HttpStatusCode.PartialContent, "234", "bytes 2-4/10"), (part.StatusCode, await part.Content.ReadAsStringAsync(), $"{part.Content.Headers.ContentRange}"));
        using var beyond = await SendAsync(request => request.Headers.Range = new RangeHeaderValue(10, null));
        Assert.Equal((HttpStatusCode.RequestedRangeNotSatisfiable, "bytes */10"), (beyond.StatusCode, $"{beyond.Content.Headers.ContentRange}"));
        using var same = await SendAsync(request => request.Headers.IfNoneMatch.Add(version));
        Assert.Equal(HttpStatusCode.NotModified, same.StatusCode);

        Write("model.wasm", "another one");
        using var changed = await SendAsync(request => request.Headers.IfNoneMatch.Add(version));
        Assert.Equal("another one", await changed.Content.ReadAsStringAsync());
        using var stale = await SendAsync(request => (request.Headers.Range, request.Headers.IfRange) = (new RangeHeaderValue(2, 4), new RangeConditionHeaderValue(version)));
        Assert.Equal((HttpStatusCode.OK, "another one"), (stale.StatusCode, await stale.Content.ReadAsStringAsync()));

        async Task<HttpResponseMessage> SendAsync(Action<HttpRequestMessage> with)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "model.wasm");
            with(request);
            return await client.SendAsync(request);
        }
    });

    [Fact]
    public Task ACompressedCopyIsSentToWhoTakesItUnlessItIsOlder() => ServeAsync(null, async client =>
    {
        var copy = Write("model.wasm.br", "packed");
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("gzip, br;q=0.9");
        using var packed = await client.GetAsync("model.wasm");
        Assert.Equal(
            ("packed", "br", "application/wasm"),
            (await packed.Content.ReadAsStringAsync(), Assert.Single(packed.Content.Headers.ContentEncoding), packed.Content.Headers.ContentType?.MediaType));
        Assert.Contains("Accept-Encoding", packed.Headers.Vary);

        File.SetLastWriteTimeUtc(copy, DateTime.UtcNow.AddDays(-1));
        Assert.Equal("0123456789", await client.GetStringAsync("model.wasm"));
        File.SetLastWriteTimeUtc(copy, DateTime.UtcNow.AddDays(1));
        client.DefaultRequestHeaders.AcceptEncoding.Clear();
        client.DefaultRequestHeaders.AcceptEncoding.ParseAdd("br;q=0");
        Assert.Equal("0123456789", await client.GetStringAsync("model.wasm"));
    });

    [Theory]
    [InlineData("/../secret.txt")]
    [InlineData("/%2e%2e/secret.txt")]
    [InlineData("/sub/../../secret.txt")]
    [InlineData("/..%2fsecret.txt")]
    [InlineData("/..%5csecret.txt")]
    [InlineData("//secret.txt")]
    [InlineData("/.env")]
    [InlineData("/%00")]
    [InlineData("/out.txt")]
    [InlineData("/outer/secret.txt")]
    [InlineData("/round")]
    [InlineData("/none.html")]
    public Task NothingOutsideOfTheFolderIsSent(string path) => ServeAsync(null, async client =>
    {
        if (!OperatingSystem.IsWindows())
        {
            File.CreateSymbolicLink(Path.Combine(folder, "out.txt"), "../secret.txt");
            Directory.CreateSymbolicLink(Path.Combine(folder, "outer"), outer.FullName);
            File.CreateSymbolicLink(Path.Combine(folder, "round"), "round");
            File.CreateSymbolicLink(Path.Combine(folder, "in.wasm"), "sub/../model.wasm");
            Assert.Equal("0123456789", await client.GetStringAsync("in.wasm"));
        }

        // As it stands: a client would tidy it up.
        using var raw = new TcpClient("localhost", client.BaseAddress!.Port);
        await raw.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
        var answer = new byte[4096];
        var text = Encoding.Latin1.GetString(answer, 0, await raw.GetStream().ReadAsync(answer));
        Assert.StartsWith("HTTP/1.1 404 ", text);
        Assert.DoesNotContain("secret\n", text);
    });

    [Fact]
    public Task APageIsLoadedAgainWhenWhatItAskedForChangesOrComesAbout() => ServeAsync(new PageReload(), async client =>
    {
        var version = Script().Match(await client.GetStringAsync("")).Groups[1].Value;
        Assert.Contains("EventSource", await client.GetStringAsync($"/.sconce/{version}/reload.js"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("later.json")).StatusCode);
        using (var request = new HttpRequestMessage(HttpMethod.Get, "index.html"))
        {
            // What a script fetches is not touched.
            request.Headers.Add("Sec-Fetch-Dest", "empty");
            Assert.Equal("<title>hello</title>", await (await client.SendAsync(request)).Content.ReadAsStringAsync());
        }

        using var events = new StreamReader(await client.GetStreamAsync($"/.sconce/{version}/changes"));
        Assert.Equal(":", await events.ReadLineAsync());
        Write("never-asked-for.txt", "1");
        Write("later.json", "1");
        Assert.Equal("data: changed", await DataAsync(events));
        Write("index.html", "<title>changed</title>");
        Assert.Equal("data: changed", await DataAsync(events));
        Assert.NotEqual(version, Script().Match(await client.GetStringAsync("")).Groups[1].Value);

        // A page from before, or from before the server was started again, is told at once.
        using var old = new StreamReader(await client.GetStreamAsync($"/.sconce/{version}/changes"));
        Assert.Equal("data: changed", await old.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30)));
    });

    [Theory]
    [InlineData("localhost", "localhost:8017", true)]
    [InlineData("localhost", "192.168.1.2:8017", false)]
    [InlineData("0.0.0.0", "192.168.1.2:8017", true)]
    [InlineData("0.0.0.0", "[fe80::1]:8017", true)]
    [InlineData("0.0.0.0", "evil.example", false)]
    [InlineData("127.0.0.1", "evil.example", false)]
    public void WhichNamesAreAnsweredGoesByTheHost(string host, string asked, bool answers) => Assert.Equal(answers, ServedHost.Of(host).Answers(asked));

    [Fact]
    public void WhatCannotBeServedIsSaid()
    {
        Assert.Contains("expected a folder to serve, but got nothing there", Assert.Throws<SconceException>(() => new FolderSite(Path.Combine(folder, "none"), null)).Message);
        Assert.Contains("expected a folder to serve, but got a file", Assert.Throws<SconceException>(() => new FolderSite(Path.Combine(folder, "index.html"), null)).Message);
        Assert.Contains("expected a name or an address of this machine for --host", Assert.Throws<SconceException>(() => ServedHost.Of("no such name")).Message);
    }

    private static async Task<string?> DataAsync(StreamReader events)
    {
        string? line;
        do
        {
            line = await events.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        while (line is "" or ":");

        return line;
    }

    [GeneratedRegex("src=\"/\\.sconce/([^/]+)/reload\\.js\"")]
    private static partial Regex Script();
}
