using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>
/// Checks what every tensor program must keep to: buffers are written before they are read, ranks and dtypes agree, axes belong to their step, no load lies
/// outside of its buffer. An error here is one of Sconce's own. On in tests.
/// </summary>
internal static class ProgramVerifier
{
    /// <summary>Throws: a mistake of ours, not of the model's.</summary>
    /// <param name="program">What is checked.</param>
    /// <param name="after">What was done to it last, for the message.</param>
    /// <param name="rules">What must hold by now.</param>
    public static void Verify(TensorProgram program, string after, IEnumerable<ProgramRule>? rules = null)
    {
        var written = new HashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
        var counted = new HashSet<Symbol>(program.Symbols);
        var idle = 0;
        Visit(program.Steps);
        var uses = new ProgramUses(program);
        foreach (var rule in rules ?? [])
        {
            foreach (var step in rule.Broken(program, uses))
            {
                Fail($"since {rule.After} every step {rule.Must}, and this one is not", step);
            }
        }

        foreach (var check in program.Checks)
        {
            check.Condition.VisitLeaves(leaf =>
            {
                if (leaf is not Symbol symbol || !program.Symbols.Contains(symbol))
                {
                    throw SconceException.Internal($"after {after}: the check {check.Text} depends on {leaf}, which no input's size gives");
                }
            });
        }

        foreach (var (name, buffer) in program.Outputs)
        {
            if (!written.Contains(buffer))
            {
                throw SconceException.Internal($"after {after}: nothing writes output {name}");
            }
        }

        void Visit(IEnumerable<Step> steps)
        {
            foreach (var step in steps)
            {
                if (step is RegionStep region)
                {
                    Enter(region);
                }
                else
                {
                    CheckReads(step);
                    CheckStep(step);
                }
            }
        }

        // What a loop carries is written before it as well; so order within a block needs no exception. After it there is what was there before it, what surely
        // ran wrote, and what each of several branches did. A loop that counts may have no turn only where nobody reads what it would have written.
        void Enter(RegionStep region)
        {
            var before = new HashSet<TensorBuffer>(written, ReferenceEqualityComparer.Instance);
            HashSet<TensorBuffer>? branches = null;
            counted.UnionWith(region.Counted);
            foreach (var (number, block) in region.Blocks.Index())
            {
                if (number == region.BlocksBeforeCondition)
                {
                    CheckReads(region);
                    before.UnionWith(written);
                }

                // What never runs may read what is not there: the turns of a loop over no rows.
                var never = block.Runs is Runs.Times { Count.Bounds.Max: <= 0 };
                idle += never ? 1 : 0;
                Visit(block.Steps);
                idle -= never ? 1 : 0;
                if (block.Runs is Runs.AtMostOnce)
                {
                    branches = branches is null ? [.. written] : [.. branches.Intersect(written)];
                    written = new(before, ReferenceEqualityComparer.Instance);
                }
                else if (block.Runs is Runs.Times)
                {
                    before.UnionWith(written);
                }
            }

            written = new(before.Concat(branches ?? []), ReferenceEqualityComparer.Instance);
            counted.ExceptWith(region.Counted);
        }

        void CheckReads(Step step)
        {
            foreach (var buffer in step.BuffersRead)
            {
                if (buffer.Kind is BufferKind.Temporary or BufferKind.Output or BufferKind.Size && !written.Contains(buffer))
                {
                    Fail($"{buffer} is read before anything writes it", step);
                }

                if (buffer.Kind == BufferKind.Constant && buffer.Data is null)
                {
                    Fail($"constant {buffer} has no data", step);
                }
            }

            foreach (var computation in step.Computations)
            {
                CheckComputation(computation, step);
            }
        }

        void CheckStep(Step step)
        {
            if (idle == 0 && step.Loads.FirstOrDefault(load => IsOutside(load, step)) is { } outside)
            {
                Fail($"{outside} lies outside of {outside.Buffer}", step);
            }

            HashSet<Atom> axes = [.. step.AllAxes];
            foreach (var target in step.Targets)
            {
                if (target.Index.Length != target.Buffer.Dims.Length)
                {
                    Fail($"{target} has the wrong rank", step);
                }

                if (target.Buffer.Kind is BufferKind.Constant or BufferKind.Input)
                {
                    Fail($"{target.Buffer} is a {target.Buffer.Kind} and cannot be written", step);
                }

                foreach (var dim in target.Index)
                {
                    CheckAxes(dim, axes, step);
                }

                written.Add(target.Buffer);
            }
        }

        void Fail(string problem, Step step) =>
            throw SconceException.Internal(
                $"after {after}, in the step that writes {step.Targets.FirstOrDefault()}: {problem}", new Where(Operator: step.Origin?.Operator, Python: step.Origin?.Source));

        // As far as ranges tell, and where nothing guards it: an index that is none of its buffer's at any point. In an empty space nothing is loaded.
        static bool IsOutside(LoadExpr load, Step step) =>
            load.Index.Zip(load.Buffer.Dims).Any(pair => pair.First.Bounds.Max < 0 || pair.First.Bounds.Min >= pair.Second.Bounds.Max)
            && step.AllAxes.All(axis => axis.Extent.IsPositive) && !step.Expressions.Nodes().Any(node => node is GuardExpr or SelectExpr);

        // Its value has its axes alone, its accumulators are those that the step has, and it has the dtype of what it is written to.
        void CheckComputation(Computation computation, Step step)
        {
            HashSet<Atom> space = [.. computation.Space];
            foreach (var node in computation.Value.Nodes())
            {
                foreach (var dim in node.Indices())
                {
                    CheckAxes(dim, space, step);
                }

                if (node is AccumulatorExpr sum && (sum.Number >= computation.Accumulators.Length || computation.Accumulators[sum.Number] != sum.Type))
                {
                    Fail($"it has no accumulator {sum.Number} of {sum.Type.Name()}", step);
                }
            }

            if (computation.Target is { Buffer: var written } && written.Type != computation.Value.Type)
            {
                Fail($"a {computation.Value.Type.Name()} is written to {written}, a {written.Type.Name()}", step);
            }
        }

        void CheckAxes(Dim dim, HashSet<Atom> axes, Step step) => dim.VisitLeaves(leaf =>
        {
            if (leaf is Symbol { Source: not SymbolSource.Found } symbol && !counted.Contains(symbol))
            {
                Fail($"index {dim} uses {symbol}, which has no value here", step);
            }

            if (leaf is Axis && !axes.Contains(leaf))
            {
                Fail($"index {dim} uses axis {leaf}, which is not one of the step's", step);
            }
        });
    }
}
