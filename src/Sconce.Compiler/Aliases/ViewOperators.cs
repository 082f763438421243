using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Aliases;

/// <summary>The operators that give views, and the inverse of each.</summary>
internal static class ViewOperators
{
    /// <summary>A view for each of the node's outputs; null where the operator gives none.</summary>
    public static IReadOnlyList<InvertibleView>? Of(Node node) => node.Operator switch
    {
        "aten::view" when node.Overload == "dtype" => [Replayed(node, (emitter, _, written, self) => Reinterpret(emitter, written, self))],
        "aten::view" or "aten::reshape" or "aten::_reshape_alias" or "aten::view_as" or "aten::reshape_as" or "aten::flatten" or "aten::unflatten"
            or "aten::ravel" or "aten::unsqueeze" or "aten::unsqueeze_" or "aten::squeeze" or "aten::squeeze_"
            or "aten::atleast_1d" or "aten::atleast_2d" or "aten::atleast_3d" when node.Outputs.Length == 1 =>
            [Replayed(node, (emitter, _, written, self) => emitter.Reshape(written, self))],
        "aten::resize_" or "aten::resize_as_" => [Resized(node)],
        "aten::permute" or "aten::transpose" or "aten::transpose_" or "aten::swapaxes" or "aten::swapaxes_" or "aten::swapdims" or "aten::swapdims_"
            or "aten::t" or "aten::t_" or "aten::numpy_T" or "aten::mT" or "aten::movedim" or "aten::moveaxis" =>
            [Replayed(node, (emitter, _, written, self) => emitter.Permute(written, Inverse(Permutation(node, self)), self))],
        "aten::expand" or "aten::expand_as" or "aten::broadcast_to" => [Replayed(node, (_, _, written, self) => Unexpand(node, written, self))],
        "aten::select" => [Replayed(node, (emitter, old, written, self) => emitter.Emit(
            "aten::select_scatter", "default", NodeEmitter.Plain(self),
            new("self", old), new("src", written), new("dim", Given(node, "dim", 1)), new("index", Given(node, "index", 2))))],
        "aten::slice" => [Replayed(node, (emitter, old, written, self) => SliceScatter(
            emitter, old, written, self, node.Find("dim", 1) ?? new Argument.Int(0), node.Find("start", 2) ?? Argument.Nothing,
            node.Find("end", 3) ?? Argument.Nothing, node.Find("step", 4) ?? new Argument.Int(1)))],
        "aten::narrow" => [Replayed(node, (emitter, old, written, self) => SliceScatter(
            emitter, old, written, self, Given(node, "dim", 1), Given(node, "start", 2), End(node), new Argument.Int(1)))],
        "aten::diagonal" or "aten::linalg_diagonal" => [Replayed(node, (emitter, old, written, self) => Scatter(
            emitter, "aten::diagonal_scatter", old, written, self, node))],
        "aten::as_strided" or "aten::as_strided_" => [Replayed(node, (emitter, old, written, self) => Scatter(
            emitter, "aten::as_strided_scatter", old, written, self, node))],
        "aten::view_as_real" => [Replayed(node, (emitter, _, written, self) => emitter.Emit(
            "aten::view_as_complex", "default", NodeEmitter.Plain(self), new NamedArgument("self", written)))],
        "aten::view_as_complex" => [Replayed(node, (emitter, _, written, self) => emitter.Emit(
            "aten::view_as_real", "default", NodeEmitter.Plain(self), new NamedArgument("self", written)))],
        "aten::real" => [Replayed(node, (emitter, old, written, self) => Join(emitter, written, Part(emitter, "aten::imag", old, written), self))],
        "aten::imag" => [Replayed(node, (emitter, old, written, self) => Join(emitter, Part(emitter, "aten::real", old, written), written, self))],
        "aten::unfold" or "aten::_conj" or "aten::_neg_view" or "aten::adjoint" or "aten::matrix_H" or "aten::mH" =>
            [Replayed(node, (_, _, _, _) => throw Unwritable(node))],
        "aten::split" or "aten::split_with_sizes" or "aten::chunk" or "aten::tensor_split" or "aten::hsplit" or "aten::vsplit" or "aten::dsplit" => Parts(node),
        "aten::unbind" => Rows(node),
        _ => null,
    };

