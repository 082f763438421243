using System.Collections.Frozen;
using System.Collections.Immutable;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// What operators do with complex tensors, for those that the table of families defines by real numbers. Most follow from the real lowering, which is asked
/// several times with the parts: once for each part (<see cref="EachPart"/>), for each pair of parts (<see cref="Product"/>), or for the magnitude.
/// Forms are known by the operator's name and hold for all of its overloads.
/// </summary>
internal static partial class ComplexForms
{
    private static readonly FrozenDictionary<string, Lowering> byName = All().ToFrozenDictionary(form => $"aten::{form.Name}", form => form.Lower);

    /// <summary>Parameters that choose elements, or are real factors: the same for both parts.</summary>
    private static readonly FrozenSet<string> choosing = new[] { "index", "indices", "condition", "mask", "lengths", "repeats", "tensor_indices_or_sections", "window", "spacing" }.ToFrozenSet();

    /// <summary>Parameters that numbers to compute with are given for: of a real one the imaginary part is 0.</summary>
    private static readonly FrozenSet<string> numbers = new[] { "self", "other", "value", "fill_value", "s", "start", "end" }.ToFrozenSet();

    /// <summary>Whether a call has to do with complex numbers: it is given some, or asked for some by its dtype.</summary>
    public static bool Concern(Operator op, ImmutableArray<Lowered> arguments) => arguments.Any(IsComplex)
        || (!Converts(op) && op.Schema.IndexOf("dtype") is >= 0 and var place && arguments[place] is Lowered.ScalarType { Value: var type } && type.IsComplex());

    /// <summary>Whether a dtype that is asked for is what comes out, of tensors as they are: a conversion, or a view of their bytes.</summary>
    private static bool Converts(Operator op) => op.Family == Conversion.Family.Name || op.Family == Views.Family.Name;

    /// <summary>The form of an operator's overloads; null where it has none.</summary>
    public static Lowering? Of(string name) => byName.GetValueOrDefault(name);

    /// <summary>Lowers a call that <see cref="Concern"/>s complex numbers. A dtype that is asked for is what the tensors become first.</summary>
    public static Lowered Lower(Call call)
    {
        var lower = call.Operator.LowerComplex ?? EachPart;
        if (lower == Created || Converts(call.Operator) || !call.Has("dtype"))
        {
            return lower(call);
        }

        var type = call.TypeOr(DType.Float32);
        var given = call.Map((_, value) => value switch
        {
            Lowered.Complex z when !type.IsComplex() => call.Context.Convert(z.Real, type),
            Lowered.Complex z => new Lowered.Complex(call.Context.Convert(z.Real, type.ToPart()), call.Context.Convert(z.Imaginary, type.ToPart())),
            Lowered.Tensor { Buffer: var real } when type.IsComplex() => Complex.Of(call.Context, real, type),
            _ => value,
        });
        return type.IsComplex() ? lower(given) : call.Operator.Lower(given);
    }

