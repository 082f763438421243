using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Products that are activations: sigmoid, tanh and erf need not be computed for themselves.
public sealed partial class ExprEmitter
{
    private Code? ScalarActivation(BinaryExpr product) => ActivationOf(product, e => e.scalars) switch
    {
        Activation.Gate gate => Scalar(gate.Numerator).AsF32() / scalarOps.OnePlusExpOfMinus(Scalar(gate.Argument).AsF32()),
        Activation.Gelu gelu => scalarOps.Gelu(Scalar(gelu.X).AsF32()),
        _ => null,
    };

    private Vector? VectorActivation(BinaryExpr product) => ActivationOf(product, e => e.vectors) switch
    {
        { } activation when !Varies(activation.Function) => null,
        Activation.Gate gate => new(F32x4.Div(Vector(gate.Numerator).Low, vectorOps.Math.OnePlusExpOfMinus(Vector(gate.Argument).Low))),
        Activation.Gelu gelu => new(vectorOps.Math.Gelu(Vector(gelu.X).Low)),
        _ => null,
    };

    /// <summary>The activation, where its function is needed nowhere else and has not been computed outside of a loop.</summary>
    private Activation? ActivationOf<T>(BinaryExpr product, Func<ExprEmitter, Remembered<Expr, T>> values) =>
        !vectorOps.Exact && Activation.Of(product) is { } activation && uses.GetValueOrDefault(activation.Function) <= 1
        && !TryFind(values, activation.Function, out _)
            ? activation
            : null;
}
