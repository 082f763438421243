using Sconce.Compiler.Artifact;
using Sconce.Compiler.Types;

namespace Sconce.Tests.Artifact;

/// <summary>Whatever is alive at the same time has places of its own.</summary>
public sealed class PackingTests
{
    [Fact]
    public void KnownSizesNeverOverlapWhileAlive()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            Lifetime[] items = [.. Enumerable.Range(0, random.Next(0, 60)).Select(_ => Life(random)).Select(life => new Lifetime(64 * random.Next(1, 200), life.First, life.Last))];
            var (offsets, end) = ArenaPacking.Pack(items);
            Assert.True(end >= ArenaPacking.LargestLive(items));
            CheckApart([.. items.Select((item, i) => (offsets[i], item.Bytes, item.First, item.Last))], end);
        }
    }

    [Fact]
    public void AChainTakesNoMoreThanIsAliveAtOnce()
    {
        Lifetime[] chain = [.. Enumerable.Range(0, 20).Select(i => new Lifetime(64 * (1 + (i * 7 % 5)), i, i + 1))];
        Assert.Equal(ArenaPacking.LargestLive(chain), ArenaPacking.Pack(chain).End);
    }

    [Fact]
    public void SymbolicSizesNeverOverlapWhileAliveWhateverTheSymbols()
    {
        Symbol batch = new("batch", 1, 64), length = new("length", 1, 100);
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            SymbolicLifetime[] items = [.. Enumerable.Range(0, random.Next(1, 30)).Select(_ => Life(random)).Select(life =>
                new SymbolicLifetime(Size(random, batch, length), life.First, life.Last))];
            var packing = SymbolicPacking.Pack(items);
            foreach (var (b, l) in new[] { (1, 1), (3, 17), (64, 100), (64, 1) })
            {
                long At(Dim dim) => dim.Evaluate(leaf => ReferenceEquals(leaf, batch) ? b : l);
                var (start, address) = (0L, new long[packing.SlotCount]);
                foreach (var region in packing.Regions)
                {
                    region.Slots.ForEach(slot => address[slot.Slot] = start + At(slot.Offset));
                    start += region.Sizes.Max(At);
                }

                CheckApart([.. items.Select((item, i) => (address[packing.SlotOf[i]], At(item.Bytes), item.First, item.Last))], start);
            }
        }
    }

    private static Dim Size(Random random, Symbol batch, Symbol length) => random.Next(4) switch
    {
        0 => Dim.Of(batch) * Dim.Of(length) * random.Next(1, 50),
        1 => (Dim.Of(length) * random.Next(1, 50)) + random.Next(1, 50),
        _ => Dim.Of(batch) * random.Next(900, 5000),
    };

    private static (int First, int Last) Life(Random random)
    {
        var first = random.Next(-1, 30);
        return (first, random.Next(8) == 0 ? int.MaxValue : first + random.Next(0, 6));
    }

    private static void CheckApart((long Offset, long Bytes, int First, int Last)[] places, long end)
    {
        for (var i = 0; i < places.Length; i++)
        {
            var a = places[i];
            Assert.Equal(0, a.Offset % MemoryPlan.Alignment);
            Assert.InRange(a.Offset + a.Bytes, 0, end);
            foreach (var b in places[..i].Where(b => a.First <= b.Last && b.First <= a.Last))
            {
                Assert.True(a.Offset + a.Bytes <= b.Offset || b.Offset + b.Bytes <= a.Offset, $"{a} and {b} overlap");
            }
        }
    }
}
