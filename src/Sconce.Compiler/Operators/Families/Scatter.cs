using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Writing at indices that tensors hold, and into parts of a tensor: each gives a changed copy.</summary>
internal static class Scatter
{
    public static OperatorFamily Family { get; } = new("scatter")
    {
        { "aten::scatter.src(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", call => Along(call, call.Operand("src"), "index", ScatterMode.Set) },
        { "aten::scatter.value(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", call => Along(call, call.Operand("value"), "index", ScatterMode.Set) },
        { "aten::scatter.reduce(Tensor self, int dim, Tensor index, Tensor src, *, str reduce) -> Tensor", call => Along(call, call.Operand("src"), "index", LegacyMode(call)) },
        { "aten::scatter.value_reduce(Tensor self, int dim, Tensor index, Scalar value, *, str reduce) -> Tensor", call => Along(call, call.Operand("value"), "index", LegacyMode(call)) },
        { "aten::scatter_add(Tensor self, int dim, Tensor index, Tensor src) -> Tensor", call => Along(call, call.Operand("src"), "index", ScatterMode.Add) },
        { "aten::scatter_reduce.two(Tensor self, int dim, Tensor index, Tensor src, str reduce, *, bool include_self=True) -> Tensor", ScatterReduce },
        { "aten::index_add(Tensor self, int dim, Tensor index, Tensor source, *, Scalar alpha=1) -> Tensor", IndexAdd },
        { "aten::index_copy(Tensor self, int dim, Tensor index, Tensor source) -> Tensor", call => Rows(call, call.Operand("source"), ScatterMode.Set) },
        { "aten::index_fill.int_Scalar(Tensor self, int dim, Tensor index, Scalar value) -> Tensor", call => Rows(call, call.Operand("value"), ScatterMode.Set, fromEnd: true) },
        { "aten::index_fill.int_Tensor(Tensor self, int dim, Tensor index, Tensor value) -> Tensor", call => Rows(call, call.Operand("value"), ScatterMode.Set, fromEnd: true) },
        { "aten::index_reduce(Tensor self, int dim, Tensor index, Tensor source, str reduce, *, bool include_self=True) -> Tensor", IndexReduce },
        { "aten::index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor", IndexPut },
        { "aten::_unsafe_index_put(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False) -> Tensor", IndexPut },
        { "aten::_unsafe_masked_index_put_accumulate(Tensor self, Tensor mask, Tensor?[] indices, Tensor values) -> Tensor", MaskedAccumulate },
        { "aten::_index_put_impl(Tensor self, Tensor?[] indices, Tensor values, bool accumulate=False, bool unsafe=False) -> Tensor", IndexPut },
        { "aten::put(Tensor self, Tensor index, Tensor source, bool accumulate=False) -> Tensor", Put },
        { "aten::masked_scatter(Tensor self, Tensor mask, Tensor source) -> Tensor", MaskedScatter },
        { "aten::slice_scatter(Tensor self, Tensor src, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor", DTypeSet.All, SliceScatter },
        { "aten::select_scatter(Tensor self, Tensor src, int dim, SymInt index) -> Tensor", DTypeSet.All, SelectScatter },
        { "aten::diagonal_scatter(Tensor self, Tensor src, int offset=0, int dim1=0, int dim2=1) -> Tensor", DTypeSet.All, DiagonalScatter },
        { "aten::as_strided_scatter(Tensor self, Tensor src, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor", DTypeSet.All, AsStridedScatter },
    };

    private static ScatterMode LegacyMode(Call call) => call.Text("reduce") switch
    {
        "add" => ScatterMode.Add,
        "multiply" => ScatterMode.Multiply,
        var other => throw call.Expected("the reduction 'add' or 'multiply'", $"'{other}'"),
    };

    /// <summary>The place of each value: its own, but along one dim the one that the index holds.</summary>
    private static Func<Dims, Dims> PlaceAlong(TensorBuffer self, int axis, TensorBuffer index) => i => self.Rank == 0 ? []
        : index.Rank == 0 ? [index.IndexAt([], self.Dims[0])]
        : i.SetItem(axis, index.IndexAt(i, self.Dims[axis]));

    private static void CheckPlaces(Call call, Dims dims, TensorBuffer self, int axis, Func<Dims, Expr> index, bool fromEnd = false) =>
        call.CheckIndices(dims, index, self.Rank == 0 ? 1 : self.Dims[axis], Checks.DimOf("self", axis), fromEnd);

