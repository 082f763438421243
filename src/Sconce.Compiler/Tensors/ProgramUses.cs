namespace Sconce.Compiler.Tensors;

/// <summary>The writers and readers of each buffer of a program, in order of execution. A snapshot: rebuilt after a pass has changed steps.</summary>
internal sealed class ProgramUses
{
    private readonly Dictionary<TensorBuffer, List<Use>> writers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorBuffer, List<Use>> readers = new(ReferenceEqualityComparer.Instance);

    public ProgramUses(TensorProgram program)
    {
        var position = 0;
        Visit(program.Steps, null);
        Length = position;

        void Visit(IEnumerable<Step> steps, Scope? scope)
        {
            foreach (var step in steps)
            {
                if (step is RegionStep region)
                {
                    Enter(region, scope);
                }
                else
                {
                    Note(step, scope);
                }
            }
        }

        // Its blocks lie in one scope, for what runs again in one of them is read in the others too.
        void Enter(RegionStep region, Scope? outer)
        {
            var whole = new Scope(position, outer, region.Blocks.Any(block => block.Runs.Repeat));
            foreach (var (number, block) in region.Blocks.Index())
            {
                if (number == region.BlocksBeforeCondition && region.BuffersRead.Count > 0)
                {
                    Note(region, whole);
                }

                var inner = new Scope(position, whole, block.Runs.Repeat);
                Visit(block.Steps, inner);
                inner.End = position;
            }

            whole.End = position;
        }

        // A region itself only looks at its condition.
        void Note(Step step, Scope? scope)
        {
            var use = new Use(step, position++, scope);
            foreach (var target in step is RegionStep ? [] : step.Targets)
            {
                Add(writers, target.Buffer, use);
            }

            foreach (var buffer in step.BuffersRead)
            {
                Add(readers, buffer, use);
            }

            foreach (var scratch in step.Scratch)
            {
                Add(writers, scratch, use);
            }
        }
    }

    /// <summary>Number of steps, those inside regions counted one by one.</summary>
    public int Length { get; }

    public IEnumerable<TensorBuffer> Written => writers.Keys;

    public IReadOnlyList<Use> Writers(TensorBuffer buffer) => writers.GetValueOrDefault(buffer) ?? [];

    public IReadOnlyList<Use> Readers(TensorBuffer buffer) => readers.GetValueOrDefault(buffer) ?? [];

    /// <summary>
    /// True where what <paramref name="from"/> reads is still the same when <paramref name="to"/> runs, so that the computation may be moved there: the
    /// reader comes later, in the same block or a region inside it, and nothing between overwrites a buffer that is read.
    /// </summary>
    public bool MayMove(Use from, Use to)
    {
        if (to.Position <= from.Position || !to.IsWithin(from.Scope))
        {
            return false;
        }

        foreach (var buffer in from.Step.BuffersRead)
        {
            foreach (var writer in Writers(buffer))
            {
                if (ReferenceEquals(writer, from) || writer.Position < from.Position)
                {
                    continue;
                }

                // A later writer inside a loop that holds the reader, but not the computation, runs before the reader's next turn.
                var outermost = writer.OutermostLoop(below: from.Scope);
                var effective = outermost is not null && to.IsWithin(outermost) ? outermost.Start : writer.Position;
                if (effective <= to.Position)
                {
                    // Also where the reader itself writes it: elements that are still to be read may be overwritten by then.
                    return false;
                }
            }
        }

        return true;
    }

    private static void Add(Dictionary<TensorBuffer, List<Use>> uses, TensorBuffer buffer, Use use)
    {
        if (!uses.TryGetValue(buffer, out var list))
        {
            uses.Add(buffer, list = []);
        }

        if (list.Count == 0 || !ReferenceEquals(list[^1], use))
        {
            list.Add(use);
        }
    }

    /// <summary>A region or a block of one, as positions of the steps in it.</summary>
    public sealed class Scope(int start, Scope? parent, bool repeats)
    {
        public int Start { get; } = start;

        /// <summary>One past the last step.</summary>
        public int End { get; set; }

        public Scope? Parent { get; } = parent;

        /// <summary>Whether its steps may run a second time.</summary>
        public bool Repeats { get; } = repeats;
    }

    /// <summary>A step at its place: in a block, or of a region that looks at its condition in that region.</summary>
    public sealed class Use(Step step, int position, Scope? scope)
    {
        public Step Step { get; } = step;

        public int Position { get; } = position;

        public Scope? Scope { get; } = scope;

        public bool IsWithin(Scope? outer)
        {
            for (var at = Scope; ; at = at.Parent)
            {
                if (ReferenceEquals(at, outer))
                {
                    return true;
                }

                if (at is null)
                {
                    return false;
                }
            }
        }

        /// <summary>The outermost scope around the step that repeats, or null; of those inside another scope where one is given.</summary>
        public Scope? OutermostLoop(Scope? below = null)
        {
            Scope? found = null;
            for (var at = Scope; at is not null && !ReferenceEquals(at, below); at = at.Parent)
            {
                found = at.Repeats ? at : found;
            }

            return found;
        }
    }
}
