using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>The factor of results: a number, or one that sizes give.</summary>
internal sealed class FourierScale
{
    private readonly FourierArithmetic math;
    private readonly double? known;
    private readonly Vector whole;
    private readonly Vector half;

    public FourierScale(ExprEmitter emitter, FourierArithmetic math, Expr scale, DType type)
    {
        this.math = math;
        if (scale is ConstExpr constant)
        {
            known = constant.Value;
            return;
        }

        // Computed here, before any loop.
        whole = math.Let(emitter.Nested(null).Vector(scale.As(type)));
        half = math.Mul(whole, math.SplatVector(0.5));
    }

    /// <summary>Half of it, in all lanes.</summary>
    public Vector Half => known is { } number ? math.SplatVector(number / 2) : half;

    public Vector Of(Vector value) => known == 1 ? value : math.Mul(value, Whole);

    public ComplexVector Of(ComplexVector value) => known == 1 ? value : Whole is var scale ? new(math.Mul(value.Real, scale), math.Mul(value.Imaginary, scale)) : value;

    private Vector Whole => known is { } number ? math.SplatVector(number) : whole;
}
