using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Files;

/// <summary>
/// Files that are there whole or not at all: written aside, then renamed, so that a failure leaves the old one as it was. As compilers do, a link is
/// written through, and so is what is no file of bytes (a device, a pipe).
/// </summary>
internal static class AtomicFile
{
    /// <param name="path">Where the user wants it.</param>
    /// <param name="write">Writes the contents.</param>
    /// <param name="sources">Files that they are made of, which they must not replace.</param>
    public static void Write(string path, Action<Stream> write, params ReadOnlySpan<string> sources)
    {
        try
        {
            var target = FileIdentity.Of(path);
            Refuse(path, target, sources);
            if (target is { IsRegular: false })
            {
                using var stream = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
                using var buffered = new BufferedStream(stream, 1 << 16);
                write(buffered);
            }
            else
            {
                Replace(Final(path), write);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw NotWritten(path, error);
        }
    }

    public static SconceException NotWritten(string path, Exception why) =>
        new($"the output could not be written ({Reason(why)})", new Where(path), "give a name in a folder that exists and may be written to, with space left", inner: why);

    /// <summary>Why, without the name of the file beside, which nobody asked for.</summary>
    private static string Reason(Exception error) => error switch
    {
        DirectoryNotFoundException => "its folder does not exist",
        PathTooLongException => "the name is too long",
        UnauthorizedAccessException => "that is not permitted",
        _ => error.Message.TrimEnd('.'),
    };

    private static void Refuse(string path, FileIdentity? target, ReadOnlySpan<string> sources)
    {
        if (target is { IsFolder: true } || Path.EndsInDirectorySeparator(path))
        {
            throw SconceException.Expected("a file to write to", "a folder", new Where(path), "give a name in that folder by -o");
        }

        foreach (var source in sources)
        {
            if (target is { IsRegular: true } known && FileIdentity.Of(source) is { } read && known.IsSameFile(read))
            {
                throw SconceException.Expected("another file to write to", $"'{source}' itself, which is read", new Where(path), "give another name by -o");
            }
        }
    }

    private static void Replace(string path, Action<Stream> write)
    {
        var old = File.Exists(path);
        if (old)
        {
            // A file that may not be written is not to be replaced either.
            using var probe = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        }

        var aside = Path.Combine(Path.GetDirectoryName(path)!, $".{Path.GetFileName(path)}.{Environment.ProcessId}.part");
        try
        {
            using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
            }

            if (old && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(aside, File.GetUnixFileMode(path));
            }

            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            TryDelete(aside);
            throw;
        }
    }

    /// <summary>Where a chain of symbolic links ends, whether there is a file or not.</summary>
    private static string Final(string path)
    {
        var file = new FileInfo(Path.GetFullPath(path));
        return file.LinkTarget is null ? file.FullName : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;
    }

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to tell.
        }
    }
}
