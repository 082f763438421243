using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>One tensor as several: pieces of it by size, by number, by place.</summary>
internal static class Splitting
{
    public static OperatorFamily Family { get; } = new("splitting", DTypeSet.All)
    {
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
        { "aten::tensor_split.tensor_indices_or_sections(Tensor(a -> *) self, Tensor tensor_indices_or_sections, int dim=0) -> Tensor(a)[]", TensorSplitTensor },
        { "aten::vsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", call => TensorSplit(call, 0) },
        { "aten::vsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", call => TensorSplitIndices(call, 0) },
        { "aten::dsplit.int(Tensor(a -> *) self, int sections) -> Tensor(a)[]", call => TensorSplit(call, 2) },
        { "aten::dsplit.array(Tensor(a -> *) self, int[] indices) -> Tensor(a)[]", call => TensorSplitIndices(call, 2) },
        { "aten::unbind.int(Tensor(a -> *) self, int dim=0) -> Tensor(a)[]", Unbind },
        { "aten::unbind_copy.int(Tensor self, int dim=0) -> Tensor[]", Unbind },
    };

    private static Lowered Split(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        return Pieces(call, self, axis, call.Int("split_size"));
    }

    private static Lowered SplitSizes(Call call, string sizes)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        call.Context.Same(self.Dims[axis], Dim.Sum(call.Ints(sizes)), "the parts of a dim make up the whole");
        return Split(call.Context, self, axis, call.Ints(sizes));
    }

    /// <summary>How many results there are: where sizes do not tell it when compiling, as many as the model was traced with, in every run.</summary>
    private static long Results(Call call, Dim count, string what)
    {
        count = call.Context.Facts.Simplify(count);
        if (!count.IsConstant && call.Context.Results.Length > 1)
        {
            count = call.Context.Same(call.Context.Results.Length, count, $"the model was traced with {call.Context.Results.Length} {what}");
        }

        return count.IsConstant ? count.Value : throw call.Unsupported($"{count} {what}: how many there are must be known when compiling");
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
    private static Lowered Pieces(Call call, TensorBuffer self, int axis, Dim size)
    {
        var count = call.Sane(Math.Max(Results(call, self.Dims[axis].CeilDiv(size), "pieces"), 1));
        return Split(call.Context, self, axis, [.. Enumerable.Repeat(size, count - 1), self.Dims[axis] - (size * (count - 1))]);
    }

    private static Lowered Split(LoweringContext context, TensorBuffer self, int axis, Dims sizes)
    {
        var start = Dim.Zero;
        var parts = ImmutableArray.CreateBuilder<TensorBuffer>();
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

    /// <summary>At the places that a tensor names: how many they are must be known when compiling.</summary>
    private static Lowered TensorSplitTensor(Call call)
    {
        var (self, where) = (call.Tensor(0), call.Tensor("tensor_indices_or_sections"));
        var axis = call.Axis("dim", self.Rank);
        if (where.Rank == 0)
        {
            throw call.Unsupported("so many parts as a tensor says");
        }

        var count = Results(call, where.Dims[0] + 1, "results");
        return TensorSplitIndices(call, axis, Enumerable.Range(0, call.Sane(count) - 1).Select(i => where.At([i]).ToIndex(Interval.All)));
    }

    private static Lowered TensorSplitIndices(Call call, int axis) => TensorSplitIndices(call, axis, call.Ints("indices"));

    private static Lowered TensorSplitIndices(Call call, int axis, IEnumerable<Dim> indices)
    {
        var self = call.Tensor(0);
        Dims ends = [.. indices, self.Dims[axis]];
        return Lowered.Of(ends.Select((end, i) =>
        {
            var (start, length) = ViewBuilding.SliceBounds(call.Context, self.Dims[axis], i == 0 ? null : ends[i - 1], end, 1);
            return call.Context.Slice(self, axis, start, length);
        }).ToArray());
    }

    private static Lowered Unbind(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        return Lowered.Of(Enumerable.Range(0, call.Sane(Results(call, self.Dims[axis], "results"))).Select(i => call.Context.Select(self, axis, i)).ToArray());
    }
}
