namespace Sconce.Compiler.Tensors;

/// <summary>Who writes and who reads each buffer of a program, in order of execution. A snapshot: rebuilt after a pass has changed steps.</summary>
internal sealed class ProgramUses
{
    private readonly Dictionary<TensorBuffer, List<Use>> writers = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<TensorBuffer, List<Use>> readers = new(ReferenceEqualityComparer.Instance);

    public ProgramUses(TensorProgram program)
    {
        var position = 0;
        foreach (var step in program.Steps)
        {
            Visit(step, null);
        }

        Length = position;

        void Visit(Step step, LoopUse? loop)
        {
            if (step is LoopStep body)
            {
                var inner = new LoopUse(position, loop);
                foreach (var child in body.Body)
                {
                    Visit(child, inner);
                }

                inner.End = position;
                return;
            }

            var use = new Use(step, position++, loop);
            foreach (var target in step.Targets)
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

    /// <summary>Number of steps, those inside loops counted one by one.</summary>
    public int Length { get; }

    public IEnumerable<TensorBuffer> Written => writers.Keys;

    public IReadOnlyList<Use> Writers(TensorBuffer buffer) => writers.GetValueOrDefault(buffer) ?? [];

    public IReadOnlyList<Use> Readers(TensorBuffer buffer) => readers.GetValueOrDefault(buffer) ?? [];

    /// <summary>
    /// True where what <paramref name="from"/> reads is still the same when <paramref name="to"/> runs, so that the computation may be moved there: the
    /// reader comes later, in the same loop or a loop inside it, and nothing between overwrites a buffer that is read.
    /// </summary>
    public bool MayMove(Use from, Use to)
    {
        if (to.Position <= from.Position || !to.IsWithin(from.Loop))
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
                var outermost = writer.OutermostLoopBelow(from.Loop);
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

    /// <summary>A loop, as positions of the steps in it.</summary>
    public sealed class LoopUse(int start, LoopUse? parent)
    {
        public int Start { get; } = start;

        /// <summary>One past the last step.</summary>
        public int End { get; set; }

        public LoopUse? Parent { get; } = parent;
    }

    /// <summary>A step at its place.</summary>
    public sealed class Use(Step step, int position, LoopUse? loop)
    {
        public Step Step { get; } = step;

        public int Position { get; } = position;

        public LoopUse? Loop { get; } = loop;

        public bool IsWithin(LoopUse? outer)
        {
            for (var at = Loop; ; at = at.Parent)
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

        public LoopUse? OutermostLoopBelow(LoopUse? outer)
        {
            LoopUse? found = null;
            for (var at = Loop; at is not null && !ReferenceEquals(at, outer); at = at.Parent)
            {
                found = at;
            }

            return found;
        }

        /// <summary>The outermost loop around the step, or null.</summary>
        public LoopUse? OutermostLoop => OutermostLoopBelow(null);
    }
}
