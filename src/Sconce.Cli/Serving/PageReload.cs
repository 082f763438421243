using System.Collections.Concurrent;
using System.Text;

namespace Sconce.Cli.Serving;

/// <summary>
/// Has pages loaded again when a file changes that was asked for, or comes about that was not there. Looks at these alone, now and then: a watcher of the whole folder
/// would see every write below node_modules, and come to the system's limits by it.
/// </summary>
internal sealed class PageReload
{
    private const string Prefix = ".sconce/", Script = "/reload.js", Changes = "/changes";
    private const int MostFiles = 4000;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250), BetweenSigns = TimeSpan.FromSeconds(15);

    /// <summary>A server that was started again tells what it had before: its versions are others.</summary>
    private static readonly string Start = $"{Environment.TickCount64:x}";

    private const string Text = """
        const changes = new URL("changes", import.meta.url);
        function listen() {
          const source = new EventSource(changes);
          source.onmessage = () => location.reload();
          source.onerror = () => source.readyState === EventSource.CLOSED && setTimeout(listen, 1000);
        }
        listen();
        """;

    private readonly ConcurrentDictionary<string, Stamp?> files = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Stamp?> unsettled = new(StringComparer.Ordinal);
    private volatile TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int count;

    private readonly record struct Stamp(long Length, DateTime Written);

    private string Version => $"{Start}-{count}";

    /// <summary>Remembers a file as it is when it is first sent.</summary>
    public void Watch(string path)
    {
        if (files.Count < MostFiles && !files.ContainsKey(path))
        {
            files.TryAdd(path, StampOf(path));
        }
    }

    /// <summary>The same of a path that leads nowhere yet.</summary>
    public void WatchMissing(string root, string path)
    {
        if (path.Split('/').All(part => part.Length > 0 && part[0] != '.' && !part.AsSpan().ContainsAny('\0', '\\', ':')))
        {
            Watch(Path.Combine(root, path));
        }
    }

    /// <summary>The page with the script that listens: behind its end, where it is in nobody's way.</summary>
    public Stream WithScript(byte[] page) =>
        page is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] ? new MemoryStream(page)
            : new MemoryStream([.. page, .. Encoding.UTF8.GetBytes($"\n<script type=\"module\" src=\"/{Prefix}{Version}{Script}\"></script>\n")]);

    /// <summary>The script and the events that it listens to; null for every other path.</summary>
    public HttpAnswer? Find(string path)
    {
        if (!path.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var rest = path[Prefix.Length..];
        return rest.EndsWith(Script, StringComparison.Ordinal) ? HttpAnswer.Of(MediaTypes.Of(Script), new MemoryStream(Encoding.UTF8.GetBytes(Text)))
            : rest.EndsWith(Changes, StringComparison.Ordinal) ? HttpAnswer.EventsBy((output, cancellation) => TellAsync(rest[..^Changes.Length], output, cancellation))
            : null;
    }

    /// <summary>Looks for changes until the token is cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                if (Look())
                {
                    Interlocked.Increment(ref count);
                    Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Stopping is how looking ends.
        }
    }

    /// <summary>Whether something is another than it was, and is written to the end: the same at two looks. What went away is waited for, for builders write anew what they delete.</summary>
    private bool Look()
    {
        var any = false;
        foreach (var (path, before) in files)
        {
            var now = StampOf(path);
            if (now == before || now is null)
            {
                unsettled.Remove(path);
            }
            else if (unsettled.GetValueOrDefault(path) == now)
            {
                files[path] = now;
                unsettled.Remove(path);
                any = true;
            }
            else
            {
                unsettled[path] = now;
            }
        }

        return any;
    }

    private static Stamp? StampOf(string path) => new FileInfo(path) is { Exists: true } file ? new(file.Length, file.LastWriteTimeUtc) : null;

    /// <param name="version">What the page was sent with.</param>
    /// <param name="output">The connection.</param>
    /// <param name="cancellation">Ends it.</param>
    private async Task TellAsync(string version, Stream output, CancellationToken cancellation)
    {
        while (true)
        {
            var next = changed.Task;
            if (version != Version)
            {
                await output.WriteAsync("data: changed\n\n"u8.ToArray(), cancellation);
                version = Version;
                continue;
            }

            // A sign of life finds out whether the page is still there.
            await output.WriteAsync(":\n\n"u8.ToArray(), cancellation);
            await Task.WhenAny(next, Task.Delay(BetweenSigns, cancellation));
            cancellation.ThrowIfCancellationRequested();
        }
    }
}
