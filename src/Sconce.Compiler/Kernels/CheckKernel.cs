using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>Looks at a condition at every point, four in a row where they lie so. Only a tile in which it holds somewhere is gone through again for the point.</summary>
internal sealed class CheckKernel
{
    private readonly CheckStep step;
    private readonly ImmutableArray<Axis> axes;
    private readonly Axis? along;
    private readonly FunctionBuilder f;
    private readonly KernelFrame frame;
    private readonly TilePlan plan;
    private readonly LocalI32 wrong;

    private CheckKernel(CheckStep given, KernelModule module)
    {
        var (groups, collapsed) = IterationSpace.Collapse([given.Axes], given);
        (step, axes) = (collapsed, groups[0]);
        along = axes.IsEmpty || !VectorLoop.Suits(axes[^1], []) ? null : axes[^1];
        plan = TilePlan.For(axes, Cost.Of(step.Wrong), Unroll * (along is null ? 1 : Vector.Lanes));
        frame = new KernelFrame("check", step, plan.Dims, module, along);
        f = frame.Function;
        wrong = f.I32("wrong");
    }

    private int Unroll => along is null ? 1 : VectorLoop.Unrolling(step.Wrong);

    public static KernelCall Generate(CheckStep step, KernelModule module)
    {
        var kernel = new CheckKernel(step, module);
        kernel.plan.Emit(kernel.frame.Emitter, kernel.frame.Tile, kernel.Tile);
        return kernel.frame.Finish(kernel.plan.Tiles, kernel.along is null ? "check" : $"check {Vector.Lanes}x{kernel.Unroll}");
    }

    private void Tile(ImmutableArray<Axis> remaining, I32 from, I32 to)
    {
        if (axes.IsEmpty)
        {
            f.Set(wrong, frame.Emitter.Scalar(step.Wrong).AsI32());
            f.If(wrong, () => Report(frame.Emitter.Nested()));
            return;
        }

        var any = along is null ? null : f.V128("any");
        if (any is not null)
        {
            f.Set(any, V128.Zero);
        }

        f.Set(wrong, 0);
        LoopNest.Over(frame.Emitter.Nested(), remaining, from, to, [], [step.Wrong], (emitter, start, end) =>
            VectorLoop.Emit(emitter, axes[^1], start, end, Unroll, any is not null, (at, shifts, asVector) =>
            {
                Expr[] conditions = [.. shifts.Select(shift => step.Wrong.Shift(axes[^1], shift))];
                at.Expect(conditions);
                foreach (var condition in conditions)
                {
                    if (asVector)
                    {
                        f.Set(any!, any! | at.Vector(condition).Low);
                    }
                    else
                    {
                        f.Set(wrong, wrong | at.Scalar(condition).AsI32());
                    }
                }
            }));
        f.If(any is null ? wrong : wrong | V128.AnyTrue(any), () => Search(remaining, from, to));
    }

    /// <summary>The first point of the tile at which the condition holds, unless another tile has told of one.</summary>
    private void Search(ImmutableArray<Axis> remaining, I32 from, I32 to) => LoopNest.Over(
        frame.Emitter.Nested(along: null), remaining, from, to, [], [], (emitter, start, end) =>
            VectorLoop.Emit(emitter, axes[^1], start, end, 1, vectorised: false, (at, _, _) =>
                f.If(at.Scalar(step.Wrong).AsI32() & at.Scalar(Field(FaultFields.Found)).AsI64().Eqz(), () => Report(at.Nested()))));

    private void Report(ExprEmitter at)
    {
        Store(FaultFields.Value, step.Value);
        Store(FaultFields.Limit, Expr.Of(step.Limit));
        Store(FaultFields.Found, Expr.Const(DType.Int64, 1L));

        void Store(int field, Expr value) => at.Store(new Target(step.Fault.Buffer, [field]), value);
    }

    private LoadExpr Field(int field) => new(step.Fault.Buffer, [field]);
}
