using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Tensors made from nothing: constants and ranges.</summary>
internal static class Creation
{
    public static OperatorFamily Family { get; } = new("creation")
    {
        { "aten::zeros(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Full(call, 0L) },
        { "aten::ones(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Full(call, 1L) },
        { "aten::empty.memory_format(SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", call => Full(call, 0L) },
        { "aten::empty_strided(SymInt[] size, SymInt[] stride, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Full(call, 0L) },
        { "aten::empty_permuted(SymInt[] size, int[] physical_layout, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Full(call, 0L) },
        { "aten::full(SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Full(call, call.Operand("fill_value")) },
        { "aten::zeros_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", call => FullLike(call, 0L) },
        { "aten::ones_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", call => FullLike(call, 1L) },
        { "aten::empty_like(Tensor self, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", call => FullLike(call, 0L) },
        { "aten::full_like(Tensor self, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None, MemoryFormat? memory_format=None) -> Tensor", call => FullLike(call, call.Operand("fill_value")) },
        { "aten::new_zeros(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => New(call, 0L) },
        { "aten::new_ones(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => New(call, 1L) },
        { "aten::new_empty(Tensor self, SymInt[] size, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => New(call, 0L) },
        { "aten::new_empty_strided(Tensor self, SymInt[] size, SymInt[] stride, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => New(call, 0L) },
        { "aten::new_full(Tensor self, SymInt[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => New(call, call.Operand("fill_value")) },
        { "aten::scalar_tensor(Scalar s, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", ScalarTensor },
        { "aten::arange(Scalar end, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Arange },
        { "aten::arange.start(Scalar start, Scalar end, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Arange },
        { "aten::arange.start_step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Arange },
        { "aten::range(Scalar start, Scalar end, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Range },
        { "aten::range.step(Scalar start, Scalar end, Scalar step=1, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Range },
        { "aten::_dim_arange(Tensor like, int dim) -> Tensor", call => call.Context.Map(DType.Int64, [call.Tensor(0).Dims[call.Axis("dim", call.Tensor(0).Rank)]], i => Expr.Of(i[0])) },
        { "aten::linspace(Scalar start, Scalar end, int steps, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Linspace },
        { "aten::linspace.Scalar_Tensor(Scalar start, Tensor end, int steps, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Linspace },
        { "aten::linspace.Tensor_Scalar(Tensor start, Scalar end, int steps, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Linspace },
        { "aten::linspace.Tensor_Tensor(Tensor start, Tensor end, int steps, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Linspace },
        { "aten::logspace(Scalar start, Scalar end, int steps, float base=10., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Logspace },
        { "aten::logspace.Scalar_Tensor(Scalar start, Tensor end, int steps, float base=10., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Logspace },
        { "aten::logspace.Tensor_Scalar(Tensor start, Scalar end, int steps, float base=10., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Logspace },
        { "aten::logspace.Tensor_Tensor(Tensor start, Tensor end, int steps, float base=10., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Logspace },
        { "aten::fft_fftfreq(int n, float d=1., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Frequencies(call, half: false) },
        { "aten::fft_rfftfreq(int n, float d=1., *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Frequencies(call, half: true) },
        { "aten::eye(SymInt n, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Eye },
        { "aten::eye.m(SymInt n, SymInt m, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Eye },
        { "aten::tril_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => TriangleIndices(call, lower: true) },
        { "aten::triu_indices(int row, int col, int offset=0, *, ScalarType? dtype=4, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => TriangleIndices(call, lower: false) },
    };

    private static Lowered Full(Call call, Operand value)
    {
        var given = call.Operator.Schema.IndexOf("fill_value") >= 0;
        var type = call.TypeOr(given ? value.Type : TypePromotion.DefaultFloat);
        return call.Context.Fill(type, call.Ints("size"), value.At([], type));
    }

    private static Lowered FullLike(Call call, Operand value)
    {
        var self = call.Tensor("self");
        var type = call.TypeOr(self.Type);
        return call.Context.Fill(type, self.Dims, value.At([], type));
    }

    private static Lowered New(Call call, Operand value)
    {
        var type = call.TypeOr(call.Tensor("self").Type);
        return call.Context.Fill(type, call.Ints("size"), value.At([], type));
    }

    private static Lowered ScalarTensor(Call call)
    {
        var value = call.Operand("s");
        var type = call.TypeOr(TypePromotion.DefaultFloat);
        return call.Context.Fill(type, [], value.At([], type));
    }

    private static Lowered Arange(Call call)
    {
        Operand start = call.Has("start") ? call.Operand("start") : 0L, end = call.Operand("end"), step = call.Has("step") ? call.Operand("step") : 1L;
        if (IsWhole(start) && IsWhole(end) && IsWhole(step))
        {
            var integers = !start.Type.IsFloat() && !end.Type.IsFloat() && !step.Type.IsFloat();
            var (first, last, stride) = (call.Has("start") ? call.Int("start") : Dim.Zero, call.Int("end"), call.Has("step") ? call.Int("step") : Dim.One);
            var count = stride.IsNonNegative ? (last - first).CeilDiv(stride) : (first - last).CeilDiv(-stride);
            return call.Context.Map(call.TypeOr(integers ? DType.Int64 : TypePromotion.DefaultFloat), [Dim.Max(count, 0)], i => Expr.Of(first + (i[0] * stride)));
        }

        if (start.Known is not { } from || end.Known is not { } to || step.Known is not { } by)
        {
            throw call.Unsupported("a range of floats whose ends only the run can tell");
        }

        // Computed in float64 and rounded, as PyTorch does on the CPU.
        var type = call.TypeOr(TypePromotion.DefaultFloat);
        var compute = type.IsFloat() ? DType.Float64 : DType.Int64;
        return call.Context.Map(type, [(long)Math.Ceiling((to - from) / by)], i =>
            Expr.Const(compute, from) + (Expr.Const(compute, by) * Expr.Of(i[0]).As(compute)));
    }

    private static bool IsWhole(Operand number) => !number.Type.IsFloat() || (number.Known is { } known && double.IsInteger(known));

    /// <summary>As <c>arange</c>, but with the end, and of floats where no dtype is asked for.</summary>
    private static Lowered Range(Call call)
    {
        if (call.Operand("start").Known is not { } start || call.Operand("end").Known is not { } end || (call.Has("step") ? call.Operand("step").Known : 1) is not { } step || step == 0)
        {
            throw call.Unsupported("a range whose ends only the run can tell, or whose step is 0 (torch.arange takes sizes)");
        }

        var type = call.TypeOr(TypePromotion.DefaultFloat);
        var compute = type.IsFloat() ? DType.Float64 : DType.Int64;
        return call.Context.Map(type, [(long)Math.Floor((end - start) / step) + 1], i =>
            Expr.Const(compute, start) + (Expr.Const(compute, step) * Expr.Of(i[0]).As(compute)));
    }

    /// <summary>The second half is counted from the end, so that the end is met exactly.</summary>
    private static Lowered Linspace(Call call)
    {
        var type = call.TypeOr(TypePromotion.DefaultFloat);
        return Linspace(call, type, type.IsFloat() ? type.Compute() : TypePromotion.DefaultFloat, x => x);
    }

    private static Lowered Logspace(Call call)
    {
        var powers = call.Number("base");
        var type = call.TypeOr(TypePromotion.DefaultFloat);

        // A whole power must not be rounded to a little less before it is cut.
        var up = type.IsFloat() ? 1 : 1 + 1e-14;
        return Linspace(call, type, DType.Float64, x => x.Like(powers).Apply(BinaryOp.Pow, x) * x.Like(up));
    }

    private static TensorBuffer Linspace(Call call, DType type, DType compute, Func<Expr, Expr> function)
    {
        var steps = call.Int("steps");
        var (start, end) = (call.Operand("start").At([], compute), call.Operand("end").At([], compute));
        var step = (end - start) / Expr.Of(Dim.Max(steps - 1, 1)).As(compute);
        return call.Context.Map(type, [steps], i => function(Expr.Select(
            Expr.Of(i[0]) < Expr.Of(Dim.Max(steps.FloorDiv(2), 1)),
            start + (step * Expr.Of(i[0]).As(compute)),
            end - (step * Expr.Of(steps - 1 - i[0]).As(compute)))));
    }

    /// <summary>The frequencies of a discrete Fourier transform: upwards from 0, and (of a whole one) then the negative ones.</summary>
    private static Lowered Frequencies(Call call, bool half)
    {
        var count = call.Int("n");
        var type = call.TypeOr(TypePromotion.DefaultFloat);
        var unit = 1 / (call.Number("d") * count.Value);
        var positive = (count + 1).FloorDiv(2);
        return call.Context.Map(type, [half ? count.FloorDiv(2) + 1 : count], i =>
        {
            var place = Expr.Of(i[0]);
            var signed = half ? place : Expr.Select(place < Expr.Of(positive), place, place - Expr.Of(count));
            return signed.As(type.Compute()) * Expr.Const(type.Compute(), unit);
        });
    }

    private static Lowered Eye(Call call)
    {
        var rows = call.Int("n");
        var columns = call.Operator.Schema.IndexOf("m") >= 0 ? call.Int("m") : rows;
        return call.Context.Map(call.TypeOr(TypePromotion.DefaultFloat), [rows, columns], i => Expr.Of(i[0]).EqualTo(Expr.Of(i[1])));
    }

    private static Lowered TriangleIndices(Call call, bool lower)
    {
        var (rows, columns, offset) = (call.Constant("row"), call.Constant("col"), call.Constant("offset"));
        call.Sane((Int128)rows * columns);
        var places = Enumerable.Range(0, rows)
            .SelectMany(row => Enumerable.Range(0, columns).Select(column => (Row: row, Column: column)))
            .Where(place => lower ? place.Column - place.Row <= offset : place.Column - place.Row >= offset)
            .ToArray();
        var indices = call.Context.Integers([2, places.Length], [.. places.Select(place => (long)place.Row), .. places.Select(place => (long)place.Column)]);
        return call.Context.Convert(indices, call.TypeOr(DType.Int64));
    }
}
