using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Artifact;

/// <summary>Something whose size depends on symbols, and that is alive from one position of the program to another, both included.</summary>
internal readonly record struct SymbolicLifetime(Dim Bytes, int First, int Last);

/// <summary>A stretch of a context that is as large as the largest of some sizes. Slots of the context's table hold addresses in it.</summary>
internal sealed record Region(List<Dim> Sizes, List<(int Slot, Dim Offset)> Slots);

/// <summary>
/// Places for what has a size that only a run knows. Things that are never alive together share a region. Where many sizes are multiples of one
/// product of symbols, as with a dynamic batch, these are packed as if that were 1, and all offsets multiplied.
/// </summary>
internal sealed class SymbolicPacking
{
    /// <summary>Multiples are rounded up to the alignment before they are multiplied: what is smaller would waste much.</summary>
    private const long SmallestMultiple = 16 * MemoryPlan.Alignment;

    private readonly IReadOnlyList<SymbolicLifetime> items;

    private SymbolicPacking(IReadOnlyList<SymbolicLifetime> items)
    {
        this.items = items;
        SlotOf = new int[items.Count];
    }

    public List<Region> Regions { get; } = [];

    /// <summary>By item, the slot that holds its address.</summary>
    public int[] SlotOf { get; }

    public int SlotCount { get; private set; }

    public static SymbolicPacking Pack(IReadOnlyList<SymbolicLifetime> items)
    {
        int[] all = [.. Enumerable.Range(0, items.Count)];
        var shared = new SymbolicPacking(items);
        shared.Share(all);
        var multiples = all.Where(i => Multiple(items[i].Bytes) >= SmallestMultiple).GroupBy(i => Unit(items[i].Bytes))
            .MaxBy(group => group.Sum(i => TilePlan.Estimate(items[i].Bytes)));
        if (multiples is null)
        {
            return shared;
        }

        var packed = new SymbolicPacking(items);
        packed.PackMultiples([.. multiples], multiples.Key);
        packed.Share(all.Except(multiples));
        return packed.Estimate() < shared.Estimate() ? packed : shared;
    }

    /// <summary>A region for each, but for those that are never alive together: their sizes are not known at one time.</summary>
    public static SymbolicPacking Apart(IReadOnlyList<SymbolicLifetime> items)
    {
        var packing = new SymbolicPacking(items);
        packing.Share(Enumerable.Range(0, items.Count));
        return packing;
    }

    private static long Multiple(Dim bytes) => bytes is { ConstantTerm: 0, Terms: [{ Coefficient: > 0 } term] } ? term.Coefficient : 0;

    private static Dim Unit(Dim bytes) => Dim.FromTerms([bytes.Terms[0] with { Coefficient = 1 }], 0);

    private double Estimate() => Regions.Sum(region => region.Sizes.Max(TilePlan.Estimate));

    private void PackMultiples(int[] some, Dim unit)
    {
        var (offsets, end) = ArenaPacking.Pack([.. some.Select(i => new Lifetime(MemoryPlan.Align(Multiple(items[i].Bytes)), items[i].First, items[i].Last))]);
        var slots = offsets.Distinct().Order().Select((offset, slot) => (Slot: slot, Offset: offset)).ToDictionary(pair => pair.Offset, pair => pair.Slot);
        for (var i = 0; i < some.Length; i++)
        {
            SlotOf[some[i]] = slots[offsets[i]];
        }

        Regions.Add(new([unit * end], [.. slots.Select(pair => (pair.Value, unit * pair.Key))]));
        SlotCount = slots.Count;
    }

    private void Share(IEnumerable<int> some)
    {
        var tenants = new List<(Region Region, List<int> Items)>();
        foreach (var i in some.OrderByDescending(i => items[i].Bytes.Bounds.Max).ThenBy(i => items[i].First))
        {
            var (_, first, last) = items[i];
            var (region, others) = tenants.Find(tenant => tenant.Items.TrueForAll(other => items[other].Last < first || last < items[other].First));
            if (region is null)
            {
                (region, others) = (new([], [(SlotCount++, Dim.Zero)]), []);
                tenants.Add((region, others));
                Regions.Add(region);
            }

            others.Add(i);
            SlotOf[i] = region.Slots[0].Slot;
            var size = items[i].Bytes.RoundUp(MemoryPlan.Alignment);
            if (!region.Sizes.Contains(size))
            {
                region.Sizes.Add(size);
            }
        }
    }
}
