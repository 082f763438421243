using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Evaluation;

/// <summary>The values that expressions are evaluated with: a slot for each axis and symbol, the accumulators, and a number that changes from point to point.</summary>
internal sealed class Frame(Func<TensorBuffer, TensorValue> buffers)
{
    private readonly Dictionary<Atom, int> slots = new(ReferenceEqualityComparer.Instance);
    private long[] values = new long[16];

    public Func<TensorBuffer, TensorValue> Buffers { get; } = buffers;

    /// <summary>Changes whenever a slot or accumulator does; shared subexpressions remember the point they were computed at.</summary>
    public long Point { get; private set; }

    public double[] FloatAccumulators { get; set; } = [];

    public long[] IntegerAccumulators { get; set; } = [];

    public int Slot(Atom leaf)
    {
        if (!slots.TryGetValue(leaf, out var slot))
        {
            slot = slots.Count;
            slots.Add(leaf, slot);
            if (slot == values.Length)
            {
                Array.Resize(ref values, slot * 2);
            }
        }

        return slot;
    }

    public long this[int slot] => values[slot];

    public void Set(int slot, long value)
    {
        values[slot] = value;
        Point++;
    }

    public void Touch() => Point++;
}
