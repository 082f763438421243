using FsCheck.Xunit;
using Sconce.Compiler.Wasm;

namespace Sconce.Tests.Wasm;

public class Leb128Tests
{
    [Property]
    public bool Unsigned_numbers_come_back(ulong value, byte shift)
    {
        value >>= shift & 63;
        return Unsigned(value, 64) == value && (value > uint.MaxValue || Unsigned(value, 32) == value);
    }

    [Property]
    public bool Signed_numbers_come_back(long value, byte shift)
    {
        value >>= shift & 63;
        return Signed(value, 64) == value && (value != (int)value || Signed(value, 32) == value);
    }

    [Theory]
    [InlineData(0, new byte[] { 0 })]
    [InlineData(63, new byte[] { 63 })]
    [InlineData(64, new byte[] { 0xC0, 0 })]
    [InlineData(-64, new byte[] { 0x40 })]
    [InlineData(-65, new byte[] { 0xBF, 0x7F })]
    [InlineData(int.MinValue, new byte[] { 0x80, 0x80, 0x80, 0x80, 0x78 })]
    public void Signed_numbers_at_the_edges(long value, byte[] expected)
    {
        var bytes = new byte[Leb128.MaxBytes];
        Assert.Equal(expected, bytes[..Leb128.WriteSigned(bytes, value)]);
    }

    [Theory]
    [InlineData(ulong.MaxValue, 64)]
    [InlineData(uint.MaxValue, 32)]
    [InlineData(1ul << 63, 64)]
    public void Largest_unsigned_numbers_come_back(ulong value, int bits) => Assert.Equal(value, Unsigned(value, bits));

    [Theory]
    [InlineData(long.MinValue, 64)]
    [InlineData(long.MaxValue, 64)]
    [InlineData(int.MinValue, 32)]
    [InlineData(int.MaxValue, 32)]
    public void Largest_signed_numbers_come_back(long value, int bits) => Assert.Equal(value, Signed(value, bits));

    [Theory]
    [InlineData(new byte[] { })]
    [InlineData(new byte[] { 0x80 })]
    [InlineData(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF, 0x1F })]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x80, 0 })]
    public void Numbers_that_end_early_or_are_too_large_are_refused(byte[] bytes)
    {
        Assert.False(Leb128.TryReadUnsigned(bytes, 32, out _, out _));
        Assert.False(Leb128.TryReadSigned(bytes, 32, out _, out _));
    }

    private static ulong? Unsigned(ulong value, int bits)
    {
        Span<byte> bytes = stackalloc byte[Leb128.MaxBytes];
        int length = Leb128.WriteUnsigned(bytes, value);
        Assert.Equal(length, Leb128.UnsignedLength(value));
        return Leb128.TryReadUnsigned(bytes[..length], bits, out ulong back, out int read) && read == length ? back : null;
    }

    private static long? Signed(long value, int bits)
    {
        Span<byte> bytes = stackalloc byte[Leb128.MaxBytes];
        int length = Leb128.WriteSigned(bytes, value);
        return Leb128.TryReadSigned(bytes[..length], bits, out long back, out int read) && read == length ? back : null;
    }
}
