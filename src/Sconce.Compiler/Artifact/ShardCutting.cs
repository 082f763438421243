using System.Buffers.Binary;
using System.Security.Cryptography;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// Cuts constants into shards, so that equal weights are equal shards in other models and versions too. A large constant begins a shard (in pieces where it
/// is too large), and small ones follow it: a layer's bias goes with its weight. Where small ones end, their own bytes decide, not what was before them: a
/// constant that changes changes its own shard, and one that comes or goes moves no other cut but the next.
/// </summary>
internal static class ShardCutting
{
    /// <summary>More files than this serve nobody.</summary>
    private const int MostShards = 10_000;

    /// <summary>A constant of the largest shard's size, divided by this, begins a shard; so many bytes of small ones are in one on average.</summary>
    private const int Fineness = 16;

    public static IReadOnlyList<Shard> Cut(IEnumerable<ShardPart> constants, int largest)
    {
        var shards = new Dictionary<string, Shard>();
        var gathered = new List<ShardPart>();
        var usual = Math.Max(largest / Fineness, 1);
        foreach (var constant in constants.Where(constant => constant.Length > 0))
        {
            // What lies between is a state that begins with zeros, where it is more than what aligns.
            if (constant.Length >= usual || (gathered.Count > 0
                && (constant.Address - gathered[^1].End >= MemoryPlan.Alignment || constant.End - gathered[0].Address > largest)))
            {
                Close();
            }

            var rest = constant;
            while (rest.Length > largest)
            {
                Add([rest with { Length = largest }]);
                rest = rest with { Address = rest.Address + largest, Offset = rest.Offset + largest, Length = rest.Length - largest };
            }

            gathered.Add(rest);
            if (constant.Length < usual && EndsShard(constant, usual))
            {
                Close();
            }
        }

        Close();
        return [.. shards.Values];

        void Close()
        {
            if (gathered.Count > 0)
            {
                Add([.. gathered]);
                gathered.Clear();
            }
        }

        void Add(IReadOnlyList<ShardPart> parts)
        {
            var shard = new Shard(parts);
            if (shards.TryGetValue(shard.Info.Sha256, out var same))
            {
                same.Info = same.Info with { Addresses = [.. same.Info.Addresses, .. shard.Info.Addresses] };
                return;
            }

            shards.Add(shard.Info.Sha256, shard);
            if (shards.Count > MostShards)
            {
                throw SconceException.Expected($"at most {MostShards} shards", "more", hint: "give --split a larger size");
            }
        }
    }

    /// <summary>As often as there are so many bytes.</summary>
    private static bool EndsShard(ShardPart constant, int usual)
    {
        var number = BinaryPrimitives.ReadUInt32LittleEndian(SHA256.HashData(constant.Read().Span));
        return number < (double)constant.Length / usual * uint.MaxValue;
    }
}
