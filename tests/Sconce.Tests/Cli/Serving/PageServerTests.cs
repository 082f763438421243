using System.Net;
using System.Net.Sockets;
using System.Text;
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
    public async Task EveryNameOfThisMachineIsAnsweredAndNoOther()
    {
        using var server = PageServer.Start(Contents, port: null);
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);
        var port = new Uri(server.Address).Port;
        using var client = new HttpClient();
        string[] names = Socket.OSSupportsIPv6 ? ["localhost", "127.0.0.1", "[::1]"] : ["localhost", "127.0.0.1"];
        foreach (var name in names)
        {
            Assert.Equal("<title>hello</title>", await client.GetStringAsync($"http://{name}:{port}/"));
        }

        foreach (var foreign in new[] { "evil.example", $"evil.example:{port}", "localhost.evil.example", "127.0.0.1.evil.example", "<script>", "" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, server.Address);
            request.Headers.TryAddWithoutValidation("Host", foreign.Length == 0 ? " " : foreign);
            using var answer = await client.SendAsync(request);
            Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
            var text = await answer.Content.ReadAsStringAsync();
            Assert.Contains($"Open it as <a href=\"{server.Address}\">", text);
            Assert.DoesNotContain("<script", text);
        }

        await stop.CancelAsync();
        await serving.WaitAsync(TimeSpan.FromSeconds(5));
    }

    [Theory]
    [InlineData("hello\r\n\r\n")]
    [InlineData("GET http://localhost/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno name\r\n\r\n")]
    [InlineData("POST /answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /answer HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")]
    [InlineData("POST /answer HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task WhatIsNoRequestIsHungUpOn(string text)
    {
        using var server = PageServer.Start(Contents, port: null);
        using var stop = new CancellationTokenSource();
        var serving = server.ServeAsync(stop.Token);
        using var client = new TcpClient("localhost", new Uri(server.Address).Port);
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(text));
        using var reader = new StreamReader(client.GetStream());
        Assert.Equal("", await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(30)));

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
