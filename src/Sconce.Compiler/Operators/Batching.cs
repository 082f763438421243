using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

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

        public Dictionary<TensorBuffer, TensorBuffer> Widened { get; } = new(ReferenceEqualityComparer.Instance);

        public bool HasResults { get; set; }
    }

    /// <summary>One place along a dim that vmap takes away.</summary>
    public TensorBuffer Enter(TensorBuffer tensor, int axis, int number)
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
    public TensorBuffer Leave(TensorBuffer tensor, int number, Dim size, int axis)
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
                if (narrow.Kind == BufferKind.Size)
                {
                    throw SconceException.Unsupported("vmap over an operator whose result the data size: it would have another size at each place", hint: "write it without vmap, for all places at once");
                }

                if (narrow.Kind != BufferKind.Fault)
                {
                    level.Widened.TryAdd(narrow, new TensorBuffer(narrow.Name, narrow.Type, [level.Size, .. narrow.Dims]));
                }
            }

            context.Steps[i] = Widen(step, level);
        }
    }

    private static bool DependsOn(Step step, Level level) =>
        step.Expressions.Nodes().SelectMany(node => node.Indices()).Concat(step.Targets.SelectMany(target => target.Index)).Any(dim => dim.DependsOn(level.Place))
            || step.BuffersRead.Any(level.Widened.ContainsKey);

    private static Step Widen(Step step, Level level)
    {
        var axis = new Axis(level.Size, "v");
        var rewriter = new ExprRewriter(
            dims: dim => dim.Substitute(atom => ReferenceEquals(atom, level.Place) ? Dim.Of(axis) : null),
            loads: load => level.Widened.TryGetValue(load.Buffer, out var wide) ? new LoadExpr(wide, [axis, .. load.Index]) : null);
        var along = step.Along(axis) ?? throw SconceException.Unsupported($"vmap over what {step.Origin?.Operator ?? step.GetType().Name} does");
        return along.With([.. along.Expressions.Select(rewriter.Rewrite)], [.. along.Targets.Select(Wide)]);

        Target Wide(Target target)
        {
            var load = (LoadExpr)rewriter.Rewrite(new LoadExpr(target.Buffer, target.Index));
            return new Target(load.Buffer, load.Index);
        }
    }
}
