using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Projects;

/// <summary>A folder that is there whole or not at all: made aside, then renamed. One that is there already must be empty.</summary>
internal static class ProjectFolder
{
    /// <summary>Refuses early what could not be written later.</summary>
    public static void Check(string path)
    {
        var where = new Where(path);
        if (File.Exists(path))
        {
            throw SconceException.Expected("a folder to make", "a file", where, "give another name");
        }

        if (Directory.Exists(path) && Directory.EnumerateFileSystemEntries(path).Any())
        {
            throw SconceException.Expected("a folder to make, or an empty one", "one with files in it", where, "give another name");
        }

        if (Path.GetDirectoryName(Path.GetFullPath(path)) is not { } parent || !Directory.Exists(parent))
        {
            throw SconceException.Expected("a name in a folder that exists", "one whose folder does not", where);
        }
    }

    /// <param name="path">The folder to make.</param>
    /// <param name="write">Writes into the folder that it is given.</param>
    public static void Write(string path, Action<string> write)
    {
        var whole = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        var aside = Path.Combine(Path.GetDirectoryName(whole)!, $".{Path.GetFileName(whole)}.{Environment.ProcessId}.part");
        try
        {
            Directory.CreateDirectory(aside);
            write(aside);
            Check(path);
            if (Directory.Exists(whole))
            {
                Directory.Delete(whole);
            }

            Directory.Move(aside, whole);
        }
        catch (Exception error)
        {
            Remove(aside);
            if (error is IOException or UnauthorizedAccessException)
            {
                throw new SconceException($"the project could not be written ({error.Message.TrimEnd('.')})", new Where(path), "give a name in a folder that may be written to, with space left", inner: error);
            }

            throw;
        }
    }

    private static void Remove(string folder)
    {
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The first error is the one to tell.
        }
    }
}
