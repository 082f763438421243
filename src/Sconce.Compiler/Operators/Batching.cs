using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Buffer = Sconce.Compiler.Tensors.Buffer;

namespace Sconce.Compiler.Operators;

/// <summary>
/// <c>torch.vmap</c>: between taking a dim away from its inputs and giving it back to its results, operators see tensors without the dim. They are lowered
/// for one place along it, a symbol; when a result is given its dim, the steps that led there get the dim as an axis of their own.
/// </summary>
public sealed class Batching(LoweringContext context)
{
    private readonly Dictionary<int, Level> levels = [];

    /// <summary>One run of vmap: its place along the dim, and what the buffers that depend on it have become.</summary>
    private sealed class Level(Symbol place, Dim size, int start)
    {
        public Symbol Place { get; } = place;

        public Dim Size { get; } = size;

        /// <summary>No step before this one knows the place.</summary>
        public int Start { get; } = start;

        public Dictionary<Buffer, Buffer> Widened { get; } = new(ReferenceEqualityComparer.Instance);

        public bool HasResults { get; set; }
    }

    /// <summary>One place along a dim that vmap takes away.</summary>
    public Buffer Enter(Buffer tensor, int axis, int number)
    {
        // All inputs of a vmap come before its results: an input after them is of another one.
        if (!levels.TryGetValue(number, out var level) || level.HasResults)
        {
            var size = tensor.Dims[axis];
            var last = size.Bounds.Max == long.MaxValue ? (long?)null : Math.Max(size.Bounds.Max - 1, 0);
            levels[number] = level = new Level(new Symbol($"place{number}", 0, last), size, context.Steps.Count);
        }

        return context.Select(tensor, axis, Dim.Of(level.Place));
    }

    /// <summary>A result for all places, along a dim that vmap gives back.</summary>
    public Buffer Leave(Buffer tensor, int number, Dim size, int axis)
    {
        if (levels.TryGetValue(number, out var level))
        {
            level.HasResults = true;
            Widen(level);
            if (level.Widened.TryGetValue(tensor, out var wide))
            {
                return context.View(wide, tensor.Dims.Insert(axis, level.Size), i => i.RemoveAt(axis).Insert(0, i[axis]));
            }
        }

        return context.View(tensor, tensor.Dims.Insert(axis, size), i => i.RemoveAt(axis));
    }

    private void Widen(Level level)
    {
        for (var i = level.Start; i < context.Steps.Count; i++)
        {
            var step = context.Steps[i];
            if (!step.Targets.Any(target => level.Widened.ContainsKey(target.Buffer)) && !DependsOn(step, level))
            {
                continue;
            }

            foreach (var target in step.Targets)
            {
                var narrow = target.Buffer;
                if (narrow.Kind != BufferKind.Fault)
                {
                    level.Widened.TryAdd(narrow, new Buffer(narrow.Name, narrow.Type, [level.Size, .. narrow.Dims]));
                }
            }

            context.Steps[i] = Widen(step, level);
        }
    }

    private static bool DependsOn(Step step, Level level)
    {
        var depends = false;
        var search = new ExprRewriter(
            dims: dim =>
            {
                depends |= dim.DependsOn(level.Place);
                return dim;
            },
            loads: load =>
            {
                depends |= level.Widened.ContainsKey(load.Buffer);
                return null;
            });
        foreach (var expression in step.Expressions.Concat(step.Targets.Select(target => new LoadExpr(target.Buffer, target.Index))))
        {
            search.Rewrite(expression);
        }

        return depends;
    }

    private static Step Widen(Step step, Level level)
    {
        var axis = new Axis(level.Size, "v");
        var rewriter = new ExprRewriter(
            dims: dim => dim.Substitute(atom => ReferenceEquals(atom, level.Place) ? Dim.Of(axis) : null),
            loads: load => level.Widened.TryGetValue(load.Buffer, out var wide) ? new LoadExpr(wide, [axis, .. load.Index]) : null);
        Step widened = step switch
        {
            MapStep map => new MapStep(Wide(map.Target), With(map.Axes), rewriter.Rewrite(map.Body)),
            ReduceStep reduce => new ReduceStep(
                [.. reduce.Targets.Select(Wide)], With(reduce.Axes), reduce.Reduced, Reducers(reduce.Reducers), All(reduce.Results)),
            ScanStep scan => new ScanStep([.. scan.Targets.Select(Wide)], With(scan.Axes), scan.Scanned, Reducers(scan.Reducers), All(scan.Results)),
            ScatterStep scatter => new ScatterStep(
                Wide(scatter.Target), With(scatter.Axes), rewriter.Rewrite(scatter.Value), scatter.Mode,
                scatter.Condition is null ? null : rewriter.Rewrite(scatter.Condition)),
            SortStep sort => new SortStep(
                Wide(sort.Values), Wide(sort.Indices), With(sort.Axes), sort.Sorted, sort.Kept, rewriter.Rewrite(sort.Key), sort.Descending),
            CheckStep check => check.With(
                With(check.Axes), rewriter.Rewrite(check.Wrong), rewriter.Rewrite(check.Value), rewriter.Rewrite(Expr.Of(check.Limit)).ToIndex(Interval.All)),
            ContractionStep product => new ContractionStep(
                Wide(product.Target), With(product.Batch), product.M, product.N, product.K,
                rewriter.Rewrite(product.Left), rewriter.Rewrite(product.Right), rewriter.Rewrite(product.Epilogue)),
            _ => throw new NotSupportedException($"vmap over a {step.GetType().Name}"),
        };
        widened.Origin = step.Origin;
        return widened;

        ImmutableArray<Axis> With(ImmutableArray<Axis> axes) => [axis, .. axes];

        ImmutableArray<Expr> All(ImmutableArray<Expr> expressions) => [.. expressions.Select(rewriter.Rewrite)];

        ImmutableArray<Reducer> Reducers(ImmutableArray<Reducer> reducers) =>
            [.. reducers.Select(reducer => reducer with { Value = rewriter.Rewrite(reducer.Value) })];

        Target Wide(Target target)
        {
            var load = (LoadExpr)rewriter.Rewrite(new LoadExpr(target.Buffer, target.Index));
            return new Target(load.Buffer, load.Index);
        }
    }
}
