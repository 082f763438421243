using System.Buffers.Binary;

namespace Sconce.Fuzz.Mutation;

/// <summary>Spoils bytes without knowing what they mean.</summary>
internal static class ByteMutator
{
    public static byte[] Mutate(byte[] bytes, Random random)
    {
        var at = bytes.Length == 0 ? 0 : random.Next(bytes.Length);
        var length = Math.Min(random.Next(1, 64), bytes.Length - at);
        switch (random.Next(7))
        {
            case 0 when bytes.Length > 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1 when bytes.Length > 0:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                return bytes[..at];
            case 3:
                return [.. bytes[..at], .. bytes[(at + length)..]];
            case 4:
                return [.. bytes[..at], .. bytes.AsSpan(at, length), .. bytes[at..]];
            case 5:
                Number(bytes, at, random);
                return bytes;
            default:
                var other = new byte[random.Next(1, 32)];
                random.NextBytes(other);
                return [.. bytes[..at], .. other, .. bytes[at..]];
        }
    }

    /// <summary>A number of 2, 4 or 8 bytes.</summary>
    public static void Number(Span<byte> bytes, int at, Random random)
    {
        Span<byte> number = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(number, random.Edge());
        var size = Math.Min(2 << random.Next(3), bytes.Length - at);
        if (size > 0)
        {
            number[..size].CopyTo(bytes[at..]);
        }
    }
}
