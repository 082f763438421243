using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Sconce.Cli.Node;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Artifacts;

/// <summary>Reads manifests: out of an artifact that anybody may have written, or as a compilation has it.</summary>
internal static class ManifestReader
{
    public static ManifestView Read(ReadOnlyMemory<byte> json, string file)
    {
        try
        {
            CheckFormat(json);
            return View(Manifest.FromJson(json.Span));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException or ArithmeticException or KeyNotFoundException)
        {
            throw new SconceException($"the artifact's manifest is damaged ({error.Message})", new Where(file), "compile the model again", inner: error);
        }
        catch (SconceException error)
        {
            throw error.At(new Where(file));
        }
    }

    /// <summary>Before the rest, which may have another form in another format.</summary>
    private static void CheckFormat(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var format = root.GetProperty("format").GetInt64();
        if (format is not (Manifest.WholeFormat or Manifest.SplitFormat))
        {
            var writer = root.TryGetProperty("compiler", out var compiler) && compiler.ValueKind == JsonValueKind.String ? $", written by {compiler.GetString()}" : "";
            throw SconceException.Expected(
                $"an artifact of format {Manifest.WholeFormat} or {Manifest.SplitFormat}, which {Manifest.ThisCompiler} reads", $"format {format}{writer}",
                hint: format > Manifest.SplitFormat ? "install a newer sconce" : "compile the model again with this version");
        }
    }

    public static ManifestView View(Manifest manifest)
    {
        if (manifest.Format != (manifest.Shards is null ? Manifest.WholeFormat : Manifest.SplitFormat))
        {
            throw new FormatException($"format {manifest.Format} {(manifest.Shards is null ? "without" : "with")} shards");
        }

        return View(manifest, manifest) with
        {
            Methods = [.. NotNull(manifest.Methods ?? []).Select(method => (method.Name, View(manifest, method)))],
        };
    }

    /// <summary>The manifest as it is for a method.</summary>
    private static ManifestView View(Manifest manifest, MethodFields method)
    {
        var symbols = new Dictionary<string, Symbol>();
        foreach (var (name, min, max, _, _, _, _) in NotNull(method.Symbols))
        {
            if (max < min || !symbols.TryAdd(name, new Symbol(name, min, max)))
            {
                throw new FormatException($"the symbol '{name}' has {(max < min ? "an empty range" : "two entries")}");
            }
        }

        Symbol[] given = [.. symbols.Values];
        foreach (var (name, bound, turns) in NotNull(method.Found ?? []))
        {
            if (!symbols.TryAdd(name, new Symbol(name, turns ? SymbolSource.Counted : SymbolSource.Found, 0, bound is null ? null : Size(bound))))
            {
                throw new FormatException($"the symbol '{name}' has two entries");
            }
        }

        return new(
            manifest.Compiler, manifest.Source.Name, manifest.Memory.ConstantsOffset, manifest.Memory.ConstantsEnd, manifest.Memory.MinPages,
            [.. given], [.. NotNull(method.Checks).Select(Check)], Ports(method.Inputs), Ports(method.Outputs),
            [.. NotNull(method.Steps).Select(step => new StepCost(step.Name, step.Operator, step.Kernel, step.Source, Size(step.Flops), Size(step.Bytes)))],
            manifest.Parameters, Size(method.MultiplyAdds), Size(method.Arena), method.LargestLive, [.. NotNull(manifest.Shards ?? []).Select(Shard)])
        {
            Integers = method.Symbols.Where(symbol => symbol.Input >= 0 && symbol.Input < method.Inputs.Count && method.Inputs[symbol.Input].Shape.Count == 0).DistinctBy(symbol => symbol.Input)
                .ToImmutableDictionary(symbol => method.Inputs[symbol.Input].Name, symbol => (symbol.Scale * Dim.Of(symbols[symbol.Name])) + symbol.Offset),
            Found = [.. symbols.Values.Where(symbol => symbol.Source == SymbolSource.Found)],
            Format = manifest.Format,
            FileBytes = manifest.FileBytes,
            Random = manifest.Random,
        };

        ImmutableArray<Port> Ports(IEnumerable<PortInfo> ports) =>
            [.. NotNull(ports).Select(port => new Port(port.Name, ElementTypes.Parse(port.Dtype), [.. port.Shape.Select(Size)]))];

        SizeCheck Check(CheckInfo check) => new(ConditionJson.Read(check.Condition, symbols), check.Why, check.Source) { Text = check.Text };

        ShardInfo Shard(ShardInfo shard) => shard.Sha256.Length == 64 && shard.Sha256.All(char.IsAsciiHexDigitLower) && shard is { Bytes: > 0, Addresses.Count: > 0 }
            ? shard
            : throw new FormatException($"'{shard.Sha256}' with {shard.Bytes} bytes is no shard");

        Dim Size(JsonNode? node) => DimJson.Read(node, symbols);
    }

    /// <summary>JSON may hold null where a record is expected, which the serializer does not look for in lists.</summary>
    private static IEnumerable<T> NotNull<T>(IEnumerable<T> items)
        where T : class => items.Select(item => item ?? throw new FormatException("a null stands where an object belongs"));
}
