using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Buffer = Sconce.Compiler.Tensors.Buffer;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Joining, splitting, repeating and turning round.</summary>
internal static class ShapeManipulation
{
    public static OperatorFamily Family { get; } = new("shape manipulation", DTypeSet.All)
    {
        { "aten::cat(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::concat(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::concatenate(Tensor[] tensors, int dim=0) -> Tensor", call => Concatenate(call, "dim") },
        { "aten::stack(Tensor[] tensors, int dim=0) -> Tensor", Stack },
        { "aten::hstack(Tensor[] tensors) -> Tensor", call => Join(call, 1, tensor => tensor.Rank == 1 ? 0 : 1) },
        { "aten::vstack(Tensor[] tensors) -> Tensor", call => Join(call, 2, _ => 0) },
        { "aten::row_stack(Tensor[] tensors) -> Tensor", call => Join(call, 2, _ => 0) },
        { "aten::dstack(Tensor[] tensors) -> Tensor", call => Join(call, 3, _ => 2) },
        { "aten::column_stack(Tensor[] tensors) -> Tensor", ColumnStack },
        { "aten::split.Tensor(Tensor(a -> *) self, SymInt split_size, int dim=0) -> Tensor(a)[]", Split },
        { "aten::split_with_sizes(Tensor(a -> *) self, SymInt[] split_sizes, int dim=0) -> Tensor(a)[]", call => SplitSizes(call, "split_sizes") },
        { "aten::split.sizes(Tensor(a -> *) self, SymInt[] split_size, int dim=0) -> Tensor(a)[]", call => SplitSizes(call, "split_size") },
        { "aten::split_copy.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", Split },
        { "aten::split_with_sizes_copy(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]", call => SplitSizes(call, "split_sizes") },
        { "aten::chunk(Tensor(a -> *) self, int chunks, int dim=0) -> Tensor(a)[]", Chunk },
        { "aten::unsafe_chunk(Tensor self, int chunks, int dim=0) -> Tensor[]", Chunk },
        { "aten::unsafe_split.Tensor(Tensor self, SymInt split_size, int dim=0) -> Tensor[]", Split },
        { "aten::unsafe_split_with_sizes(Tensor self, SymInt[] split_sizes, int dim=0) -> Tensor[]", call => SplitSizes(call, "split_sizes") },
        { "aten::tensor_split.sections(Tensor(a -> *) self, SymInt sections, int dim=0) -> Tensor(a)[]", call => TensorSplit(call, call.Axis("dim", call.Tensor(0).Rank)) },
        { "aten::tensor_split.indices(Tensor(a -> *) self, SymInt[] indices, int dim=0) -> Tensor(a)[]", call => TensorSplitIndices(call, call.Axis("dim", call.Tensor(0).Rank)) },
        { "aten::hsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", call => TensorSplit(call, call.Tensor(0).Rank > 1 ? 1 : 0) },
        { "aten::hsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", call => TensorSplitIndices(call, call.Tensor(0).Rank > 1 ? 1 : 0) },
        { "aten::vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", call => TensorSplit(call, 0) },
        { "aten::vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", call => TensorSplitIndices(call, 0) },
        { "aten::dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", call => TensorSplit(call, 2) },
        { "aten::dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", call => TensorSplitIndices(call, 2) },
        { "aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", Unbind },
        { "aten::unbind_copy.int(Tensor self, int dim=0) -> Tensor[]", Unbind },
        { "aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", call => Repeat(call.Context, call.Tensor(0), call.Ints("repeats")) },
        { "aten::tile(Tensor self, SymInt[] dims) -> Tensor", Tile },
        { "aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", RepeatInterleave },
        { "aten::flip(Tensor self, int[] dims) -> Tensor", call => Flip(call.Context, call.Tensor(0), call.Axes("dims", call.Tensor(0).Rank, emptyMeansAll: false)) },
        { "aten::fliplr(Tensor self) -> Tensor", call => Flip(call.Context, call.Tensor(0), [1]) },
        { "aten::flipud(Tensor self) -> Tensor", call => Flip(call.Context, call.Tensor(0), [0]) },
        { "aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", Rotate },
        { "aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", Roll },
        { "aten::tril(Tensor self, SymInt diagonal=0) -> Tensor", DTypeSet.Real, call => Triangle(call, lower: true) },
        { "aten::triu(Tensor self, SymInt diagonal=0) -> Tensor", DTypeSet.Real, call => Triangle(call, lower: false) },
        { "aten::diag(Tensor self, int diagonal=0) -> Tensor", DTypeSet.Real, Diag },
        { "aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", DTypeSet.Real, call => DiagEmbed(call.Context, call.Tensor(0), call.Constant("offset"), call.Axis("dim1", call.Tensor(0).Rank + 1), call.Axis("dim2", call.Tensor(0).Rank + 1)) },
        { "aten::block_diag(Tensor[] tensors) -> Tensor", DTypeSet.Real, BlockDiag },
        { "aten::meshgrid(Tensor[] tensors) -> Tensor[]", call => Meshgrid(call, "ij") },
        { "aten::meshgrid.indexing(Tensor[] tensors, *, str indexing) -> Tensor[]", call => Meshgrid(call, call.Text("indexing")) },
        { "aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor", Combinations },
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

    private static Lowered Stack(Call call)
    {
        var tensors = call.Tensors("tensors");
        var axis = call.Axis("dim", tensors[0].Rank + 1);
        return Stack(call.Context, tensors, axis);
    }

    internal static Buffer Stack(LoweringContext context, ImmutableArray<Buffer> tensors, int axis)
    {
        var type = tensors.Select(tensor => tensor.Type).Aggregate(TypePromotion.Promote);
        var result = context.Temporary(type, tensors[0].Dims.Insert(axis, tensors.Length));
        for (var i = 0; i < tensors.Length; i++)
        {
            Dim place = i;
            context.MapInto(result, tensors[i].Dims, index => index.Insert(axis, place), tensors[i].At);
        }

        return result;
    }

    private static Lowered Join(Call call, int rank, Func<Buffer, int> axis)
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

    private static Lowered Split(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        return Pieces(call, self, axis, call.Int("split_size"));
    }

    private static Lowered SplitSizes(Call call, string sizes)
    {
        var self = call.Tensor(0);
        return Split(call.Context, self, call.Axis("dim", self.Rank), call.Ints(sizes));
    }

    private static Lowered Chunk(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        var chunks = call.Sane(call.Constant("chunks"));
        var size = self.Dims[axis].CeilDiv(chunks);
        return size.Equals(Dim.Zero)
            ? Split(call.Context, self, axis, [.. Enumerable.Repeat(Dim.Zero, chunks)])
            : Pieces(call, self, axis, size);
    }

    /// <summary>Pieces of one size; the last may be smaller.</summary>
    private static Lowered Pieces(Call call, Buffer self, int axis, Dim size)
    {
        var pieces = self.Dims[axis].CeilDiv(size);
        if (!pieces.IsConstant)
        {
            throw call.Unsupported($"{pieces} pieces: how many there are must be known when compiling");
        }

        var count = call.Sane(Math.Max(pieces.Value, 1));
        return Split(call.Context, self, axis, [.. Enumerable.Repeat(size, count - 1), self.Dims[axis] - (size * (count - 1))]);
    }

    private static Lowered Split(LoweringContext context, Buffer self, int axis, Dims sizes)
    {
        var start = Dim.Zero;
        var parts = ImmutableArray.CreateBuilder<Buffer>();
        foreach (var size in sizes)
        {
            parts.Add(context.Slice(self, axis, start, size));
            start += size;
        }

        return Lowered.Of(parts);
    }

    private static Lowered TensorSplit(Call call, int axis)
    {
        var self = call.Tensor(0);
        var sections = call.Sane(call.Constant("sections"));
        var (size, rest) = (self.Dims[axis].FloorDiv(sections), self.Dims[axis].Mod(sections));
        return Split(call.Context, self, axis, [.. Enumerable.Range(0, sections).Select(i => size + Dim.Max(Dim.Min(rest - i, 1), 0))]);
    }

    private static Lowered TensorSplitIndices(Call call, int axis)
    {
        var self = call.Tensor(0);
        Dims ends = [.. call.Ints("indices"), self.Dims[axis]];
        return Lowered.Of(ends.Select((end, i) =>
        {
            var (start, length) = ViewBuilding.SliceBounds(self.Dims[axis], i == 0 ? null : ends[i - 1], end, 1);
            return call.Context.Slice(self, axis, start, length);
        }).ToArray());
    }

    private static Lowered Unbind(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        if (!self.Dims[axis].IsConstant)
        {
            throw call.Unsupported($"{self.Dims[axis]} results: how many there are must be known when compiling");
        }

        return Lowered.Of(Enumerable.Range(0, call.Sane(self.Dims[axis].Value)).Select(i => call.Context.Select(self, axis, i)).ToArray());
    }

    private static Buffer Repeat(LoweringContext context, Buffer self, Dims repeats)
    {
        Dims padded = [.. Enumerable.Repeat(Dim.One, repeats.Length - self.Rank), .. self.Dims];
        Dims dims = [.. padded.Zip(repeats, (dim, times) => dim * times)];
        return context.View(self, dims, index => [.. self.Dims.Select((dim, i) =>
            i + repeats.Length - self.Rank is var at && repeats[at].IsOne ? index[at] : dim.IsOne ? Dim.Zero : index[at].Mod(dim))]);
    }

    private static Lowered Tile(Call call)
    {
        var self = call.Tensor(0);
        var repeats = call.Ints("dims");
        return Repeat(call.Context, self, [.. Enumerable.Repeat(Dim.One, Math.Max(self.Rank - repeats.Length, 0)), .. repeats]);
    }

    private static Lowered RepeatInterleave(Call call)
    {
        var self = call.Tensor(0);
        if (!call.Has("dim"))
        {
            self = call.Context.Reshape(self, [-1]);
        }

        var axis = call.Has("dim") ? call.Axis("dim", self.Rank) : 0;
        var times = call.Int("repeats");
        return call.Context.View(self, self.Dims.SetItem(axis, self.Dims[axis] * times), index => index.SetItem(axis, index[axis].FloorDiv(times)));
    }

    internal static Buffer Flip(LoweringContext context, Buffer self, ImmutableArray<int> axes) =>
        context.View(self, self.Dims, index => [.. index.Select((i, axis) => axes.Contains(axis) ? self.Dims[axis] - 1 - i : i)]);

    private static Lowered Rotate(Call call)
    {
        var self = call.Tensor(0);
        var axes = call.Axes("dims", self.Rank);
        var (a, b) = (axes[0], axes[1]);
        return (((call.Constant("k") % 4) + 4) % 4) switch
        {
            0 => self,
            1 => call.Context.Transpose(Flip(call.Context, self, [b]), a, b),
            2 => Flip(call.Context, self, axes),
            _ => Flip(call.Context, call.Context.Transpose(self, a, b), [b]),
        };
    }

    private static Lowered Roll(Call call)
    {
        var self = call.Tensor(0);
        var shifts = call.Ints("shifts");
        if (call.Constants("dims").IsEmpty)
        {
            var flat = call.Context.Reshape(self, [-1]);
            return call.Context.Reshape(Roll(call.Context, flat, [0], shifts), self.Dims);
        }

        return Roll(call.Context, self, call.Axes("dims", self.Rank), shifts);
    }

    private static Buffer Roll(LoweringContext context, Buffer self, ImmutableArray<int> axes, Dims shifts) => context.View(self, self.Dims, index =>
    {
        foreach (var (axis, shift) in axes.Zip(shifts))
        {
            var size = self.Dims[axis];
            index = index.SetItem(axis, (index[axis] + (-shift).Mod(size)).Mod(size));
        }

        return index;
    });

    private static Lowered Triangle(Call call, bool lower)
    {
        var self = call.Tensor(0);
        var diagonal = call.Int("diagonal");
        return call.Context.Map(self.Type, self.Dims, i =>
        {
            var (column, limit) = (Expr.Of(i[^1]), Expr.Of(i[^2] + diagonal));
            return Expr.Select(lower ? column <= limit : column >= limit, self.At(i), Expr.Const(self.Type, 0L));
        });
    }

    private static Lowered Diag(Call call)
    {
        var self = call.Tensor(0);
        var offset = call.Constant("diagonal");
        return self.Rank == 1 ? DiagEmbed(call.Context, self, offset, 0, 1) : Views.Diagonal(call.Context, self, offset, 0, 1);
    }

    /// <summary>The last dim as the diagonal of two new ones.</summary>
    internal static Buffer DiagEmbed(LoweringContext context, Buffer self, int offset, int first, int second)
    {
        var size = self.Dims[^1] + Math.Abs(offset);
        var (down, right) = (Math.Max(-offset, 0), Math.Max(offset, 0));
        var (low, high) = (Math.Min(first, second), Math.Max(first, second));
        var dims = self.Dims.RemoveAt(self.Rank - 1).Insert(low, size).Insert(high, size);
        return context.Map(self.Type, dims, i =>
        {
            var (row, column) = (i[first] - down, i[second] - right);
            var inside = BufferLoads.And(Expr.Of(row).EqualTo(Expr.Of(column)), IndexConditions.InRange(row, Dim.Zero, self.Dims[^1]));
            return Expr.Guard(inside, self.At([.. i.RemoveAt(high).RemoveAt(low), row]), Expr.Const(self.Type, 0L));
        });
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

    private static Lowered Combinations(Call call)
    {
        var self = call.Tensor("self");
        if (!self.Dims[0].IsConstant)
        {
            throw call.Unsupported($"combinations of {self.Dims[0]} elements: how many there are must be known when compiling");
        }

        var (count, length, again) = ((int)self.Dims[0].Value, call.Constant("r"), call.Flag("with_replacement"));
        call.Sane((Int128)Math.Pow(count, length));
        var rows = Chosen(0, length).Select(row => row.ToArray()).ToArray();
        var places = call.Context.Integers([rows.Length, length], rows.SelectMany(row => row).ToArray());
        return call.Context.View(self, [rows.Length, length], i => [places.IndexAt(i, count)]);

        IEnumerable<IEnumerable<long>> Chosen(int from, int left) => left == 0
            ? [[]]
            : Enumerable.Range(from, count - from).SelectMany(first => Chosen(again ? first : first + 1, left - 1).Select(rest => rest.Prepend(first)));
    }
}
