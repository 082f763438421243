using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Tensors put together: one after the other, as a new dim, as blocks, as a grid.</summary>
internal static class Joining
{
    public static OperatorFamily Family { get; } = new("joining", DTypeSet.All)
    {
        { "aten::cat(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::concat(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::_chunk_cat(Tensor[] tensors, int dim, int num_chunks) -> Tensor", DTypeSet.Real, ChunksJoined },
        { "aten::stack(Tensor[] tensors, int dim=0) -> Tensor", Stack },
        { "aten::_stack(Tensor[] tensors, int dim=0) -> Tensor", Stack },
        { "aten::pad_sequence(Tensor[] sequences, bool batch_first=False, float padding_value=0., str padding_side=\"right\") -> Tensor", DTypeSet.Real, Padded },
        { "aten::flatten_dense_tensors(Tensor[] tensors) -> Tensor", DTypeSet.Real, call => call.Context.Concatenate(call.Tensors("tensors")[0].Type, [.. call.Tensors("tensors").Select(tensor => call.Context.Reshape(tensor, [Dim.Product(tensor.Dims)]))], 0) },
        { "aten::hstack(Tensor[] tensors) -> Tensor", call => Join(call, 1, tensor => tensor.Rank == 1 ? 0 : 1) },
        { "aten::vstack(Tensor[] tensors) -> Tensor", call => Join(call, 2, _ => 0) },
        { "aten::row_stack(Tensor[] tensors) -> Tensor", call => Join(call, 2, _ => 0) },
        { "aten::dstack(Tensor[] tensors) -> Tensor", call => Join(call, 3, _ => 2) },
        { "aten::column_stack(Tensor[] tensors) -> Tensor", ColumnStack },
        { "aten::block_diag(Tensor[] tensors) -> Tensor", DTypeSet.Real, BlockDiag },
        { "aten::meshgrid(Tensor[] tensors) -> Tensor[]", call => Meshgrid(call, "ij") },
        { "aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", call => Meshgrid(call, call.Text("indexing")) },
        { "aten::cartesian_prod(Tensor[] tensors) -> Tensor", CartesianProduct },
    };

    private static Lowered Concatenate(Call call, string dim)
    {
        var tensors = call.Tensors("tensors");
        var type = tensors.Select(tensor => tensor.Type).Aggregate(TypePromotion.Promote);
        // PyTorch lets an empty vector stand among tensors of any shape.
        var parts = tensors.Where(tensor => !(tensor.Rank == 1 && tensor.Dims[0].Equals(Dim.Zero))).ToArray();
        parts = parts.Length == 0 ? [tensors[0]] : parts;
        return call.Context.Concatenate(type, parts, call.Axis(dim, parts[0].Rank));
    }

    /// <summary>Sequences of different lengths, each filled up to the longest.</summary>
    private static Lowered Padded(Call call)
    {
        var sequences = call.Tensors("sequences");
        var longest = sequences.Select(sequence => sequence.Dims[0]).Aggregate(Dim.Max);
        var left = call.Text("padding_side") == "left";
        var padding = Expr.Const(sequences[0].Type, call.Number("padding_value"));
        var padded = sequences.Select(sequence => call.Context.Map(sequence.Type, sequence.Dims.SetItem(0, longest), i =>
            sequence.AtOr(left ? i.SetItem(0, i[0] - longest + sequence.Dims[0]) : i, padding)));
        return Stack(call.Context, [.. padded], call.Flag("batch_first") ? 0 : 1);
    }

    private static Lowered Stack(Call call)
    {
        var tensors = call.Tensors("tensors");
        var axis = call.Axis("dim", tensors[0].Rank + 1);
        return Stack(call.Context, tensors, axis);
    }

    internal static TensorBuffer Stack(LoweringContext context, ImmutableArray<TensorBuffer> tensors, int axis)
    {
        var type = tensors.Select(tensor => tensor.Type).Aggregate(TypePromotion.Promote);
        var result = context.Temporary(type, tensors[0].Dims.Insert(axis, tensors.Length));
        for (var i = 0; i < tensors.Length; i++)
        {
            foreach (var (first, size) in tensors[0].Dims.Zip(tensors[i].Dims))
            {
                context.Same(first, size, "tensors that are stacked have the same sizes");
            }

            Dim place = i;
            context.MapInto(result, tensors[i].Dims, index => index.Insert(axis, place), tensors[i].At);
        }

        return result;
    }

