namespace Sconce.Compiler.Artifact;

/// <summary>Something that needs bytes from one position of the program to another, both included.</summary>
internal readonly record struct Lifetime(long Bytes, int First, int Last)
{
    public bool Overlaps(Lifetime other) => First <= other.Last && other.First <= Last;
}

/// <summary>Offsets for things of known size, so that no two that are alive at the same time overlap.</summary>
internal static class ArenaPacking
{
    /// <summary>Packing takes the square of this in time.</summary>
    private const int MostForAllOrders = 2000;

    /// <summary>The worst of 12 models, DenseNet-121: 18 % above the largest live set without this, 0 % with it.</summary>
    private const int Rounds = 40;

    /// <summary>The bytes that are alive at once where that is most: no packing can need less.</summary>
    public static long LargestLive(IReadOnlyList<Lifetime> items)
    {
        var (live, largest) = (0L, 0L);
        foreach (var (_, change) in items.Select(item => (item.First, Change: item.Bytes))
            .Concat(items.Where(item => item.Last < int.MaxValue).Select(item => (First: item.Last + 1, Change: -item.Bytes)))
            .OrderBy(change => change.First).ThenBy(change => change.Change))
        {
            live += change;
            largest = Math.Max(largest, live);
        }

        return largest;
    }

    /// <summary>
    /// Greedily, in the best of a few orders: which one fits best depends on the model. Where a gap is left, whatever reaches highest is placed
    /// earlier the next time.
    /// </summary>
    public static (long[] Offsets, long End) Pack(IReadOnlyList<Lifetime> items)
    {
        var least = LargestLive(items);
        (long[] Offsets, long End) best = ([], items.Count == 0 ? 0 : long.MaxValue);
        foreach (var order in Orders(items))
        {
            for (var round = 0; round <= (items.Count > MostForAllOrders ? 0 : Rounds) && best.End > least; round++)
            {
                var packed = Greedy(items, order);
                best = packed.End < best.End ? packed : best;
                var highest = Array.FindIndex(order, i => packed.Offsets[i] + items[i].Bytes == packed.End);
                order.AsSpan(0, highest + 1).Reverse();
                order.AsSpan(1, highest).Reverse();
            }
        }

        return best;
    }

    private static IEnumerable<int[]> Orders(IReadOnlyList<Lifetime> items)
    {
        int[] all = [.. Enumerable.Range(0, items.Count)];
        yield return [.. all.OrderByDescending(i => items[i].Bytes)];
        if (items.Count > MostForAllOrders)
        {
            yield break;
        }

        yield return [.. all.OrderByDescending(i => (double)items[i].Bytes * ((double)items[i].Last - items[i].First + 1))];
        yield return [.. all.OrderByDescending(i => (double)items[i].Last - items[i].First).ThenByDescending(i => items[i].Bytes)];
        yield return [.. all.OrderBy(i => items[i].First).ThenByDescending(i => items[i].Bytes)];

        // The crowded moments first: what is alive there decides how much is needed.
        var crowd = Crowds(items);
        yield return [.. all.OrderByDescending(i => crowd[i]).ThenByDescending(i => items[i].Bytes)];
    }

    /// <summary>For each item the most bytes that are alive at once during its life.</summary>
    private static long[] Crowds(IReadOnlyList<Lifetime> items)
    {
        var moments = items.Select(item => item.First).Distinct().ToArray();
        var live = moments.Select(at => items.Where(item => item.First <= at && at <= item.Last).Sum(item => item.Bytes)).ToArray();
        return [.. items.Select(item => moments.Zip(live).Where(moment => item.First <= moment.First && moment.First <= item.Last).Max(moment => moment.Second))];
    }

    /// <summary>Each in turn into the smallest gap that holds it among those placed before that are alive with it.</summary>
    private static (long[] Offsets, long End) Greedy(IReadOnlyList<Lifetime> items, int[] order)
    {
        var offsets = new long[items.Count];
        var placed = new List<int>();
        var end = 0L;
        foreach (var i in order)
        {
            var (at, gap, top) = (-1L, long.MaxValue, 0L);
            foreach (var other in placed.Where(other => items[other].Overlaps(items[i])))
            {
                var room = offsets[other] - top;
                if (room >= items[i].Bytes && room < gap)
                {
                    (at, gap) = (top, room);
                }

                top = Math.Max(top, offsets[other] + items[other].Bytes);
            }

            offsets[i] = at < 0 ? top : at;
            end = Math.Max(end, offsets[i] + items[i].Bytes);
            placed.Insert(~placed.BinarySearch(i, Comparer<int>.Create((a, b) => (offsets[a], a).CompareTo((offsets[b], b)))), i);
        }

        return (offsets, end);
    }
}
