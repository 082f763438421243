using System.Collections.Immutable;
using System.Globalization;
using Sconce.Cli.Files;
using Sconce.Cli.Node;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Commands;

/// <summary>The arrays that <c>--input</c> names, and which of the model's inputs each is for.</summary>
internal static class RunInputs
{
    /// <summary>
    /// What of <c>--input</c> is numbers, and what says the shape of an input, or the number that it always is: in TorchScript, which records none, a whole number is one for
    /// compiling, elsewhere it is one for the run.
    /// </summary>
    public static (string[] Numbers, ImmutableArray<InputSpec> Shapes) Split(string[] texts, Func<bool> isTorchScript)
    {
        var others = texts.Where(text => !File.Exists(text) && text.Contains('=') && !text.EndsWith(".npy", StringComparison.OrdinalIgnoreCase)
            && !text.EndsWith(".npz", StringComparison.OrdinalIgnoreCase) && !File.Exists(text[(text.IndexOf('=') + 1)..])).ToLookup(text => IsNumber(text[(text.IndexOf('=') + 1)..], out _));
        string[] shapes = [.. others[false], .. others[true].Any() && isTorchScript() ? others[true] : []];
        return ([.. texts.Except(shapes)], InputSpecParser.Parse(shapes));
    }

    private static bool IsNumber(string text, out long number) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number);

    public static IReadOnlyDictionary<string, TensorData> Read(IEnumerable<string> files)
    {
        var arrays = new OrderedDictionary<string, TensorData>();
        foreach (var text in files)
        {
            // A path may hold a '=' too, so a file of that very name goes before a split.
            if (!File.Exists(text) && text.Split('=', 2) is [{ Length: > 0 } name, var path])
            {
                arrays[name] = !File.Exists(path) && IsNumber(path, out var number)
                    ? TensorData.Dense(DType.Int64, [], BitConverter.GetBytes(number))
                    : InputFile.ReadNpy(path);
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

    /// <summary>Says what is missing or of another dtype in the terms of the command line; all the rest the runtime says, such as what a name should have been.</summary>
    public static void Check(IReadOnlyDictionary<string, TensorData> inputs, IReadOnlyList<NodePort> ports)
    {
        if (inputs.Keys.Any(name => ports.All(port => port.Name != name)))
        {
            return;
        }

        foreach (var port in ports)
        {
            if (!inputs.TryGetValue(port.Name, out var array))
            {
                throw SconceException.Expected("an array for each input", $"none for '{port.Name}'",
                    hint: $"give --input {port.Name}={(port.IsInteger ? "NUMBER" : "FILE.npy")}, or an .npz with an array of that name; `sconce inspect` shows dtypes and shapes");
            }

            var type = ElementTypes.Parse(port.Dtype);
            if (array.Type != type && array.Type.Name() != NumpyName(type))
            {
                throw SconceException.Expected($"{type.Name()} for input '{port.Name}'", array.Type.Name(), hint: $"convert it in Python: array.astype(\"{NumpyName(type)}\")");
            }
        }
    }

    private static string NumpyName(DType type) => (type.IsNarrow() ? DType.Float32 : type == DType.Complex32 ? DType.Complex64 : type).Name();

    private static int? Number(string key, string prefix) =>
        key.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(key.AsSpan(prefix.Length), out var number) && number >= 0
            ? number
            : null;
}
