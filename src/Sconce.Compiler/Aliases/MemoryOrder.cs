using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Aliases;

/// <summary>The strides that PyTorch gives the results of operators, by those of their inputs. Null where they are not known.</summary>
internal static class MemoryOrder
{
    /// <summary>Operators on each element: their results lie in the order of their inputs (TensorIterator).</summary>
    private static readonly ImmutableHashSet<string> elementwise =
    [
        "abs", "acos", "add", "addcdiv", "addcmul", "asin", "atan", "atan2", "bitwise_and", "bitwise_not", "bitwise_or", "bitwise_xor", "ceil", "clamp", "clamp_max", "clamp_min", "clone", "cos",
        "cosh", "div", "elu", "empty_like", "eq", "erf", "exp", "expm1", "floor", "floor_divide", "fmod", "full_like", "ge", "gelu", "gt", "hardsigmoid", "hardswish", "hardtanh", "le",
        "leaky_relu", "lerp", "log", "log10", "log1p", "log2", "logical_and", "logical_not", "logical_or", "logical_xor", "lt", "maximum", "minimum", "mish", "mul", "ne", "neg", "ones_like",
        "pow", "prelu", "rand_like", "randn_like", "reciprocal", "relu", "relu6", "remainder", "round", "rsqrt", "rsub", "selu", "sigmoid", "sign", "silu", "sin", "sinh", "softplus", "sqrt",
        "square", "sub", "tan", "tanh", "to", "_to_copy", "true_divide", "trunc", "type_as", "where", "zeros_like",
    ];

    /// <summary>Operators whose results lie densely, in the order of their dims, whatever their inputs do.</summary>
    private static readonly ImmutableHashSet<string> dense =
    [
        "addmm", "amax", "amin", "arange", "argmax", "argmin", "baddbmm", "bmm", "cumsum", "embedding", "eye", "flatten", "full", "gather", "index_select", "layer_norm", "linear", "linspace",
        "log_softmax", "logsumexp", "masked_fill", "masked_select", "matmul", "max", "mean", "min", "mm", "new_empty", "new_full", "new_ones", "new_zeros", "norm", "ones", "pad", "prod", "rand",
        "randn", "ravel", "repeat", "reshape", "reshape_as", "scatter", "softmax", "stack", "std", "sum", "topk", "tril", "triu", "var", "zeros",
    ];

    /// <summary>The number of the memory format that is the input's.</summary>
    private const long Preserved = 1;

    /// <summary>Operators of which not even dense inputs tell how the results lie.</summary>
    private static readonly ImmutableHashSet<string> other =
    [
        "as_strided", "nonzero", "argwhere", "lstm", "gru", "rnn_tanh", "rnn_relu", "scaled_dot_product_attention", "einsum", "tensordot", "kron", "meshgrid", "broadcast_tensors",
    ];

    /// <summary>The number of the memory format with the channels last; of other counts of dims none.</summary>
    private static long LastOf(int rank) => rank is 4 or 5 ? rank - 2 : -1;

    /// <summary>The strides of a tensor whose elements lie side by side in the order of its dims.</summary>
    public static Dims Dense(Dims shape) => InOrder(shape, [.. Enumerable.Range(0, shape.Length)]);

    private static Dims InOrder(Dims shape, int[] order)
    {
        var strides = new Dim[shape.Length];
        var run = Dim.One;
        foreach (var axis in order.Reverse())
        {
            strides[axis] = run;
            run *= shape[axis].Equals(0) ? 1 : shape[axis];
        }

        return [.. strides];
    }

    /// <summary>Whether elements lie side by side in the order of the dims, or in another one of them. Null where sizes cannot be compared.</summary>
    public static bool? IsDense(Dims shape, Dims strides, IEnumerable<int>? order = null)
    {
        if (shape.Any(size => size.Equals(0)))
        {
            return true;
        }

        var run = Dim.One;
        foreach (var axis in (order ?? Enumerable.Range(0, shape.Length)).Reverse())
        {
            if (shape[axis].Equals(1))
            {
                continue;
            }

            if (!strides[axis].Equals(run))
            {
                return strides[axis].IsConstant && run.IsConstant && shape[axis].IsConstant ? false : null;
            }

            run *= shape[axis];
        }

        return true;
    }

