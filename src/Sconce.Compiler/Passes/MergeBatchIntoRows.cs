using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// A product whose right operand is the same for every batch (a linear layer over [batch, time, features]) becomes one tall product, where the rows of all
/// batches lie at one stride: the weights are then read once, and edges of tiles occur once.
/// </summary>
internal static class MergeBatchIntoRows
{
    public static void Run(TensorProgram program) =>
        StepRewriting.Replace(program, step => [step is ContractionStep contraction ? Merge(contraction) : step]);

    private static ContractionStep Merge(ContractionStep step)
    {
        // The innermost batch axis is joined first; an outer one only while that works.
        while (step.Batch is [.., var last] && TryMerge(step, last) is { } merged)
        {
            step = merged;
        }

        return step;
    }

    private static ContractionStep? TryMerge(ContractionStep step, Axis batch)
    {
        if (DependsOn(step.Right, batch))
        {
            return null;
        }

        var rows = new Axis(batch.Extent * step.M.Extent, "m");
        var map = new Dictionary<Atom, Dim>
        {
            [batch] = Dim.Of(rows).FloorDiv(step.M.Extent),
            [step.M] = Dim.Of(rows).Mod(step.M.Extent),
        };
        Expr Rewrite(Expr expr) => new ExprRewriter(dims: dim => dim.Substitute(map)).Rewrite(expr);
        var (left, epilogue) = (Rewrite(step.Left), Rewrite(step.Epilogue));
        var target = step.Target with { Index = [.. step.Target.Index.Select(dim => dim.Substitute(map))] };
        var linear = ProgramUses.LoadsOf(left).Concat(ProgramUses.LoadsOf(epilogue)).All(load => IsLinear(load.Buffer, load.Index, rows))
            && IsLinear(target.Buffer, target.Index, rows);
        return linear
            ? new ContractionStep(target, step.Batch.RemoveAt(step.Batch.Length - 1), rows, step.N, step.K, left, step.Right, epilogue) { Origin = step.Origin }
            : null;
    }

    private static bool IsLinear(Tensors.Buffer buffer, ImmutableArray<Dim> index, Axis axis) => buffer.Offset(index).LinearIn(axis) is not null;

    private static bool DependsOn(Expr expr, Axis axis)
    {
        var found = false;
        _ = new ExprRewriter(dims: dim =>
        {
            found |= dim.DependsOn(axis);
            return dim;
        }).Rewrite(expr);
        return found;
    }
}
