using Sconce.Cli.Files;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary>The arrays that <c>--input</c> names, and which of the model's inputs each is for.</summary>
internal static class RunInputs
{
    public static IReadOnlyDictionary<string, TensorData> Read(IEnumerable<string> files)
    {
        var arrays = new OrderedDictionary<string, TensorData>();
        foreach (var text in files)
        {
            // A path may hold a '=' too, so a file of that very name goes before a split.
            if (!File.Exists(text) && text.Split('=', 2) is [{ Length: > 0 } name, var path])
            {
                arrays[name] = InputFile.ReadNpy(path);
            }
            else if (text.EndsWith(".npy", StringComparison.OrdinalIgnoreCase))
            {
                throw SconceException.Expected("NAME=FILE.npy", "a file without the input's name", new Where(text),
                    $"write --input NAME={text}; `sconce inspect` lists the names");
            }
            else
            {
                foreach (var (key, array) in InputFile.ReadNpz(text))
                {
                    arrays[key] = array;
                }
            }
        }

        return arrays;
    }

    /// <summary>
    /// Files of cases call the inputs in0, in1, … in the model's order and hold the outputs too; where the model has no such
    /// names, that is what they mean. All the rest goes by name, and the runtime says what is missing or unknown.
    /// </summary>
    public static IReadOnlyDictionary<string, TensorData> ByName(IReadOnlyDictionary<string, TensorData> arrays, IReadOnlyList<string> names)
    {
        var inputs = new OrderedDictionary<string, TensorData>();
        foreach (var (key, array) in arrays)
        {
            if (names.Contains(key))
            {
                inputs[key] = array;
            }
            else if (Number(key, "in") is { } position && position < names.Count)
            {
                inputs[names[position]] = array;
            }
            else if (Number(key, "out") is null)
            {
                inputs[key] = array;
            }
        }

        return inputs;
    }

    private static int? Number(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(key.AsSpan(prefix.Length), out var number) && number >= 0
            ? number
            : null;
}
