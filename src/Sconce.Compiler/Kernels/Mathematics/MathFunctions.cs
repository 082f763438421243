using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// Functions of single numbers, as calls of functions that all kernels of a module share. In float32, what vectors have is computed by the
/// same code, so that the ends of rows agree with their middles; the rest is computed in float64 and rounded once.
/// </summary>
internal sealed partial class MathFunctions(FunctionBuilder f, KernelModule module)
{
    public F32 Unary(UnaryOp op, F32 x)
    {
        if (!VectorMath.IsVectorised(op))
        {
            return F32.DemoteF64(Unary(op, F64.PromoteF32(x)));
        }

        var function = module.Function($"{op.ToString().ToLowerInvariant()}_f32", [ValueType.F32], ValueType.F32, g =>
            g.Return(F32x4.ExtractLane(new VectorMath(g, module).Unary(op, F32x4.Splat(g.Parameter(0, "x").AsF32())), 0)));
        return f.CallResult(function, x).AsF32();
    }

    public F32 Binary(BinaryOp op, F32 a, F32 b) => F32.DemoteF64(Binary(op, F64.PromoteF32(a), F64.PromoteF32(b)));

    public F64 Unary(UnaryOp op, F64 x) => op switch
    {
        _ => throw new NotSupportedException($"{op} in {f.Name}"),
    };

    public F64 Binary(BinaryOp op, F64 a, F64 b) => op switch
    {
        _ => throw new NotSupportedException($"{op} in {f.Name}"),
    };

    public F64 SinCos(F64 x, bool sine) => sine ? x : f.Let(x);
}
