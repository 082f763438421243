using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>Loops one within the other, with what does not change moved out of each.</summary>
internal static class LoopNest
{
    /// <summary>
    /// Loops over all axes but the last; that one's range is handed to the body. The range given is the first axis's; the others are gone
    /// through whole.
    /// </summary>
    public static void Over(
        ExprEmitter emitter, ImmutableArray<Axis> axes, I32 from, I32 to, IReadOnlyCollection<Target> targets, IReadOnlyCollection<Expr> exprs,
        Action<ExprEmitter, I32, I32> body)
    {
        emitter.Hoist(exprs);
        foreach (var target in targets)
        {
            emitter.Hoist(target);
        }

        if (axes.Length == 1)
        {
            body(emitter, from, to);
            return;
        }

        var f = emitter.Function;
        var counter = f.I32(axes[0].Name);
        var end = axes.Length > 1 ? emitter.Index(axes[1].Extent) : I32.Const(0);
        f.For(counter, from, to, 1, () =>
        {
            var inside = emitter.Nested();
            inside.Bind(axes[0], counter);
            Over(inside, axes[1..], 0, end, targets, exprs, body);
        });
    }
}
