using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Expressions;

// Expressions of which only one branch may be evaluated.
public sealed partial class ExprEmitter
{
    private Code Guarded(GuardExpr guard)
    {
        var result = f.NewLocal(guard.Type.ScalarType());
        f.If(
            Scalar(guard.Condition).AsI32(),
            () => f.Set(result, Nested().Scalar(guard.Inside)),
            () => f.Set(result, Nested().Scalar(guard.Outside)));
        return result.Get;
    }

    private Vector GuardedVector(GuardExpr guard)
    {
        var result = NewVector(guard.Type);
        if (!Varies(guard.Condition))
        {
            f.If(Scalar(guard.Condition).AsI32(), () => Set(result, Nested().Vector(guard.Inside)), () => Set(result, Nested().Vector(guard.Outside)));
            return result;
        }

        // All lanes inside, all outside, or (at an edge) each lane by itself.
        var mask = f.Let(Vector(guard.Condition).Low);
        f.If(
            I32x4.AllTrue(mask),
            () => Set(result, Nested().Vector(guard.Inside)),
            () => f.If(
                V128.AnyTrue(mask),
                () => Set(result, Nested().LaneByLane(guard)),
                () => Set(result, Nested().Vector(guard.Outside))));
        return result;
    }

    private Vector NewVector(DType type) => new(f.V128(), Expressions.Vector.IsWide(type) ? f.V128() : null);

    private void Set(Vector result, Vector value)
    {
        f.Set((LocalV128)result.Low, value.Low);
        if (result.High is LocalV128 high)
        {
            f.Set(high, value.Upper);
        }
    }
}
