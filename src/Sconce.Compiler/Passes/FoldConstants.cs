using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Evaluation;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes;

/// <summary>Computes at compile time what depends on constants alone: folded normalisation, position tables, masks, packed weights.</summary>
internal static class FoldConstants
{
    /// <summary>A result that is made of nothing (a table of positions, zeros) is kept as code above this size: the file would grow for what a loop makes in no time.</summary>
    private const long MaxBytesFromNothing = 1 << 16;

    /// <summary>A result may be this many times the bytes it is made of (packing pads a little); an expanded mask is left to the run.</summary>
    private const long MaxGrowth = 2;

    /// <summary>A step that takes more of the work that is left (a sum over 2^39 ones, a product of large matrices) is left to the run, where a kernel does it.</summary>
    private const long MostOfWorkLeft = 4;

    public static void Run(TensorProgram program)
    {
        var uses = new ProgramUses(program);
        var made = 0L;
        var evaluator = new Evaluator();
        var folded = new HashSet<Step>(ReferenceEqualityComparer.Instance);
        var kept = program.Outputs.Concat(program.States).Select(named => named.Buffer).ToHashSet<TensorBuffer>(ReferenceEqualityComparer.Instance);
        var always = program.Steps.ToHashSet();
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            if (!IsFoldable(step, uses))
            {
                continue;
            }

            Budget.Spend(EvaluationCost.Of(step));
            made += Bytes(step);
            evaluator.Run(step);
            folded.Add(step);
            // A check writes nothing: what it finds is thrown.
            foreach (var target in step.Targets.Where(target => target.Buffer.Kind == BufferKind.Temporary))
            {
                target.Buffer.Data = evaluator.Get(target.Buffer).ToData();
                target.Buffer.Kind = BufferKind.Constant;

                // A packed weight is still that weight to whoever reads its name.
                target.Buffer.Name = step.BuffersRead is { Count: 1 } only ? only.Single().Name : target.Buffer.Name;
            }

            foreach (var buffer in step.BuffersRead)
            {
                // Weights are big: what was read is not kept as the evaluator's copy too, and what nobody will read any more not at all.
                evaluator.Forget(buffer);
                if (!kept.Contains(buffer) && uses.Readers(buffer).All(reader => folded.Contains(reader.Step)))
                {
                    made -= uses.Writers(buffer).Count > 0 ? buffer.ByteCount.Value : 0;
                    buffer.Data = null;
                }
            }
        }

        if (folded.Count > 0)
        {
            StepTree.Replace(program, step => folded.Contains(step) ? [] : [step]);
            DeadSteps.Remove(program);
        }

        // A buffer that several steps write is complete only after all of them: those are left alone, but for one inside the step itself. What a branch checks is
        // wrong only where it is taken.
        bool IsFoldable(Step step, ProgramUses known) =>
            (step is CheckStep ? always.Contains(step) : step.Targets.All(target => target.Buffer.Kind == BufferKind.Temporary && known.Writers(target.Buffer).Count == 1))
            && IsWorthStoring(step) && Affords(step);

        bool Affords(Step step) =>
            EvaluationCost.Of(step) <= (Budget.Current?.WorkLeft ?? Budget.LeastWork) / MostOfWorkLeft
            && made + Bytes(step) <= (Budget.Current?.MemoryLimit ?? long.MaxValue);
    }

    /// <summary>
    /// Whether a step's results are known when compiling, and no larger than is good for the file. A wider dtype alone is not worth its bytes: readers convert, most of
    /// them as they load.
    /// </summary>
    public static bool IsWorthStoring(Step step)
    {
        long bytes = 0, read = 0;
        foreach (var target in step.Targets)
        {
            if (!target.Buffer.ByteCount.IsConstant)
            {
                return false;
            }

            bytes += target.Buffer.ByteCount.Value;
        }

        foreach (var buffer in step.BuffersRead)
        {
            if (buffer.Kind != BufferKind.Constant)
            {
                return false;
            }

            read += buffer.ByteCount.Value;
        }

        return bytes <= Math.Min(Math.Max(MaxBytesFromNothing, MaxGrowth * read), Array.MaxLength) && !(step is MapStep map && bytes > read && ExprCost.IsWidening(map.Body)) && !HasSymbols(step);
    }

    private static long Bytes(Step step) => step.Targets.Sum(target => target.Buffer.ByteCount.Value);

    /// <summary>Whether a size that only the run can tell is in a step: an axis counts even where nothing is read at it, as in a sum of ones.</summary>
    private static bool HasSymbols(Step step) => step.AllAxes.Any(axis => !axis.Extent.IsConstant) || step.Expressions.Nodes().SelectMany(node => node.Indices())
        .Concat(step.Targets.SelectMany(target => target.Index))
        .Any(dim => dim.Any(leaf => leaf is Symbol || (leaf is Axis axis && !axis.Extent.IsConstant)));
}
