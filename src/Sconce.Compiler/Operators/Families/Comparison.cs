using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Comparisons, logic, choice and clamping.</summary>
internal static class Comparison
{
    public static OperatorFamily Family { get; } = new("comparison")
    {
        { "aten::eq.Tensor(Tensor self, Tensor other) -> Tensor", DTypeSet.Stored, Compare(BinaryOp.Eq) },
        { "aten::eq.Scalar(Tensor self, Scalar other) -> Tensor", DTypeSet.Stored, Compare(BinaryOp.Eq) },
        { "aten::ne.Tensor(Tensor self, Tensor other) -> Tensor", DTypeSet.Stored, Compare(BinaryOp.Ne) },
        { "aten::ne.Scalar(Tensor self, Scalar other) -> Tensor", DTypeSet.Stored, Compare(BinaryOp.Ne) },
        { "aten::not_equal.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Ne) },
        { "aten::not_equal.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Ne) },
        { "aten::lt.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Lt) },
        { "aten::lt.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Lt) },
        { "aten::less.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Lt) },
        { "aten::less.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Lt) },
        { "aten::le.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Le) },
        { "aten::le.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Le) },
        { "aten::less_equal.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Le) },
        { "aten::less_equal.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Le) },
        { "aten::gt.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Gt) },
        { "aten::gt.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Gt) },
        { "aten::greater.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Gt) },
        { "aten::greater.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Gt) },
        { "aten::ge.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Ge) },
        { "aten::ge.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Ge) },
        { "aten::greater_equal.Tensor(Tensor self, Tensor other) -> Tensor", Compare(BinaryOp.Ge) },
        { "aten::greater_equal.Scalar(Tensor self, Scalar other) -> Tensor", Compare(BinaryOp.Ge) },
        { "aten::isclose(Tensor self, Tensor other, float rtol=1.0000000000000001e-05, float atol=1e-08, bool equal_nan=False) -> Tensor", IsClose },
        { "aten::isin.Tensor_Tensor(Tensor elements, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", IsIn },
        { "aten::isin.Tensor_Scalar(Tensor elements, Scalar test_element, *, bool assume_unique=False, bool invert=False) -> Tensor", IsIn },
        { "aten::isin.Scalar_Tensor(Scalar element, Tensor test_elements, *, bool assume_unique=False, bool invert=False) -> Tensor", IsIn },
        { "aten::equal(Tensor self, Tensor other) -> bool", Equal },
        { "aten::logical_and(Tensor self, Tensor other) -> Tensor", Logic((a, b) => a & b) },
        { "aten::logical_or(Tensor self, Tensor other) -> Tensor", Logic((a, b) => a | b) },
        { "aten::logical_xor(Tensor self, Tensor other) -> Tensor", Logic((a, b) => a.NotEqualTo(b)) },
        { "aten::where.self(Tensor condition, Tensor self, Tensor other) -> Tensor", DTypeSet.Stored, Where },
        { "aten::where.ScalarSelf(Tensor condition, Scalar self, Tensor other) -> Tensor", Where },
        { "aten::where.ScalarOther(Tensor condition, Tensor self, Scalar other) -> Tensor", Where },
        { "aten::where.Scalar(Tensor condition, Scalar self, Scalar other) -> Tensor", Where },
        { "aten::masked_fill.Scalar(Tensor self, Tensor mask, Scalar value) -> Tensor", MaskedFill },
        { "aten::masked_fill.Tensor(Tensor self, Tensor mask, Tensor value) -> Tensor", MaskedFill },
        { "aten::clamp(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", Clamp("min", "max") },
        { "aten::clamp.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", Clamp("min", "max") },
        { "aten::clip(Tensor self, Scalar? min=None, Scalar? max=None) -> Tensor", Clamp("min", "max") },
        { "aten::clip.Tensor(Tensor self, Tensor? min=None, Tensor? max=None) -> Tensor", Clamp("min", "max") },
        { "aten::clamp_min(Tensor self, Scalar min) -> Tensor", Clamp("min", null) },
        { "aten::clamp_min.Tensor(Tensor self, Tensor min) -> Tensor", Clamp("min", null) },
        { "aten::clamp_max(Tensor self, Scalar max) -> Tensor", Clamp(null, "max") },
        { "aten::clamp_max.Tensor(Tensor self, Tensor max) -> Tensor", Clamp(null, "max") },
    };

    private static Lowering Compare(BinaryOp op) => call =>
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        return call.Context.Pointwise(DType.Bool, TypePromotion.Result(a, b), [a, b], x => x[0].Apply(op, x[1]));
    };

    private static Lowering Logic(Func<Expr, Expr, Expr> function) => call =>
    {
        var (a, b) = (call.Tensor(0), call.Tensor(1));
        return call.Context.Map(DType.Bool, call.Context.Broadcast(a.Dims, b.Dims), i => function(
            a.At(Broadcasting.IndexInto(a.Dims, i)).As(DType.Bool), b.At(Broadcasting.IndexInto(b.Dims, i)).As(DType.Bool)));
    };

    private static Lowered IsClose(Call call)
    {
        var (a, b) = (call.Operand(0), call.Operand(1));
        var type = TypePromotion.Result(a, b);
        return call.Context.Pointwise(DType.Bool, type, [a, b], x =>
        {
            var wide = x[0].Type.IsFloat() ? x[0].Type : DType.Float64;
            var (p, q) = (x[0].As(wide), x[1].As(wide));
            var distance = (p - q).Abs();
            var close = p.EqualTo(q) | ((distance <= p.Like(call.Number("atol")) + (p.Like(call.Number("rtol")) * q.Abs())) & !distance.IsInfinite());
            return call.Flag("equal_nan") ? close | (p.IsNan() & q.IsNan()) : close;
        });
    }

    private static Lowered IsIn(Call call)
    {
        var (elements, tests) = (call.Tensor(0), call.Tensor(1));
        var type = TypePromotion.Promote(elements.Type, tests.Type);
        return call.Context.Reduce(DType.Bool, elements.Dims, tests.Dims, Combiner.Or,
            (o, r) => elements.At(o).As(type).As(type.Compute()).EqualTo(tests.At(r).As(type).As(type.Compute())),
            (_, found) => call.Flag("invert") ? !found : found);
    }

    private static Lowered Equal(Call call)
    {
        var (a, b) = (call.Tensor(0), call.Tensor(1));
        if (a.Rank != b.Rank || a.Dims.Zip(b.Dims).Any(pair => pair.First.IsConstant && pair.Second.IsConstant && !pair.First.Equals(pair.Second)))
        {
            return Lowered.Of(false);
        }

        var same = call.Context.Reduce(DType.Bool, [], a.Dims, Combiner.And, (_, r) => a.ValueAt(r).EqualTo(b.ValueAt(r).As(a.Type.Compute())));
        return new Lowered.Bool(same.At([]));
    }

    private static Lowered Where(Call call)
    {
        Operand condition = call.Tensor("condition"), yes = call.Operand("self"), no = call.Operand("other");
        return Choose(call.Context, TypePromotion.Result(yes, no), condition, yes, no);
    }

    private static Lowered MaskedFill(Call call) =>
        Choose(call.Context, call.Tensor("self").Type, call.Tensor("mask"), call.Operand("value"), call.Tensor("self"));

    private static Lowered Choose(LoweringContext context, DType type, Operand condition, Operand yes, Operand no) =>
        context.Map(type, context.Broadcast(condition.Dims, yes.Dims, no.Dims), i =>
            Expr.Select(condition.At(i, DType.Bool), yes.At(i, type), no.At(i, type)));

    private static Lowering Clamp(string? min, string? max) => call =>
    {
        var operands = ImmutableArray.Create<Operand>(call.Tensor("self"));
        var (low, high) = (min is not null && call.Has(min), max is not null && call.Has(max));
        operands = low ? operands.Add(call.Operand(min!)) : operands;
        operands = high ? operands.Add(call.Operand(max!)) : operands;
        var type = TypePromotion.Result(operands.AsSpan());
        return call.Context.Pointwise(type, type, operands.AsSpan(), x =>
        {
            var clamped = low ? x[0].Max(x[1]) : x[0];
            return high ? clamped.Min(x[^1]) : clamped;
        });
    };
}
