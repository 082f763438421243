using System.Net;
using Sconce.Cli.Serving;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Cli.Serving;

public sealed class PageServerTests
{
    private static readonly Dictionary<string, Func<Stream>> Contents = new()
    {
        ["index.html"] = () => new MemoryStream("<title>hello</title>"u8.ToArray()),
        ["digits.wasm"] = () => new MemoryStream([0, 1, 2]),
    };

    [Fact]
    public async Task PagesAreServedCrossOriginIsolatedAndNothingElseIs()
    {
        using var server = PageServer.Start(Contents, port: null);
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };

        using var page = await client.GetAsync("");
        Assert.Equal("<title>hello</title>", await page.Content.ReadAsStringAsync());
        Assert.Equal("text/html", page.Content.Headers.ContentType?.MediaType);
        Assert.Equal("same-origin", Assert.Single(page.Headers.GetValues("Cross-Origin-Opener-Policy")));
        Assert.Equal("require-corp", Assert.Single(page.Headers.GetValues("Cross-Origin-Embedder-Policy")));

        using var model = await client.GetAsync("digits.wasm?1");
        Assert.Equal("application/wasm", model.Content.Headers.ContentType?.MediaType);
        Assert.Equal([0, 1, 2], await model.Content.ReadAsByteArrayAsync());

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("../sconce.dll")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("%2e%2e/sconce.dll")).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("index.html", null)).StatusCode);

        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task WhatAPagePostsIsTakenWhereItIsExpected()
    {
        var posted = new TaskCompletionSource<byte[]>();
        using var server = PageServer.Start(Contents, port: null, posts: new Dictionary<string, Action<byte[]>> { ["answer"] = posted.SetResult });
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);
        using var client = new HttpClient { BaseAddress = new Uri(server.Address) };

        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await client.PostAsync("other", new ByteArrayContent([1]))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await client.PostAsync("answer", new ByteArrayContent([1, 2]))).StatusCode);
        Assert.Equal([1, 2], await posted.Task);

        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void ATakenPortIsAnErrorWhereItWasAskedForAndNoneWhereItWasNot()
    {
        using var first = PageServer.Start(Contents, port: null);
        var port = new Uri(first.Address).Port;
        Assert.Contains($"port {port} cannot be had", Assert.Throws<SconceException>(() => PageServer.Start(Contents, port)).Message);
        using var second = PageServer.Start(Contents, port: null);
        Assert.NotEqual(first.Address, second.Address);
    }
}
