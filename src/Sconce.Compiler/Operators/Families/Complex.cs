using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Complex numbers, as two tensors of real ones. What only moves elements is lowered once for each of the two (<see cref="GraphLowering"/>).</summary>
internal static class Complex
{
    public static OperatorFamily Family { get; } = new("complex")
    {
        { "aten::complex(Tensor real, Tensor imag) -> Tensor", DTypeSet.Floats, call => Make(call, (x, y) => x, (x, y) => y) },
        { "aten::polar(Tensor abs, Tensor angle) -> Tensor", DTypeSet.Floats, call => Make(call, (x, y) => x * y.Apply(UnaryOp.Cos), (x, y) => x * y.Apply(UnaryOp.Sin)) },
        { "aten::view_as_complex(Tensor(a) self) -> Tensor(a)", DTypeSet.Floats, ViewAsComplex },
        { "aten::view_as_complex_copy(Tensor self) -> Tensor", DTypeSet.Floats, ViewAsComplex },
        { "aten::view_as_real(Tensor(a) self) -> Tensor(a)", _ => throw new NotSupportedException("view_as_real of a real tensor"), ViewAsReal },
        { "aten::view_as_real_copy(Tensor self) -> Tensor", _ => throw new NotSupportedException("view_as_real of a real tensor"), ViewAsReal },
        { "aten::real(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0), call => call.Complex(0).Real },
        { "aten::imag(Tensor(a) self) -> Tensor(a)", _ => throw new NotSupportedException("the imaginary part of a real tensor"), call => call.Complex(0).Imaginary },
        { "aten::angle(Tensor self) -> Tensor", Angle, call => Parts(call.Context, call.Complex(0), (x, y) => y.Apply(BinaryOp.Atan2, x)) },
        { "aten::conj(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0), Conjugate },
        { "aten::_conj(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0), Conjugate },
        { "aten::conj_physical(Tensor self) -> Tensor", call => call.Tensor(0), Conjugate },
        { "aten::_conj_physical(Tensor self) -> Tensor", call => call.Tensor(0), Conjugate },
        { "aten::_conj_copy(Tensor self) -> Tensor", call => call.Tensor(0), Conjugate },
        { "aten::resolve_conj(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0), call => call[0] },
        { "aten::resolve_neg(Tensor(a) self) -> Tensor(a)", call => call.Tensor(0), call => call[0] },
    };

    /// <summary>A real tensor as a complex one.</summary>
    internal static Lowered.Complex Of(LoweringContext context, TensorBuffer real, DType type) => new(
        context.Convert(real, type.ToPart()), context.Fill(type.ToPart(), real.Dims, Expr.Const(type.ToPart(), 0L)));

    private static Lowered Make(Call call, Func<Expr, Expr, Expr> real, Func<Expr, Expr, Expr> imaginary)
    {
        var (a, b) = (call.Tensor(0), call.Tensor(1));
        return new Lowered.Complex(
            call.Context.Pointwise(a.Type, a.Type, [a, b], x => real(x[0], x[1])), call.Context.Pointwise(a.Type, a.Type, [a, b], x => imaginary(x[0], x[1])));
    }

    /// <summary>The complex numbers whose parts lie side by side in a tensor's last dim.</summary>
    internal static Lowered.Complex OfParts(LoweringContext context, TensorBuffer parts) => new(context.Select(parts, parts.Rank - 1, 0), context.Select(parts, parts.Rank - 1, 1));

    private static Lowered ViewAsComplex(Call call) => OfParts(call.Context, call.Tensor(0));

    private static Lowered ViewAsReal(Call call)
    {
        var (real, imaginary) = call.Complex(0);
        return Joining.Stack(call.Context, [real, imaginary], real.Rank);
    }

    private static Lowered Angle(Call call) => Pointwise.Float(x =>
        Expr.Select(x.IsNan(), x, Expr.Select(x < x.Zero, x.Like(Math.PI), x.Zero)))(call);

    private static Lowered Conjugate(Call call) => Conjugate(call.Context, call.Complex(0));

    internal static Lowered.Complex Conjugate(LoweringContext context, Lowered.Complex z) => new(z.Real, context.Pointwise(z.Imaginary, x => -x));

    /// <summary>A real function of the two parts of each element.</summary>
    internal static TensorBuffer Parts(LoweringContext context, Lowered.Complex z, Func<Expr, Expr, Expr> function) =>
        context.Pointwise(z.Real.Type, z.Real.Type, [z.Real, z.Imaginary], x => function(x[0], x[1]));
}
