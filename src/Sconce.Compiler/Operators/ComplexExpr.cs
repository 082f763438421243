using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Operators;

/// <summary>
/// A complex number as two expressions of one dtype. Functions other than sums and products are for float64 (<see cref="Wide"/>), where no square of a
/// float32 overflows and what cancels leaves digits enough. Branch cuts are those of C99, as PyTorch's.
/// </summary>
internal readonly record struct ComplexExpr(Expr Real, Expr Imaginary)
{
    private static readonly double ln2 = Math.Log(2);

    public ComplexExpr Wide => As(DType.Float64);

    public ComplexExpr One => Of(Real.One, 0);

    public Expr Magnitude => ((Real * Real) + (Imaginary * Imaginary)).Sqrt();

    public Expr IsZero => Real.EqualTo(Real.Zero) & Imaginary.EqualTo(Imaginary.Zero);

    /// <summary>The number times i.</summary>
    private ComplexExpr TimesI => new(-Imaginary, Real);

    private ComplexExpr OverI => new(Imaginary, -Real);

    public static ComplexExpr operator +(ComplexExpr a, ComplexExpr b) => new(a.Real + b.Real, a.Imaginary + b.Imaginary);

    public static ComplexExpr operator -(ComplexExpr a, ComplexExpr b) => new(a.Real - b.Real, a.Imaginary - b.Imaginary);

    public static ComplexExpr operator -(ComplexExpr a) => new(-a.Real, -a.Imaginary);

    public static ComplexExpr operator *(ComplexExpr a, ComplexExpr b) =>
        new((a.Real * b.Real) - (a.Imaginary * b.Imaginary), (a.Real * b.Imaginary) + (a.Imaginary * b.Real));

    public static ComplexExpr operator *(ComplexExpr a, double factor) => new(a.Real * a.Real.Like(factor), a.Imaginary * a.Imaginary.Like(factor));

    public static ComplexExpr operator /(ComplexExpr a, ComplexExpr b)
    {
        var square = (b.Real * b.Real) + (b.Imaginary * b.Imaginary);
        return new(((a.Real * b.Real) + (a.Imaginary * b.Imaginary)) / square, ((a.Imaginary * b.Real) - (a.Real * b.Imaginary)) / square);
    }

    public static ComplexExpr Of(Expr real, double imaginary) => new(real, real.Like(imaginary));

    public static ComplexExpr Select(Expr condition, ComplexExpr yes, ComplexExpr no) =>
        new(Expr.Select(condition, yes.Real, no.Real), Expr.Select(condition, yes.Imaginary, no.Imaginary));

    public ComplexExpr As(DType type) => new(Real.As(type), Imaginary.As(type));

    public ComplexExpr Exp() => new(Real.Exp() * Cos(Imaginary), Real.Exp() * Sin(Imaginary));

    public ComplexExpr Exp2() => (this * ln2).Exp();

    /// <summary>exp(z) - 1, where z is near 0 too: the real part is (e^x - 1) cos y - 2 sin²(y/2).</summary>
    public ComplexExpr Expm1()
    {
        var half = Sin(Imaginary * Imaginary.Like(0.5));
        return new((Real.Apply(UnaryOp.Expm1) * Cos(Imaginary)) - (half * half * half.Like(2)), Real.Exp() * Sin(Imaginary));
    }

    public ComplexExpr Log() => new(Magnitude.Log(), Imaginary.Apply(BinaryOp.Atan2, Real));

    /// <summary>log(1 + z), where z is near 0 too: half of log1p(2x + x² + y²) is its real part.</summary>
    public ComplexExpr Log1p() => new(
        ((Real * Real.Like(2)) + (Real * Real) + (Imaginary * Imaginary)).Log1p() * Real.Like(0.5), Imaginary.Apply(BinaryOp.Atan2, Real + Real.One));

    /// <summary>The root in the right half plane. The larger of the two parts is a sum, and gives the other one without loss.</summary>
    public ComplexExpr Sqrt()
    {
        var larger = ((Magnitude + Real.Abs()) * Real.Like(0.5)).Sqrt();
        var smaller = Expr.Select(IsZero, Real.Zero, Imaginary.Abs() / (larger * Real.Like(2)));
        var right = !Real.SignBit();
        var (x, y) = (Expr.Select(right, larger, smaller), Expr.Select(right, smaller, larger));
        return new(x, Expr.Select(Imaginary.SignBit(), -y, y));
    }

    /// <summary>log(exp a + exp b), of which the one with the larger real part is taken out.</summary>
    public ComplexExpr LogAddExp(ComplexExpr other)
    {
        var second = other.Real > Real;
        var (larger, smaller) = (Select(second, other, this), Select(second, this, other));
        return larger + (smaller - larger).Exp().Log1p();
    }

    public ComplexExpr Reciprocal() => One / this;

    /// <summary>exp(w · log z). To the power of 0 that of 0 is 1; to one of a negative real part it is infinite, and to an imaginary one not a number.</summary>
    public ComplexExpr Pow(ComplexExpr power)
    {
        var (general, nan) = ((power * Log()).Exp(), Real.Like(double.NaN));
        var ofZero = new ComplexExpr(
            Expr.Select(power.Real > Real.Zero, Real.Zero, Expr.Select(power.Real < Real.Zero, Real.Like(double.PositiveInfinity), nan)),
            Expr.Select(power.Real > Real.Zero, Real.Zero, nan));
        return Select(IsZero, Select(power.IsZero, One, ofZero), general);
    }

    public ComplexExpr Sinh() => new(Real.Apply(UnaryOp.Sinh) * Cos(Imaginary), Real.Apply(UnaryOp.Cosh) * Sin(Imaginary));

    public ComplexExpr Cosh() => new(Real.Apply(UnaryOp.Cosh) * Cos(Imaginary), Real.Apply(UnaryOp.Sinh) * Sin(Imaginary));

    /// <summary>By tanh x and tan y: t(1 + b²) / (1 + t²b²) and b(1 - t²) / (1 + t²b²), where 1 - t² is 1 / cosh² x.</summary>
    public ComplexExpr Tanh()
    {
        var (t, b, cosh) = (Real.Tanh(), Sin(Imaginary) / Cos(Imaginary), Real.Apply(UnaryOp.Cosh));
        var below = Real.One + (t * t * b * b);
        return new(t * (Real.One + (b * b)) / below, b / (cosh * cosh) / below);
    }

    public ComplexExpr Sin() => TimesI.Sinh().OverI;

    public ComplexExpr Cos() => TimesI.Cosh();

    public ComplexExpr Tan() => TimesI.Tanh().OverI;

    /// <summary>log(z + √(z² + 1)) in the right half plane; odd, so that nothing cancels in the left one.</summary>
    public ComplexExpr Asinh()
    {
        var left = Real.SignBit();
        var z = Select(left, -this, this);
        var root = (z.TimesI.Plus(1).Sqrt() * (-z.TimesI).Plus(1).Sqrt()) + z;
        var result = root.Log();
        return Select(left, -result, result);
    }

    public ComplexExpr Acosh() => (this + (Plus(1).Sqrt() * Plus(-1).Sqrt())).Log();

    public ComplexExpr Atanh() => (Log1p() - (-this).Log1p()) * 0.5;

    public ComplexExpr Asin() => TimesI.Asinh().OverI;

    public ComplexExpr Acos()
    {
        var sine = Asin();
        return new(Real.Like(Math.PI / 2) - sine.Real, -sine.Imaginary);
    }

    public ComplexExpr Atan() => TimesI.Atanh().OverI;

    public ComplexExpr Sigmoid() => (One + (-this).Exp()).Reciprocal();

    public ComplexExpr Sinc()
    {
        var angle = this * Math.PI;
        return Select(IsZero, One, angle.Sin() / angle);
    }

    /// <summary>The direction: z / |z|, and 0 of 0.</summary>
    public ComplexExpr Sgn() => Select(IsZero, this, new(Real / Magnitude, Imaginary / Magnitude));

    /// <summary>With a real number: the sign of an imaginary part of 0, which tells the sides of a cut apart, stays.</summary>
    private ComplexExpr Plus(double real) => new(Real + Real.Like(real), Imaginary);

    private static Expr Sin(Expr x) => x.Apply(UnaryOp.Sin);

    private static Expr Cos(Expr x) => x.Apply(UnaryOp.Cos);
}
