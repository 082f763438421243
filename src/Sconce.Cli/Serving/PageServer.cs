using System.Collections.Immutable;
using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Serving;

/// <summary>
/// Serves a fixed set of contents to this machine alone, with the headers that make a page cross-origin isolated: only then do
/// browsers give it threads. A server of its own, for .NET's own answers to a single name of a machine that has three.
/// </summary>
internal sealed class PageServer : IDisposable
{
    private const int UsualPort = 8017;

    private static readonly Dictionary<string, string> MediaTypes = new(StringComparer.OrdinalIgnoreCase)
    {
        [".html"] = "text/html; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
        [".mjs"] = "text/javascript; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".json"] = "application/json",
        [".svg"] = "image/svg+xml",
        [".wasm"] = "application/wasm",
    };

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Content-Security-Policy", "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-cache"),
    ];

    private readonly ImmutableArray<TcpListener> listeners;
    private readonly IReadOnlyDictionary<string, Func<Stream>> contents;
    private readonly IReadOnlyDictionary<string, Action<byte[]>> posts;

    private PageServer(
        ImmutableArray<TcpListener> listeners, IReadOnlyDictionary<string, Func<Stream>> contents, IReadOnlyDictionary<string, Action<byte[]>> posts) =>
        (this.listeners, this.contents, this.posts) = (listeners, contents, posts);

    /// <summary>Where the page is.</summary>
    public string Address => $"http://localhost:{PortOf(listeners[0])}/";

    /// <param name="contents">What is there, by path ("index.html", which also answers "/").</param>
    /// <param name="port">The port to use; where not given the usual one, or any that is free.</param>
    /// <param name="posts">What is done with what the page posts, by path.</param>
    public static PageServer Start(
        IReadOnlyDictionary<string, Func<Stream>> contents, int? port, IReadOnlyDictionary<string, Action<byte[]>>? posts = null)
    {
        var listeners = port is { } wanted
            ? TryListen(wanted) ?? throw new SconceException($"port {wanted} cannot be had: another program uses it, or it is forbidden",
                hint: "choose another with --port, or leave --port out")
            : TryListen(UsualPort) ?? TryListen(0) ?? throw new SconceException("no port of this machine can be had");
        return new(listeners, contents, posts ?? new Dictionary<string, Action<byte[]>>());
    }

    /// <summary>Answers until the token is cancelled.</summary>
    public Task ServeAsync(CancellationToken cancellation) => Task.WhenAll(listeners.Select(listener => AcceptAsync(listener, cancellation)));

    public void Dispose()
    {
        foreach (var listener in listeners)
        {
            listener.Dispose();
        }
    }

    /// <summary>On both of the machine's own addresses: which of them a name means is the browser's choice.</summary>
    private static ImmutableArray<TcpListener>? TryListen(int port)
    {
        if (TryListen(IPAddress.Loopback, port, out _) is not { } first)
        {
            return null;
        }

        if (TryListen(IPAddress.IPv6Loopback, PortOf(first), out var error) is { } second)
        {
            return [first, second];
        }

        if (error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
        {
            first.Dispose();
            return null;
        }

        // A machine without IPv6.
        return [first];
    }

    private static TcpListener? TryListen(IPAddress address, int port, out SocketError error)
    {
        TcpListener? listener = null;
        try
        {
            error = SocketError.Success;
            listener = new TcpListener(address, port);
            listener.Start();
            return listener;
        }
        catch (SocketException failure)
        {
            error = failure.SocketErrorCode;
            listener?.Dispose();
            return null;
        }
    }

    private static int PortOf(TcpListener listener) => ((IPEndPoint)listener.LocalEndpoint).Port;

    private async Task AcceptAsync(TcpListener listener, CancellationToken cancellation)
    {
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                var client = await listener.AcceptTcpClientAsync(cancellation);
                // At once: a page asks for a worker's script while it still reads the model.
                _ = Task.Run(() => TalkAsync(client, cancellation), CancellationToken.None);
            }
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopping is how waiting ends.
        }
    }

    private async Task TalkAsync(TcpClient client, CancellationToken cancellation)
    {
        using (client)
        {
            try
            {
                await using var stream = client.GetStream();
                var input = PipeReader.Create(stream);
                while (await HttpRequest.ReadAsync(input, cancellation) is { } request)
                {
                    await AnswerAsync(request, stream, cancellation);
                }
            }
            catch (Exception error) when (error is IOException or SocketException or OperationCanceledException or FormatException)
            {
                // The browser went away, or was none; the next connection is a new one.
            }
        }
    }

    private async Task AnswerAsync(HttpRequest request, Stream output, CancellationToken cancellation)
    {
        var path = request.Path.Length > 0 ? request.Path : "index.html";
        if (!IsThisMachine(request.Host))
        {
            // Another page's server may have had its name mean this machine, to read what is here.
            await WriteAsync("403 Forbidden", "index.html", Page("This page is for this machine alone",
                $"It was asked for under the name “{WebUtility.HtmlEncode(Shortened(request.Host))}”. Open it as <a href=\"{Address}\">{Address}</a> on the machine where sconce runs; from another, through a tunnel (ssh -L)."));
        }
        else if (request.Method == "POST" && posts.TryGetValue(path, out var post))
        {
            post(request.Body);
            await WriteAsync("200 OK", path, new MemoryStream());
        }
        else if (request.Method is not ("GET" or "HEAD"))
        {
            await WriteAsync("405 Method Not Allowed", "index.html", Page("This is for reading only", "A page answers to GET."));
        }
        else if (contents.TryGetValue(path, out var content))
        {
            await WriteAsync("200 OK", path, content());
        }
        else
        {
            await WriteAsync("404 Not Found", "index.html", Page("Nothing is here", $"There is no {WebUtility.HtmlEncode(Shortened(path))}. The page itself is at <a href=\"/\">{Address}</a>."));
        }

        async Task WriteAsync(string status, string name, Stream body)
        {
            await using (body)
            {
                var type = MediaTypes.GetValueOrDefault(Path.GetExtension(name), "application/octet-stream");
                var head = new StringBuilder($"HTTP/1.1 {status}\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n");
                foreach (var (header, value) in Headers)
                {
                    head.Append(CultureInfo.InvariantCulture, $"{header}: {value}\r\n");
                }

                await output.WriteAsync(Encoding.Latin1.GetBytes($"{head}\r\n"), cancellation);
                if (request.Method != "HEAD")
                {
                    await body.CopyToAsync(output, cancellation);
                }
            }
        }
    }

    private static bool IsThisMachine(string host)
    {
        var name = host.LastIndexOf(':') is var colon && colon > host.LastIndexOf(']') ? host[..colon] : host;
        return name.Equals("localhost", StringComparison.OrdinalIgnoreCase) || name is "127.0.0.1" or "[::1]";
    }

    private static string Shortened(string text) => text.Length > 100 ? $"{text[..100]}…" : text;

    private static MemoryStream Page(string title, string text) => new(Encoding.UTF8.GetBytes(
        $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>"));
}
