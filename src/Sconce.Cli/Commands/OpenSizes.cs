using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Bench;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;
using Symbol = Sconce.Compiler.Types.Symbol;

namespace Sconce.Cli.Commands;

/// <summary>The sizes that a model leaves open, as <c>--size NAME=VALUE</c> gives them, and what its inputs are for these.</summary>
internal static class OpenSizes
{
    public static Option<string[]> Option(string description) => new("--size") { Description = description, HelpName = "NAME=VALUE" };

    /// <summary>A value for each symbol: as given, else the least that has elements.</summary>
    public static Dictionary<Symbol, long> Of(ManifestView manifest, IEnumerable<string> given)
    {
        var sizes = manifest.Symbols.ToDictionary(symbol => symbol, UsualSizes.Least);
        foreach (var text in given)
        {
            var names = manifest.Symbols.IsEmpty ? "the model has no open sizes" : $"the model's open sizes are {string.Join(", ", manifest.Symbols)}";
            if (text.Split('=') is not [var name, var number] || !long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value))
            {
                throw SconceException.Expected("--size NAME=VALUE with a whole number", $"--size {text}", hint: names);
            }

            var symbol = manifest.Symbols.FirstOrDefault(symbol => symbol.Name == name)
                ?? throw SconceException.Expected("the name of an open size", $"'{name}'", hint: names);
            sizes[symbol] = value >= symbol.Min && value <= (symbol.Max ?? long.MaxValue)
                ? value
                : throw SconceException.Expected(symbol.Max is { } max ? $"{name} from {symbol.Min} to {max}" : $"{name} of at least {symbol.Min}", $"{value}");
        }

        return sizes;
    }

    public static ImmutableArray<BenchInput> Inputs(ManifestView manifest, IReadOnlyDictionary<Symbol, long> sizes)
    {
        long Size(Dim dim) => dim.Evaluate(atom => sizes[(Symbol)atom]);
        return
        [.. manifest.Inputs.Select(input => new BenchInput(
            input.Name, input.Type.Name(), [.. input.Shape.Select(Size)], manifest.Integers.GetValueOrDefault(input.Name) is { } integer ? Size(integer) : null))];
    }
}