    /// <summary>A view that is taken again by the same node; the inverse is given the type of what is viewed.</summary>
    private static InvertibleView Replayed(
        Node node, Func<NodeEmitter, Argument, Argument, GraphType.Tensor, Argument> invert)
    {
        var self = SelfType(node);
        return new InvertibleView(
            (emitter, viewed) => emitter.Emit(
                node.Operator.TrimEnd('_'), node.Overload, node.Outputs[0].Type, [node.Arguments[0] with { Argument = viewed }, .. node.Arguments.Skip(1)]),
            (emitter, old, written) => invert(emitter, old, written, self));
    }

    /// <summary>The same elements in another shape.</summary>
    private static InvertibleView Resized(Node node)
    {
        var (self, resized) = (SelfType(node), (GraphType.Tensor)node.Outputs[0].Type);
        return new((emitter, viewed) => emitter.Reshape(viewed, resized), (emitter, _, written) => emitter.Reshape(written, self));
    }

    private static InvertibleView[] Parts(Node node)
    {
        var self = SelfType(node);
        var dim = node.Operator switch
        {
            "aten::hsplit" => new Argument.Int(self.Shape is [_] ? 0 : 1),
            "aten::vsplit" => new Argument.Int(0),
            "aten::dsplit" => new Argument.Int(2),
            _ => node.Find("dim", 2) ?? new Argument.Int(0),
        };
        var views = new InvertibleView[node.Outputs.Length];
        for (var i = 0; i < views.Length; i++)
        {
            var (number, type) = (i, node.Outputs[i].Type);
            views[i] = new InvertibleView(
                (emitter, viewed) =>
                {
                    var (start, end) = Range(number);
                    return emitter.Emit(
                        "aten::slice", "Tensor", type, new("self", viewed), new("dim", dim), new("start", start), new("end", end), new("step", new Argument.Int(1)));
                },
                (emitter, old, written) =>
                {
                    var (start, end) = Range(number);
                    return SliceScatter(emitter, old, written, self, dim, start, end, new Argument.Int(1));
                });
        }

        return views;

        (Argument Start, Argument End) Range(int part)
        {
            var sizes = node.Outputs.Select(output => NodeEmitter.Known((GraphType.Tensor)output.Type)).ToList();
            var axis = dim is Argument.Int { Value: { IsConstant: true, Value: var value } } ? (int)(value < 0 ? value + sizes[0].Length : value) : throw Unwritable(node);
            var start = Dim.Sum(sizes.Take(part).Select(shape => shape[axis]));
            return (new Argument.Int(start), new Argument.Int(start + sizes[part][axis]));
        }
    }

    private static InvertibleView[] Rows(Node node)
    {
        var self = SelfType(node);
        var dim = node.Find("dim", 1) ?? new Argument.Int(0);
        return
        [
            .. node.Outputs.Select((output, index) => new InvertibleView(
                (emitter, viewed) => emitter.Emit(
                    "aten::select", "int", output.Type, new("self", viewed), new("dim", dim), new("index", new Argument.Int(index))),
                (emitter, old, written) => emitter.Emit(
                    "aten::select_scatter", "default", NodeEmitter.Plain(self),
                    new("self", old), new("src", written), new("dim", dim), new("index", new Argument.Int(index))))),
        ];
    }

    private static Value SliceScatter(
        NodeEmitter emitter, Argument old, Argument written, GraphType.Tensor self, Argument dim, Argument start, Argument end, Argument step) =>
        emitter.Emit(
            "aten::slice_scatter", "default", NodeEmitter.Plain(self),
            new("self", old), new("src", written), new("dim", dim), new("start", start), new("end", end), new("step", step));

