using System.Collections.Immutable;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Serving;

/// <summary>
/// Serves a site, to this machine alone unless it is told otherwise, with the headers that make a page cross-origin isolated: only then do
/// browsers give it threads. A server of its own, for .NET's own answers to a single name of a machine that has three.
/// </summary>
internal sealed class PageServer : IDisposable
{
    private const int UsualPort = 8017;

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-cache"),
    ];

    private readonly ImmutableArray<TcpListener> listeners;
    private readonly ISite site;
    private readonly ServedHost host;
    private readonly (string Name, string Value)[] headers;

    private PageServer(ImmutableArray<TcpListener> listeners, ISite site, ServedHost host) =>
        (this.listeners, this.site, this.host, headers) = (listeners, site, host, [.. Headers, .. site.Headers]);

    /// <summary>Where the page is.</summary>
    public string Address => $"http://{host.Name}:{PortOf(listeners[0])}/";

    public bool IsForThisMachine => host.IsThisMachine;

    /// <inheritdoc cref="Start(ISite, int?, ServedHost?)"/>
    /// <param name="contents">What is there, by path ("index.html", which also answers "/").</param>
    /// <param name="port">The port to use; where not given the usual one, or any that is free.</param>
    /// <param name="posts">What is done with what the page posts, by path.</param>
    public static PageServer Start(
        IReadOnlyDictionary<string, Func<Stream>> contents, int? port, IReadOnlyDictionary<string, Action<byte[]>>? posts = null) => Start(new FixedSite(contents, posts), port);

    /// <summary>Starts to listen.</summary>
    /// <param name="site">What is there.</param>
    /// <param name="port">The port to use; where not given the usual one, or any that is free.</param>
    /// <param name="host">To whom; to this machine alone where not given.</param>
    public static PageServer Start(ISite site, int? port, ServedHost? host = null)
    {
        host ??= ServedHost.ThisMachine;
        var listeners = port is { } wanted
            ? TryListen(host, wanted) ?? throw new SconceException($"port {wanted} cannot be had: another program uses it, or it is forbidden",
                hint: "choose another with --port, or leave --port out")
            : TryListen(host, UsualPort) ?? TryListen(host, 0) ?? throw new SconceException($"no port of {(host.IsThisMachine ? "this machine" : host.Name)} can be had");
        return new(listeners, site, host);
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

    /// <summary>On all of the host's addresses: which of them a name means is the browser's choice.</summary>
    private static ImmutableArray<TcpListener>? TryListen(ServedHost host, int port)
    {
        if (TryListen(host.Addresses[0], port, out _) is not { } first)
        {
            return null;
        }

        List<TcpListener> listeners = [first];
        foreach (var address in host.Addresses[1..])
        {
            if (TryListen(address, PortOf(first), out var error) is { } another)
            {
                listeners.Add(another);
            }
            else if (error is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                listeners.ForEach(listener => listener.Dispose());
                return null;
            }

            // Else a machine without IPv6.
        }

        return [.. listeners];
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

    private Task AnswerAsync(HttpRequest request, Stream output, CancellationToken cancellation) => Answer(request).SendAsync(request, output, headers, cancellation);

    private HttpAnswer Answer(HttpRequest request)
    {
        if (!host.Answers(request.Host))
        {
            // Another page's server may have had its name mean this machine, to read what is here.
            return HttpAnswer.Page("403 Forbidden", host.IsThisMachine ? "This page is for this machine alone" : "This page has another name",
                $"It was asked for under the name “{HttpAnswer.Html(request.Host)}”. Open it as <a href=\"{Address}\">{Address}</a>"
                + (host.IsThisMachine ? " on the machine where sconce runs; from another, through a tunnel (ssh -L)." : ", or by the machine's address."));
        }

        return site.Find(request)
            ?? (request.IsReading
                ? HttpAnswer.Page("404 Not Found", "Nothing is here", $"There is no {HttpAnswer.Html(request.Path)}. The page itself is at <a href=\"/\">{Address}</a>.")
                : HttpAnswer.Page("405 Method Not Allowed", "This is for reading only", "A page answers to GET."));
    }
}
