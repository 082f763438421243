using System.Collections.Immutable;
using Sconce.Cli.Compiling;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Reads the calls that a file beside a model holds. NAME.npz has arrays in0, in1, … and out0, out1, …: one call. In
/// NAME-sequence.npz each array has one more dimension in front, the call; state lives from one to the next, but where the
/// array <c>reset</c> is true it starts anew, and where <c>raised</c> is true PyTorch raised an error. Where <c>METHOD.call</c> is true that method is called first, with
/// METHOD.in0 and so on where it takes something, and METHOD.out0 and so on where it gives something.
/// NAME.METHOD.npz holds one call of a method beside the main one. NAME-sizes.npz, NAME-sizes-2.npz … hold one call each, of other sizes.
/// NAME-refused.npz, NAME-refused-2.npz … hold inputs alone, whose sizes PyTorch refuses.
/// </summary>
internal static class CaseReader
{
    public static Case Single(string file, IReadOnlyDictionary<string, TensorData> arrays, string? method = null)
    {
        CheckNames(file, arrays, isSequence: false);
        return new(file, [new Call(Numbered(arrays, "in"), Numbered(arrays, "out"), Reset: true) { Method = method }]);
    }

    /// <summary>Inputs alone, of sizes that PyTorch's program refuses.</summary>
    public static Case Refused(string file, IReadOnlyDictionary<string, TensorData> arrays)
    {
        var inputs = Numbered(arrays, "in");
        return inputs.Length == arrays.Count && !inputs.IsEmpty
            ? new(file, [new Call(inputs, [], Reset: true, Raised: true)])
            : throw SconceException.Expected("arrays in0, in1, … alone, for a run that is refused", string.Join(", ", arrays.Keys), new Where(file));
    }

    public static Case Sequence(string file, IReadOnlyDictionary<string, TensorData> arrays)
    {
        CheckNames(file, arrays, isSequence: true);
        var counts = arrays.Values.Select(array => array.Shape.IsEmpty ? 0 : array.Shape[0]).Distinct().ToArray();
        if (counts is not [> 0 and var count])
        {
            throw SconceException.Expected(
                "arrays that all have the calls as their first dimension", $"first dimensions {string.Join(", ", counts)}", new Where(file));
        }

        var (resets, raised) = (Flags("reset"), Flags("raised"));
        var methods = CaseFiles.MethodsOf(arrays).Select(method => (Flags: Flags(method + CaseFiles.CallOfMethod)!, Calls: Calls(CaseFiles.OfMethod(arrays, method), method))).ToList();
        var main = Calls(arrays, null);
        return new(file, [.. Enumerable.Range(0, (int)count).SelectMany(number =>
        {
            var reset = number == 0 || resets?[number] == true;
            Call[] calls = [.. methods.Where(method => method.Flags[number]).Select(method => method.Calls[number]), main[number] with { Raised = raised?[number] == true }];
            return calls.Select((call, i) => call with { Reset = reset && i == 0 });
        })]);

        Call[] Calls(IReadOnlyDictionary<string, TensorData> of, string? method)
        {
            var inputs = Numbered(of, "in").Select(Slices).ToArray();
            var outputs = Numbered(of, "out").Select(Slices).ToArray();
            return [.. Enumerable.Range(0, (int)count).Select(call => new Call(
                [.. inputs.Select(slices => slices[call])], [.. outputs.Select(slices => slices[call])], Reset: false) { Method = method })];
        }

        bool[]? Flags(string name) => arrays.GetValueOrDefault(name) is { } array ? [.. Slices(array).Select(IsTrue)] : null;
    }

    private static ImmutableArray<TensorData> Numbered(IReadOnlyDictionary<string, TensorData> arrays, string prefix)
    {
        var tensors = ImmutableArray.CreateBuilder<TensorData>();
        while (arrays.TryGetValue($"{prefix}{tensors.Count}", out var tensor))
        {
            tensors.Add(tensor);
        }

        return tensors.ToImmutable();
    }

    private static void CheckNames(string file, IReadOnlyDictionary<string, TensorData> arrays, bool isSequence)
    {
        var known = Numbered(arrays, "in").Select((_, i) => $"in{i}")
            .Concat(Numbered(arrays, "out").Select((_, i) => $"out{i}"))
            .Concat(isSequence ? ["reset", "raised", .. CaseFiles.MethodsOf(arrays).SelectMany(method => arrays.Keys.Where(name => name.StartsWith($"{method}.", StringComparison.Ordinal)))] : []);
        if (arrays.Keys.Except(known).FirstOrDefault() is { } unknown)
        {
            throw SconceException.Expected("arrays in0, in1, … and out0, out1, … without a gap", $"one called '{unknown}'", new Where(file));
        }

        if (!arrays.ContainsKey("out0"))
        {
            throw SconceException.Expected("at least an array out0", "none", new Where(file));
        }
    }

    private static TensorData[] Slices(TensorData tensor)
    {
        var shape = tensor.Shape.RemoveAt(0);
        var bytes = tensor.ToDense();
        var size = bytes.Length / (int)tensor.Shape[0];
        return [.. Enumerable.Range(0, (int)tensor.Shape[0]).Select(i => TensorData.Dense(tensor.Type, shape, bytes.Slice(i * size, size)))];
    }

    private static bool IsTrue(TensorData value) => value.ToDense().Span.ContainsAnyExcept((byte)0);
}
