using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Dims = System.Collections.Immutable.ImmutableArray<Sconce.Compiler.Types.Dim>;

namespace Sconce.Compiler.Operators.Families;

/// <summary>The elements of one tensor repeated, turned round, moved, chosen by their place.</summary>
internal static class Rearrangement
{
    public static OperatorFamily Family { get; } = new("rearrangement", DTypeSet.All)
    {
        { "aten::repeat(Tensor self, SymInt[] repeats) -> Tensor", call => Repeat(call.Context, call.Tensor(0), call.Ints("repeats")) },
        { "aten::tile(Tensor self, SymInt[] dims) -> Tensor", Tile },
        { "aten::repeat_interleave.self_int(Tensor self, SymInt repeats, int? dim=None, *, SymInt? output_size=None) -> Tensor", RepeatInterleave },
        { "aten::flip(Tensor self, int[] dims) -> Tensor", call => Flip(call.Context, call.Tensor(0), call.Axes("dims", call.Tensor(0).Rank, emptyMeansAll: false)) },
        { "aten::fliplr(Tensor self) -> Tensor", call => Flip(call.Context, call.Tensor(0), [1]) },
        { "aten::flipud(Tensor self) -> Tensor", call => Flip(call.Context, call.Tensor(0), [0]) },
        { "aten::rot90(Tensor self, int k=1, int[] dims=[0, 1]) -> Tensor", Rotate },
        { "aten::roll(Tensor self, SymInt[1] shifts, int[1] dims=[]) -> Tensor", Roll },
        { "aten::fft_fftshift(Tensor self, int[1]? dim=None) -> Tensor", DTypeSet.All, call => Shift(call, size => size.FloorDiv(2)) },
        { "aten::fft_ifftshift(Tensor self, int[1]? dim=None) -> Tensor", DTypeSet.All, call => Shift(call, size => size.CeilDiv(2)) },
        { "aten::tril(Tensor self, SymInt diagonal=0) -> Tensor", DTypeSet.Real, call => Triangle(call, lower: true) },
        { "aten::triu(Tensor self, SymInt diagonal=0) -> Tensor", DTypeSet.Real, call => Triangle(call, lower: false) },
        { "aten::diag(Tensor self, int diagonal=0) -> Tensor", DTypeSet.Real, Diag },
        { "aten::diagflat(Tensor self, int offset=0) -> Tensor", DTypeSet.Real, call => DiagEmbed(call.Context, call.Context.Reshape(call.Tensor(0), [Dim.Product(call.Tensor(0).Dims)]), call.Constant("offset"), 0, 1) },
        { "aten::fill_diagonal(Tensor self, Scalar fill_value, bool wrap=False) -> Tensor", DTypeSet.Real, FillDiagonal },
        { "aten::diag_embed(Tensor self, int offset=0, int dim1=-2, int dim2=-1) -> Tensor", DTypeSet.Real, call => DiagEmbed(call.Context, call.Tensor(0), call.Constant("offset"), call.Axis("dim1", call.Tensor(0).Rank + 1), call.Axis("dim2", call.Tensor(0).Rank + 1)) },
        { "aten::combinations(Tensor self, int r=2, bool with_replacement=False) -> Tensor", Combinations },
    };

    private static TensorBuffer Repeat(LoweringContext context, TensorBuffer self, Dims repeats)
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

    internal static TensorBuffer Flip(LoweringContext context, TensorBuffer self, ImmutableArray<int> axes) =>
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

    private static TensorBuffer Roll(LoweringContext context, TensorBuffer self, ImmutableArray<int> axes, Dims shifts) => context.View(self, self.Dims, index =>
    {
        foreach (var (axis, shift) in axes.Zip(shifts))
        {
            var size = self.Dims[axis];
            var back = (-shift).Mod(size);

            // A number that the model reads may be wider than an index.
            back = shift.HasLoads() ? Expr.Of(back).ToIndex(new(0, Math.Min(size.Bounds.Max, int.MaxValue))) : back;
            index = index.SetItem(axis, (index[axis] + back).Mod(size));
        }

        return index;
    });

    private static Lowered Shift(Call call, Func<Dim, Dim> shift)
    {
        var self = call.Tensor(0);
        var axes = call.Axes("dim", self.Rank);
        return Roll(call.Context, self, axes, [.. axes.Select(axis => shift(self.Dims[axis]))]);
    }

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

    /// <summary>The pure form of <c>fill_diagonal_</c>: where all indices are the same; of a matrix that wraps also below its square, after a row that stays.</summary>
    private static Lowered FillDiagonal(Call call)
    {
        var self = call.Tensor(0);
        var value = call.Operand("fill_value").At([], self.Type);
        var wraps = call.Flag("wrap") && self.Rank == 2;
        return call.Context.Map(self.Type, self.Dims, i =>
        {
            var row = wraps ? i[0].Mod(self.Dims[1] + 1) : i[0];
            var same = i.Skip(1).Select(place => Expr.Of(place).EqualTo(Expr.Of(row))).Aggregate((a, b) => a & b);
            return Expr.Select(same, value, self.At(i));
        });
    }

    /// <summary>The last dim as the diagonal of two new ones.</summary>
    internal static TensorBuffer DiagEmbed(LoweringContext context, TensorBuffer self, int offset, int first, int second)
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
