using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Operators that compute nothing: elements under another shape, or unchanged.</summary>
internal static class Views
{
    public static OperatorFamily Family { get; } = new("views", DTypeSet.All)
    {
        { "aten::view(Tensor(a) self, SymInt[] size) -> Tensor(a)", call => Reshape(call, "size") },
        { "aten::view.dtype(Tensor(a) self, ScalarType dtype) -> Tensor(a)", Reinterpret, ReinterpretComplex },
        { "aten::view_copy.dtype(Tensor self, ScalarType dtype) -> Tensor", Reinterpret, ReinterpretComplex },
        { "aten::_unsafe_view(Tensor self, SymInt[] size) -> Tensor", call => Reshape(call, "size") },
        { "aten::reshape(Tensor(a) self, SymInt[] shape) -> Tensor(a)", call => Reshape(call, "shape") },
        { "aten::_reshape_alias(Tensor(a) self, SymInt[] size, SymInt[] stride) -> Tensor(a)", call => Reshape(call, "size") },
        { "aten::_reshape_alias_copy(Tensor self, SymInt[] size, SymInt[] stride) -> Tensor", call => Reshape(call, "size") },
        { "aten::_reshape_copy(Tensor self, SymInt[] size) -> Tensor", call => Reshape(call, "size") },
        { "aten::view_copy(Tensor self, SymInt[] size) -> Tensor", call => Reshape(call, "size") },
        { "aten::view_as(Tensor(a) self, Tensor other) -> Tensor(a)", call => call.Context.Reshape(call.Tensor(0), call.Tensor("other").Dims) },
        { "aten::reshape_as(Tensor(a) self, Tensor other) -> Tensor(a)", call => call.Context.Reshape(call.Tensor(0), call.Tensor("other").Dims) },
        { "aten::flatten.using_ints(Tensor(a) self, int start_dim=0, int end_dim=-1) -> Tensor(a)", Flatten },
        { "aten::ravel(Tensor(a) self) -> Tensor(a)", call => call.Context.Reshape(call.Tensor(0), [-1]) },
        { "aten::unflatten.int(Tensor(a) self, int dim, SymInt[] sizes) -> Tensor(a)", Unflatten },
        { "aten::permute(Tensor(a) self, int[] dims) -> Tensor(a)", call => Permute(call, "dims") },
        { "aten::permute_copy(Tensor self, int[] dims) -> Tensor", call => Permute(call, "dims") },
        { "aten::transpose.int(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", Transpose("dim0", "dim1") },
        { "aten::transpose_copy.int(Tensor self, int dim0, int dim1) -> Tensor", Transpose("dim0", "dim1") },
        { "aten::swapaxes(Tensor(a) self, int axis0, int axis1) -> Tensor(a)", Transpose("axis0", "axis1") },
        { "aten::swapdims(Tensor(a) self, int dim0, int dim1) -> Tensor(a)", Transpose("dim0", "dim1") },
        { "aten::t(Tensor(a) self) -> Tensor(a)", call => Reverse(call.Context, call.Tensor(0)) },
        { "aten::t_copy(Tensor self) -> Tensor", call => Reverse(call.Context, call.Tensor(0)) },
        { "aten::numpy_T(Tensor(a) self) -> Tensor(a)", call => Reverse(call.Context, call.Tensor(0)) },
        { "aten::matrix_H(Tensor(a) self) -> Tensor(a)", DTypeSet.Real, call => call.Context.MatrixTranspose(call.Tensor(0)) },
        { "aten::mT(Tensor(a) self) -> Tensor(a)", call => call.Context.MatrixTranspose(call.Tensor(0)) },
        { "aten::mH(Tensor(a) self) -> Tensor(a)", DTypeSet.Real, call => call.Context.MatrixTranspose(call.Tensor(0)) },
        { "aten::adjoint(Tensor(a) self) -> Tensor(a)", DTypeSet.Real, call => call.Context.MatrixTranspose(call.Tensor(0)) },
        { "aten::movedim.int(Tensor(a) self, int source, int destination) -> Tensor(a)", Movedim },
        { "aten::movedim.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", Movedim },
        { "aten::moveaxis.int(Tensor(a) self, int source, int destination) -> Tensor(a)", Movedim },
        { "aten::moveaxis.intlist(Tensor(a) self, int[] source, int[] destination) -> Tensor(a)", Movedim },
        { "aten::squeeze(Tensor(a) self) -> Tensor(a)", Squeeze },
        { "aten::squeeze.dim(Tensor(a) self, int dim) -> Tensor(a)", Squeeze },
        { "aten::squeeze.dims(Tensor(a) self, int[] dim) -> Tensor(a)", Squeeze },
        { "aten::squeeze_copy(Tensor self) -> Tensor", Squeeze },
        { "aten::squeeze_copy.dim(Tensor self, int dim) -> Tensor", Squeeze },
        { "aten::squeeze_copy.dims(Tensor self, int[] dim) -> Tensor", Squeeze },
        { "aten::unsqueeze(Tensor(a) self, int dim) -> Tensor(a)", call => call.Context.Unsqueeze(call.Tensor(0), call.Axis("dim", call.Tensor(0).Rank + 1)) },
        { "aten::unsqueeze_copy(Tensor self, int dim) -> Tensor", call => call.Context.Unsqueeze(call.Tensor(0), call.Axis("dim", call.Tensor(0).Rank + 1)) },
        { "aten::expand(Tensor(a) self, SymInt[] size, *, bool implicit=False) -> Tensor(a)", call => Expand(call, "size") },
        { "aten::expand_copy(Tensor self, SymInt[] size, *, bool implicit=False) -> Tensor", call => Expand(call, "size") },
        { "aten::broadcast_to(Tensor(a) self, SymInt[] size) -> Tensor(a)", call => Expand(call, "size") },
        { "aten::expand_as(Tensor(a) self, Tensor other) -> Tensor(a)", call => call.Context.Expand(call.Tensor(0), call.Tensor("other").Dims) },
        { "aten::broadcast_tensors(Tensor[] tensors) -> Tensor[]", BroadcastTensors },
        { "aten::atleast_1d(Tensor self) -> Tensor", call => AtLeast(call, 1) },
        { "aten::atleast_2d(Tensor self) -> Tensor", call => AtLeast(call, 2) },
        { "aten::atleast_3d(Tensor self) -> Tensor", call => AtLeast(call, 3) },
        { "aten::atleast_1d.Sequence(Tensor[] tensors) -> Tensor[]", call => AllAtLeast(call, 1) },
        { "aten::atleast_2d.Sequence(Tensor[] tensors) -> Tensor[]", call => AllAtLeast(call, 2) },
        { "aten::atleast_3d.Sequence(Tensor[] tensors) -> Tensor[]", call => AllAtLeast(call, 3) },
        { "aten::slice.Tensor(Tensor(a) self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor(a)", Slice },
        { "aten::slice_copy.Tensor(Tensor self, int dim=0, SymInt? start=None, SymInt? end=None, SymInt step=1) -> Tensor", Slice },
        { "aten::narrow(Tensor(a) self, int dim, SymInt start, SymInt length) -> Tensor(a)", Narrow },
        { "aten::narrow.Tensor(Tensor(a) self, int dim, Tensor start, SymInt length) -> Tensor(a)", Narrow },
        { "aten::narrow_copy(Tensor self, int dim, SymInt start, SymInt length) -> Tensor", Narrow },
        { "aten::select.int(Tensor(a) self, int dim, SymInt index) -> Tensor(a)", Select },
        { "aten::select_copy.int(Tensor self, int dim, SymInt index) -> Tensor", Select },
        { "aten::diagonal(Tensor(a) self, int offset=0, int dim1=0, int dim2=1) -> Tensor(a)", call => Diagonal(call.Context, call.Tensor(0), call.Constant("offset"), call.Axis("dim1", call.Tensor(0).Rank), call.Axis("dim2", call.Tensor(0).Rank)) },
        { "aten::diagonal_copy(Tensor self, int offset=0, int dim1=0, int dim2=1) -> Tensor", call => Diagonal(call.Context, call.Tensor(0), call.Constant("offset"), call.Axis("dim1", call.Tensor(0).Rank), call.Axis("dim2", call.Tensor(0).Rank)) },
        { "aten::linalg_diagonal(Tensor(a) A, *, int offset=0, int dim1=-2, int dim2=-1) -> Tensor(a)", call => Diagonal(call.Context, call.Tensor(0), call.Constant("offset"), call.Axis("dim1", call.Tensor(0).Rank), call.Axis("dim2", call.Tensor(0).Rank)) },
        { "aten::unfold(Tensor(a) self, int dimension, int size, int step) -> Tensor(a)", Unfold },
        { "aten::unfold_copy(Tensor self, int dimension, int size, int step) -> Tensor", Unfold },
        { "aten::as_strided(Tensor(a) self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor(a)", AsStrided },
        { "aten::as_strided_copy(Tensor self, SymInt[] size, SymInt[] stride, SymInt? storage_offset=None) -> Tensor", AsStrided },

        { "aten::alias(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0) },
        { "aten::alias_copy(Tensor self) -> Tensor", call => call.Tensor(0) },
        { "aten::detach(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0) },
        { "aten::detach_copy(Tensor self) -> Tensor", call => call.Tensor(0) },
        { "aten::lift(Tensor self) -> Tensor", call => call.Tensor(0) },
        { "aten::lift_fresh(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0) },
        { "aten::lift_fresh_copy(Tensor self) -> Tensor", call => call.Tensor(0) },
        { "aten::clone(Tensor self, *, MemoryFormat? memory_format=None) -> Tensor", call => call.Tensor(0) },
        { "aten::contiguous(Tensor(a) self, *, MemoryFormat memory_format=0) -> Tensor(a)", call => call.Tensor(0) },
        { "aten::requires_grad_(Tensor(a!) self, bool requires_grad=True) -> Tensor(a!)", call => call.Tensor(0) },
    };

    private static Lowered Reshape(Call call, string size) => call.Context.Reshape(call.Tensor(0), call.Ints(size));

    /// <summary>The same memory as elements of another dtype: of smaller ones the last dimension has more, of larger ones fewer.</summary>
    private static Lowered Reinterpret(Call call) => Reinterpret(call.Context, call.Tensor(0), call.TypeOr(call.Tensor(0).Type));

    /// <summary>The bytes of complex numbers are those of their parts, side by side; another complex dtype makes numbers of other parts.</summary>
    private static Lowered ReinterpretComplex(Call call)
    {
        if (call[0] is not Lowered.Complex(var real, var imaginary))
        {
            return Reinterpret(call);
        }

        var (context, type) = (call.Context, call.TypeOr(real.Type.ToComplex()));
        if (type == real.Type.ToComplex())
        {
            return call[0];
        }

        if (real.Rank == 0)
        {
            throw call.Expected($"{real.Type.ToComplex().Name()} for a tensor without dimensions", type.Name());
        }

        return Reinterpret(context, context.Reshape(Joining.Stack(context, [real, imaginary], real.Rank), [.. real.Dims[..^1], real.Dims[^1] * 2]), type);
    }

    private static Lowered Reinterpret(LoweringContext context, TensorBuffer self, DType type)
    {
        var (from, to) = (self.Type.Size(), type.Size());
        if (type.IsComplex())
        {
            var parts = ((Lowered.Tensor)Reinterpret(context, self, type.ToPart())).Buffer;
            var pairs = parts.Rank == 0 ? throw SconceException.Expected($"a dtype of {from} bytes for a tensor without dimensions", type.Name()) : parts.Dims[^1].FloorDiv(2);
            context.Same(parts.Dims[^1], pairs * 2, $"a last dimension that elements of {type.Name()} divide");
            return Complex.OfParts(context, context.Reshape(parts, [.. parts.Dims[..^1], pairs, 2]));
        }

        if (from == to)
        {
            return context.Map(type, self.Dims, index => self.At(index).Bitcast(type));
        }

        if (self.Rank == 0)
        {
            throw SconceException.Expected($"a dtype of {from} bytes for a tensor without dimensions", type.Name());
        }

        var last = self.Dims[^1];
        if (from > to)
        {
            // Little-endian: the first of the smaller ones has the lowest bits.
            var parts = from / to;
            return context.Map(type, [.. self.Dims[..^1], last * parts], index =>
                Bits(index[^1].FloorDiv(parts), index).Apply(BinaryOp.Shr, Expr.Of(index[^1].Mod(parts) * (to * 8))).As(type.SameSizeInteger()).Bitcast(type));
        }

        var whole = to / from;
        context.Same(last, last.FloorDiv(whole) * whole, $"a last dimension that elements of {type.Name()} divide");
        var mask = Expr.Const(DType.Int64, (1L << (from * 8)) - 1);
        return context.Map(type, [.. self.Dims[..^1], last.FloorDiv(whole)], index =>
            Enumerable.Range(0, whole).Select(part => (Bits((index[^1] * whole) + part, index) & mask).Apply(BinaryOp.Shl, Expr.Const(DType.Int64, (long)part * from * 8)))
                .Aggregate((a, b) => a | b).As(type.SameSizeInteger()).Bitcast(type));

        Expr Bits(Dim place, Dims index) => self.At([.. index[..^1], place]).Bitcast(self.Type.SameSizeInteger()).As(DType.Int64);
    }

    private static Lowered Flatten(Call call)
    {
        var self = call.Tensor(0);
        if (self.Rank == 0)
        {
            return call.Context.Reshape(self, [1]);
        }

        var (start, end) = (call.Axis("start_dim", self.Rank), call.Axis("end_dim", self.Rank));
        return call.Context.Reshape(self, [.. self.Dims[..start], Dim.Product(self.Dims[start..(end + 1)]), .. self.Dims[(end + 1)..]]);
    }

    private static Lowered Unflatten(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        var sizes = Reshaping.Resolve(call.Context, [self.Dims[axis]], call.Ints("sizes"));
        return call.Context.Reshape(self, [.. self.Dims[..axis], .. sizes, .. self.Dims[(axis + 1)..]]);
    }

    private static Lowered Permute(Call call, string dims) =>
        call.Context.Permute(call.Tensor(0), call.Axes(dims, call.Tensor(0).Rank, emptyMeansAll: false));

    private static Lowering Transpose(string first, string second) => call =>
    {
        var self = call.Tensor(0);
        return self.Rank == 0 ? self : call.Context.Transpose(self, call.Axis(first, self.Rank), call.Axis(second, self.Rank));
    };

    private static TensorBuffer Reverse(LoweringContext context, TensorBuffer self) =>
        self.Rank < 2 ? self : context.Permute(self, [.. Enumerable.Range(0, self.Rank).Reverse()]);

    private static Lowered Movedim(Call call)
    {
        var self = call.Tensor(0);
        ImmutableArray<int> source = [.. call.Constants("source").Select(axis => call.NormaliseAxis(axis, self.Rank))];
        ImmutableArray<int> target = [.. call.Constants("destination").Select(axis => call.NormaliseAxis(axis, self.Rank))];
        var rest = new Queue<int>(Enumerable.Range(0, self.Rank).Except(source));
        return call.Context.Permute(self, [.. Enumerable.Range(0, self.Rank)
            .Select(axis => target.IndexOf(axis) is >= 0 and var place ? source[place] : rest.Dequeue())]);
    }

    private static Lowered Squeeze(Call call)
    {
        var self = call.Tensor(0);
        var axes = call.Operator.Schema.IndexOf("dim") >= 0 ? call.Axes("dim", self.Rank, emptyMeansAll: false) : [.. Enumerable.Range(0, self.Rank)];
        return call.Context.Squeeze(self, axis => axes.Contains(axis)
            && call.Context.IsOne(self.Dims[axis], $"squeeze drops a dim of size 1, and this model goes on with dim {axis} as it is"));
    }

    private static Lowered Expand(Call call, string size)
    {
        var self = call.Tensor(0);
        var sizes = call.Ints(size);
        var added = sizes.Length - self.Rank;
        return call.Context.Expand(self, [.. sizes.Select((dim, i) => dim.IsConstant && dim.Value == -1 ? self.Dims[i - added] : dim)]);
    }

    private static Lowered BroadcastTensors(Call call)
    {
        var tensors = call.Tensors("tensors");
        var dims = call.Context.Broadcast([.. tensors.Select(tensor => tensor.Dims)]);
        return Lowered.Of(tensors.Select(tensor => call.Context.Expand(tensor, dims)));
    }

    private static Lowered AllAtLeast(Call call, int rank) =>
        Lowered.Of(call.Tensors("tensors").Select(tensor => AtLeast(call.Context, tensor, rank)).ToArray());

    private static Lowered AtLeast(Call call, int rank) => AtLeast(call.Context, call.Tensor(0), rank);

    private static TensorBuffer AtLeast(LoweringContext context, TensorBuffer self, int rank)
    {
        Dims dims = (rank, self.Rank) switch
        {
            _ when self.Rank >= rank => self.Dims,
            (1, _) or (_, 0) => [.. Enumerable.Repeat(Dim.One, rank)],
            (2, 1) => [1, self.Dims[0]],
            (3, 1) => [1, self.Dims[0], 1],
            _ => [.. self.Dims, 1],
        };
        return context.Reshape(self, dims);
    }

    private static Lowered Slice(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        var step = call.Int("step");
        var (start, length) = ViewBuilding.SliceBounds(
            call.Context, self.Dims[axis], call.Has("start") ? call.Int("start") : null, call.Has("end") ? call.Int("end") : null, step);
        return call.Context.Slice(self, axis, start, length, step);
    }

    private static Lowered Narrow(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        var (start, length, size) = (call.Int("start"), call.Int("length"), self.Dims[axis]);
        if (!start.HasLoads())
        {
            var from = ViewBuilding.FromStart(call.Context, start, size);
            call.Context.Require(SizeCheck.LessOrEqual(0, from, "a part of a dim begins within it"));
            call.Context.Require(SizeCheck.LessOrEqual(from + length, size, "a part of a dim ends within it"));
            return call.Context.Slice(self, axis, from, length);
        }

        var first = BufferLoads.Wrap(Expr.Of(start), size);
        call.Context.Check(
            [], _ => (first < Expr.Of(0)) | (first > Expr.Of(size - length)), _ => Expr.Of(start), size,
            $"from {{value}} on there are fewer than {length} elements in {Checks.DimOf("self", axis)}, whose size is {{limit}}");
        return call.Context.Slice(self, axis, BufferLoads.Clamped(first, size - length + 1), length);
    }

    private static Lowered Select(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dim", self.Rank);
        return call.Context.Select(self, axis, FromEnd(call, call.Int("index"), self.Dims[axis], axis));
    }

    /// <summary>An index that counts from the end where it is negative; one that only the run can tell is checked, and kept inside the dim.</summary>
    internal static Dim FromEnd(Call call, Dim index, Dim size, int axis)
    {
        if (index.HasLoads())
        {
            call.CheckIndices([], _ => Expr.Of(index), size, Checks.DimOf("self", axis), fromEnd: true);
            return BufferLoads.AsIndex(Expr.Of(index), size);
        }

        var place = ViewBuilding.FromStart(call.Context, index, size);
        call.Context.Require(SizeCheck.LessOrEqual(0, place, $"it takes element {index} of dim {axis}, whose size is {size}"));
        call.Context.Require(SizeCheck.Less(place, size, $"it takes element {index} of dim {axis}, whose size is {size}"));
        return place;
    }

    /// <summary>The diagonal of two dims as a new last dim.</summary>
    internal static TensorBuffer Diagonal(LoweringContext context, TensorBuffer self, int offset, int first, int second)
    {
        var (down, right) = (Math.Max(-offset, 0), Math.Max(offset, 0));
        var length = Dim.Max(Dim.Min(self.Dims[first] - down, self.Dims[second] - right), 0);
        ImmutableArray<int> others = [.. Enumerable.Range(0, self.Rank).Where(axis => axis != first && axis != second)];
        return context.View(self, [.. others.Select(axis => self.Dims[axis]), length], index =>
            [.. Enumerable.Range(0, self.Rank).Select(axis =>
                axis == first ? index[^1] + down : axis == second ? index[^1] + right : index[others.IndexOf(axis)])]);
    }

    private static Lowered Unfold(Call call)
    {
        var self = call.Tensor(0);
        var axis = call.Axis("dimension", self.Rank);
        var (size, step) = (call.Int("size"), call.Int("step"));
        if (self.Rank == 0)
        {
            return call.Context.View(self, [size], _ => []);
        }

        call.Context.Require(SizeCheck.LessOrEqual(size, self.Dims[axis], $"unfold takes windows of {size} from dim {axis}"));
        var count = (self.Dims[axis] - size).FloorDiv(step) + 1;
        return call.Context.View(self, [.. self.Dims.SetItem(axis, count), size], index =>
            index.RemoveAt(index.Length - 1).SetItem(axis, (index[axis] * step) + index[^1]));
    }

    /// <summary>Strides count elements of the tensor as it lies in row-major order.</summary>
    private static Lowered AsStrided(Call call)
    {
        var self = call.Tensor(0);
        var (sizes, strides) = (call.Ints("size"), call.Ints("stride"));
        var offset = call.Has("storage_offset") ? call.Int("storage_offset") : Dim.Zero;
        return call.Context.View(self, sizes, index =>
            Reshaping.Unflatten(self.Dims.AsSpan(), offset + Dim.Sum(index.Zip(strides, (i, stride) => i * stride))));
    }
}
