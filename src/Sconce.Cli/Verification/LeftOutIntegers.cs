using System.Collections.Immutable;
using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>Files of cases may hold tensors alone: what an integer among the inputs was, the sizes of the outputs tell.</summary>
internal static class LeftOutIntegers
{
    public static ImmutableArray<Case> PutIn(IEnumerable<Case> cases, ManifestView manifest) =>
        [.. cases.Select(@case => @case with { Calls = [.. @case.Calls.Select(call => PutIn(call, manifest.Of(call.Method)))] })];

    private static Call PutIn(Call call, ManifestView manifest)
    {
        if (manifest.Integers.IsEmpty || call.Inputs.Length != manifest.Inputs.Length - manifest.Integers.Count)
        {
            return call;
        }

        var sizes = new Dictionary<Symbol, long>();
        var outputs = GivenOutputs.Of(manifest.Outputs, call.Outputs.Length) ?? [];
        foreach (var (dim, size) in outputs.Zip(call.Outputs).SelectMany(pair => pair.First.Shape.Zip(pair.Second.Shape)))
        {
            foreach (var symbol in manifest.Symbols.Where(symbol => dim.LinearIn(symbol) is ({ IsConstant: true, Value: not 0 }, { IsConstant: true })))
            {
                var (scale, offset) = dim.LinearIn(symbol)!.Value;
                sizes[symbol] = (size - offset.Value) / scale.Value;
            }
        }

        var given = new Queue<TensorData>(call.Inputs);
        return call with
        {
            Inputs = [.. manifest.Inputs.Select(port => manifest.Integers.GetValueOrDefault(port.Name) is { } integer
                ? TensorData.Dense(DType.Int64, [], BitConverter.GetBytes(UsualSizes.At(integer, symbol => sizes.GetValueOrDefault(symbol, symbol.Min))))
                : given.Dequeue())],
        };
    }
}
