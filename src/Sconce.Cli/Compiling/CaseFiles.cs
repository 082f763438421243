using Sconce.Cli.Files;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Compiling;

/// <summary>Files of numbers beside a model.</summary>
internal static class CaseFiles
{
    /// <summary>In a file of several calls: the array that is true where a method is called before the call.</summary>
    public const string CallOfMethod = ".call";

    /// <summary>What the names of the files begin with.</summary>
    public static string StemOf(string model) => Path.Combine(Path.GetDirectoryName(model) ?? "", Path.GetFileNameWithoutExtension(model));

    /// <summary>The methods beside the main one that the files beside a model are about: STEM.METHOD.npz, and arrays METHOD.call of STEM-sequence.npz.</summary>
    public static IEnumerable<string> Methods(string model)
    {
        var (stem, sequence) = (StemOf(model), $"{StemOf(model)}-sequence.npz");
        var folder = Path.GetDirectoryName(Path.GetFullPath(stem))!;
        return Directory.EnumerateFiles(folder, $"{Path.GetFileName(stem)}.*.npz").Select(file => Path.GetFileNameWithoutExtension(file)[(Path.GetFileName(stem).Length + 1)..])
            .Where(name => name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            .Concat(File.Exists(sequence) ? MethodsOf(InputFile.ReadNpz(sequence)) : [])
            .Distinct().Order(StringComparer.Ordinal);
    }

    /// <summary>The methods that are called in a file of several calls.</summary>
    public static IEnumerable<string> MethodsOf(IReadOnlyDictionary<string, TensorData> arrays) =>
        arrays.Keys.Where(name => name.EndsWith(CallOfMethod, StringComparison.Ordinal)).Select(name => name[..^CallOfMethod.Length]);

    /// <summary>The arrays of a method, without its name; of the main one those that are of no other.</summary>
    public static IReadOnlyDictionary<string, TensorData> OfMethod(IReadOnlyDictionary<string, TensorData> arrays, string? method) => method is null
        ? arrays.Where(array => !array.Key.Contains('.')).ToDictionary()
        : arrays.Where(array => array.Key.StartsWith($"{method}.", StringComparison.Ordinal) && !array.Key.EndsWith(CallOfMethod, StringComparison.Ordinal))
            .ToDictionary(array => array.Key[(method.Length + 1)..], array => array.Value);

    /// <summary>STEM.npz, STEM-2.npz and so on, as far as they go.</summary>
    public static IEnumerable<string> Numbered(string stem) => Enumerable.Range(1, int.MaxValue - 1)
        .Select(number => number == 1 ? $"{stem}.npz" : $"{stem}-{number}.npz").TakeWhile(File.Exists)
        // Another model may have such a name.
        .Where(file => !File.Exists(Path.ChangeExtension(file, ModelFile.Exported)) && !File.Exists(Path.ChangeExtension(file, ModelFile.TorchScript)));
}
