using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Drops checks that cannot fail, and those that repeat one before; a check no longer goes along axes on which what it looks at does not depend.</summary>
internal static class SettleChecks
{
    /// <summary>Indices that come out of more steps than that are told apart by the last of them.</summary>
    private const int MostTraced = 16;

    public static void Run(TensorProgram program)
    {
        if (!StepTree.Leaves(program.Steps).Any(step => step is CheckStep))
        {
            return;
        }

        var uses = new ProgramUses(program);
        var ranges = new ValueRanges(uses);
        var done = new HashSet<(Expr Wrong, string Message)>();
        var places = new Dictionary<(int Place, Dim Extent), Axis>();
        var always = program.Steps.ToHashSet();
        StepTree.Replace(program, step => step is CheckStep check ? Settle(check) : [step]);

        IEnumerable<Step> Settle(CheckStep check)
        {
            if (ranges.Decide(check.Wrong) == false)
            {
                return [];
            }

            var narrow = WithoutIdleAxes(check);
            return IsRepeated(narrow, always.Contains(check)) ? [] : [narrow];
        }

        // Only of buffers that hold the same at both places, and what surely ran before. Axes are the same where they stand at the same place and count as far.
        bool IsRepeated(CheckStep check, bool surely)
        {
            var wrong = Traced(check.Wrong, uses);
            if (!(check with { Wrong = wrong }).BuffersRead.All(buffer => uses.Writers(buffer) is { Count: 0 } or [{ Scope: null }]))
            {
                return false;
            }

            var map = new Dictionary<Atom, Dim>();
            foreach (var (place, axis) in check.Axes.Index())
            {
                places.TryAdd((place, axis.Extent), axis);
                map[axis] = places[(place, axis.Extent)];
            }

            var form = (wrong.Substitute(map), check.Message);
            return surely ? !done.Add(form) : done.Contains(form);
        }
    }

    /// <summary>The same of what it was computed from: layers that each compute a position for themselves look at the same one.</summary>
    private static Expr Traced(Expr expr, ProgramUses uses)
    {
        var left = MostTraced;
        return Trace(expr);

        Expr Trace(Expr of) => new ExprRewriter(loads: load =>
            uses.Writers(load.Buffer) is [{ Scope: null, Step: MapStep map }] && load.Buffer.Kind == BufferKind.Temporary && map.Target.IsWhole(map.Axes) && left-- > 0
                ? Trace(map.Body.Substitute(map.Axes.Zip(load.Index).ToDictionary(pair => (Atom)pair.First, pair => pair.Second)))
                : null).Rewrite(of);
    }

    /// <summary>An axis along which everything is the same is not gone along, but for whether it has a point at all.</summary>
    private static CheckStep WithoutIdleAxes(CheckStep check)
    {
        var accesses = IterationSpace.AccessesOf(check.Wrong, check.Value);
        ImmutableArray<Axis> axes = [.. check.Axes
            .Select(axis => accesses.Any(dim => dim.DependsOn(axis)) ? axis : axis.Extent.IsPositive ? null : new Axis(Dim.Min(axis.Extent, 1), axis.Name))
            .OfType<Axis>()];
        return axes.SequenceEqual(check.Axes) ? check : check with { Axes = axes };
    }
}
