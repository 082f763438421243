using System.Net;
using System.Net.Sockets;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Serving;

/// <summary>
/// Serves a fixed set of contents on this machine, with the headers that make a page cross-origin isolated: only then do
/// browsers give it threads.
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

    private readonly HttpListener listener;
    private readonly IReadOnlyDictionary<string, Func<Stream>> contents;
    private readonly IReadOnlyDictionary<string, Action<byte[]>> posts;

    private PageServer(
        HttpListener listener, string address, IReadOnlyDictionary<string, Func<Stream>> contents, IReadOnlyDictionary<string, Action<byte[]>> posts) =>
        (this.listener, Address, this.contents, this.posts) = (listener, address, contents, posts);

    /// <summary>Where the page is.</summary>
    public string Address { get; }

    /// <param name="contents">What is there, by path ("index.html", which also answers "/").</param>
    /// <param name="port">The port to use; where not given the usual one, or any that is free.</param>
    /// <param name="posts">What is done with what the page posts, by path.</param>
    public static PageServer Start(
        IReadOnlyDictionary<string, Func<Stream>> contents, int? port, IReadOnlyDictionary<string, Action<byte[]>>? posts = null)
    {
        var (listener, address) = port is { } wanted
            ? TryListen(wanted) ?? throw new SconceException($"port {wanted} cannot be had: another program uses it, or it is forbidden",
                hint: "choose another with --port, or leave --port out")
            : TryListen(UsualPort) ?? TryListen(FreePort()) ?? throw new SconceException("no port of this machine can be had");
        return new(listener, address, contents, posts ?? new Dictionary<string, Action<byte[]>>());
    }

    /// <summary>Answers until the token is cancelled.</summary>
    public async Task ServeAsync(CancellationToken cancellation)
    {
        await using var stop = cancellation.Register(listener.Stop);
        try
        {
            while (!cancellation.IsCancellationRequested)
            {
                // At once: a page asks for a worker's script while it still reads the model.
                var context = await listener.GetContextAsync();
                _ = Task.Run(() => Answer(context), CancellationToken.None);
            }
        }
        catch (Exception error) when (cancellation.IsCancellationRequested && error is HttpListenerException or ObjectDisposedException)
        {
            // Stopping is how waiting ends.
        }
    }

    public void Dispose() => listener.Close();

    private static (HttpListener Listener, string Address)? TryListen(int port)
    {
        var address = $"http://localhost:{port}/";
        var listener = new HttpListener { Prefixes = { address } };
        try
        {
            listener.Start();
            return (listener, address);
        }
        catch (Exception error) when (error is HttpListenerException or SocketException)
        {
            listener.Close();
            return null;
        }
    }

    private static int FreePort()
    {
        using var any = new TcpListener(IPAddress.Loopback, 0);
        any.Start();
        return ((IPEndPoint)any.LocalEndpoint).Port;
    }

    private void Answer(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        try
        {
            var path = request.Url?.AbsolutePath.TrimStart('/') is { Length: > 0 } named ? named : "index.html";
            if (request.HttpMethod == "POST" && posts.TryGetValue(path, out var post))
            {
                using var body = new MemoryStream();
                request.InputStream.CopyTo(body);
                post(body.ToArray());
            }
            else if (request.HttpMethod is not ("GET" or "HEAD"))
            {
                response.StatusCode = (int)HttpStatusCode.MethodNotAllowed;
            }
            else if (!contents.TryGetValue(path, out var content))
            {
                response.StatusCode = (int)HttpStatusCode.NotFound;
            }
            else
            {
                foreach (var (name, value) in Headers)
                {
                    response.Headers[name] = value;
                }

                using var bytes = content();
                response.ContentType = MediaTypes.GetValueOrDefault(Path.GetExtension(path), "application/octet-stream");
                response.ContentLength64 = bytes.Length;
                if (request.HttpMethod == "GET")
                {
                    bytes.CopyTo(response.OutputStream);
                }
            }

            response.Close();
        }
        catch (Exception error) when (error is HttpListenerException or IOException)
        {
            // The browser went away; the next request is a new one.
            response.Abort();
        }
    }
}
