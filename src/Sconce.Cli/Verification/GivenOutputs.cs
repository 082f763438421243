using Sconce.Cli.Node;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// Which outputs a file of cases has arrays for. Whoever wrote it may have flattened all that PyTorch gives, or the tensors alone: numbers that a program returns are outputs, too, as scalars of
/// int64, float64 and bool. What the model writes to its inputs comes last, and may be missing.
/// </summary>
internal static class GivenOutputs
{
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
    public static IReadOnlyList<NodePort>? Of(IReadOnlyList<NodePort> outputs, int count) => Of(outputs, count, port => KindOf(port.Name, port.Dtype, port.Shape?.Count == 0));

    public static IReadOnlyList<Artifacts.Port>? Of(IReadOnlyList<Artifacts.Port> outputs, int count) => Of(outputs, count, port => KindOf(port.Name, port.Type.Name(), port.Shape.IsEmpty));

    public static IReadOnlyList<KeyValuePair<string, TensorData>>? Of(IReadOnlyList<KeyValuePair<string, TensorData>> outputs, int count) =>
        Of(outputs, count, output => KindOf(output.Key, output.Value.Type.Name(), output.Value.Shape.IsEmpty));

    private static List<T>? Of<T>(IReadOnlyList<T> outputs, int count, Func<T, Kind> kind) =>
        LeftOut.Select(without => outputs.Where(output => !without.Contains(kind(output))).ToList()).FirstOrDefault(given => given.Count == count);

    private static Kind KindOf(string name, string type, bool isScalar) => name.TrimEnd('_').EndsWith(".written", StringComparison.Ordinal) ? Kind.Written
        : !isScalar ? Kind.Tensor
        : type == DType.Int64.Name() ? Kind.Integer
        : type == DType.Float64.Name() || type == DType.Bool.Name() ? Kind.Number
        : Kind.Tensor;
}
