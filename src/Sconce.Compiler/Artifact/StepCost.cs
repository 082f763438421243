using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>What a step costs, as the profiler counts: floating-point operations (a multiply-add is two) and bytes that must be moved at least.</summary>
internal static class StepCost
{
    public static Dim MultiplyAdds(Step step) => step switch
    {
        ContractionStep c => Extents(c.Axes) * c.K.Extent,
        AttentionStep a => Extents([.. a.Space.Batch, a.Space.Rows, a.Space.Keys]) * (a.Space.Depth.Extent + a.Space.Columns.Extent),
        ConvolutionStep c => Extents(c.Axes) * Extents(c.WeightAxes.Skip(1)),
        LoopStep loop => loop.Count * Dim.Sum(loop.Body.Select(MultiplyAdds)),
        _ => Dim.Zero,
    };

    public static Dim Flops(Step step) => step switch
    {
        ContractionStep c => (MultiplyAdds(c) * 2) + Work(c.Axes, [c.Epilogue]),
        AttentionStep a => (MultiplyAdds(a) * 2) + Extents([.. a.Space.Batch, a.Space.Rows, a.Space.Keys])
            + Work([.. a.Space.Batch, a.Space.Rows, a.Space.Keys], [a.Operands.Score]) + Work(a.Axes, [a.Epilogue]),
        ConvolutionStep c => (MultiplyAdds(c) * 2) + Work(c.Axes, [c.Epilogue]),
        MapStep map => Work(map.Axes, [map.Body]),
        ReduceStep reduce => Work([.. reduce.Axes, .. reduce.Reduced], reduce.Reducers.Select(r => r.Value)) + Work(reduce.Axes, reduce.Results),
        ScanStep scan => Work([.. scan.Axes, scan.Scanned], scan.Reducers.Select(r => r.Value)),
        FourierStep { Plan: { } plan } f => Extents(f.Axes) * (long)(5 * plan.Length * Math.Log2(plan.Length)),
        FourierStep f => Extents(f.Axes) * f.Size * (long)((f.Form == FourierForm.Complex ? 5 : 2.5) * Math.Log2(TilePlan.Estimate(f.Size))),
        LoopStep loop => loop.Count * Dim.Sum(loop.Body.Select(Flops)),
        _ => Dim.Zero,
    };

    public static Dim Bytes(Step step)
    {
        if (step is LoopStep loop)
        {
            return loop.Count * Dim.Sum(loop.Body.Select(Bytes));
        }

        var total = Dim.Zero;
        foreach (var buffer in ProgramUses.BuffersRead(step).Concat(step.Targets.Select(target => target.Buffer)))
        {
            total += buffer.ByteCount;
        }

        return total;
    }

    private static Dim Extents(IEnumerable<Axis> axes) => Dim.Product(axes.Select(axis => axis.Extent));

    private static Dim Work(IEnumerable<Axis> axes, IEnumerable<Expr> exprs)
    {
        var operations = 0;
        var seen = new HashSet<Expr>(ReferenceEqualityComparer.Instance);
        foreach (var expr in exprs)
        {
            Count(expr);
        }

        return Extents(axes) * operations;

        void Count(Expr expr)
        {
            if (!seen.Add(expr))
            {
                return;
            }

            operations += expr is UnaryExpr or BinaryExpr or SelectExpr ? 1 : 0;
            foreach (var operand in expr.Operands)
            {
                Count(operand);
            }
        }
    }
}
