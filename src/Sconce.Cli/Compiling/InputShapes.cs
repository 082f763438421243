using System.Collections.Immutable;
using System.Globalization;
using Sconce.Cli.Files;
using Sconce.Compiler;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Compiling;

/// <summary>
/// What is known of a TorchScript model's inputs, since the file says nothing: what the command line says, else what the arrays of NAME.npz beside it are like. A size in which NAME-sizes.npz
/// differs is open; sizes that differ alike are one.
/// </summary>
internal static class InputShapes
{
    /// <summary>Options with the inputs that the files beside the model tell, where the model needs them and the options have none.</summary>
    public static CompileOptions Complete(string model, CompileOptions options)
    {
        string?[] without = [.. options.Methods.Cast<string?>().Prepend(null).Where(method => !InputSpec.Of(options.Inputs, options.Methods, method).Any())];
        return without.Length > 0 && IsTorchScript(model) ? options with { Inputs = [.. options.Inputs, .. without.SelectMany(method => Beside(CaseFiles.StemOf(model), method))] } : options;
    }

    /// <summary>What the files beside a model tell of a method's inputs: of the main one where none is named, else by names that begin with the method's.</summary>
    private static IEnumerable<InputSpec> Beside(string stem, string? method)
    {
        var (prefix, sequence) = (method is null ? "" : $"{method}.", $"{stem}-sequence.npz");
        var single = method is null ? $"{stem}.npz" : $"{stem}.{method}.npz";
        var inputs = File.Exists(single) ? Of([InputFile.ReadNpz(single), .. CaseFiles.Numbered(single[..^".npz".Length] + "-sizes").Select(InputFile.ReadNpz)])
            : File.Exists(sequence) ? Of([CaseFiles.OfMethod(OneCall(InputFile.ReadNpz(sequence)), method)])
            : [];
        return inputs.Select(input => input with { Name = prefix + input.Name });
    }

    /// <summary>The dtypes and shapes of arrays.</summary>
    public static ImmutableArray<InputSpec> Of(IReadOnlyDictionary<string, TensorData> arrays) => Of([arrays]);

    private static ImmutableArray<InputSpec> Of(IReadOnlyList<IReadOnlyDictionary<string, TensorData>> files)
    {
        var symbols = new Dictionary<string, Symbol>();
        return [.. Inputs(files[0]).Select(input => new InputSpec(
            input.Name, input.Array.Type, [.. input.Array.Shape.Select((size, axis) => Size(input.Name, size, axis))]) { Example = Example(input.Array) })];

        Dim Size(string name, long size, int axis)
        {
            long[] sizes = [.. files.Select(file => file.GetValueOrDefault(name) is { } array && axis < array.Shape.Length ? array.Shape[axis] : size)];
            if (sizes.All(other => other == size))
            {
                return size;
            }

            var key = string.Join(',', sizes.Select(other => other.ToString(CultureInfo.InvariantCulture)));
            if (!symbols.TryGetValue(key, out var symbol))
            {
                symbols.Add(key, symbol = new Symbol($"{name}_{axis}", Math.Min(sizes.Min(), 1), null));
            }

            return symbol;
        }
    }

    private static Argument? Example(TensorData array) => array.Shape.IsEmpty && !array.Type.IsComplex() && TensorValue.Of(array) is var number
        ? array.Type == DType.Bool ? new Argument.Bool(number.GetInteger(0) != 0) : array.Type.IsFloat() ? new Argument.Float(number.GetFloat(0)) : new Argument.Int(number.GetInteger(0))
        : null;

    /// <summary>Files of cases call inputs in0, in1 and so on, beside outputs and what else; any other file has inputs alone.</summary>
    private static IEnumerable<(string Name, TensorData Array)> Inputs(IReadOnlyDictionary<string, TensorData> arrays)
    {
        var places = arrays.Where(array => IsPlace(array.Key, "in")).ToList();
        return (places.Count > 0 ? places : arrays.Where(array => !IsPlace(array.Key, "out"))).Select(array => (array.Key, array.Value));

        static bool IsPlace(string name, string prefix) =>
            name.StartsWith(prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out _);
    }

    private static Dictionary<string, TensorData> OneCall(IReadOnlyDictionary<string, TensorData> calls) =>
        calls.Where(array => array.Value.Shape.Length > 0).ToDictionary(array => array.Key, array => new TensorData(
            array.Value.Type, array.Value.Shape[1..], array.Value.Strides[1..], array.Value.Offset, array.Value.Storage));

    /// <summary>Whether the model records no shapes.</summary>
    public static bool IsTorchScript(string model)
    {
        using var file = InputFile.Open(model, ModelFile.Kinds);
        try
        {
            return Frontend.IsTorchScript(ModelBytes.Of(file), model);
        }
        catch (SconceException)
        {
            // What it is instead is for the compiler to say.
            return false;
        }
    }
}