    private static IEnumerable<(string Name, Lowering Lower)> All() =>
    [
        .. Each(EachPart,
            "pad constant_pad_nd reflection_pad1d reflection_pad2d reflection_pad3d replication_pad1d replication_pad2d replication_pad3d where index _unsafe_index "
            + "gather take take_along_dim diag diag_embed diagflat block_diag index_put _unsafe_index_put _index_put_impl put index_fill index_copy scatter_add "
            + "masked_fill masked_scatter cumsum diff nan_to_num trace tril triu unfold im2col col2im fill "
            + "positive fft_fftshift fft_ifftshift sum_to_size masked_select _chunk_cat _unsafe_masked_index nansum zero index_select pixel_shuffle pixel_unshuffle "
            + "channel_shuffle repeat_interleave narrow_copy _unsafe_masked_index_put_accumulate"),
        .. Each(call => call[0] is Lowered.Complex ? EachPart(call) : call.Operator.Lower(call.Map(Real)), "expand_as view_as reshape_as"),
        .. Each(Broadcast, "broadcast_tensors"),
        .. Each(call => EachPart(call) is Lowered.Complex z ? Complex.Conjugate(call.Context, z) : call[0], "mH matrix_H adjoint"),
        .. Each(ShortTime, "stft"),
        .. Each(Copied, "copy"),
        .. Each(Scattered, "scatter"),
        .. Each(IndexAdd, "index_add"),
        .. Each(Created,
            "zeros ones empty empty_strided empty_permuted full zeros_like ones_like empty_like full_like new_zeros new_ones new_empty new_empty_strided new_full scalar_tensor "
            + "eye linspace logspace arange"),

        .. Each(Unary(z => -z), "neg negative"),
        .. Each(Unary(z => z * z), "square"),
        .. Each(Unary(z => z.Exp()), "exp"),
        .. Each(Unary(z => z.Exp2()), "exp2 special_exp2"),
        .. Each(Unary(z => z.Expm1()), "expm1 special_expm1"),
        .. Each(Unary(z => z.Log()), "log"),
        .. Each(Unary(z => z.Log() * (1 / Math.Log(2))), "log2"),
        .. Each(Unary(z => z.Log() * (1 / Math.Log(10))), "log10"),
        .. Each(Unary(z => z.Log1p()), "log1p special_log1p"),
        .. Each(Unary(z => z.Sqrt()), "sqrt"),
        .. Each(Unary(z => z.Sqrt().Reciprocal()), "rsqrt"),
        .. Each(Unary(z => z.Reciprocal()), "reciprocal"),
        .. Each(Unary(z => z.Sin()), "sin"),
        .. Each(Unary(z => z.Cos()), "cos"),
        .. Each(Unary(z => z.Tan()), "tan"),
        .. Each(Unary(z => z.Asin()), "asin arcsin"),
        .. Each(Unary(z => z.Acos()), "acos arccos"),
        .. Each(Unary(z => z.Atan()), "atan arctan"),
        .. Each(Unary(z => z.Sinh()), "sinh"),
        .. Each(Unary(z => z.Cosh()), "cosh"),
        .. Each(Unary(z => z.Tanh()), "tanh"),
        .. Each(Unary(z => z.Asinh()), "asinh arcsinh"),
        .. Each(Unary(z => z.Acosh()), "acosh arccosh"),
        .. Each(Unary(z => z.Atanh()), "atanh arctanh"),
        .. Each(Unary(z => z.Sigmoid()), "sigmoid"),
        .. Each(Unary(z => z * z.Sigmoid()), "silu"),
        .. Each(Unary(z => z.Sinc()), "sinc special_sinc"),
        .. Each(Unary(z => z.Sgn()), "sgn"),

        .. Each(call => Sum(call, 0, 1, 1), "add"),
        .. Each(call => Sum(call, 0, 1, -1), "sub subtract"),
        .. Each(call => Sum(call, 1, 0, -1), "rsub"),
        .. Each(call => Pointwise(call, [0, 1], z => z[0] * z[1]), "mul multiply"),
        .. Each(Quotient, "div divide true_divide"),
        .. Each(call => Pointwise(call, [0, 1], z => z[0].Wide.Pow(z[1].Wide)), "pow float_power"),
        .. Each(call => Pointwise(call, [0, 1], z => z[0].Wide * z[1].Wide.Exp2()), "ldexp"),
        .. Each(call => Pointwise(call, [0, 1], z => z[0].Wide.LogAddExp(z[1].Wide)), "logaddexp"),
        .. Each(call => Pointwise(call, [0, 1, 2], z => z[0] + (z[2] * (z[1] - z[0]))), "lerp"),
        .. Each(call => Pointwise(call, [0, 1, 2, 3], z => z[0] + (z[3] * z[1] * z[2])), "addcmul"),
        .. Each(call => Pointwise(call, [0, 1, 2, 3], z => z[0] + (z[3] * (z[1].Wide / z[2].Wide).As(z[0].Real.Type))), "addcdiv"),

        .. Each(call => Test(call, [0, 1], z => z[0].Real.EqualTo(z[1].Real) & z[0].Imaginary.EqualTo(z[1].Imaginary)), "eq"),
        .. Each(call => Test(call, [0, 1], z => !(z[0].Real.EqualTo(z[1].Real) & z[0].Imaginary.EqualTo(z[1].Imaginary))), "ne not_equal"),
        .. Each(IsClose, "isclose"),
        .. Each(call => Test(call, [0], z => z[0].Real.IsNan() | z[0].Imaginary.IsNan()), "isnan"),
        .. Each(call => Test(call, [0], z => z[0].Real.IsInfinite() | z[0].Imaginary.IsInfinite()), "isinf"),
        .. Each(call => Test(call, [0], z => !(IsOdd(z[0].Real) | IsOdd(z[0].Imaginary))), "isfinite"),
        .. Each(call => Test(call, [0], z => z[0].Imaginary.EqualTo(z[0].Imaginary.Zero)), "isreal"),
        .. Each(call => call.Operator.Lower(call.Map((_, value) => value is Lowered.Complex z ? IsNotZero(call.Context, z) : value)),
            "any all count_nonzero logical_and logical_or logical_xor logical_not nonzero nonzero_static argwhere"),

        .. Each(call => Magnitude(call.Context, call.Complex(0)), "abs absolute"),
        .. Each(OfMagnitude, "linalg_vector_norm norm linalg_norm linalg_matrix_norm frobenius_norm"),
        .. Each(PairwiseDistance, "pairwise_distance"),
        .. Each(OfDifference, "l1_loss dist"),
        .. Each(TripletMargin, "triplet_margin_loss"),
        .. Each(Renorm, "renorm"),
        .. Each(RmsNorm, "rms_norm"),
        .. Each(Gradient, "gradient"),
        .. Each(OfReal, "softmax log_softmax _softmax _log_softmax special_softmax special_log_softmax"),
        .. Each(LogSumExp, "logsumexp special_logsumexp"),
        .. Each(RunningLogSumExp, "logcumsumexp _logcumsumexp"),
        .. Each(call => Spread(call.Context, EachPart(call), (a, b) => a + b), "var"),
        .. Each(call => Spread(call.Context, EachPart(call), (a, b) => ((a * a) + (b * b)).Sqrt()), "std"),
        .. Each(call => SpreadAndMean(call, (a, b) => a + b), "var_mean"),
        .. Each(call => SpreadAndMean(call, (a, b) => ((a * a) + (b * b)).Sqrt()), "std_mean"),

        .. Each(call => Product(call, 0, 1), "matmul linalg_matmul mm bmm mv dot inner outer ger kron tensordot cross linalg_cross trapezoid trapz cumulative_trapezoid"),
        .. Each(call => Product(call.With(0, Complex.Conjugate(call.Context, call.Complex(0))), 0, 1), "vdot linalg_vecdot"),
        .. Each(WithBias, "linear conv1d conv2d conv3d convolution _convolution conv_transpose1d conv_transpose2d conv_transpose3d"),
        .. Each(AddProduct, "addmm addmv addbmm baddbmm addr"),
        .. Each(ProductOfList, "einsum linalg_multi_dot chain_matmul"),
        .. Each(Powers, "linalg_matrix_power matrix_power"),
        .. Each(Embedded, "linalg_inv inverse linalg_inv_ex linalg_cholesky linalg_cholesky_ex cholesky matrix_exp linalg_matrix_exp linalg_pinv pinverse linalg_matrix_sqrth linalg_polar"),
        .. Each(SolvedInBlocks, "linalg_solve linalg_solve_ex"),
        .. Each(Qr, "linalg_qr qr"),
        .. Each(LuFactor, "linalg_lu_factor linalg_lu_factor_ex _lu_with_info"),
        .. Each(LuUnpack, "linalg_lu lu_unpack"),
        .. Each(LuSolve, "linalg_lu_solve lu_solve"),
        .. Each(LdlFactor, "linalg_ldl_factor linalg_ldl_factor_ex"),
        .. Each(LdlSolve, "linalg_ldl_solve"),
        .. Each(Determinant, "linalg_det det _linalg_det"),
        .. Each(SignedLogDeterminant, "linalg_slogdet slogdet _linalg_slogdet"),
        .. Each(LogDeterminant, "logdet"),
        .. Each(HouseholderFactors, "geqrf"),
        .. Each(HouseholderProduct, "linalg_householder_product orgqr"),
        .. Each(MultiplyByReflections, "ormqr"),
        .. Each(HermitianEigen, "linalg_eigh"),
        .. Each(Svd, "linalg_svd _linalg_svd svd"),
        .. Each(TensorInverse, "linalg_tensorinv"),
        .. Each(TensorSolve, "linalg_tensorsolve"),
        .. Each(Vandermonde, "linalg_vander"),
        .. Each(SolveTriangular, "linalg_solve_triangular"),
        .. Each(OldTriangularSolve, "triangular_solve"),
        .. Each(CholeskySolve, "cholesky_solve"),
        .. Each(CholeskyInverse, "cholesky_inverse"),
        .. Each(Condition, "linalg_cond"),
        .. Each(EverySecond, "linalg_svdvals linalg_eigvalsh"),
        .. Each(Halved, "linalg_matrix_rank"),
        .. Each(ProductOfElements, "prod"),
        .. Each(call => Running(call, (a, b) => a * b), "cumprod"),
    ];

    private static IEnumerable<(string Name, Lowering Lower)> Each(Lowering lower, string names) => names.Split(' ').Select(name => (name, lower));
}
