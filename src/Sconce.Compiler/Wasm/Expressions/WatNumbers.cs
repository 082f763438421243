using System.Globalization;

namespace Sconce.Compiler.Wasm;

/// <summary>Numbers as the text format has them, read back to the same bits.</summary>
public static class WatNumbers
{
    public static string Format(float value)
    {
        uint bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : Special(bits >> 31 != 0, bits & 0x7FFFFF, 0x400000);
    }

    public static string Format(double value)
    {
        ulong bits = BitConverter.DoubleToUInt64Bits(value);
        return double.IsFinite(value)
            ? value.ToString("R", CultureInfo.InvariantCulture)
            : Special(bits >> 63 != 0, bits & 0xFFFFFFFFFFFFF, 0x8000000000000);
    }

    /// <summary>Four lanes of 32 bits; small ones in decimal.</summary>
    public static string FormatLanes(UInt128 bits) =>
        string.Join(' ', Enumerable.Range(0, 4).Select(i => FormatLane((int)(uint)(bits >> (32 * i)))));

    private static string FormatLane(int lane) => lane is > -65536 and < 65536 ? $"{lane}" : $"0x{lane:x8}";

    private static string Special(bool negative, ulong payload, ulong canonical) =>
        (negative ? "-" : "") + (payload == 0 ? "inf" : payload == canonical ? "nan" : $"nan:0x{payload:x}");
}
