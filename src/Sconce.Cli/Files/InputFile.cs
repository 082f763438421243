using Sconce.Cli.Numpy;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Files;

/// <summary>Opens what the user names, with errors that say what was looked for.</summary>
internal static class InputFile
{
    public static FileStream Open(string path, string what)
    {
        try
        {
            return FileIdentity.Of(path) is { IsRegular: false, IsFolder: false }
                ? throw SconceException.Expected(what, "a device or pipe, which cannot be read twice", new Where(path), "write it to a file first")
                : new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            var problem = Directory.Exists(path) ? "a folder"
                : error is FileNotFoundException or DirectoryNotFoundException ? "nothing there"
                : error.Message.TrimEnd('.');
            throw new SconceException($"expected {what}, but got {problem}", new Where(path), inner: error);
        }
    }

    public static IReadOnlyDictionary<string, TensorData> ReadNpz(string path)
    {
        using var stream = Open(path, "a NumPy .npz file");
        return Npz.Read(stream, path);
    }

    public static TensorData ReadNpy(string path)
    {
        using var stream = Open(path, "a NumPy .npy file");
        return Npy.Read(stream, stream.Length, path);
    }
}
