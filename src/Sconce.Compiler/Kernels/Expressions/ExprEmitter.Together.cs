using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Expressions;

// Vector functions of several points at once.
public sealed partial class ExprEmitter
{
    /// <summary>
    /// Computes the vector functions in expressions that are alike (the same at several points, or with several accumulators) in step, two and two.
    /// What else the expressions hold is left to whoever asks for their values.
    /// </summary>
    public static void Together(IReadOnlyList<(ExprEmitter At, Expr Expr)> alike)
    {
        foreach (var pair in alike.Chunk(2))
        {
            Together(pair, []);
        }
    }

    private static void Together((ExprEmitter At, Expr Expr)[] alike, HashSet<Expr> seen)
    {
        var (at, first) = alike[0];
        if (alike.Length < 2 || first is GuardExpr || !seen.Add(first)
            || alike.Any(one => one.Expr.GetType() != first.GetType() || !one.At.Varies(one.Expr) || one.At.TryFind(e => e.vectors, one.Expr, out _)))
        {
            return;
        }

        if (first is BinaryExpr && alike.Select(one => one.At.ActivationOf((BinaryExpr)one.Expr, e => e.vectors)).ToArray() is [{ } activation, ..] all
            && all.All(other => other?.GetType() == activation.GetType()) && at.Varies(activation.Function))
        {
            var arguments = all.Select(each => each is Activation.Gate gate ? gate.Argument : ((Activation.Gelu)each!).X).ToArray();
            var results = Compute(alike, arguments, seen, (math, x) => activation is Activation.Gate ? math.OnePlusExpOfMinus(x) : math.Gelu(x));
            for (var i = 0; i < alike.Length; i++)
            {
                var one = alike[i].At;
                one.vectors[alike[i].Expr] = all[i] is Activation.Gate gate
                    ? one.vectorOps.Let(new Vector(Wasm.F32x4.Div(one.Vector(gate.Numerator).Low, results[i])))
                    : new Vector(results[i]);
            }

            return;
        }

        if (first is UnaryExpr { Type: DType.Float32 } unary && UnaryCodes.Of(unary.Op).InStep is { } function)
        {
            var results = Compute(alike, [.. alike.Select(one => ((UnaryExpr)one.Expr).Operand)], seen, function);
            for (var i = 0; i < alike.Length; i++)
            {
                alike[i].At.vectors[alike[i].Expr] = new Vector(results[i]);
            }

            return;
        }

        for (var operand = 0; operand < first.Operands.Length; operand++)
        {
            Together([.. alike.Select(one => (one.At, one.Expr.Operands[operand]))], seen);
        }
    }

    private static Wasm.V128[] Compute(
        (ExprEmitter At, Expr Expr)[] alike, Expr[] arguments, HashSet<Expr> seen, Func<VectorMath, Bundle, Bundle> function)
    {
        Together([.. alike.Zip(arguments, (one, argument) => (one.At, argument))], seen);
        var x = new Bundle([.. alike.Zip(arguments, (one, argument) => one.At.Vector(argument).Low)]);
        return [.. alike[0].At.vectorOps.Math.Together(x, function).Parts];
    }
}
