using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Cli.Compiling;

/// <summary>A file that a command was given: a model of PyTorch's, or an artifact that was compiled before.</summary>
internal static class ModelFile
{
    public const string Exported = ".pt2", TorchScript = ".pt";

    /// <summary>What commands take, for messages.</summary>
    public const string Kinds = "a PyTorch model (.pt2 or .pt)", KindsAndArtifact = "a model (.pt2 or .pt) or an artifact (.wasm)";

    /// <summary>Whether this is a WebAssembly module, by its first bytes.</summary>
    public static bool IsArtifact(string path)
    {
        using var stream = InputFile.Open(path, KindsAndArtifact);
        Span<byte> start = stackalloc byte[4];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual("\0asm"u8);
    }

    /// <summary>All the models in a folder, deeper ones too, in the order of their names; or the one that is named itself. Of .pt files those that are programs: others hold weights.</summary>
    public static IEnumerable<string> Find(string path)
    {
        if (!Directory.Exists(path))
        {
            return File.Exists(path) ? [path] : throw SconceException.Expected("a model or a folder of models", "nothing there", new Where(path));
        }

        string[] found = [.. Files(Exported), .. Files(TorchScript).Where(InputShapes.IsTorchScript)];
        Array.Sort(found, StringComparer.Ordinal);
        return found.Length > 0 ? found : throw SconceException.Expected("models (.pt2 or .pt) in the folder", "none", new Where(path));

        string[] Files(string ending) => Directory.GetFiles(path, "*" + ending, SearchOption.AllDirectories);
    }
}
