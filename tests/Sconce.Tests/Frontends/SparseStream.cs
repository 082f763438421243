namespace Sconce.Tests.Frontends;

/// <summary>A file of any length that is mostly zeros: it keeps the pages that are not.</summary>
internal sealed class SparseStream : Stream
{
    private const int PageBytes = 1 << 16;

    private readonly Dictionary<long, byte[]> pages = [];
    private long length;

    public SparseStream()
    {
    }

    /// <summary>The beginning of another.</summary>
    public SparseStream(SparseStream other, long length) => (pages, this.length) = (other.pages, length);

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => true;

    public override long Length => length;

    public override long Position { get; set; }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var whole = (int)Math.Min(count, length - Position);
        for (var done = 0; done < whole;)
        {
            var (within, part) = Part(whole - done);
            var to = buffer.AsSpan(offset + done, part);
            if (pages.TryGetValue(Position / PageBytes, out var page))
            {
                page.AsSpan(within, part).CopyTo(to);
            }
            else
            {
                to.Clear();
            }

            Position += part;
            done += part;
        }

        return Math.Max(whole, 0);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        for (var done = 0; done < count;)
        {
            var (within, part) = Part(count - done);
            var from = buffer.AsSpan(offset + done, part);
            if (pages.TryGetValue(Position / PageBytes, out var page))
            {
                from.CopyTo(page.AsSpan(within));
            }
            else if (from.ContainsAnyExcept((byte)0))
            {
                pages.Add(Position / PageBytes, page = new byte[PageBytes]);
                from.CopyTo(page.AsSpan(within));
            }

            Position += part;
            done += part;
        }

        length = Math.Max(length, Position);
    }

    public override long Seek(long offset, SeekOrigin origin) =>
        Position = offset + (origin == SeekOrigin.Begin ? 0 : origin == SeekOrigin.Current ? Position : length);

    public override void SetLength(long value) => length = value;

    public override void Flush()
    {
    }

    private (int Within, int Part) Part(int count)
    {
        var within = (int)(Position % PageBytes);
        return (within, Math.Min(count, PageBytes - within));
    }
}
