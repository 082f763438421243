using System.Globalization;

namespace Sconce.Cli.Serving;

/// <summary>A part of a file that is asked for.</summary>
internal readonly record struct ByteRange(long From, long Count)
{
    private const string Unit = "bytes=";

    /// <summary>Whether nothing of the file lies in it.</summary>
    public bool IsEmpty => Count <= 0;

    /// <summary>The one part that a header asks for; null, which is the whole file, where it asks for several, or is none.</summary>
    public static ByteRange? Of(string? header, long length)
    {
        if (header is null || !header.StartsWith(Unit, StringComparison.OrdinalIgnoreCase) || header[Unit.Length..].Split('-') is not [var first, var last])
        {
            return null;
        }

        if (first.Trim().Length == 0)
        {
            return Number(last) is { } count ? new(Math.Max(length - count, 0), Math.Min(count, length)) : null;
        }

        if (Number(first) is not { } from)
        {
            return null;
        }

        if (last.Trim().Length == 0)
        {
            return new(from, length - from);
        }

        return Number(last) is { } to && to >= from ? new(from, Math.Min(to, length - 1) - from + 1) : null;
    }

    private static long? Number(string text) => long.TryParse(text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