    private static Lowered Along(Call call, Operand source, string name, ScatterMode mode)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor(name));
        var axis = call.Axis("dim", self.Rank);
        CheckPlaces(call, index.Dims, self, axis, index.At);
        var result = call.Context.Copy(self);
        call.Context.Scatter(
            result, index.Dims, PlaceAlong(self, axis, index), i => source.At(i, self.Type), mode);
        return result;
    }

    private static Lowered ScatterReduce(Call call)
    {
        var (self, index, source) = (call.Tensor("self"), call.Tensor("index"), call.Tensor("src"));
        var axis = call.Axis("dim", self.Rank);
        CheckPlaces(call, index.Dims, self, axis, index.At);
        return Reduce(call, self, index.Dims, PlaceAlong(self, axis, index), source.ValueAt);
    }

    private static Lowered IndexReduce(Call call)
    {
        var (self, index, source) = (call.Tensor("self"), call.Tensor("index"), call.Tensor("source"));
        var axis = call.Axis("dim", self.Rank);

        // A number is a vector of one.
        Dims Of(Dims i) => index.Rank == 0 ? [] : [i.IsEmpty ? Dim.Zero : i[axis]];
        CheckPlaces(call, source.Dims, self, axis, i => index.At(Of(i)));
        return Reduce(call, self, source.Dims, i => self.Rank == 0 ? [] : i.SetItem(axis, index.IndexAt(Of(i), self.Dims[axis])), source.ValueAt);
    }

    private static TensorBuffer Reduce(Call call, TensorBuffer self, Dims dims, Func<Dims, Dims> place, Func<Dims, Expr> value)
    {
        var context = call.Context;
        var reduce = call.Text("reduce");
        var (mode, neutral) = reduce switch
        {
            "sum" or "mean" => (ScatterMode.Add, Expr.Const(self.Type, 0L)),
            "prod" => (ScatterMode.Multiply, Expr.Const(self.Type, 1L)),
            "amax" => (ScatterMode.Max, self.Type.Lowest()),
            "amin" => (ScatterMode.Min, self.Type.Highest()),
            _ => throw call.Expected("the reduction 'sum', 'prod', 'mean', 'amax' or 'amin'", $"'{reduce}'"),
        };
        var includeSelf = call.Flag("include_self");
        var result = context.Copy(self);
        if (!includeSelf)
        {
            context.Scatter(result, dims, place, _ => neutral, ScatterMode.Set);
        }

        context.Scatter(result, dims, place, value, mode);
        if (reduce != "mean")
        {
            return result;
        }

        var counts = context.Fill(DType.Int64, self.Dims, Expr.Const(DType.Int64, includeSelf ? 1L : 0L));
        context.Scatter(counts, dims, place, _ => Expr.Const(DType.Int64, 1L), ScatterMode.Add);
        return context.Map(self.Type, self.Dims, i =>
        {
            var (sum, count) = (result.ValueAt(i), counts.At(i).Max(Expr.Const(DType.Int64, 1L)));
            return sum.Type.IsFloat() ? sum / count.As(sum.Type) : sum.Apply(BinaryOp.FloorDiv, count.As(sum.Type));
        });
    }

    /// <summary>Whole slices of one dim, whose places a vector gives.</summary>
    private static TensorBuffer Rows(Call call, Operand source, ScatterMode mode, Func<Expr, Expr>? map = null, bool fromEnd = false)
    {
        var (self, index) = (call.Tensor("self"), call.Tensor("index"));
        var axis = call.Axis("dim", self.Rank);
        if (self.Rank == 0)
        {
            CheckPlaces(call, index.Dims, self, axis, index.At, fromEnd);

            // A number is a vector of one.
            var vector = call.Context.Copy(call.Context.Reshape(self, [1]));
            call.Context.Scatter(
                vector, index.Dims, _ => [0], i => map is null ? source.At(i, self.Type) : map(source.At(i, self.Type)), mode);
            return call.Context.Reshape(vector, []);
        }

        var dims = self.Dims.SetItem(axis, Dim.Product(index.Dims));
        CheckPlaces(call, dims, self, axis, i => index.At(index.Rank == 0 ? [] : [i[axis]]), fromEnd);
        var result = call.Context.Copy(self);
        call.Context.Scatter(
            result, dims, i => i.SetItem(axis, index.IndexAt(index.Rank == 0 ? [] : [i[axis]], self.Dims[axis])),
            i => map is null ? source.At(i, self.Type) : map(source.At(i, self.Type)), mode);
        return result;
    }

    private static Lowered IndexAdd(Call call)
    {
        var alpha = call.Operand("alpha");
        return Rows(call, call.Operand("source"), ScatterMode.Add, x => alpha.Known == 1 ? x : x * alpha.At([], x.Type));
    }

    private static Lowered IndexPut(Call call)
    {
        var (self, values) = (call.Tensor("self"), call.Tensor("values"));
        var indices = call.OptionalTensors("indices");
        var accumulate = call.Flag("accumulate");
        var masks = indices.Where(index => index?.Type is DType.Bool or DType.UInt8).ToArray();
        if (masks.Length > 0)
        {
            return masks.Length == 1 && indices.Count(index => index is not null) == 1
                ? PutMasked(call, self, masks[0]!, indices.IndexOf(masks[0]), values, accumulate)
                : throw call.Unsupported("masks among other indices");
        }

        var advanced = new Indexing.Advanced(call, self, indices);
        var result = call.Context.Copy(self);
        call.Context.Fits(values.Dims, advanced.Dims);
        call.Context.Scatter(
            result, advanced.Dims, advanced.Place, i => values.ValueAt(Broadcasting.IndexInto(values.Dims, i)), accumulate ? ScatterMode.Add : ScatterMode.Set);
        return result;
    }

    private static Lowered MaskedAccumulate(Call call)
    {
        var (self, mask, values) = (call.Tensor("self"), call.Tensor("mask"), call.Tensor("values"));
        var advanced = new Indexing.Advanced(call, self, Indexing.Inside(call, self));
        var result = call.Context.Copy(self);
        call.Context.Scatter(
            result, advanced.Dims, advanced.Place, i => values.ValueAt(Broadcasting.IndexInto(values.Dims, i)), ScatterMode.Add,
            i => mask.At(Broadcasting.IndexInto(mask.Dims, i)).As(DType.Bool));
        return result;
    }

    /// <summary>A mask in place of some dims: the same value wherever it is true, or values in the order in which it is.</summary>
    private static TensorBuffer PutMasked(Call call, TensorBuffer self, TensorBuffer mask, int start, TensorBuffer values, bool accumulate)
    {
        var rest = self.Rank - mask.Rank;
        var perHit = values.Rank > rest - start && !call.Context.IsOne(values.Dims[^(rest - start + 1)], "the values are one for each place of the mask");
        var order = perHit ? HitsBefore(call.Context, mask) : null;
        if (order is not null)
        {
            CheckHits(call, order, values.Dims[^(rest - start + 1)], exactly: true);
        }

        return call.Context.Map(self.Type, self.Dims, i =>
        {
            var at = i.Slice(start, mask.Rank);
            var hit = mask.At(at).As(DType.Bool);
            var number = order is null ? Dim.Zero : BufferLoads.Clamped(order.At([Reshaping.Flatten(mask.Dims.AsSpan(), at.AsSpan())]), values.Dims[^(rest - start + 1)]);
            Dims picked = [.. i[..start], number, .. i[(start + mask.Rank)..]];
            var (old, value) = (self.ValueAt(i), values.ValueAt(Broadcasting.IndexInto(values.Dims, picked)).As(self.Type.Compute()));
            return Expr.Select(hit, accumulate ? old.Plus(value) : value, old);
        });
    }

    /// <summary>There must be a value for each element of a mask that is true; where that is asked for, no more.</summary>
    private static void CheckHits(Call call, TensorBuffer order, Dim count, bool exactly)
    {
        // At its last element a mask has met all that are true, less one.
        Expr Hits(Dims i) => order.At([order.Dims[0] - 1]) + Expr.Const(DType.Int64, 1L);
        call.Context.Check(
            [Dim.Min(order.Dims[0], 1)], i => exactly ? Hits(i).NotEqualTo(Expr.Of(count)) : Hits(i) > Expr.Of(count), Hits, count,
            "the mask is true at {value} elements, and there are {limit} values for them");
    }

    /// <summary>How many elements of a mask are true before each one, in row-major order.</summary>
    private static TensorBuffer HitsBefore(LoweringContext context, TensorBuffer mask)
    {
        var flat = context.Reshape(mask, [Dim.Product(mask.Dims)]);
        return context.Scan(
            [DType.Int64], flat.Dims, 0, i => [new(Combiner.Sum, flat.At(i).As(DType.Bool).As(DType.Int64))], (_, sum) => [sum[0] - sum[0].One])[0];
    }

    private static Lowered Put(Call call)
    {
        var (self, index, source) = (call.Tensor("self"), call.Tensor("index"), call.Tensor("source"));
        var count = Dim.Product(self.Dims);
        call.CheckIndices(index, count, "the elements of 'self'", fromEnd: true);
        var flat = call.Context.Copy(call.Context.Reshape(self, [count]));
        call.Context.Scatter(
            flat, index.Dims, i => [index.IndexAt(i, count)],
            i => source.ValueAt(Reshaping.MapIndex(call.Context.Facts, source.Dims, index.Dims, i)), call.Flag("accumulate") ? ScatterMode.Add : ScatterMode.Set);
        return call.Context.Reshape(flat, self.Dims);
    }

    private static Lowered MaskedScatter(Call call)
    {
        var (self, mask, source) = (call.Tensor("self"), call.Tensor("mask"), call.Tensor("source"));
        var dims = call.Context.Broadcast(self.Dims, mask.Dims);
        var hits = call.Context.Expand(mask, dims);
        var order = HitsBefore(call.Context, hits);
        var count = Dim.Product(source.Dims);
        CheckHits(call, order, count, exactly: false);
        return call.Context.Map(self.Type, dims, i =>
        {
            var number = BufferLoads.Clamped(order.At([Reshaping.Flatten(dims.AsSpan(), i.AsSpan())]), count);
            return Expr.Select(
                hits.At(i).As(DType.Bool), source.At(Reshaping.Unflatten(source.Dims.AsSpan(), number)), self.At(Broadcasting.IndexInto(self.Dims, i)));
        });
    }

    private static TensorBuffer WriteInto(Call call, Func<Dims, Dims> place, Dims dims)
    {
        var (self, source) = (call.Tensor("self"), call.Tensor("src"));
        call.Context.Fits(source.Dims, dims);
        var result = call.Context.Copy(self);
        call.Context.MapInto(result, dims, place, i => source.At(Broadcasting.IndexInto(source.Dims, i)));
        return result;
    }

    private static Lowered SliceScatter(Call call)
    {
        var self = call.Tensor("self");
        var axis = call.Axis("dim", self.Rank);
        var step = call.Int("step");
        var (start, length) = ViewBuilding.SliceBounds(
            call.Context, self.Dims[axis], call.Has("start") ? call.Int("start") : null, call.Has("end") ? call.Int("end") : null, step);
        return WriteInto(call, i => i.SetItem(axis, start + (i[axis] * step)), self.Dims.SetItem(axis, length));
    }

    private static Lowered SelectScatter(Call call)
    {
        var self = call.Tensor("self");
        var axis = call.Axis("dim", self.Rank);
        var place = Views.FromEnd(call, call.Int("index"), self.Dims[axis], axis);
        return WriteInto(call, i => i.Insert(axis, place), self.Dims.RemoveAt(axis));
    }

    private static Lowered DiagonalScatter(Call call)
    {
        var (self, source) = (call.Tensor("self"), call.Tensor("src"));
        var (first, second, offset) = (call.Axis("dim1", self.Rank), call.Axis("dim2", self.Rank), call.Constant("offset"));
        var (low, high) = (Math.Min(first, second), Math.Max(first, second));
        return WriteInto(call, i =>
        {
            var (row, column) = (i[^1] + Math.Max(-offset, 0), i[^1] + Math.Max(offset, 0));
            return i.RemoveAt(i.Length - 1).Insert(low, first < second ? row : column).Insert(high, first < second ? column : row);
        }, source.Dims);
    }

    private static Lowered AsStridedScatter(Call call)
    {
        var self = call.Tensor("self");
        var strides = call.Ints("stride");
        var offset = call.Has("storage_offset") ? call.Int("storage_offset") : Dim.Zero;
        return WriteInto(
            call, i => Reshaping.Unflatten(self.Dims.AsSpan(), offset + Dim.Sum(i.Zip(strides, (place, stride) => place * stride))), call.Ints("size"));
    }
}
