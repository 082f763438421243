using Sconce.Compiler.Kernels.Mathematics;
using Sconce.Compiler.Passes;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>Where a buffer lies: at a fixed address, at a fixed distance from the context, or where a slot of the context's table says.</summary>
internal abstract record Place
{
    private Place()
    {
    }

    /// <summary>An absolute address: a constant's.</summary>
    public sealed record Absolute(long Address) : Place;

    /// <summary>Bytes from the context's start.</summary>
    public sealed record InContext(long Offset) : Place;

    /// <summary>The number of an entry of the context's table of addresses, which <c>plan</c> fills.</summary>
    public sealed record InTable(int Slot) : Place;

    /// <summary>The start of the memory that a thread has for itself while it works on a step.</summary>
    public sealed record OfThread : Place;
}

/// <summary>
/// Memory planned ahead. Constants lie one after the other. In a context follow the header, the state, buffers of known size (each at the lowest place that no buffer
/// alive at the same time covers, the biggest first), then slots for buffers whose size depends on symbols: buffers that are never alive
/// together share one, which is as large as the largest of them. Last comes what each thread has for itself, as large as the step that wants most.
/// </summary>
internal sealed class MemoryPlan
{
    /// <summary>A cache line; also enough for any vector.</summary>
    public const int Alignment = 64;

    /// <summary>Constants begin with the numbers that kernels load; the model's own follow at <see cref="NumberTable.End"/>.</summary>
    public const int ConstantsOffset = NumberTable.Start;

    /// <summary>Vector kernels may read up to this many bytes past a buffer's end.</summary>
    public const int ReadSlack = 64;

    private readonly Dictionary<Tensors.Buffer, Place> places = new(ReferenceEqualityComparer.Instance);

    public MemoryPlan(TensorProgram program, int headerBytes)
    {
        var uses = new ProgramUses(program);
        Constants = [.. ConstantsOf(program)];
        long address = NumberTable.End;
        foreach (var constant in Constants)
        {
            places.Add(constant, new Place.Absolute(address));
            address = Align(address + constant.ByteCount.Value);
        }

        // A state's first contents are constants too, which reset copies.
        foreach (var (_, state) in program.States)
        {
            InitialStates.Add((state, address));
            address = Align(address + state.ByteCount.Value);
        }

        ConstantsEnd = Align(address + ReadSlack);
        HeaderBytes = Align(headerBytes);
        var end = HeaderBytes;
        foreach (var (_, state) in program.States)
        {
            places.Add(state, new Place.InContext(end));
            end = Align(end + state.ByteCount.Value);
        }

        StateEnd = end;
        FixedEnd = PlaceFixed(program, uses, end);
        PlaceSymbolic(program, uses);
        PlaceOfThreads(program);
    }

    /// <summary>Constants that are read, in the order of their addresses.</summary>
    public IReadOnlyList<Tensors.Buffer> Constants { get; }

    /// <summary>States and the addresses of their initial contents.</summary>
    public List<(Tensors.Buffer State, long Address)> InitialStates { get; } = [];

    public long ConstantsEnd { get; }

    /// <summary>Where in a context the state begins.</summary>
    public long HeaderBytes { get; }

    public long StateEnd { get; }

    /// <summary>Where in a context the buffers of known size end and the slots begin.</summary>
    public long FixedEnd { get; }

    /// <summary>For each slot the sizes, in bytes and multiples of the alignment, of the buffers that share it: it is as large as the largest.</summary>
    public List<List<Dim>> Slots { get; } = [];

    /// <summary>The sizes, in bytes and multiples of the alignment, that steps want for each thread: it has the largest.</summary>
    public List<Dim> ThreadSizes { get; } = [];

    /// <summary>A context's size in bytes where one thread runs it.</summary>
    public Dim ContextBytes => Dim.Sum(Slots.Append(ThreadSizes).Where(sizes => sizes.Count > 0).Select(Largest)) + FixedEnd + ReadSlack;

    public Place this[Tensors.Buffer buffer] => places.TryGetValue(buffer, out var place)
        ? place
        : throw new InvalidOperationException($"Buffer {buffer} has no place: nothing writes it.");

    private static long Align(long value) => (value + Alignment - 1) / Alignment * Alignment;

