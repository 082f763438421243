using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text;

namespace Sconce.Cli.Serving;

/// <summary>What is answered to a <see cref="HttpRequest"/>: a status, headers, and a body whose length is known or that goes on until the server ends.</summary>
internal sealed class HttpAnswer
{
    private HttpAnswer(string status, string type) => (Status, Type) = (status, type);

    public string Status { get; private init; }

    public string Type { get; }

    /// <summary>Headers of its own, beside those that all answers of a site have.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>What names this version of it; where the browser has it already, it is not sent again.</summary>
    public string? Version { get; init; }

    /// <summary>Whether parts of it may be asked for.</summary>
    public bool HasParts { get; init; }

    private Stream? Body { get; init; }

    private Func<Stream, CancellationToken, Task>? Events { get; init; }

    public static HttpAnswer Of(string type, Stream body, string status = "200 OK") => new(status, type) { Body = body };

    public static HttpAnswer Of(string type, Stream body, string version, bool hasParts, params (string Name, string Value)[] headers) =>
        new("200 OK", type) { Body = body, Version = version, HasParts = hasParts, Headers = headers };

    public static HttpAnswer Empty() => Of("text/plain; charset=utf-8", Stream.Null);

    /// <summary>A stream of server-sent events.</summary>
    public static HttpAnswer EventsBy(Func<Stream, CancellationToken, Task> write) => new("200 OK", "text/event-stream") { Events = write };

    /// <summary>A page that says something to a person; both texts are HTML.</summary>
    public static HttpAnswer Page(string status, string title, string text) => Of("text/html; charset=utf-8", new MemoryStream(Encoding.UTF8.GetBytes(
        $"<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><h1>{title}</h1><p>{text}</p></html>")), status);

    public static HttpAnswer Redirect(string to) => new("301 Moved Permanently", "text/plain; charset=utf-8") { Body = Stream.Null, Headers = [("Location", to)] };

    /// <summary>What a path or a name is in a page, cut where it is long.</summary>
    public static string Html(string text) => WebUtility.HtmlEncode(text.Length > 100 ? $"{text[..100]}…" : text);

    /// <summary>Sends it, as far as the request asks for it.</summary>
    /// <param name="request">What was asked.</param>
    /// <param name="output">The connection.</param>
    /// <param name="common">The headers of all answers.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task SendAsync(HttpRequest request, Stream output, IReadOnlyList<(string Name, string Value)> common, CancellationToken cancellation)
    {
        await using var body = Body;
        if (Events is not null)
        {
            await HeadAsync(Status, [("Content-Type", Type), ("Connection", "close")]);
            if (!request.IsHead)
            {
                await Events(output, cancellation);
            }

            // Nothing but its end tells that such a body is over.
            throw new IOException("the stream of events is over");
        }

        var length = body!.Length;
        List<(string, string)> headers = [("Content-Type", Type), .. Headers];
        if (Version is not null)
        {
            headers.Add(("ETag", Version));
        }

        if (HasParts)
        {
            headers.Add(("Accept-Ranges", "bytes"));
        }

        if (Version is not null && request.Has(Version))
        {
            await HeadAsync("304 Not Modified", headers);
            return;
        }

        var range = HasParts && (request.Header("If-Range") is not { } of || of == Version) ? ByteRange.Of(request.Header("Range"), length) : null;
        if (range is { IsEmpty: true })
        {
            await HeadAsync("416 Range Not Satisfiable", [.. headers, ("Content-Range", $"bytes */{length}"), ("Content-Length", "0")]);
            return;
        }

        var (status, from, count) = range is { } part ? ("206 Partial Content", part.From, part.Count) : (Status, 0, length);
        if (range is not null)
        {
            headers.Add(("Content-Range", $"bytes {from}-{from + count - 1}/{length}"));
        }

        await HeadAsync(status, [.. headers, ("Content-Length", count.ToString(CultureInfo.InvariantCulture))]);
        if (!request.IsHead && count > 0)
        {
            body.Seek(from, SeekOrigin.Begin);
            await CopyAsync(body, output, count, cancellation);
        }

        async Task HeadAsync(string status, IEnumerable<(string Name, string Value)> own)
        {
            var head = new StringBuilder($"HTTP/1.1 {status}\r\n");
            foreach (var (name, value) in own.Concat(common))
            {
                head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
            }

            await output.WriteAsync(Encoding.Latin1.GetBytes($"{head}\r\n"), cancellation);
        }
    }

    /// <summary>Exactly so many bytes: a file may grow or shrink while it is sent, and what was announced is what the browser waits for.</summary>
    private static async Task CopyAsync(Stream body, Stream output, long count, CancellationToken cancellation)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (count > 0)
            {
                var read = await body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, count)), cancellation);
                if (read == 0)
                {
                    throw new IOException("the file became shorter while it was sent");
                }

                await output.WriteAsync(buffer.AsMemory(0, read), cancellation);
                count -= read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
