using System.Buffers.Binary;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// Numbers that vector functions need in all lanes, four of 32 bits or two of 64, in memory below the model's constants. Engines make an immediate vector from general
/// registers each time it is used, by three instructions; a load is one. (V8, exp: 1.96 ns an element became 0.94.)
/// </summary>
public sealed class NumberTable
{
    /// <summary>Where the table begins. Nothing lies below, so that a null pointer is no buffer.</summary>
    public const int Start = 64;

    /// <summary>Where it must end.</summary>
    public const int End = 2048;

    private const int Entry = 16;

    private readonly Dictionary<ulong, uint> places = [];

    /// <summary>The table's contents: the same for all variants of a module's code, known once all are built.</summary>
    public byte[] Bytes
    {
        get
        {
            var bytes = new byte[places.Count * Entry];
            foreach (var (bits, place) in places)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)place - Start), bits);
                BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)place - Start + (Entry / 2)), bits);
            }

            return bytes;
        }
    }

    /// <summary>Four lanes of these bits.</summary>
    internal V128 Splat(int bits) => Splat(((ulong)(uint)bits << 32) | (uint)bits);

    /// <summary>The number in two lanes.</summary>
    internal V128 Splat(double value) => Splat(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>Two lanes of these bits.</summary>
    internal V128 Splat(ulong bits)
    {
        if (bits == 0)
        {
            return V128.Zero;
        }

        if (!places.TryGetValue(bits, out var place))
        {
            place = (uint)(Start + (places.Count * Entry));
            if (place + Entry > End)
            {
                return V128.Const(bits, bits);
            }

            places.Add(bits, place);
        }

        return Memory.LoadV128(0, place);
    }
}
