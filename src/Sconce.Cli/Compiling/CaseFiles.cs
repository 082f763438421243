namespace Sconce.Cli.Compiling;

/// <summary>Files of numbers beside a model.</summary>
internal static class CaseFiles
{
    /// <summary>STEM.npz, STEM-2.npz and so on, as far as they go.</summary>
    public static IEnumerable<string> Numbered(string stem) => Enumerable.Range(1, int.MaxValue - 1)
        .Select(number => number == 1 ? $"{stem}.npz" : $"{stem}-{number}.npz").TakeWhile(File.Exists)
        // Another model may have such a name.
        .Where(file => !File.Exists(Path.ChangeExtension(file, ModelFile.Exported)) && !File.Exists(Path.ChangeExtension(file, ModelFile.TorchScript)));
}