    /// <summary>The strides of a view.</summary>
    public static Dims? OfView(Node node, Dims from, Dims strides, Dims to)
    {
        var rank = from.Length;
        switch (node.Operator.TrimEnd('_'))
        {
            case "aten::select" when Axis("dim", 1) is { } axis:
                return strides.RemoveAt(axis);
            case "aten::slice":
                return Axis("dim", 1, 0) is { } sliced && node.Find("step", 4) is null or Argument.None or Argument.Int
                    ? strides.SetItem(sliced, strides[sliced] * ((node.Find("step", 4) as Argument.Int)?.Value ?? 1)) : null;
            case "aten::narrow" or "aten::split" or "aten::split_with_sizes" or "aten::chunk" or "aten::tensor_split" or "aten::hsplit" or "aten::vsplit" or "aten::dsplit":
                return strides;
            case "aten::unbind" when Axis("dim", 1, 0) is { } unbound:
                return strides.RemoveAt(unbound);
            case "aten::unsqueeze" when Axis("dim", 1, extra: 1) is { } added:
                return strides.Insert(added, added < rank ? from[added] * strides[added] : Dim.One);
            case "aten::squeeze":
                var dims = node.Find("dim", 1) is null ? [.. Enumerable.Range(0, rank).Where(axis => from[axis].Equals(1))] : Axes("dim", 1);
                return dims is null ? null : [.. strides.Where((_, axis) => !dims.Contains(axis) || !from[axis].Equals(1))];
            case "aten::expand" or "aten::expand_as" or "aten::broadcast_to":
                var more = to.Length - rank;
                return [.. to.Select((size, axis) => axis < more || (from[axis - more].Equals(1) && !size.Equals(1)) ? Dim.Zero : strides[axis - more])];
            case "aten::permute" or "aten::transpose" or "aten::swapaxes" or "aten::swapdims" or "aten::t" or "aten::numpy_T" or "aten::mT" or "aten::movedim" or "aten::moveaxis":
                return [.. ViewOperators.Permutation(node, from).Select(axis => strides[axis])];
            case "aten::diagonal" when Axis("dim1", 2, 0) is { } first && Axis("dim2", 3, 1) is { } second:
                return [.. strides.Where((_, axis) => axis != first && axis != second), strides[first] + strides[second]];
            case "aten::unfold" when Axis("dimension", 1) is { } unfolded && node.Find("step", 3) is Argument.Int { Value: var step }:
                return [.. strides.SetItem(unfolded, strides[unfolded] * step), strides[unfolded]];
            case "aten::view" or "aten::reshape" or "aten::view_as" or "aten::reshape_as" or "aten::flatten" or "aten::unflatten" or "aten::ravel" when node.Overload != "dtype":
                return AliasAnalysis.Viewed(from, strides, to).Strides;
            default:
                return null;
        }

        int? Axis(string name, int position, int? otherwise = null, int extra = 0) => node.Find(name, position) switch
        {
            Argument.Int { Value: { IsConstant: true, Value: var value } } => (int)(value < 0 ? value + rank + extra : value),
            null or Argument.None => otherwise,
            _ => null,
        };

        int[]? Axes(string name, int position) => node.FindInts(name, position) is { } all ? [.. all.Select(axis => (int)(axis < 0 ? axis + rank : axis))]
            : Axis(name, position) is { } one ? [one] : null;
    }

    /// <summary>The strides of a result in memory of its own.</summary>
    public static Dims? OfResult(string op, IReadOnlyList<(Dims Shape, Dims? Strides)> inputs, Dims shape, long? format = null)
    {
        var name = op[(op.LastIndexOf(':') + 1)..];
        if (other.Contains(name) || name.StartsWith("linalg", StringComparison.Ordinal) || name.StartsWith("fft", StringComparison.Ordinal))
        {
            return null;
        }

        if (format is not (null or Preserved))
        {
            return format == 0 ? Dense(shape) : format == LastOf(shape.Length) ? InOrder(shape, [0, .. Enumerable.Range(2, shape.Length - 2), 1]) : null;
        }

        // What is joined in four or five dims may lie as pictures with their channels last.
        if ((name == "contiguous" && format is null) || (name == "cat" && shape.Length < 4) || dense.Contains(name)
            || inputs.All(input => input.Strides is { } strides && IsDense(input.Shape, strides) == true))
        {
            return Dense(shape);
        }

        return elementwise.Contains(name) && inputs.All(input => input.Strides is not null) ? InOrderOf(inputs, shape) : null;
    }

    /// <summary>PyTorch's rule (TensorIterator::reorder_dimensions): the dims in the order of the strides of the first input that tells.</summary>
    private static Dims? InOrderOf(IReadOnlyList<(Dims Shape, Dims? Strides)> inputs, Dims shape)
    {
        var rank = shape.Length;
        if (!shape.All(size => size.IsConstant) || !inputs.All(input => input.Strides!.Value.All(stride => stride.IsConstant)))
        {
            return null;
        }

        var all = inputs.Select(input => Enumerable.Range(0, rank).Select(axis => axis - rank + input.Shape.Length is >= 0 and var own
            && !(input.Shape[own].Equals(1) && !shape[axis].Equals(1)) ? input.Strides!.Value[own].Value : 0).ToArray()).ToList();
        var order = Enumerable.Range(0, rank).Reverse().ToArray();
        for (var i = 1; i < rank; i++)
        {
            var at = i;
            for (var before = i - 1; before >= 0; before--)
            {
                var comparison = Compare(order[before], order[at]);
                if (comparison > 0)
                {
                    (order[before], order[at]) = (order[at], order[before]);
                    at = before;
                }
                else if (comparison < 0)
                {
                    break;
                }
            }
        }

        return InOrder(shape, [.. order.Reverse()]);

        int Compare(int a, int b)
        {
            foreach (var input in all)
            {
                if (input[a] == 0 || input[b] == 0)
                {
                    continue;
                }

                if (input[a] != input[b])
                {
                    return input[a] < input[b] ? -1 : 1;
                }

                if (shape[a].Value > shape[b].Value)
                {
                    return 1;
                }
            }

            return 0;
        }
    }
}
