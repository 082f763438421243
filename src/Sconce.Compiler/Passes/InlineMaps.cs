using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Puts the expression of a map into the steps that load its result, so that views cost nothing and chains of pointwise operators become one loop.</summary>
internal static class InlineMaps
{
    /// <summary>
    /// A step's expressions stop growing here: beyond this many nodes a kernel spills registers and compiles slowly, and the saved pass over memory is no longer what counts.
    /// </summary>
    private const int MaxExpressionSize = 96;

    /// <summary>Simplifying this many atoms takes 20 ms; the largest trial of a real model has 1,300.</summary>
    private const int LargestTrial = 1 << 14;

    /// <summary>A part of so many is few.</summary>
    private const int FewOf = 4;

    /// <summary>Only views: index maps, pads, constants.</summary>
    public static void Views(TensorProgram program) => Run(program, Scope.Views);

    /// <summary>Also computations whose every element is used once.</summary>
    public static void Pointwise(TensorProgram program) => Run(program, Scope.Everywhere);

    /// <summary>Also computations, but only into other maps.</summary>
    public static void Chains(TensorProgram program) => Run(program, Scope.Maps);

    private enum Scope
    {
        Views, Maps, Everywhere,
    }

    private static void Run(TensorProgram program, Scope scope)
    {
        var uses = new ProgramUses(program);
        var bodies = new Dictionary<TensorBuffer, (MapStep Step, ProgramUses.Use Use)>(ReferenceEqualityComparer.Instance);
        var rewritten = new Dictionary<Step, Step>(ReferenceEqualityComparer.Instance);

        // In order of execution, so that what is put into a step has itself been through this.
        foreach (var use in Uses(program, uses))
        {
            var step = Rewrite(use, uses, bodies, scope == Scope.Everywhere || (scope == Scope.Maps && use.Step is MapStep));
            rewritten[use.Step] = step;
            if (step is MapStep map && IsWhole(map, uses))
            {
                bodies[map.Target.Buffer] = (map, new ProgramUses.Use(map, use.Position, use.Scope));
            }
        }

        StepTree.Replace(program, step => [rewritten[step]]);
        DeadSteps.Remove(program);
    }

    /// <summary>Whether a step reads a view that its own indices could stand for.</summary>
    public static bool ReadsView(Step step, ProgramUses uses)
    {
        var bodies = new Dictionary<TensorBuffer, (MapStep Step, ProgramUses.Use Use)>(ReferenceEqualityComparer.Instance);
        foreach (var buffer in step.BuffersRead)
        {
            if (uses.Writers(buffer) is [{ Step: MapStep map } use] && IsWhole(map, uses))
            {
                bodies.Add(buffer, (map, use));
            }
        }

        return bodies.Count > 0 && !ReferenceEquals(Rewrite(UseOf(step, uses), uses, bodies, computations: false), step);
    }

    /// <summary>Whether the map alone makes a buffer, which nobody but the program sees, at each of its points.</summary>
    private static bool IsWhole(MapStep map, ProgramUses uses) =>
        map.Target.IsWhole(map.Axes) && map.Target.Buffer.Kind == BufferKind.Temporary && uses.Writers(map.Target.Buffer).Count == 1;

    private static ProgramUses.Use UseOf(Step step, ProgramUses uses) => uses.Writers(step.Targets[0].Buffer).First(use => ReferenceEquals(use.Step, step));

