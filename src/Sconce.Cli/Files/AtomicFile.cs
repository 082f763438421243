using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Files;

/// <summary>Files that are there whole or not at all: written aside, then renamed, so that a failure leaves the old one as it was.</summary>
internal static class AtomicFile
{
    public static void Write(string path, Action<Stream> write)
    {
        var full = Path.GetFullPath(path);
        var aside = Path.Combine(Path.GetDirectoryName(full)!, $".{Path.GetFileName(full)}.{Environment.ProcessId}.part");
        try
        {
            using (var stream = new FileStream(aside, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
            }

            File.Move(aside, full, overwrite: true);
        }
        catch (Exception error)
        {
            TryDelete(aside);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new SconceException($"the output could not be written ({error.Message.TrimEnd('.')})", new Where(path),
                    "give a folder that exists and may be written to, with space left, by -o", inner: error);
            }

            throw;
        }
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
