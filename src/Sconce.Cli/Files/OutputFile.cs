using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Files;

/// <summary>Files that grow while a command runs, so that what was found is there even if it is stopped.</summary>
internal static class OutputFile
{
    public static StreamWriter CreateText(string path)
    {
        try
        {
            return File.CreateText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new SconceException($"the file could not be written ({error.Message.TrimEnd('.')})", new Where(path), inner: error);
        }
    }
}
