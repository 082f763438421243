using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Passes;

/// <summary>What a loop's body copies, changes and copies back at the end of a turn is changed where it lies: a cache of which each turn writes one row.</summary>
internal static class CarryInPlace
{
    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var places = new Dictionary<TensorBuffer, TensorBuffer>(ReferenceEqualityComparer.Instance);
        var copies = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        foreach (var block in StepTree.All(program.Steps).OfType<RegionStep>().SelectMany(region => region.Blocks).Where(block => block.Runs.Repeat))
        {
            foreach (var back in block.Steps.OfType<MapStep>())
            {
                if (Source(back) is { } changed && CopyOf(back.Target.Buffer, changed, block) is { } copy && !places.ContainsValue(back.Target.Buffer)
                    && IsAlone(copy, back, uses) && places.TryAdd(changed, back.Target.Buffer))
                {
                    copies.UnionWith([copy, back]);
                }
            }
        }

        if (places.Count > 0)
        {
            var rewriter = new ExprRewriter(loads: load => places.TryGetValue(load.Buffer, out var place) ? new LoadExpr(place, load.Index) : null);
            StepTree.Replace(program, step => copies.Contains(step) ? [] : [Moved(step.Rewrite(rewriter.Rewrite), places)]);
        }
    }

    private static Step Moved(Step step, Dictionary<TensorBuffer, TensorBuffer> places) => step.Targets.Any(target => places.ContainsKey(target.Buffer))
        ? step.With(step.Expressions, [.. step.Targets.Select(target => target with { Buffer = places.GetValueOrDefault(target.Buffer, target.Buffer) })])
        : step;

    private static MapStep? CopyOf(TensorBuffer carried, TensorBuffer changed, RegionBlock block) =>
        block.Steps.OfType<MapStep>().FirstOrDefault(step => ReferenceEquals(step.Target.Buffer, changed) && ReferenceEquals(Source(step), carried));

    /// <summary>The buffer that a map copies as it is.</summary>
    private static TensorBuffer? Source(MapStep copy) =>
        copy.Target is { Buffer: { Kind: BufferKind.Temporary } target } && copy.Target.IsWhole(copy.Axes) && copy.Body is LoadExpr { Buffer: { Kind: BufferKind.Temporary } source } load
            && new Target(source, load.Index).IsWhole(copy.Axes) && source.Type == target.Type && source.Dims.SequenceEqual(target.Dims)
            ? source
            : null;

    /// <summary>Whether between the two copies, and only there, the copy stands for what is carried.</summary>
    private static bool IsAlone(MapStep copy, MapStep back, ProgramUses uses)
    {
        var (changed, carried) = (copy.Target.Buffer, back.Target.Buffer);
        var from = uses.Writers(changed).First(use => ReferenceEquals(use.Step, copy));
        var to = uses.Writers(carried).First(use => ReferenceEquals(use.Step, back));
        return from.Position < to.Position
            && uses.Writers(changed).Concat(uses.Readers(changed)).All(use => use.Position >= from.Position && use.Position <= to.Position && use.Step is not RegionStep)
            && uses.Readers(carried).All(use => use.Position <= from.Position || use.Position > to.Position)
            && uses.Writers(carried).All(use => use.Position < from.Position ? !use.IsWithin(from.Scope) : ReferenceEquals(use, to));
    }
}
