using System.Security.Cryptography;
using Sconce.Compiler;
using Sconce.Compiler.Artifact;
using Sconce.Compiler.Diagnostics;
using Sconce.Tests.Frontends;

namespace Sconce.Tests.Artifact;

/// <summary>Weights in files of their own: the same bytes at the same addresses, and the same files for the same weights.</summary>
public sealed class ShardTests
{
    private const int Largest = 16_000;

    /// <summary>What a fine tuning leaves as it is stays as it is: a constant that changes, or has another size, costs its own shard.</summary>
    [Theory]
    [InlineData(40, 40)]
    [InlineData(40, 57)]
    [InlineData(9_000, 9_000)]
    [InlineData(9_000, 12_345)]
    [InlineData(90_000, 90_000)]
    public void A_head_that_changes_costs_its_own_shard(int head, int otherHead)
    {
        int[] body = [.. Enumerable.Range(0, 200).Select(i => 16 + ((i * 7919) % (i % 5 == 0 ? 9_000 : 700)))];
        foreach (var at in new[] { 0, 77, 200 })
        {
            var before = Digests(Constants([.. body[..at], head, .. body[at..]], changed: null));
            var after = Digests(Constants([.. body[..at], otherHead, .. body[at..]], changed: at));
            var others = after.Except(before).Sum(shard => shard.Bytes);
            Assert.InRange(others, otherHead, otherHead + (2 * Largest));
            Assert.True(after.Length > 40);
        }
    }

    [Fact]
    public void Cuts_come_where_bytes_say_so_whatever_was_before()
    {
        int[] small = [.. Enumerable.Range(0, 2_000).Select(i => 16 + ((i * 7919) % 300))];
        var before = Digests(Constants(small, null));
        var after = Digests(Constants([128, .. small], null, first: -1));
        Assert.InRange(after.Except(before).Count(), 1, 2);
    }

    [Fact]
    public void None_is_larger_than_was_asked_for_and_a_larger_constant_is_cut()
    {
        var shards = ShardCutting.Cut(Constants([50_000, 100, 15_900, 300, 64_000], null), Largest);
        Assert.All(shards, shard => Assert.InRange(shard.Info.Bytes, 1, Largest));
        Assert.InRange(shards.Sum(shard => shard.Info.Bytes), 130_300, 130_300 + (5 * MemoryPlan.Alignment));
    }

    [Fact]
    public void Equal_bytes_are_one_shard_with_two_addresses()
    {
        var bytes = Bytes(5_000, 1);
        var shards = ShardCutting.Cut([new(2048, 0, 5_000, () => bytes), new(8192, 0, 5_000, () => bytes)], Largest);
        Assert.Equal([2048, 8192], Assert.Single(shards).Info.Addresses);
    }

    [Fact]
    public void Too_many_are_refused()
    {
        var error = Assert.Throws<SconceException>(() => ShardCutting.Cut(Constants([50_000_000], null), 4_000));
        Assert.Contains("at most 10000 shards", error.Message);
    }

    [Theory]
    [InlineData("lstm")]
    [InlineData("tied-float32")]
    public void Hold_what_the_whole_file_holds(string name)
    {
        var path = Directory.EnumerateFiles(ModelFiles.Operators, name + "*.pt2").First();
        var model = File.ReadAllBytes(path);
        var whole = Compilation.Compile(model, name);
        whole.WriteTo(Stream.Null);
        var split = Compilation.Compile(model, name, new CompileOptions { ShardBytes = 4_000 });
        split.WriteTo(Stream.Null);

        Assert.Equal((Manifest.WholeFormat, Manifest.SplitFormat), (whole.Manifest.Format, split.Manifest.Format));
        Assert.Null(whole.Manifest.Shards);
        Assert.Empty(whole.Shards);
        Assert.Equal(split.Shards.Select(shard => shard.Info.Sha256), split.Manifest.Shards!.Select(shard => shard.Sha256));
        var (wanted, found) = (new byte[whole.Manifest.Memory.ConstantsEnd], new byte[whole.Manifest.Memory.ConstantsEnd]);
        foreach (var segment in whole.Module.Data)
        {
            segment.Bytes.Span.CopyTo(wanted.AsSpan((int)segment.Offset));
        }

        foreach (var segment in split.Module.Data)
        {
            segment.Bytes.Span.CopyTo(found.AsSpan((int)segment.Offset));
        }

        foreach (var shard in split.Shards)
        {
            using var stream = new MemoryStream();
            shard.WriteTo(stream);
            var bytes = stream.ToArray();
            Assert.Equal(shard.Info.Bytes, bytes.Length);
            Assert.Equal(shard.Info.Sha256, Convert.ToHexStringLower(SHA256.HashData(bytes)));
            Assert.All(shard.Info.Addresses, address => bytes.CopyTo(found.AsSpan((int)address)));
        }

        Assert.Equal(wanted, found);
    }

    private static (string Sha256, long Bytes)[] Digests(IEnumerable<ShardPart> constants) =>
        [.. ShardCutting.Cut(constants, Largest).Select(shard => (shard.Info.Sha256, shard.Info.Bytes))];

    /// <summary>Constants one after the other, as the memory plan lays them; the bytes of each say which one it is.</summary>
    private static IEnumerable<ShardPart> Constants(int[] sizes, int? changed, int first = 0)
    {
        var address = 2048L;
        for (var i = 0; i < sizes.Length; i++)
        {
            // Those before and after the one that is changed are the same in both.
            var bytes = Bytes(sizes[i], i == changed ? int.MaxValue : first + i);
            yield return new ShardPart(address, 0, bytes.Length, () => bytes);
            address = MemoryPlan.Align(address + sizes[i]);
        }
    }

    private static ReadOnlyMemory<byte> Bytes(int count, int seed)
    {
        var bytes = new byte[count];
        new Random(seed & int.MaxValue).NextBytes(bytes);
        return bytes;
    }
}
