using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Arithmetic on sizes, as exported graphs with symbolic shapes have it.</summary>
internal static class Symbolic
{
    public static OperatorFamily Family { get; } = new("sizes", DTypeSet.All)
    {
        { "aten::sym_size.int(Tensor self, int dim) -> SymInt", call => call.Tensor(0).Dims[call.Axis("dim", call.Tensor(0).Rank)] },
        { "aten::sym_numel(Tensor self) -> SymInt", call => Dim.Product(call.Tensor(0).Dims) },
        { "aten::sym_stride.int(Tensor self, int dim) -> SymInt", call => Dim.Product(call.Tensor(0).Dims[(call.Axis("dim", call.Tensor(0).Rank) + 1)..]) },
        { "aten::sym_storage_offset(Tensor self) -> SymInt", _ => Lowered.Of(0) },
        { "aten::is_nonzero(Tensor self) -> bool", call => new Lowered.Bool(call.Tensor(0).At([.. call.Tensor(0).Dims.Select(_ => Dim.Zero)]).As(DType.Bool)) },
        { "aten::size.int(Tensor self, int dim) -> int", call => call.Tensor(0).Dims[call.Axis("dim", call.Tensor(0).Rank)] },
        { "aten::size(Tensor self) -> int[]", call => new Lowered.List([.. call.Tensor(0).Dims.Select(dim => (Lowered)dim)]) },
        { "aten::numel(Tensor self) -> int", call => Dim.Product(call.Tensor(0).Dims) },
        { "aten::dim(Tensor self) -> int", call => Lowered.Of(call.Tensor(0).Rank) },
        { "_operator::add(Scalar a, Scalar b) -> Scalar", Number((a, b) => a + b, (a, b) => a + b) },
        { "_operator::sub(Scalar a, Scalar b) -> Scalar", Number((a, b) => a - b, (a, b) => a - b) },
        { "_operator::mul(Scalar a, Scalar b) -> Scalar", Number((a, b) => a * b, (a, b) => a * b) },
        { "_operator::floordiv(Scalar a, Scalar b) -> Scalar", Number((a, b) => a.FloorDiv(b), (a, b) => (a / b).Floor()) },
        { "_operator::mod(Scalar a, Scalar b) -> Scalar", Number((a, b) => a.Mod(b), (a, b) => a.Apply(BinaryOp.Mod, b)) },
        { "_operator::truediv(Scalar a, Scalar b) -> Scalar", Floating((a, b) => a / b) },
        { "_operator::pow(Scalar a, Scalar b) -> Scalar", Number(Power, (a, b) => b is ConstExpr exponent ? a.Power(exponent.Value) : a.Apply(BinaryOp.Pow, b)) },
        { "_operator::neg(Scalar a) -> Scalar", call => call[0] is Lowered.Int ? -call.Int("a") : new Lowered.Float(-Float(call, 0)) },
        { "_operator::eq(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Eq) },
        { "_operator::ne(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Ne) },
        { "_operator::lt(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Lt) },
        { "_operator::le(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Le) },
        { "_operator::gt(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Gt) },
        { "_operator::ge(Scalar a, Scalar b) -> bool", Compare(BinaryOp.Ge) },
        { "_operator::and_(Scalar a, Scalar b) -> bool", Logic((a, b) => a & b) },
        { "_operator::or_(Scalar a, Scalar b) -> bool", Logic((a, b) => a | b) },
        { "_operator::not_(Scalar a) -> bool", call => new Lowered.Bool(!Bool(call, 0)) },
        { "_operator::pos(Scalar a) -> Scalar", call => call[0] },
        { "math::floor(Scalar a) -> int", call => ToInt(Float(call, 0).Floor()) },
        { "math::ceil(Scalar a) -> int", call => ToInt(Float(call, 0).Apply(UnaryOp.Ceil)) },
        { "math::trunc(Scalar a) -> int", call => ToInt(Float(call, 0).Apply(UnaryOp.Trunc)) },
        { "torch::sym_max(Scalar a, Scalar b) -> Scalar", Number(Dim.Max, (a, b) => a.Max(b)) },
        { "torch::sym_min(Scalar a, Scalar b) -> Scalar", Number(Dim.Min, (a, b) => a.Min(b)) },
        { "torch::sym_float(Scalar a) -> float", call => new Lowered.Float(Float(call, 0)) },
        { "torch::sym_int(Scalar a) -> int", call => call[0] is Lowered.Int ? call[0] : ToInt(Float(call, 0).Apply(UnaryOp.Trunc)) },
        { "torch::sym_not(bool a) -> bool", call => new Lowered.Bool(!Bool(call, 0)) },
        { "torch::_sym_sqrt(Scalar a) -> float", call => new Lowered.Float(Float(call, 0).Sqrt()) },
        { "torch::sym_sum(int[] args) -> int", call => Dim.Sum(call.Ints("args")) },
    };

    private static Expr Float(Call call, int place) => call.Operand(place).At([], DType.Float64);

    private static Expr Bool(Call call, int place) => call.Operand(place).At([], DType.Bool);

    private static Lowered ToInt(Expr value) => value.As(DType.Int64).ToIndex(Interval.All);

    private static Lowering Number(Func<Dim, Dim, Dim> integers, Func<Expr, Expr, Expr> floats) => call =>
        call[0] is Lowered.Int && call[1] is Lowered.Int
            ? integers(call.Int("a"), call.Int("b"))
            : new Lowered.Float(floats(Float(call, 0), Float(call, 1)));

    private static Lowering Floating(Func<Expr, Expr, Expr> function) => call => new Lowered.Float(function(Float(call, 0), Float(call, 1)));

    private static Lowering Compare(BinaryOp op) => call =>
    {
        var type = call[0] is Lowered.Int && call[1] is Lowered.Int ? DType.Int64 : DType.Float64;
        return new Lowered.Bool(call.Operand(0).At([], type).Apply(op, call.Operand(1).At([], type)));
    };

    private static Lowering Logic(Func<Expr, Expr, Expr> function) => call => new Lowered.Bool(function(Bool(call, 0), Bool(call, 1)));

    private static Dim Power(Dim a, Dim b) =>
        b.IsConstant && b.Value is >= 0 and <= 64 ? Dim.Product(Enumerable.Repeat(a, (int)b.Value)) : throw SconceException.Unsupported($"the size {a} to the power {b}: only powers up to 64 that are known when compiling");
}
