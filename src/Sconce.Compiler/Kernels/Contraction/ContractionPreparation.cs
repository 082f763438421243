using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// Brings a matrix product's operands into the form its kernel reads: the right one in panels, the left one in rows of consecutive elements.
/// Runs after layouts and before memory is planned; packing of constants is folded afterwards.
/// </summary>
public static class ContractionPreparation
{
    public static ImmutableArray<Step> Prepare(ContractionStep step)
    {
        if (OfBytes(step) is { } prepared)
        {
            return prepared;
        }

        if (!step.Left.Type.IsFloat())
        {
            return [AsReduction(step)];
        }

        if (Chosen(step) is { } choice)
        {
            return [step with { Kernel = choice }];
        }

        var steps = ImmutableArray.CreateBuilder<Step>();
        step = MergeRows(WithPlainLeft(InFloat32(step), steps));
        steps.Add(WithPackedRight(step, steps));
        return steps.ToImmutable();
    }

    /// <summary>The choice for operands that happen to be in the form the kernel reads.</summary>
    private static KernelChoice.Panels? Chosen(ContractionStep step) =>
        Access.Of(step.Left) is { } left && left.HasUnitStride(step.K)
        && Panels.Of(step.Right, step.N, [step.K]) is { } panels && left.Buffer.Type == panels.Elements.Computed
            ? panels.ChoiceFor(step.M.Extent)
            : null;

    /// <summary>Bytes times quantised weights, as integers; null where the operands are others.</summary>
    private static ImmutableArray<Step>? OfBytes(ContractionStep step)
    {
        if (step.Left is not CastExpr { Type: DType.Int32 or DType.Float32, Operand: { Type: DType.UInt8 } bytes } || bytes is LoadExpr { Buffer.Kind: BufferKind.Constant })
        {
            return null;
        }

        var (type, steps) = (step.Left.Type, ImmutableArray.CreateBuilder<Step>());
        var rows = MergeRows(WithPlainLeft(step with { Left = bytes }, steps));
        ImmutableArray<Axis> outer = [.. rows.Batch.Where(axis => rows.Right.DependsOn(axis))];
        if (IntegerPanels.Pack($"{step.Target.Buffer.Name}.right", outer, rows.N, [], [rows.K], rows.Right) is not var (packing, panels) || panels.ChoiceForBytes(rows.M.Extent) is not { } choice)
        {
            return null;
        }

        return [.. steps, .. packing, rows with
        {
            Left = rows.Left.As(type),
            Right = panels.Load([.. outer.Select(axis => Dim.Of(axis))], rows.N, [], rows.K),
            Kernel = choice,
        }];
    }

    /// <summary>Integers are summed one by one, exactly.</summary>
    private static ReduceStep AsReduction(ContractionStep step)
    {
        var type = step.Left.Type;
        const DType sum = DType.Int64;
        var epilogue = new ExprRewriter(accumulators: _ => new AccumulatorExpr(0, sum).As(type)).Rewrite(step.Epilogue);
        return new ReduceStep([step.Target], step.Axes, [step.K], [new Reducer(Combiner.Sum, step.Left.As(sum) * step.Right.As(sum))], [epilogue]);
    }

    /// <summary>16-bit floats are multiplied and summed in float32 and rounded once.</summary>
    private static ContractionStep InFloat32(ContractionStep step)
    {
        if (!step.Left.Type.IsHalf())
        {
            return step;
        }

        var type = step.Left.Type;
        var epilogue = new ExprRewriter(accumulators: _ => new AccumulatorExpr(0, DType.Float32).As(type)).Rewrite(step.Epilogue);
        return step with { Left = step.Left.As(DType.Float32), Right = step.Right.As(DType.Float32), Epilogue = epilogue };
    }

    private static ContractionStep WithPlainLeft(ContractionStep step, ImmutableArray<Step>.Builder steps)
    {
        if (Access.Of(step.Left)?.HasUnitStride(step.K) == true)
        {
            return step;
        }

        ImmutableArray<Axis> axes = [.. step.Batch.Where(axis => step.Left.DependsOn(axis)), step.M, step.K];
        var rows = new TensorBuffer($"{step.Target.Buffer.Name}.left", step.Left.Type, [.. axes.Select(axis => axis.Extent)]);
        steps.Add(new MapStep(Target.Whole(rows, axes), axes, step.Left));
        var left = new LoadExpr(rows, [.. axes.Select(axis => Dim.Of(axis))]);
        return step with { Left = left };
    }

    /// <summary>
    /// Batch axes that the right operand does not know become part of M where the left operand's rows go on evenly: a linear layer over
    /// [batch, time, features] is one product with batch · time rows.
    /// </summary>
    private static ContractionStep MergeRows(ContractionStep step)
    {
        while (step.Batch is [.. var outer, var last] && !step.Right.DependsOn(last))
        {
            var rows = new Axis(last.Extent * step.M.Extent, step.M.Name);
            var map = new Dictionary<Atom, Dim>
            {
                [last] = Dim.Of(rows).FloorDiv(step.M.Extent),
                [step.M] = Dim.Of(rows).Mod(step.M.Extent),
            };
            var left = step.Left.Substitute(map);
            if (Access.Of(left)?.StrideOf(rows) is null)
            {
                break;
            }

            step = new ContractionStep(
                step.Target.Substitute(map), outer, rows, step.N, step.K, left, step.Right, step.Epilogue.Substitute(map)) { Origin = step.Origin };
        }

        return step;
    }

    private static ContractionStep WithPackedRight(ContractionStep step, ImmutableArray<Step>.Builder steps)
    {
        ImmutableArray<Axis> outer = [.. step.Batch.Where(axis => step.Right.DependsOn(axis))];
        if (IntegerPanels.Pack($"{step.Target.Buffer.Name}.right", outer, step.N, [], [step.K], step.Right) is var (integers, quantised))
        {
            steps.AddRange(integers);
            return step with
            {
                Right = quantised.Load([.. outer.Select(axis => Dim.Of(axis))], step.N, [], step.K),
                Kernel = quantised.Words.ChoiceFor(step.M.Extent) with { ThreadScratch = WidenedPanel.For(quantised.Words, step.M.Extent, step.K.Extent) },
            };
        }

        var (packing, panels) = Panels.Pack($"{step.Target.Buffer.Name}.right", outer, step.N, [step.K], column =>
            step.Right.Substitute(new Dictionary<Atom, Dim> { [step.N] = column }));
        steps.Add(packing);
        var right = panels.Load([.. outer.Select(axis => Dim.Of(axis))], step.N, [step.K]);
        return new ContractionStep(step.Target, step.Batch, step.M, step.N, step.K, step.Left, right, step.Epilogue)
        {
            Origin = step.Origin, Kernel = panels.ChoiceFor(step.M.Extent) with { ThreadScratch = WidenedPanel.For(panels, step.M.Extent, step.K.Extent) },
        };
    }
}
