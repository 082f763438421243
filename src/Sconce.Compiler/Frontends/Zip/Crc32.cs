namespace Sconce.Compiler.Frontends.Zip;

/// <summary>The checksum of zip archives (polynomial 0xEDB88320), four bytes a step.</summary>
internal static class Crc32
{
    private static readonly uint[][] Tables = MakeTables();

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var (first, second, third, fourth) = (Tables[3], Tables[2], Tables[1], Tables[0]);
        var crc = uint.MaxValue;
        var i = 0;
        for (; i + 4 <= bytes.Length; i += 4)
        {
            crc ^= (uint)(bytes[i] | (bytes[i + 1] << 8) | (bytes[i + 2] << 16) | (bytes[i + 3] << 24));
            crc = first[crc & 255] ^ second[(crc >> 8) & 255] ^ third[(crc >> 16) & 255] ^ fourth[crc >> 24];
        }

        for (; i < bytes.Length; i++)
        {
            crc = fourth[(crc ^ bytes[i]) & 255] ^ (crc >> 8);
        }

        return ~crc;
    }

    private static uint[][] MakeTables()
    {
        var tables = new uint[4][];
        for (var t = 0; t < 4; t++)
        {
            tables[t] = new uint[256];
            for (var i = 0; i < 256; i++)
            {
                tables[t][i] = t == 0 ? Rest((uint)i) : tables[0][tables[t - 1][i] & 255] ^ (tables[t - 1][i] >> 8);
            }
        }

        return tables;

        static uint Rest(uint value)
        {
            for (var bit = 0; bit < 8; bit++)
            {
                value = (value & 1) != 0 ? 0xEDB88320 ^ (value >> 1) : value >> 1;
            }

            return value;
        }
    }
}
