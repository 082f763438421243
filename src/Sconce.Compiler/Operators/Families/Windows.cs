using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators.Families;

/// <summary>Windows for the analysis of signals.</summary>
internal static class Windows
{
    public static OperatorFamily Family { get; } = new("windows")
    {
        { "aten::hann_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.5, 0.5, 0) },
        { "aten::hann_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.5, 0.5, 0) },
        { "aten::hamming_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.54, 0.46, 0) },
        { "aten::hamming_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.54, 0.46, 0) },
        { "aten::hamming_window.periodic_alpha(int window_length, bool periodic, float alpha, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, call.Number("alpha"), 0.46, 0) },
        { "aten::hamming_window.periodic_alpha_beta(int window_length, bool periodic, float alpha, float beta, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, call.Number("alpha"), call.Number("beta"), 0) },
        { "aten::blackman_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.42, 0.5, 0.08) },
        { "aten::blackman_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Cosines(call, 0.42, 0.5, 0.08) },
        { "aten::bartlett_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Window(call, x => x.One - ((x * x.Like(2)) - x.One).Abs()) },
        { "aten::bartlett_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", call => Window(call, x => x.One - ((x * x.Like(2)) - x.One).Abs()) },
        { "aten::kaiser_window(int window_length, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Kaiser },
        { "aten::kaiser_window.periodic(int window_length, bool periodic, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Kaiser },
        { "aten::kaiser_window.beta(int window_length, bool periodic, float beta, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) -> Tensor", Kaiser },
    };

    private static Lowered Cosines(Call call, double constant, double first, double second) => Window(call, x =>
        x.Like(constant)
            - (x.Like(first) * (x * x.Like(2 * Math.PI)).Apply(UnaryOp.Cos))
            + (x.Like(second) * (x * x.Like(4 * Math.PI)).Apply(UnaryOp.Cos)));

    /// <summary>Kaiser's: I0(beta·sqrt(1 - x²)) / I0(beta), x from -1 to 1.</summary>
    private static Lowered Kaiser(Call call)
    {
        var beta = call.Has("beta") ? call.Number("beta") : 12;
        return Window(call, x =>
        {
            var place = x + x - x.One;
            return Bessel.I0(x.Like(beta) * (x.One - (place * place)).Max(x.Zero).Sqrt()) / Bessel.I0(x.Like(beta));
        });
    }

    /// <summary>A function of the place from 0 to 1; a periodic window, which is the default, stops one place short of 1.</summary>
    private static Lowered Window(Call call, Func<Expr, Expr> function)
    {
        var length = call.Constant("window_length");
        var periodic = call.Operator.Schema.IndexOf("periodic") < 0 || call.Flag("periodic");
        var type = call.TypeOr(TypePromotion.DefaultFloat);
        var last = Expr.Const(DType.Float64, (long)(periodic ? length : length - 1));
        return call.Context.Map(type, [length], i => length == 1
            ? Expr.Const(type, 1L)
            : function(Expr.Of(i[0]).As(DType.Float64) / last));
    }
}