    /// <summary>Joined in pairs, so that the expression is not as deep as there are sizes.</summary>
    private static Dim Largest(IReadOnlyList<Dim> sizes)
    {
        while (sizes.Count > 1)
        {
            sizes = [.. sizes.Chunk(2).Select(pair => pair.Aggregate(Dim.Max))];
        }

        return sizes[0];
    }

    private static Dim Align(Dim value) => value.RoundUp(Alignment);

    private static IEnumerable<Tensors.Buffer> ConstantsOf(TensorProgram program)
    {
        var seen = new HashSet<Tensors.Buffer>(ReferenceEqualityComparer.Instance);
        foreach (var step in StepRewriting.Flatten(program.Steps))
        {
            foreach (var buffer in ProgramUses.BuffersRead(step))
            {
                if (buffer.Kind == BufferKind.Constant && seen.Add(buffer))
                {
                    yield return buffer;
                }
            }
        }

    }

    /// <summary>First and last position at which a buffer holds something; inputs and outputs always do.</summary>
    private static (int First, int Last) Life(Tensors.Buffer buffer, ProgramUses uses)
    {
        if (buffer.Kind != BufferKind.Temporary)
        {
            return (-1, int.MaxValue);
        }

        var (first, last) = (int.MaxValue, -1);
        foreach (var use in uses.Writers(buffer).Concat(uses.Readers(buffer)))
        {
            // What a loop touches may be carried from turn to turn: it lives as long as the loop runs.
            var loop = use.OutermostLoop;
            first = Math.Min(first, loop?.Start ?? use.Position);
            last = Math.Max(last, loop is null ? use.Position : loop.End);
        }

        return (first, last);
    }

    private static IEnumerable<Tensors.Buffer> Placed(TensorProgram program, ProgramUses uses) =>
        program.Inputs.Select(i => i.Buffer).Concat(program.Outputs.Select(o => o.Buffer)).Concat(uses.Written)
            .Where(buffer => buffer.Kind is BufferKind.Temporary or BufferKind.Input or BufferKind.Output)
            .Distinct<Tensors.Buffer>(ReferenceEqualityComparer.Instance);

    private long PlaceFixed(TensorProgram program, ProgramUses uses, long start)
    {
        var placed = new List<(long Start, long End, int First, int Last)>();
        var end = start;
        var buffers = Placed(program, uses).Where(buffer => buffer.ByteCount.IsConstant)
            .OrderByDescending(buffer => buffer.ByteCount.Value).ToList();
        foreach (var buffer in buffers)
        {
            var (first, last) = Life(buffer, uses);
            var size = Align(Math.Max(buffer.ByteCount.Value, 1));
            var at = start;
            foreach (var other in placed.Where(p => p.First <= last && first <= p.Last).OrderBy(p => p.Start))
            {
                if (other.Start - at >= size)
                {
                    break;
                }

                at = Math.Max(at, other.End);
            }

            placed.Add((at, at + size, first, last));
            places.Add(buffer, new Place.InContext(at));
            end = Math.Max(end, at + size);
        }

        return end;
    }

    private void PlaceSymbolic(TensorProgram program, ProgramUses uses)
    {
        var lives = new List<List<(int First, int Last)>>();
        foreach (var buffer in Placed(program, uses).Where(buffer => !buffer.ByteCount.IsConstant)
            .OrderByDescending(buffer => buffer.ByteCount.Bounds.Max).ThenBy(buffer => Life(buffer, uses).First))
        {
            var life = Life(buffer, uses);
            var size = Align(buffer.ByteCount);
            var slot = lives.FindIndex(others => others.TrueForAll(other => other.Last < life.First || life.Last < other.First));
            if (slot < 0)
            {
                slot = lives.Count;
                lives.Add([]);
                Slots.Add([]);
            }

            lives[slot].Add(life);
            if (!Slots[slot].Contains(size))
            {
                Slots[slot].Add(size);
            }

            places.Add(buffer, new Place.InTable(slot));
        }
    }

    private void PlaceOfThreads(TensorProgram program)
    {
        foreach (var step in StepRewriting.Flatten(program.Steps))
        {
            if (step.ThreadScratch is { } buffer && places.TryAdd(buffer, new Place.OfThread()) && Align(buffer.ByteCount) is var size && !ThreadSizes.Contains(size))
            {
                ThreadSizes.Add(size);
            }
        }
    }
}
