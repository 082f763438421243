using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>Functions of numbers that several operators share, as expressions.</summary>
public static class Functions
{
    private static readonly double inverseSqrt2 = Math.Sqrt(0.5);

    extension(Expr x)
    {
        /// <summary>A constant of this expression's dtype.</summary>
        public Expr Like(double value) => Expr.Const(x.Type, value);

        public Expr Zero => Expr.Const(x.Type, 0L);

        public Expr One => Expr.Const(x.Type, 1L);

        public Expr Exp() => x.Apply(UnaryOp.Exp);

        public Expr Log() => x.Apply(UnaryOp.Log);

        public Expr Log1p() => x.Apply(UnaryOp.Log1p);

        public Expr Sqrt() => x.Apply(UnaryOp.Sqrt);

        public Expr Tanh() => x.Apply(UnaryOp.Tanh);

        public Expr Sigmoid() => x.Apply(UnaryOp.Sigmoid);

        public Expr Floor() => x.Apply(UnaryOp.Floor);

        public Expr IsNan() => x.Type.IsFloat() ? x.Apply(UnaryOp.IsNan) : Expr.Const(DType.Bool, 0L);

        /// <summary>NaN if either is NaN.</summary>
        public Expr Max(Expr other) => x.Type == DType.Bool ? x | other : x.Apply(BinaryOp.Max, other);

        /// <inheritdoc cref="Max"/>
        public Expr Min(Expr other) => x.Type == DType.Bool ? x & other : x.Apply(BinaryOp.Min, other);

        public Expr Clamp(double low, double high) => x.Max(x.Like(low)).Min(x.Like(high));

        public Expr NotEqualTo(Expr other) => x.Apply(BinaryOp.Ne, other);

        /// <summary>Without the sign; unsigned and bool as they are.</summary>
        public Expr Abs() => x.Type is DType.Bool or DType.UInt8 ? x : x.Apply(UnaryOp.Abs);

        /// <summary>Of bools, as PyTorch has it, the logical or.</summary>
        public Expr Plus(Expr other) => x.Type == DType.Bool ? x | other : x + other;

        /// <summary>Of bools the logical and.</summary>
        public Expr Times(Expr other) => x.Type == DType.Bool ? x & other : x * other;

        public Expr Sign() => x.Type == DType.Bool ? x : Expr.Select(x > x.Zero, x.One, Expr.Select(x < x.Zero, x.Like(-1), x.Zero));

        /// <summary>True also for -0.</summary>
        public Expr SignBit() => x.Type.IsFloat() ? (x < x.Zero) | (x.EqualTo(x.Zero) & (x.One / x < x.Zero)) : x < x.Zero;

        public Expr IsInfinite() => x.Type.IsFloat() ? x.Apply(UnaryOp.Abs).EqualTo(x.Like(double.PositiveInfinity)) : Expr.Const(DType.Bool, 0L);

        public Expr Gelu(bool tanh)
        {
            if (!tanh)
            {
                return x * x.Like(0.5) * (x.One + (x * x.Like(inverseSqrt2)).Apply(UnaryOp.Erf));
            }

            var inner = x.Like(Math.Sqrt(2 / Math.PI)) * (x + (x.Like(0.044715) * x * x * x));
            return x.Like(0.5) * x * (x.One + inner.Tanh());
        }

        public Expr Softplus(double beta, double threshold)
        {
            var scaled = x * x.Like(beta);
            return Expr.Select(scaled > x.Like(threshold), x, scaled.Exp().Log1p() / x.Like(beta));
        }

        public Expr LogSigmoid() => x.Min(x.Zero) - (-x.Abs()).Exp().Log1p();

        public Expr Elu(double alpha, double scale, double inputScale) => Expr.Select(
            x <= x.Zero, (x * x.Like(inputScale)).Apply(UnaryOp.Expm1) * x.Like(alpha * scale), x * x.Like(scale));

        public Expr LeakyRelu(Expr slope) => Expr.Select(x > x.Zero, x, x * slope);

        public Expr HardSigmoid() => (x + x.Like(3)).Clamp(0, 6) * x.Like(1.0 / 6);

        /// <summary>Computed in float64 where that rounds better: the logarithm of a power of the base is exact.</summary>
        public Expr LogOfBase(double logarithmOfBase)
        {
            var wide = x.As(DType.Float64);
            return (wide.Log() / wide.Like(logarithmOfBase)).As(x.Type);
        }

        /// <summary>The power for an exponent known when compiling: products and roots where PyTorch too takes these.</summary>
        public Expr Power(double exponent) => exponent switch
        {
            0 => x.One,
            1 => x,
            2 => x * x,
            3 => x * x * x,
            0.5 when x.Type.IsFloat() => x.Sqrt(),
            -0.5 when x.Type.IsFloat() => x.One / x.Sqrt(),
            -1 when x.Type.IsFloat() => x.One / x,
            -2 when x.Type.IsFloat() => x.One / (x * x),
            _ => x.Apply(BinaryOp.Pow, x.Like(exponent)),
        };
    }
}
