using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Chooses in which order each temporary buffer's dims lie in memory: convolutions write channels-last, and what follows keeps the order of what it
/// reads, so that transpositions happen at the edges only. Index maps need no change: addresses are computed from the buffers' strides.
/// </summary>
internal static class AssignLayouts
{
    public static void Run(TensorProgram program)
    {
        var decided = new HashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
        var products = StepTree.Leaves(program.Steps).OfType<ContractionStep>().Where(product => product.Left is LoadExpr)
            .ToLookup<ContractionStep, TensorBuffer>(product => ((LoadExpr)product.Left).Buffer, ReferenceEqualityComparer.Instance);
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            foreach (var target in step.Targets)
            {
                // Where several steps write one buffer, the first decides.
                if (target.Buffer.Kind == BufferKind.Temporary && target.Buffer.Dims.Length > 1 && decided.Add(target.Buffer)
                    && (step is AttentionStep attention ? ForProduct(attention, products[target.Buffer].FirstOrDefault()) : OrderFor(step, target)) is { } order)
                {
                    target.Buffer.Order = order;
                }
            }
        }
    }

    private static ImmutableArray<int>? OrderFor(Step step, Target target) => step switch
    {
        // N, spatial…, O: the kernel's accumulators are neighbours in O.
        ConvolutionStep c => ByAxes(target, [c.Axes[0], .. c.Axes.Skip(2), c.Axes[1]]),
        MapStep map => Follow(target, map.Axes, map.Body.Loads()),
        ReduceStep reduce => Follow(target, reduce.Axes, reduce.Reducers.SelectMany(r => r.Value.Loads())),
        _ => null,
    };

    /// <summary>The order in which the product that reads the result finds its rows side by side: the heads of a position one after the other, mostly.</summary>
    private static ImmutableArray<int>? ForProduct(AttentionStep step, ContractionStep? product)
    {
        var (target, space) = (step.Target, step.Space);
        if (product?.Left is not LoadExpr load || space.Batch.IsEmpty || !target.IsWhole(step.Axes))
        {
            return null;
        }

        ImmutableArray<Axis>[] candidates =
        [
            step.Axes,
            [.. space.Batch[..^1], space.Rows, space.Batch[^1], space.Columns],
            [space.Rows, .. space.Batch, space.Columns],
        ];
        foreach (var axes in candidates)
        {
            ImmutableArray<int> order = [.. axes.Select(axis => step.Axes.IndexOf(axis))];
            var laid = new TensorBuffer(target.Buffer.Name, target.Buffer.Type, target.Buffer.Dims) { Order = order };
            if (laid.Offset(load.Index).LinearIn(product.K) is ({ IsConstant: true, Value: 1 }, _))
            {
                return order;
            }
        }

        return null;
    }

    /// <summary>The target's dims in the order of these axes, where each dim is one axis (plus an offset) or constant.</summary>
    private static ImmutableArray<int>? ByAxes(Target target, ImmutableArray<Axis> axes)
    {
        var order = new List<int>();
        for (var dim = 0; dim < target.Index.Length; dim++)
        {
            if (target.Index[dim].IsConstant)
            {
                order.Add(dim);
            }
        }

        foreach (var axis in axes)
        {
            for (var dim = 0; dim < target.Index.Length; dim++)
            {
                if (!target.Index[dim].IsConstant && target.Index[dim].LinearIn(axis) is ({ IsConstant: true, Value: 1 }, { IsConstant: true }))
                {
                    order.Add(dim);
                }
            }
        }

        return order.Count == target.Index.Length ? [.. order] : null;
    }

    /// <summary>The order in which the biggest operand that is not a constant lies in memory, if that is not the usual one.</summary>
    private static ImmutableArray<int>? Follow(Target target, ImmutableArray<Axis> axes, IEnumerable<LoadExpr> loads)
    {
        LoadExpr? leader = null;
        foreach (var load in loads)
        {
            if (load.Buffer.Kind != BufferKind.Constant && load.Buffer.Dims.Length > 1 && !IsRowMajor(load.Buffer)
                && (leader is null || leader.Buffer.ElementCount.IsLess(load.Buffer.ElementCount) == true))
            {
                leader = load;
            }
        }

        if (leader is null)
        {
            return null;
        }

        var offset = leader.Buffer.Offset(leader.Index);
        var strides = new List<(Axis Axis, Dim Stride)>();
        foreach (var axis in axes)
        {
            if (axis.Extent.Equals(Dim.One))
            {
                strides.Add((axis, Dim.Zero));
            }
            else if (offset.LinearIn(axis) is ({ } stride, _) && stride.IsNonNegative)
            {
                strides.Add((axis, stride));
            }
            else
            {
                return null;
            }
        }

        // Axes that the operand does not depend on keep their place before the others of their size: outermost.
        var sorted = new List<(Axis Axis, Dim Stride)>();
        foreach (var item in strides)
        {
            var at = sorted.Count;
            while (at > 0 && !sorted[at - 1].Stride.Equals(Dim.Zero) && sorted[at - 1].Stride.IsLess(item.Stride) == true)
            {
                at--;
            }

            sorted.Insert(at, item);
        }

        return ByAxes(target, [.. sorted.Select(item => item.Axis)]);
    }

    private static bool IsRowMajor(TensorBuffer buffer)
    {
        for (var i = 0; i < buffer.Order.Length; i++)
        {
            if (buffer.Order[i] != i)
            {
                return false;
            }
        }

        return true;
    }
}
