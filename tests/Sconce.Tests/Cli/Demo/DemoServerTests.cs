using System.Net;
using Sconce.Cli.Demo;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Tests.Cli.Demo;

public sealed class DemoServerTests
{
    private static readonly Dictionary<string, Func<byte[]>> Contents = new()
    {
        ["index.html"] = () => "<title>hello</title>"u8.ToArray(),
        ["digits.wasm"] = () => [0, 1, 2],
    };

    [Fact]
    public async Task PagesAreServedCrossOriginIsolatedAndNothingElseIs()
    {
        using var server = DemoServer.Start(Contents, port: null);
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
    public void ATakenPortIsAnErrorWhereItWasAskedForAndNoneWhereItWasNot()
    {
        using var first = DemoServer.Start(Contents, port: null);
        var port = new Uri(first.Address).Port;
        Assert.Contains($"port {port} cannot be had", Assert.Throws<SconceException>(() => DemoServer.Start(Contents, port)).Message);
        using var second = DemoServer.Start(Contents, port: null);
        Assert.NotEqual(first.Address, second.Address);
    }

    [Fact]
    public void BrailleSetsADotForEachPixelOfInk()
    {
        float[] pixels = [1, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0.9f];
        Assert.Equal(["\u2805\u2888"], Braille.Draw(pixels, width: 4, height: 4));
    }
}
