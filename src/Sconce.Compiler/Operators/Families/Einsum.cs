using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Einstein sums, as a chain of batched matrix products of two operands each.</summary>
internal static class Einsum
{
    /// <summary>A tensor whose dims are named by labels.</summary>
    private sealed record Labelled(TensorBuffer Buffer, ImmutableArray<char> Labels)
    {
        public Dim Size(char label) => Buffer.Dims[Labels.IndexOf(label)];
    }

    public static Lowered Compute(Call call, string equation, ImmutableArray<TensorBuffer> tensors)
    {
        var sides = equation.Replace(" ", "", StringComparison.Ordinal).Split("->");
        var inputs = sides[0].Split(',');
        if (inputs.Length != tensors.Length)
        {
            throw call.Expected($"{inputs.Length} tensors for '{equation}'", $"{tensors.Length}");
        }

        var dots = inputs.Zip(tensors, (text, tensor) => text.Contains('.') ? tensor.Rank - (text.Length - 3) : 0).Max();
        var labels = inputs.Zip(tensors, (text, tensor) => Labels(text, tensor.Rank, dots)).ToArray();
        var output = sides.Length > 1 ? Labels(sides[1], -1, dots) : ImplicitOutput(labels, dots);
        var operands = labels.Zip(tensors, (names, tensor) => Diagonals(call.Context, tensor, names)).ToList();
        var result = operands[0];
        for (var i = 1; i < operands.Count; i++)
        {
            HashSet<char> wanted = [.. output, .. operands.Skip(i + 1).SelectMany(operand => operand.Labels)];
            result = Product(call.Context, SumOut(call.Context, result, [.. wanted, .. operands[i].Labels]), SumOut(call.Context, operands[i], [.. wanted, .. result.Labels]), wanted);
        }

        result = SumOut(call.Context, result, [.. output]);
        return call.Context.Permute(result.Buffer, [.. output.Select(label => result.Labels.IndexOf(label))]);
    }

    /// <summary>Digits stand for the dims of an ellipsis, the last of them always '0'.</summary>
    private static ImmutableArray<char> Labels(string text, int rank, int dots)
    {
        var shown = rank < 0 ? dots : rank - (text.Length - 3);
        return [.. text.Replace("...", string.Concat(Enumerable.Range(0, Math.Max(shown, 0)).Reverse().Select(i => (char)('0' + i))), StringComparison.Ordinal)];
    }

    private static ImmutableArray<char> ImplicitOutput(ImmutableArray<char>[] labels, int dots)
    {
        var once = labels.SelectMany(label => label).Where(char.IsLetter).GroupBy(label => label).Where(group => group.Count() == 1);
        return [.. Enumerable.Range(0, dots).Reverse().Select(i => (char)('0' + i)), .. once.Select(group => group.Key).Order()];
    }

    /// <summary>A label that a tensor has twice stands for its diagonal.</summary>
    private static Labelled Diagonals(LoweringContext context, TensorBuffer tensor, ImmutableArray<char> labels)
    {
        ImmutableArray<char> distinct = [.. labels.Distinct()];
        return distinct.Length == labels.Length ? new(tensor, labels) : new(
            context.View(tensor, [.. distinct.Select(label => tensor.Dims[labels.IndexOf(label)])], i => [.. labels.Select(label => i[distinct.IndexOf(label)])]),
            distinct);
    }

    /// <summary>Adds up over dims that nobody wants any more.</summary>
    private static Labelled SumOut(LoweringContext context, Labelled operand, HashSet<char> wanted)
    {
        ImmutableArray<int> axes = [.. Enumerable.Range(0, operand.Labels.Length).Where(axis => !wanted.Contains(operand.Labels[axis]))];
        return axes.IsEmpty ? operand : new(
            context.Sum(operand.Buffer, new(operand.Buffer, axes, keep: false), operand.Buffer.Type.ToSum()), [.. operand.Labels.Where(wanted.Contains)]);
    }

    private static Labelled Product(LoweringContext context, Labelled a, Labelled b, HashSet<char> wanted)
    {
        ImmutableArray<char> shared = [.. a.Labels.Intersect(b.Labels)];
        ImmutableArray<char> batch = [.. shared.Where(wanted.Contains)], summed = [.. shared.Where(label => !wanted.Contains(label))];
        ImmutableArray<char> rows = [.. a.Labels.Except(shared)], columns = [.. b.Labels.Except(shared)];
        Dim Size(char label) => a.Labels.Contains(label) && !(b.Labels.Contains(label) && a.Size(label).IsOne) ? a.Size(label) : b.Size(label);
        Dim Total(ImmutableArray<char> labels) => Dim.Product(labels.Select(Size));
        Dims Sizes(ImmutableArray<char> labels) => [.. labels.Select(Size)];

        var left = Arrange(context, a, [.. batch, .. rows, .. summed], Size, [.. Sizes(batch), Total(rows), Total(summed)]);
        var right = Arrange(context, b, [.. batch, .. summed, .. columns], Size, [.. Sizes(batch), Total(summed), Total(columns)]);
        var product = Matrix.Multiply(context, left, right);
        ImmutableArray<char> labels = [.. batch, .. rows, .. columns];
        return new(context.Reshape(product, Sizes(labels)), labels);
    }

    private static TensorBuffer Arrange(LoweringContext context, Labelled operand, ImmutableArray<char> order, Func<char, Dim> size, Dims shape)
    {
        var permuted = context.Permute(operand.Buffer, [.. order.Select(label => operand.Labels.IndexOf(label))]);
        return context.Reshape(context.Expand(permuted, [.. order.Select(size)]), shape);
    }
}
