namespace Sconce.Compiler.Wasm;

/// <summary>Integers in seven-bit groups, the lowest first; the format writes every number so.</summary>
public static class Leb128
{
    /// <summary>The most bytes that 64 bits take.</summary>
    public const int MaxBytes = 10;

    /// <summary>Writes into <paramref name="target"/> and gives the number of bytes.</summary>
    public static int WriteUnsigned(Span<byte> target, ulong value)
    {
        int length = 0;
        while (value >= 0x80)
        {
            target[length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        target[length++] = (byte)value;
        return length;
    }

    /// <summary>Writes into <paramref name="target"/> and gives the number of bytes.</summary>
    public static int WriteSigned(Span<byte> target, long value)
    {
        int length = 0;
        while (value is < -0x40 or > 0x3F)
        {
            target[length++] = (byte)((byte)value | 0x80);
            value >>= 7;
        }

        target[length++] = (byte)(value & 0x7F);
        return length;
    }

    public static int UnsignedLength(ulong value)
    {
        int length = 1;
        for (; value >= 0x80; value >>= 7)
        {
            length++;
        }

        return length;
    }

    /// <summary>Reads an unsigned number of up to <paramref name="bits"/> bits; false where the bytes end early or hold more.</summary>
    public static bool TryReadUnsigned(ReadOnlySpan<byte> source, int bits, out ulong value, out int length)
    {
        value = 0;
        length = 0;
        for (int shift = 0; shift < bits && length < source.Length; shift += 7)
        {
            byte next = source[length++];
            ulong group = next & 0x7Fu;
            if (bits - shift < 7 && group >> (bits - shift) != 0)
            {
                return false;
            }

            value |= group << shift;
            if (next < 0x80)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads a signed number of up to <paramref name="bits"/> bits; false where the bytes end early or hold more.</summary>
    public static bool TryReadSigned(ReadOnlySpan<byte> source, int bits, out long value, out int length)
    {
        value = 0;
        length = 0;
        for (int shift = 0; shift < bits && length < source.Length; shift += 7)
        {
            byte next = source[length++];
            long group = next & 0x7F;
            value |= group << shift;
            if (next < 0x80)
            {
                int unused = 64 - Math.Min(shift + 7, 64);
                value = value << unused >> unused;
                return bits == 64 ? shift < 63 || group is 0 or 0x7F : value >= -(1L << (bits - 1)) && value < 1L << (bits - 1);
            }
        }

        return false;
    }
}
