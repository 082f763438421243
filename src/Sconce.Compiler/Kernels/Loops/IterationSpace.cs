using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Loops;

/// <summary>
/// Axes put into the order in which memory lies, and joined where every access goes through two of them as through one: a dense
/// pointwise operation becomes one long loop, whatever its rank.
/// </summary>
internal static class IterationSpace
{
    /// <summary>The axes from the one with the largest stride in the target to the one with the smallest.</summary>
    public static ImmutableArray<Axis> InMemoryOrder(ImmutableArray<Axis> axes, Target target)
    {
        var places = new Dictionary<Axis, int>();
        for (var i = 0; i < target.Buffer.Order.Length; i++)
        {
            target.Index[target.Buffer.Order[i]].VisitLeaves(leaf =>
            {
                if (leaf is Axis axis)
                {
                    places[axis] = i;
                }
            });
        }

        // An axis that the target does not know (it has one element along it) goes outermost.
        return [.. axes.OrderBy(axis => places.GetValueOrDefault(axis, -1))];
    }

    /// <summary>
    /// Drops axes of one point and joins neighbours within each group (which is ordered from the outside in); gives the remaining axes and the
    /// step in terms of them.
    /// </summary>
    public static (ImmutableArray<Axis>[] Groups, TStep Step) Collapse<TStep>(ImmutableArray<Axis>[] groups, TStep step)
        where TStep : Step
    {
        var result = new ImmutableArray<Axis>[groups.Length];
        for (var g = 0; g < groups.Length; g++)
        {
            var axes = groups[g].ToList();
            foreach (var unit in axes.Where(axis => axis.Extent.IsConstant && axis.Extent.Value == 1).ToArray())
            {
                axes.Remove(unit);
                step = (TStep)step.Substitute(atom => ReferenceEquals(atom, unit) ? Dim.Zero : null);
            }

            for (var i = axes.Count - 2; i >= 0; i--)
            {
                var (outer, inner) = (axes[i], axes[i + 1]);
                if (!AccessesOf(step).All(dim => GoesThroughAsOne(dim, outer, inner)))
                {
                    continue;
                }

                var joined = new Axis(outer.Extent * inner.Extent, outer.Name + inner.Name);
                step = (TStep)step.Substitute(atom =>
                    ReferenceEquals(atom, outer) ? Dim.Of(joined).FloorDiv(inner.Extent)
                    : ReferenceEquals(atom, inner) ? Dim.Of(joined).Mod(inner.Extent)
                    : null);
                axes[i] = joined;
                axes.RemoveAt(i + 1);
            }

            result[g] = [.. axes];
        }

        return (result, step);
    }

    /// <summary>Every offset and index number in the step, those of gathers' indices too.</summary>
    public static HashSet<Dim> AccessesOf(Step step)
    {
        var dims = AccessesOf([.. step.Expressions]);
        foreach (var target in step.Targets)
        {
            // A scatter's target holds loads as an expression does.
            dims.UnionWith(AccessesOf(new LoadExpr(target.Buffer, target.Index)));
        }

        return dims;
    }

    public static HashSet<Dim> AccessesOf(params ReadOnlySpan<Expr> exprs)
    {
        var dims = new HashSet<Dim>();
        foreach (var node in ExprWalk.Nodes([.. exprs]))
        {
            switch (node)
            {
                case LoadExpr load:
                    dims.Add(load.Buffer.Offset(load.Index));
                    break;
                case IndexExpr index:
                    dims.Add(index.Value);
                    break;
            }
        }

        return dims;
    }

    private static bool GoesThroughAsOne(Dim dim, Axis outer, Axis inner)
    {
        if (!dim.DependsOn(outer) && !dim.DependsOn(inner))
        {
            return true;
        }

        return dim.LinearIn(outer) is var (outerStride, rest) && rest.LinearIn(inner) is var (innerStride, _)
            && !outerStride.DependsOn(inner) && outerStride.Equals(innerStride * inner.Extent);
    }
}
