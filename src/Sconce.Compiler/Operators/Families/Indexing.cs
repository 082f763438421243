using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Reading at indices that tensors hold.</summary>
internal static class Indexing
{
    public static OperatorFamily Family { get; } = new("indexing")
    {
        { "aten::index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", DTypeSet.Stored, Index },
        { "aten::_unsafe_index.Tensor(Tensor self, Tensor?[] indices) -> Tensor", DTypeSet.Stored, Index },
        { "aten::_unsafe_masked_index(Tensor self, Tensor mask, Tensor?[] indices, Scalar fill) -> Tensor", MaskedIndex },
        { "aten::index_select(Tensor self, int dim, Tensor index) -> Tensor", DTypeSet.Stored, IndexSelect },
        { "aten::gather(Tensor self, int dim, Tensor index, *, bool sparse_grad=False) -> Tensor", Gather },
        { "aten::take(Tensor self, Tensor index) -> Tensor", Take },
        { "aten::take_along_dim(Tensor self, Tensor indices, int? dim=None) -> Tensor", TakeAlongDim },
        { "aten::embedding(Tensor weight, Tensor indices, SymInt padding_idx=-1, bool scale_grad_by_freq=False, bool sparse=False) -> Tensor", Embedding },
        { "aten::embedding_renorm(Tensor self, Tensor indices, float max_norm, float norm_type) -> Tensor", DTypeSet.Numbers, EmbeddingRenorm },
        { "aten::embedding_bag.padding_idx(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq, int mode, bool sparse, Tensor? per_sample_weights, bool include_last_offset, int? padding_idx) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag },
        { "aten::embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag },
        { "aten::_embedding_bag(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag },
        { "aten::_embedding_bag_forward_only(Tensor weight, Tensor indices, Tensor offsets, bool scale_grad_by_freq=False, int mode=0, bool sparse=False, Tensor? per_sample_weights=None, bool include_last_offset=False, int padding_idx=-1) -> (Tensor, Tensor, Tensor, Tensor)", EmbeddingBag },
        { "aten::one_hot(Tensor self, int num_classes=-1) -> Tensor", OneHot },
    };

    /// <summary>Advanced indexing: where each indexed dim's place comes from, and where the dims of the indices go in the result.</summary>
    internal sealed class Advanced
    {
        private readonly TensorBuffer self;
        private readonly ImmutableArray<TensorBuffer?> indices;
        private readonly int start;
        private readonly Call call;

        public Advanced(Call call, TensorBuffer self, ImmutableArray<TensorBuffer?> indices)
        {
            if (indices.Any(index => index?.Type is DType.Bool or DType.UInt8))
            {
                throw call.Unsupported("a mask as an index here; multiply by the mask or use torch.where");
            }

            (this.call, this.self, this.indices) = (call, self, [.. indices, .. Enumerable.Repeat<TensorBuffer?>(null, self.Rank - indices.Length)]);
            Broadcast = call.Context.Broadcast([.. indices.OfType<TensorBuffer>().Select(index => index.Dims)]);
            ImmutableArray<int> used = [.. Enumerable.Range(0, self.Rank).Where(axis => this.indices[axis] is not null)];
            var together = used[^1] - used[0] == used.Length - 1;
            start = together ? used[0] : 0;
            ImmutableArray<Dim> kept = [.. Enumerable.Range(0, self.Rank).Where(axis => this.indices[axis] is null).Select(axis => self.Dims[axis])];
            Dims = kept.InsertRange(start, Broadcast);
            CheckIndices();
        }

        /// <summary>The shape that the indices share.</summary>
        public Dims Broadcast { get; }

        /// <summary>The shape of what the indices pick.</summary>
        public Dims Dims { get; }

        /// <summary>Where nothing is picked, an index may be anything.</summary>
        private void CheckIndices()
        {
            foreach (var (axis, index) in indices.Index())
            {
                if (index is not null)
                {
                    call.CheckIndices(
                        Dims, i => index.At(Broadcasting.IndexInto(index.Dims, i.Slice(start, Broadcast.Length))), self.Dims[axis],
                        Checks.DimOf("self", axis), fromEnd: true);
                }
            }
        }

        /// <summary>The place in the tensor for a place in what is picked.</summary>
        public Dims Place(Dims picked)
        {
            var among = picked.Slice(start, Broadcast.Length);
            var rest = picked.RemoveRange(start, Broadcast.Length);
            var next = 0;
            return [.. indices.Select((index, axis) => index is null
                ? rest[next++]
                : index.IndexAt(Broadcasting.IndexInto(index.Dims, among), self.Dims[axis]))];
        }
    }

    private static Lowered Index(Call call)
    {
        var self = call.Tensor("self");
        var advanced = new Advanced(call, self, Unmasked(call.Context, call.OptionalTensors("indices")));
        return call.Context.View(self, advanced.Dims, advanced.Place);
    }

    /// <summary>Where the mask is false, an index may be anything.</summary>
    private static Lowered MaskedIndex(Call call)
    {
        var (self, mask, fill) = (call.Tensor("self"), call.Tensor("mask"), call.Operand("fill").At([], call.Tensor("self").Type));
        var advanced = new Advanced(call, self, Inside(call, self));
        return call.Context.Map(self.Type, call.Context.Broadcast(mask.Dims, advanced.Dims), i => Expr.Select(
            mask.At(Broadcasting.IndexInto(mask.Dims, i)).As(DType.Bool), self.ValueAt(advanced.Place(i[^advanced.Dims.Length..])), fill));
    }

    /// <summary>The indices of a call, those outside of the tensor moved inside.</summary>
    internal static ImmutableArray<TensorBuffer?> Inside(Call call, TensorBuffer self) => [.. call.OptionalTensors("indices").Select((index, axis) =>
        index is null ? null : call.Context.Map(DType.Int64, index.Dims, i => Expr.Of(index.IndexAt(i, self.Dims[axis]))))];

    /// <summary>A mask picks what the places pick at which it is true: an index for each of its dims.</summary>
    private static ImmutableArray<TensorBuffer?> Unmasked(LoweringContext context, ImmutableArray<TensorBuffer?> indices) =>
        [.. indices.SelectMany(index => index is { Type: DType.Bool or DType.UInt8, Rank: > 0 } ? Selection.Columns(context, index).Cast<TensorBuffer?>() : [index])];

    private static Lowered IndexSelect(Call call)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor("index"));
        var axis = call.Axis("dim", self.Rank);
        call.CheckIndices(index, self.Rank == 0 ? 1 : self.Dims[axis], Checks.DimOf("self", axis));
        if (self.Rank == 0)
        {
            return self;
        }

        var count = Dim.Product(index.Dims);
        return call.Context.View(self, self.Dims.SetItem(axis, count), i =>
            i.SetItem(axis, index.IndexAt(index.Rank == 0 ? [] : [i[axis]], self.Dims[axis])));
    }

    private static Lowered Gather(Call call)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor("index"));
        var axis = call.Axis("dim", self.Rank);
        call.CheckIndices(index, self.Rank == 0 ? 1 : self.Dims[axis], Checks.DimOf("self", axis));
        return Gather(call.Context, self, axis, index);
    }

    internal static TensorBuffer Gather(LoweringContext context, TensorBuffer self, int axis, TensorBuffer index) => self.Rank == 0
        ? context.View(self, index.Dims, _ => [])
        : context.View(self, index.Dims, i => index.Rank == 0
            ? [index.IndexAt([], self.Dims[0])]
            : i.SetItem(axis, index.IndexAt(i, self.Dims[axis])));

    private static Lowered Take(Call call)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor("index"));
        call.CheckIndices(index, Dim.Product(self.Dims), "the elements of 'self'", fromEnd: true);
        return Take(call.Context, self, index);
    }

    private static TensorBuffer Take(LoweringContext context, TensorBuffer self, TensorBuffer index) => context.View(self, index.Dims, i =>
        Reshaping.Unflatten(self.Dims.AsSpan(), index.IndexAt(i, Dim.Product(self.Dims))));

    private static Lowered TakeAlongDim(Call call)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor("indices"));
        if (!call.Has("dim"))
        {
            call.CheckIndices(index, Dim.Product(self.Dims), "the elements of 'self'");
            return Take(call.Context, self, call.Context.Reshape(index, [-1]));
        }

        var axis = call.Axis("dim", self.Rank);
        var shared = call.Context.Broadcast(self.Dims.SetItem(axis, 1), index.Dims.SetItem(axis, 1));

        // Any index will do: PyTorch takes its remainder.
        var size = Expr.Of(Dim.Max(self.Dims[axis], 1));
        var place = call.Context.Map(DType.Int64, index.Dims, i => index.At(i).As(DType.Int64).Apply(BinaryOp.Mod, size));
        return Gather(
            call.Context, call.Context.Expand(self, shared.SetItem(axis, self.Dims[axis])), axis,
            call.Context.Expand(place, shared.SetItem(axis, index.Dims[axis])));
    }

    private static Lowered Embedding(Call call)
    {
        var (weight, indices) = (call.Tensor("weight"), call.Tensor("indices"));
        call.CheckIndices(indices, weight.Dims[0], Checks.DimOf("weight", 0));
        return call.Context.View(weight, [.. indices.Dims, weight.Dims[1]], i => [indices.IndexAt(i[..^1], weight.Dims[0]), i[^1]]);
    }

    /// <summary>The rows that indices name, no longer than the largest norm.</summary>
    private static Lowered EmbeddingRenorm(Call call)
    {
        var (context, self, indices) = (call.Context, call.Tensor("self"), call.Tensor("indices"));
        call.CheckIndices(indices, self.Dims[0], Checks.DimOf("self", 0));
        var named = context.Fill(DType.Bool, [self.Dims[0]], Expr.Const(DType.Bool, 0L));
        context.Scatter(named, indices.Dims, i => [indices.IndexAt(i, self.Dims[0])], _ => Expr.Const(DType.Bool, 1L), ScatterMode.Set);
        var shortened = Reduction.Shortened(context, self, 0, call.Number("norm_type"), call.Number("max_norm"));
        return context.Map(self.Type, self.Dims, i => Expr.Select(named.At([i[0]]), shortened.At(i), self.At(i)));
    }

    /// <summary>Sums, means or maxima over bags of rows; a bag runs from its offset to the next one's.</summary>
    private static Lowered EmbeddingBag(Call call)
    {
        var context = call.Context;
        var (weight, indices, offsets) = (call.Tensor("weight"), call.Tensor("indices"), call.Tensor("offsets"));
        var perSample = call.OptionalTensor("per_sample_weights");
        var (count, width) = (indices.Dims[0], weight.Dims[1]);
        var bags = call.Flag("include_last_offset") ? offsets.Dims[0] - 1 : offsets.Dims[0];
        var mode = call.Constant("mode");
        var compute = weight.Type.Compute();
        Dim? padding = call.Operator.Schema.IndexOf("padding_idx") >= 0 && call.Has("padding_idx") ? call.Int("padding_idx") : null;
        padding = padding is not null && (-padding).IsPositive ? (padding.Value == -1 && call.Operator.FullName != "aten::embedding_bag.padding_idx" ? null : padding + weight.Dims[0]) : padding;

        var ends = call.Flag("include_last_offset") && padding is null && mode != 2;
        CheckBags(call, indices, offsets, weight.Dims[0], ends, inOrder: padding is null && mode != 2);

        // The bag of each index: how many offsets are not above its place, less one.
        var bag = context.Reduce(DType.Int64, [count], [bags], Combiner.Sum,
            (o, r) => (offsets.At(r).As(DType.Int64) <= Expr.Of(o[0])).As(DType.Int64), (_, sum) => sum - sum.One);
        Expr Counts(Dims i) => padding is not null ? indices.At([i[0]]).As(DType.Int64).NotEqualTo(Expr.Of(padding))
            : ends ? IsInBag(offsets, i[0])
            : Expr.Const(DType.Bool, 1L);
        var sizes = context.Fill(DType.Int64, offsets.Dims, Expr.Const(DType.Int64, 0L));
        context.Scatter(sizes, [count], i => [bag.IndexAt(i, bags)], i => Counts(i).As(DType.Int64), ScatterMode.Add);

        var start = mode == 2 ? compute.Lowest() : Expr.Const(compute, 0L);
        var sums = context.Fill(compute, [bags, width], start);
        context.Scatter(sums, [count, width], i => [bag.IndexAt([i[0]], bags), i[1]], i =>
        {
            var row = weight.ValueAt([indices.IndexAt([i[0]], weight.Dims[0]), i[1]]);
            return perSample is null ? row : row * perSample.ValueAt([i[0]]).As(compute);
        }, mode == 2 ? ScatterMode.Max : ScatterMode.Add, padding is null && !ends ? null : Counts);
        var output = context.Map(weight.Type, [bags, width], i =>
        {
            var size = sizes.At([i[0]]);
            return mode switch
            {
                0 => sums.At(i),
                1 => sums.At(i) / size.Max(size.One).As(compute),
                _ => Expr.Select(size.EqualTo(size.Zero), Expr.Const(compute, 0L), sums.At(i)),
            };
        });
        var rest = context.Fill(indices.Type, mode == 2 ? [bags, width] : [bags], Expr.Const(indices.Type, 0L));

        // PyTorch leaves the bag of each index out where its quick way to sum needs none.
        var quick = mode == 0 && padding is null && weight.Type is DType.Float32 or DType.Float16;
        return Lowered.Of(output, quick ? context.Fill(indices.Type, [0], Expr.Const(indices.Type, 0L)) : bag, sizes, rest);
    }

    /// <summary>Whether an index stands before the end of the last bag: PyTorch does not look at others where it sums without padding.</summary>
    private static Expr IsInBag(TensorBuffer offsets, Dim place) => Expr.Of(place) < offsets.At([offsets.Dims[0] - 1]).As(DType.Int64);

    private static void CheckBags(Call call, TensorBuffer indices, TensorBuffer offsets, Dim rows, bool ends, bool inOrder)
    {
        var (count, bags) = (Expr.Of(indices.Dims[0]), offsets.Dims[0]);
        Expr Offset(Dims i) => offsets.At(i).As(DType.Int64);
        call.Context.Check(
            [Dim.Min(bags, 1)], i => Offset(i).NotEqualTo(Expr.Const(DType.Int64, 0L)), Offset, 0, "the first of 'offsets' is {value}, but must be 0");
        call.Context.Check(
            [bags], i => (Offset(i) < Expr.Const(DType.Int64, 0L)) | (Offset(i) > count), Offset, indices.Dims[0],
            "'offsets' holds {value}, but there are {limit} 'indices'");
        if (inOrder)
        {
            call.Context.Check(
                [Dim.Max(bags - 1, 0)], i => Offset(i) > Offset([i[0] + 1]), Offset, 0, "'offsets' holds {value} before a smaller number");
        }

        call.CheckIndices(
            indices.Dims, i => ends ? Expr.Select(IsInBag(offsets, i[0]), indices.At(i), Expr.Const(indices.Type, 0L)) : indices.At(i), rows,
            Checks.DimOf("weight", 0));
    }

    private static Lowered OneHot(Call call)
    {
        var self = call.Tensor("self");
        var classes = call.Int("num_classes");
        if (classes.IsConstant && classes.Value < 0)
        {
            var most = call.Context.Reduce(DType.Int64, [], self.Dims, Combiner.Max, (_, i) => self.At(i).As(DType.Int64), (_, max) => max.Max(Expr.Const(DType.Int64, -1L)) + max.One);
            classes = call.Context.FindWithin(most.At([]), call.Context.BoundOf(0, self.Rank), "the number of classes");
        }

        call.CheckIndices(self, classes, "'num_classes'");
        return call.Context.Map(DType.Int64, [.. self.Dims, classes], i => self.At(i[..^1]).As(DType.Int64).EqualTo(Expr.Of(i[^1])));
    }
}