    /// <summary>The scatter whose parameters after the written tensor are those of the view.</summary>
    private static Value Scatter(NodeEmitter emitter, string op, Argument old, Argument written, GraphType.Tensor self, Node node) =>
        emitter.Emit(op, "default", NodeEmitter.Plain(self), [new("self", old), new("src", written), .. node.Arguments.Skip(1)]);

    private static Value Reinterpret(NodeEmitter emitter, Argument written, GraphType.Tensor self) => emitter.Emit(
        "aten::view", "dtype", NodeEmitter.Plain(self),
        new("self", written), new("dtype", self.Type is { } type ? new Argument.ScalarType(type) : Argument.Nothing));

    private static Value Part(NodeEmitter emitter, string op, Argument complex, Argument like) =>
        emitter.Emit(op, "default", ((Argument.OfValue)like).Value.Type, new NamedArgument("self", complex));

    private static Value Join(NodeEmitter emitter, Argument real, Argument imaginary, GraphType.Tensor self) =>
        emitter.Emit("aten::complex", "default", NodeEmitter.Plain(self), new("real", real), new("imag", imaginary));

    /// <summary>A write to an expanded tensor is an error in PyTorch, except where nothing was repeated.</summary>
    private static Argument Unexpand(Node node, Argument written, GraphType.Tensor self) =>
        self.Shape is { } shape && node.Outputs[0].Shape() is { } expanded && shape.SequenceEqual(expanded) ? written : throw Unwritable(node);

    private static Argument Given(Node node, string name, int position) => node.Find(name, position) ?? throw Unwritable(node);

    private static Argument End(Node node) => (Given(node, "start", 2), Given(node, "length", 3)) switch
    {
        (Argument.Int { Value: var start }, Argument.Int { Value: var length }) => new Argument.Int(start + length),
        _ => throw Unwritable(node),
    };

    /// <summary>Where each dim of the view comes from.</summary>
    private static int[] Permutation(Node node, GraphType.Tensor self) => Permutation(node, NodeEmitter.Known(self));

    /// <summary>Which dim of the input each of a permuted result is.</summary>
    public static int[] Permutation(Node node, ImmutableArray<Dim> shape)
    {
        var rank = shape.Length;
        var order = Enumerable.Range(0, rank).ToArray();
        switch (node.Operator.TrimEnd('_'))
        {
            case "aten::permute":
                return [.. Dims("dims", 1)];
            case "aten::numpy_T":
                return [.. order.Reverse()];
            case "aten::movedim" or "aten::moveaxis":
                var (from, to) = (Dims("source", 1), Dims("destination", 2));
                var rest = new Queue<int>(order.Where(dim => !from.Contains(dim)));
                return [.. order.Select(dim => to.IndexOf(dim) is >= 0 and var k ? from[k] : rest.Dequeue())];
            case "aten::t" when rank < 2:
                return order;
            case "aten::t" or "aten::mT":
                (order[^1], order[^2]) = (order[^2], order[^1]);
                return order;
            default:
                var (a, b) = node.Operator.Contains("swapaxes", StringComparison.Ordinal)
                    ? (Dims("axis0", 1)[0], Dims("axis1", 2)[0])
                    : (Dims("dim0", 1)[0], Dims("dim1", 2)[0]);
                if (rank > 0)
                {
                    (order[a], order[b]) = (order[b], order[a]);
                }

                return order;
        }

        ImmutableArray<int> Dims(string name, int position) =>
            node.FindInts(name, position) is { } dims ? [.. dims.Select(dim => (int)(dim < 0 ? dim + rank : dim))] : throw Unwritable(node);
    }

    private static int[] Inverse(int[] order)
    {
        var result = new int[order.Length];
        for (var i = 0; i < order.Length; i++)
        {
            result[order[i]] = i;
        }

        return result;
    }

    private static GraphType.Tensor SelfType(Node node) => node.Self()?.Type as GraphType.Tensor ?? new GraphType.Tensor(null, null);

    private static SconceException Unwritable(Node node) => SconceException.Unsupported(
        $"a write through a view made by {node.FullName}", new Where(Operator: node.FullName, Python: node.Source?.ToString()),
        "write to the tensor itself, or call .clone() on the view first");
}