    private static IEnumerable<ProgramUses.Use> Uses(TensorProgram program, ProgramUses uses)
    {
        var seen = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            if (seen.Add(step))
            {
                yield return UseOf(step, uses);
            }
        }
    }

    private static Step Rewrite(
        ProgramUses.Use reader, ProgramUses uses, Dictionary<TensorBuffer, (MapStep Step, ProgramUses.Use Use)> bodies, bool computations)
    {
        var size = ExprCost.Size(reader.Step.Expressions);
        var chosen = new Dictionary<TensorBuffer, Inlining>(ReferenceEqualityComparer.Instance);
        foreach (var group in reader.Step.Loads.GroupBy(load => load.Buffer))
        {
            if (!bodies.TryGetValue(group.Key, out var producer) || !uses.MayMove(producer.Use, reader))
            {
                continue;
            }

            var added = ExprCost.Size([producer.Step.Body]) * group.Count();
            var inline = ExprCost.IsView(producer.Step.Body)
                || (computations && size + added <= MaxExpressionSize
                    && ((HasOneReader(uses, group.Key) && UsesEachOnce(reader.Step, group, producer.Step)) || LooksUpFew(reader.Step, group, producer.Step)));
            var inlining = new Inlining(producer.Step);
            if (inline && group.All(load => inlining.At(load) is not null))
            {
                size += added;
                chosen.Add(group.Key, inlining);
            }
        }

        if (chosen.Count == 0)
        {
            return reader.Step;
        }

        // One rewriter for all expressions of the step keeps what they share shared.
        ExprRewriter rewriter = null!;
        rewriter = new ExprRewriter(loads: load => chosen.TryGetValue(load.Buffer, out var inlining) ? inlining.At(load) : null);
        return reader.Step.Rewrite(rewriter.Rewrite);
    }

    /// <summary>
    /// The body of a map at the places where one reader loads it. A map of an index is put into another's, and where the two do not simplify (reshapes and
    /// permutations in turn), each doubles what the last one made; so a map whose index would not fit a step (<see cref="ExprCost.Fits"/>) stays a copy.
    /// </summary>
    private sealed class Inlining(MapStep producer)
    {
        private readonly int size = ExprCost.Indices(producer.Body).Select(index => index.Size).DefaultIfEmpty().Max();
        private readonly Dictionary<LoadExpr, Expr?> made = [];

        /// <summary>The expression that stands for the load; null where it has to stay.</summary>
        public Expr? At(LoadExpr load)
        {
            if (!made.TryGetValue(load, out var result))
            {
                // An index may occur in the body as often as the body is large: what may become far too large is not even made.
                result = (long)size * load.Index.Sum(dim => dim.Size) <= LargestTrial && Make(load.Index) is var body && ExprCost.Fits(body) ? body : null;
                made.Add(load, result);
            }

            return result;
        }

        private Expr Make(ImmutableArray<Dim> index)
        {
            var map = new Dictionary<Atom, Dim>(index.Length);
            for (var i = 0; i < index.Length; i++)
            {
                map[producer.Axes[i]] = index[i];
            }

            return producer.Body.Substitute(map);
        }
    }

    /// <summary>Checks beside it compute what they look at themselves.</summary>
    private static bool HasOneReader(ProgramUses uses, TensorBuffer buffer) =>
        uses.Readers(buffer) is var readers && (readers.Count == 1 || readers.Count(reader => reader.Step is not CheckStep) <= 1);

    /// <summary>
    /// Whether a map looks up so few of the elements, by indices that the run tells, that it makes them itself: the rows of an embedding whose numbers are small integers, which nobody then makes
    /// floats of as a whole. Others that read the buffer do as they do.
    /// </summary>
    private static bool LooksUpFew(Step reader, IEnumerable<LoadExpr> loads, MapStep producer) =>
        reader is MapStep map && loads.ToList() is [var load] && load.Index.Any(dim => dim.HasLoads())
            && (producer.Target.Buffer.ElementCount - (FewOf * Dim.Product(map.Axes.Select(axis => axis.Extent)))).IsNonNegative;

    /// <summary>No element of the map's buffer is computed more often inside the reader than it is now.</summary>
    private static bool UsesEachOnce(Step reader, IEnumerable<LoadExpr> loads, MapStep producer)
    {
        if (loads.Skip(1).Any())
        {
            return false;
        }

        var load = loads.First();
        if (load.Index.Any(dim => dim.HasLoads()))
        {
            return false;
        }

        var count = producer.Target.Buffer.ElementCount;
        var reading = reader.Computations.Where(computation => computation.Value.Loads().Contains(load)).ToList();
        if (reading.Count > 0 && reading.All(computation => computation.Role == Role.Operand))
        {
            return true;
        }

        // What only a target's index reads (a scatter's), is read at every point.
        var space = reading.Count == 0 ? reader.Points : [.. reading.SelectMany(computation => computation.Space).Distinct()];
        return (count - Dim.Product(space.Select(axis => axis.Extent))).IsNonNegative;
    }
}
