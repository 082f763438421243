using Sconce.Cli.Artifacts;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Which outputs a file of cases has arrays for. Whoever wrote it may have flattened all that PyTorch gives, or the tensors alone: numbers that a program returns are outputs, too, as scalars of
/// int64, float64 and bool. What the model writes to its inputs comes last, and may be missing. Of a list whose length only the run tells PyTorch gives each item.
/// </summary>
internal static class GivenOutputs
{
    private const string Items = $".{GraphOutput.EachItem}";

    private enum Kind
    {
        Tensor,
        Integer,
        Number,
        Written,
    }

    /// <summary>Ways to write a file, the fullest first: what is left out.</summary>
    private static readonly Kind[][] LeftOut =
        [[], [Kind.Written], [Kind.Integer], [Kind.Integer, Kind.Written], [Kind.Integer, Kind.Number], [Kind.Integer, Kind.Number, Kind.Written]];

    /// <summary>Those of a model's outputs that <paramref name="count"/> arrays stand for; null where no way gives so many.</summary>
    public static IReadOnlyList<Port>? Of(IReadOnlyList<Port> outputs, int count) => Of(outputs, count, port => KindOf(port.Name, port.Type.Name(), port.Shape.IsEmpty));

    /// <summary>Whether some run may give what <paramref name="count"/> arrays stand for.</summary>
    public static bool MayBe(IReadOnlyList<(string Name, string Type, bool IsScalar)> outputs, int count) =>
        outputs.Any(output => IsList(output.Name)) || Of(outputs, count, output => KindOf(output.Name, output.Type, output.IsScalar)) is not null;

    /// <summary>A run's outputs, by their names, for the arrays that a file has; null where no way gives so many.</summary>
    public static IReadOnlyList<KeyValuePair<string, TensorData>>? Of(IReadOnlyList<KeyValuePair<string, TensorData>> outputs, int count) =>
        Of([.. Expanded(outputs)], count, output => KindOf(output.Key, output.Value.Type.Name(), output.Value.Shape.IsEmpty));

    private static List<T>? Of<T>(IReadOnlyList<T> outputs, int count, Func<T, Kind> kind) =>
        LeftOut.Select(without => outputs.Where(output => !without.Contains(kind(output))).ToList()).FirstOrDefault(given => given.Count == count);

    private static Kind KindOf(string name, string type, bool isScalar) => name.TrimEnd('_').EndsWith(".written", StringComparison.Ordinal) ? Kind.Written
        : !isScalar ? Kind.Tensor
        : type == DType.Int64.Name() ? Kind.Integer
        : type == DType.Float64.Name() || type == DType.Bool.Name() ? Kind.Number
        : Kind.Tensor;

    private static bool IsList(string name) => name.EndsWith(Items, StringComparison.Ordinal) || name.Contains($"{Items}.", StringComparison.Ordinal);

    /// <summary>Each item of each list by itself, as PyTorch flattens them: of tuples all parts of the first, then those of the second.</summary>
    private static IEnumerable<KeyValuePair<string, TensorData>> Expanded(IReadOnlyList<KeyValuePair<string, TensorData>> outputs)
    {
        for (var at = 0; at < outputs.Count;)
        {
            var name = outputs[at].Key;
            if (!IsList(name))
            {
                yield return outputs[at++];
                continue;
            }

            var list = name[..(name.IndexOf(Items, StringComparison.Ordinal) + Items.Length)];
            var parts = outputs.Skip(at).TakeWhile(output => output.Key == list || output.Key.StartsWith($"{list}.", StringComparison.Ordinal)).ToList();
            for (var row = 0; row < parts[0].Value.Shape[0]; row++)
            {
                foreach (var (part, rows) in parts)
                {
                    yield return new($"{list[..^1]}{row}{part[list.Length..]}", Row(rows, row));
                }
            }

            at += parts.Count;
        }
    }

    private static TensorData Row(TensorData rows, int row) => new(rows.Type, rows.Shape[1..], rows.Strides[1..], rows.Offset + (row * rows.Strides[0]), rows.Storage);
}