    private static Lowered Join(Call call, int rank, Func<TensorBuffer, int> axis)
    {
        var tensors = call.Tensors("tensors").Select(tensor => call.Context.Reshape(tensor, AtLeast(tensor.Dims, rank))).ToArray();
        return call.Context.Concatenate(tensors.Select(tensor => tensor.Type).Aggregate(TypePromotion.Promote), tensors, axis(tensors[0]));
    }

    private static Dims AtLeast(Dims dims, int rank) => (rank, dims.Length) switch
    {
        _ when dims.Length >= rank => dims,
        (3, 2) => [.. dims, 1],
        (3, 1) => [1, dims[0], 1],
        (2, 1) => [1, dims[0]],
        _ => [.. Enumerable.Repeat(Dim.One, rank)],
    };

    private static Lowered ColumnStack(Call call)
    {
        var tensors = call.Tensors("tensors").Select(tensor => tensor.Rank > 1 ? tensor : call.Context.Reshape(tensor, [-1, 1])).ToArray();
        return call.Context.Concatenate(tensors.Select(tensor => tensor.Type).Aggregate(TypePromotion.Promote), tensors, 1);
    }

    private static Lowered BlockDiag(Call call)
    {
        var blocks = call.Tensors("tensors").Select(tensor => call.Context.Reshape(tensor, AtLeast(tensor.Dims, 2))).ToArray();
        var type = blocks.Select(block => block.Type).Aggregate(TypePromotion.Promote);
        var result = call.Context.Fill(type, [Dim.Sum(blocks.Select(b => b.Dims[0])), Dim.Sum(blocks.Select(b => b.Dims[1]))], Expr.Const(type, 0L));
        var (row, column) = (Dim.Zero, Dim.Zero);
        foreach (var block in blocks)
        {
            var (top, left) = (row, column);
            call.Context.MapInto(result, block.Dims, i => [i[0] + top, i[1] + left], block.At);
            (row, column) = (row + block.Dims[0], column + block.Dims[1]);
        }

        return result;
    }

    private static Lowered Meshgrid(Call call, string indexing)
    {
        var tensors = call.Tensors("tensors");
        var order = Enumerable.Range(0, tensors.Length).ToArray();
        if (indexing == "xy" && tensors.Length > 1)
        {
            (order[0], order[1]) = (1, 0);
        }

        Dims sizes = [.. tensors.Select(tensor => Dim.Product(tensor.Dims))];
        Dims dims = [.. order.Select(i => sizes[i])];
        return Lowered.Of(tensors.Select((tensor, i) => call.Context.View(
            tensor, dims, index => tensor.Rank == 0 ? [] : [index[Array.IndexOf(order, i)]])).ToArray());
    }

    private static Lowered CartesianProduct(Call call)
    {
        var tensors = call.Tensors("tensors");
        if (tensors.Length == 1)
        {
            return tensors[0];
        }

        Dims sizes = [.. tensors.Select(tensor => tensor.Dims[0])];
        return Stack(call.Context, [.. tensors.Select((tensor, i) => call.Context.View(
            tensor, [Dim.Product(sizes)], index => [Reshaping.Unflatten(sizes.AsSpan(), index[0])[i]]))], 1);
    }

    /// <summary>Each tensor filled up with zeros to a number of equal chunks of a dim; the first chunks of all one after the other, the second ones, …</summary>
    private static Lowered ChunksJoined(Call call)
    {
        var (context, tensors, chunks) = (call.Context, call.Tensors("tensors"), call.Sane(call.Constant("num_chunks")));
        var axis = call.Axis("dim", tensors.Min(tensor => tensor.Rank));
        var parts = tensors.Select(tensor =>
        {
            var zero = Expr.Const(tensor.Type.Compute(), 0L);
            var filled = context.Map(tensor.Type, tensor.Dims.SetItem(axis, tensor.Dims[axis].CeilDiv(chunks) * chunks), i => tensor.AtOr(i, zero));
            return context.Reshape(filled, [.. filled.Dims[..axis], chunks, Dim.Product(filled.Dims[axis..]).FloorDiv(chunks)]);
        }).ToArray();
        return context.Concatenate(parts.Select(part => part.Type).Aggregate(TypePromotion.Promote), parts, axis + 1);
    }
}
