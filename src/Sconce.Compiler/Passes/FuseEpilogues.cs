using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Joins a map to the product, convolution or reduction that made what it reads: bias, activation, residual and folded normalisation are applied while the sums are in registers.</summary>
internal static class FuseEpilogues
{
    /// <summary>Beyond this many nodes the accumulators of a tile no longer stay in registers beside the epilogue.</summary>
    private const int MaxExpressionSize = 48;

    public static void Run(TensorProgram program)
    {
        while (RunOnce(program))
        {
        }
    }

    private static bool RunOnce(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var gone = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        var made = new Dictionary<Step, Step>(ReferenceEqualityComparer.Instance);
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            if (step is not MapStep map || gone.Contains(step))
            {
                continue;
            }

            var reader = uses.Writers(map.Target.Buffer).First(use => ReferenceEquals(use.Step, map));

            // Of several producers (a sum of two convolutions) the last one takes the map: the others are done by then.
            var candidates = map.Loads.GroupBy(load => load.Buffer)
                .Where(group => group.Count() == 1)
                .Select(group => (Load: group.First(), Writers: uses.Writers(group.Key)))
                .Where(c => c.Writers.Count == 1 && c.Load.Buffer.Kind == BufferKind.Temporary && uses.Readers(c.Load.Buffer).Count == 1)
                .OrderByDescending(c => c.Writers[0].Position);
            foreach (var (load, writers) in candidates)
            {
                var producer = writers[0];
                if (made.ContainsKey(producer.Step) || gone.Contains(producer.Step) || !ReferenceEquals(producer.Scope, reader.Scope)
                    || !uses.MayMove(producer, reader) || Fuse(producer.Step, map, load) is not { } fused)
                {
                    continue;
                }

                gone.Add(producer.Step);
                made[map] = fused;
                break;
            }
        }

        StepTree.Replace(program, step => gone.Contains(step) ? [] : [made.GetValueOrDefault(step, step)]);
        return made.Count > 0;
    }

    private static Step? Fuse(Step producer, MapStep map, LoadExpr load)
    {
        if (producer.Finish is not { Axes: var axes, Value: var old, Target: { } target } || !target.IsWhole(axes)
            || ExprCost.Size([map.Body]) + ExprCost.Size([old]) > MaxExpressionSize
            || MatchAxes(map, load, axes) is not { } axisMap
            || IsIndex(map, load))
        {
            return null;
        }

        var epilogue = new ExprRewriter(
            dims: dim => dim.Substitute(axisMap),
            loads: found => ReferenceEquals(found.Buffer, load.Buffer) ? old : null).Rewrite(map.Body);
        var newTarget = map.Target.Substitute(axisMap);
        return producer.WithFinish(newTarget, epilogue) with { Origin = producer.Origin ?? map.Origin };
    }

    /// <summary>Whether an element says where another load looks (x at its argmax): a finish has its number in a register, and one for each lane of a vector.</summary>
    private static bool IsIndex(MapStep map, LoadExpr element) =>
        map.Loads.SelectMany(load => load.Index).Concat(map.Target.Index).SelectMany(dim => dim.LoadedNumbers()).Loads().Contains(element);

    /// <summary>The map's axes as the producer's, where the load takes each of them once and in whole.</summary>
    private static Dictionary<Atom, Dim>? MatchAxes(MapStep map, LoadExpr load, ImmutableArray<Axis> axes)
    {
        var result = new Dictionary<Atom, Dim>();
        var ones = new Queue<Axis>();
        for (var i = 0; i < load.Index.Length; i++)
        {
            if (load.Index[i].AsAtom is Axis axis && map.Axes.Contains(axis))
            {
                if (!axis.Extent.Equals(axes[i].Extent) || !result.TryAdd(axis, axes[i]))
                {
                    return null;
                }
            }
            else if (load.Index[i].Equals(Dim.Zero) && axes[i].Extent.Equals(Dim.One))
            {
                ones.Enqueue(axes[i]);
            }
            else
            {
                return null;
            }
        }

        foreach (var axis in map.Axes)
        {
            if (!result.ContainsKey(axis))
            {
                if (!axis.Extent.Equals(Dim.One))
                {
                    return null;
                }

                // An axis, where there is one, so that the next map finds the whole target again.
                result.Add(axis, ones.TryDequeue(out var one) ? Dim.Of(one) : Dim.Zero);
            }
        }

        return result;
    }
}
