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

    /// <summary>The number of an entry of the context's table of open places, which a step fills that writes the buffer.</summary>
    public sealed record InTail(int Slot) : Place;

    /// <summary>The start of the memory that a thread has for itself while it works on a step: in the arena, or in the tail where nothing bounds its size.</summary>
    public sealed record OfThread(bool IsOpen) : Place;
}

/// <summary>
/// Memory planned ahead, for a run of one method. Constants and state are where <see cref="SharedMemory"/> has them for all. In a context follow buffers of known size, then regions
/// for buffers whose size depends on symbols. Buffers that are never alive together share places. Last comes what each thread has for itself, as large as the
/// step that wants most. Buffers whose sizes nothing bounds are in the context's tail, which the loader makes as large as a run finds that it must be.
/// </summary>
internal sealed class MemoryPlan
{
    /// <summary>A cache line; also enough for any vector.</summary>
    public const int Alignment = 64;

    /// <summary>Vector kernels may read up to this many bytes past a buffer's end.</summary>
    public const int ReadSlack = 64;

    private readonly Dictionary<TensorBuffer, Place> places = new(ReferenceEqualityComparer.Instance);
    private readonly SharedMemory shared;
    private readonly (TensorBuffer Buffer, int First, int Last)[] bounded;

    private MemoryPlan(TensorProgram program, ContextLayout layout, SharedMemory shared)
    {
        this.shared = shared;
        MemoryLimit.CheckSizes(program);
        var uses = new ProgramUses(program);
        var all = Placed(program, uses).Select(buffer => Life(buffer, uses)).ToArray();
        bounded = [.. all.Where(life => !IsOpen(life.Buffer))];
        PlaceOpen([.. all.Where(life => IsOpen(life.Buffer))]);
        PlaceOfThreads(program);
        var symbolic = PlaceSymbolic(bounded);
        Regions = symbolic.Regions;
        SlotCount = symbolic.SlotCount;

        // In the header, which is there before the plan is made.
        OwnHeader = layout.Size(SlotCount, OpenCount);
        foreach (var flag in uses.Written.Where(buffer => buffer is { Kind: BufferKind.Kept, ByteCount.IsConstant: true }))
        {
            places.Add(flag, new Place.InContext(OwnHeader));
            KeptFlags.Add((OwnHeader, flag.ByteCount.Value));
            OwnHeader += flag.ByteCount.Value;
        }

        foreach (var fault in uses.Written.Where(buffer => buffer.Kind == BufferKind.Fault))
        {
            places.Add(fault, new Place.InContext(ContextLayout.Fault));
        }

        foreach (var found in program.Found)
        {
            places.Add(found.Place, new Place.InContext(layout.ValueOf(found)));
        }
    }

    /// <summary>The plans of a model's methods, each with its layout of the context's header.</summary>
    public static IReadOnlyList<MemoryPlan> Of(IReadOnlyList<(TensorProgram Program, ContextLayout Layout)> methods)
    {
        var shared = new SharedMemory([.. methods.Select(method => method.Program)]);
        MemoryPlan[] plans = [.. methods.Select(method => new MemoryPlan(method.Program, method.Layout, shared))];
        shared.PlaceStates(plans.Max(plan => plan.OwnHeader));
        foreach (var plan in plans)
        {
            plan.PlaceArena();
        }

        return plans;
    }

    private void PlaceArena()
    {
        (FixedEnd, var liveEnd) = PlaceFixed(bounded, shared.StateEnd);
        MemoryLimit.CheckTotal(shared.ConstantsEnd, Math.Max(FixedEnd, ContextBytes.Bounds.Min));
        LargestLive = Regions.Count == 0 && OpenCount == 0 && ContextBytes.IsConstant ? liveEnd + ContextBytes.Value - FixedEnd : null;
    }

    /// <summary>What all methods of the model have.</summary>
    public SharedMemory Shared => shared;

    /// <summary>Where in a context those lie of the buffers that are kept for the same sizes, and their bytes, which new sizes make zero.</summary>
    public List<(long Offset, long Bytes)> KeptFlags { get; } = [];

    /// <summary>The bytes that this method's tables take of a context's header.</summary>
    private long OwnHeader { get; set; }

    /// <summary>Where in a context the buffers of known size end and the regions begin.</summary>
    public long FixedEnd { get; private set; }

    /// <summary>A context's bytes if memory never had a gap; not known where sizes depend on symbols.</summary>
    public long? LargestLive { get; private set; }

    public IReadOnlyList<Region> Regions { get; }

    /// <summary>Addresses in the context's table; after them stand where the threads' own memory begins and how much each has.</summary>
    public int SlotCount { get; }

    /// <summary>Entries of the context's table of open places; the last is the threads' own, where a step wants that.</summary>
    public int OpenCount { get; private set; }

    /// <summary>The sizes, in bytes and multiples of the alignment, that steps want for each thread: it has the largest.</summary>
    public List<Dim> ThreadSizes { get; } = [];

    /// <summary>A context's size in bytes where one thread runs it.</summary>
    public Dim ContextBytes =>
        Dim.Sum(Regions.Select(region => region.Sizes).Append(ThreadSizes).Where(sizes => sizes.Count > 0).Select(Largest)) + FixedEnd + ReadSlack;

    /// <summary>Bytes that a context grows by for each further thread.</summary>
    public Dim ThreadBytes => ThreadSizes.Count == 0 ? 0 : Largest(ThreadSizes);

