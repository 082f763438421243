using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;

namespace Sconce.Cli.Serving;

/// <summary>What a browser asks of <see cref="PageServer"/>: a request of HTTP/1.1, as far as pages on the same machine make them.</summary>
internal sealed record HttpRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int LongestHead = 64 << 10;
    private const int LargestBody = 256 << 20;

    public string Host => Header("Host") ?? "";

    public bool IsHead => Method == "HEAD";

    public bool IsReading => Method is "GET" or "HEAD";

    public string? Header(string name) => Headers.GetValueOrDefault(name);

    /// <summary>Whether the browser has this version already.</summary>
    public bool Has(string version) => Header("If-None-Match") is { } known && known.Split(',').Any(tag => tag.Trim() is var name && (name == version || name == $"W/{version}"));

    /// <summary>Whether the browser takes a body that is compressed in this way.</summary>
    public bool Takes(string encoding) => (Header("Accept-Encoding") ?? "").Split(',').Any(part =>
        part.Split(';') is [var name, .. var rest] && name.Trim().Equals(encoding, StringComparison.OrdinalIgnoreCase) && !rest.Any(weight => weight.Trim() is "q=0" or "q=0.0"));

    private static ReadOnlySpan<byte> EndOfHead => "\r\n\r\n"u8;

    /// <summary>Reads the next one; null at the end. Throws <see cref="FormatException"/> where it is none.</summary>
    public static async Task<HttpRequest?> ReadAsync(PipeReader input, CancellationToken cancellation)
    {
        if (await ReadHeadAsync(input, cancellation) is not { } head)
        {
            return null;
        }

        var lines = head.Split("\r\n");
        if (lines[0].Split(' ') is not [var method, ['/', ..] target, ['H', 'T', 'T', 'P', '/', '1', '.', ..]])
        {
            throw new FormatException("the request line is none");
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var line in lines[1..])
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[colon > 0 ? line[..colon] : throw new FormatException("a header has no name")] = line[(colon + 1)..].Trim();
        }

        var length = 0;
        if (headers.ContainsKey("Transfer-Encoding") ||
            (headers.TryGetValue("Content-Length", out var stated) && !int.TryParse(stated, NumberStyles.None, CultureInfo.InvariantCulture, out length)) ||
            length > LargestBody)
        {
            throw new FormatException("the body's length is not stated, or too large");
        }

        return new(method, Uri.UnescapeDataString(target[1..].Split('?')[0]), headers, await ReadBodyAsync(input, length, cancellation));
    }

    private static async Task<string?> ReadHeadAsync(PipeReader input, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await input.ReadAsync(cancellation);
            if (EndOf(read.Buffer) is { } end)
            {
                var head = Encoding.Latin1.GetString(read.Buffer.Slice(0, end));
                input.AdvanceTo(read.Buffer.GetPosition(EndOfHead.Length, end));
                return head;
            }

            if (read.Buffer.Length > LongestHead)
            {
                throw new FormatException("the headers are too long");
            }

            if (read.IsCompleted)
            {
                return null;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static SequencePosition? EndOf(ReadOnlySequence<byte> bytes)
    {
        var reader = new SequenceReader<byte>(bytes);
        return reader.TryReadTo(out ReadOnlySequence<byte> head, EndOfHead) ? head.End : null;
    }

    private static async Task<byte[]> ReadBodyAsync(PipeReader input, int length, CancellationToken cancellation)
    {
        if (length == 0)
        {
            return [];
        }

        var read = await input.ReadAtLeastAsync(length, cancellation);
        if (read.Buffer.Length < length)
        {
            throw new FormatException("the body is cut short");
        }

        var body = read.Buffer.Slice(0, length);
        var bytes = body.ToArray();
        input.AdvanceTo(body.End);
        return bytes;
    }
}