    public Place this[TensorBuffer buffer] => Find(buffer) ?? throw new InvalidOperationException($"Buffer {buffer} has no place: nothing writes it.");

    /// <summary>The same, null where it has none.</summary>
    public Place? Find(TensorBuffer buffer) => places.GetValueOrDefault(buffer) ?? shared.Find(buffer);

    public static long Align(long value) => Rounding.RoundUp(value, Alignment);

    /// <summary>The most bytes that a buffer takes in a run with given sizes.</summary>
    private static Dim BytesOf(TensorBuffer buffer) => SizeBound.Of(buffer.ByteCount) is { } bytes ? AtLeastNone(bytes) : throw MemoryLimit.Unbounded(buffer);

    /// <summary>In a branch that is not taken a size may be below zero.</summary>
    private static Dim AtLeastNone(Dim bytes) => bytes.IsNonNegative ? bytes : Dim.Max(bytes, 0);

    /// <summary>Whether only a run can tell how large it is.</summary>
    private static bool IsOpen(TensorBuffer buffer) => buffer.Kind is BufferKind.Temporary or BufferKind.Output or BufferKind.Kept && SizeBound.Of(buffer.ByteCount) is null;

    /// <summary>Joined in pairs, so that the expression is not as deep as there are sizes.</summary>
    private static Dim Largest(IReadOnlyList<Dim> sizes)
    {
        while (sizes.Count > 1)
        {
            sizes = [.. sizes.Chunk(2).Select(pair => pair.Aggregate(Dim.Max))];
        }

        return sizes[0];
    }

    /// <summary>First and last position at which a buffer holds something; inputs and outputs always do.</summary>
    private static (TensorBuffer Buffer, int First, int Last) Life(TensorBuffer buffer, ProgramUses uses)
    {
        if (buffer.Kind != BufferKind.Temporary)
        {
            return (buffer, -1, int.MaxValue);
        }

        var (first, last) = (int.MaxValue, -1);
        foreach (var use in uses.Writers(buffer).Concat(uses.Readers(buffer)))
        {
            // What a loop touches may be carried from turn to turn: it lives as long as the loop runs. What lies in a branch lives there.
            var loop = use.OutermostLoop();
            first = Math.Min(first, loop?.Start ?? use.Position);
            last = Math.Max(last, loop is null ? use.Position : loop.End);
        }

        return (buffer, first, last);
    }

    private static IEnumerable<TensorBuffer> Placed(TensorProgram program, ProgramUses uses) =>
        program.Inputs.Select(i => i.Buffer).Concat(program.Outputs.Select(o => o.Buffer)).Concat(uses.Written)
            .Where(buffer => buffer.Kind is BufferKind.Temporary or BufferKind.Input or BufferKind.Output || buffer is { Kind: BufferKind.Kept, ByteCount.IsConstant: false })
            .Distinct<TensorBuffer>(ReferenceEqualityComparer.Instance);

    /// <summary>Where these buffers end, and where they would end if there were no gaps.</summary>
    private (long End, long LiveEnd) PlaceFixed(IEnumerable<(TensorBuffer Buffer, int First, int Last)> lives, long start)
    {
        var buffers = lives.Where(life => BytesOf(life.Buffer).IsConstant).ToArray();
        Lifetime[] items = [.. buffers.Select(life => new Lifetime(Align(Math.Max(BytesOf(life.Buffer).Value, 1)), life.First, life.Last))];
        var (offsets, end) = ArenaPacking.Pack(items);
        for (var i = 0; i < buffers.Length; i++)
        {
            places.Add(buffers[i].Buffer, new Place.InContext(start + offsets[i]));
        }

        return (start + end, start + ArenaPacking.LargestLive(items));
    }

    private SymbolicPacking PlaceSymbolic(IEnumerable<(TensorBuffer Buffer, int First, int Last)> lives)
    {
        var symbolic = lives.Where(life => !BytesOf(life.Buffer).IsConstant).ToArray();
        var packing = SymbolicPacking.Pack([.. symbolic.Select(life => new SymbolicLifetime(BytesOf(life.Buffer), life.First, life.Last))]);
        for (var i = 0; i < symbolic.Length; i++)
        {
            places.Add(symbolic[i].Buffer, new Place.InTable(packing.SlotOf[i]));
        }

        return packing;
    }

    private void PlaceOpen((TensorBuffer Buffer, int First, int Last)[] open)
    {
        var packing = SymbolicPacking.Apart([.. open.Select(life => new SymbolicLifetime(life.Buffer.ByteCount, life.First, life.Last))]);
        for (var i = 0; i < open.Length; i++)
        {
            places.Add(open[i].Buffer, new Place.InTail(packing.SlotOf[i]));
        }

        OpenCount = packing.SlotCount;
    }

    private void PlaceOfThreads(TensorProgram program)
    {
        var open = false;
        foreach (var step in StepTree.Leaves(program.Steps))
        {
            if (step.ThreadScratch is not { } buffer || !places.TryAdd(buffer, new Place.OfThread(IsOpen(buffer))))
            {
                continue;
            }

            if (IsOpen(buffer))
            {
                open = true;
            }
            else if (BytesOf(buffer).RoundUp(Alignment) is var size && !ThreadSizes.Contains(size))
            {
                ThreadSizes.Add(size);
            }
        }

        // A step that counts without a bound tells by an entry too that it cannot.
        OpenCount += open || (OpenCount == 0 && StepTree.Leaves(program.Steps).Any(step => MemoryLimit.UnboundedCounts(step).Any())) ? 1 : 0;
    }
}
