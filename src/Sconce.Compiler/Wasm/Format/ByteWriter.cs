using System.Buffers.Binary;
using System.Text;

namespace Sconce.Compiler.Wasm;

/// <summary>Bytes that grow, with the format's ways of writing numbers, names and vectors.</summary>
public sealed class ByteWriter
{
    private byte[] buffer = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, Length);

    public byte[] ToArray() => Written.ToArray();

    public void WriteByte(byte value)
    {
        Reserve(1)[0] = value;
        Length++;
    }

    /// <summary>Changes a byte that was written before.</summary>
    public void Overwrite(int position, byte value) => buffer.AsSpan(0, Length)[position] = value;

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Reserve(bytes.Length));
        Length += bytes.Length;
    }

    public void WriteUnsigned(ulong value) => Length += Leb128.WriteUnsigned(Reserve(Leb128.MaxBytes), value);

    public void WriteSigned(long value) => Length += Leb128.WriteSigned(Reserve(Leb128.MaxBytes), value);

    public void WriteUInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(Reserve(4), value);
        Length += 4;
    }

    public void WriteUInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(Reserve(8), value);
        Length += 8;
    }

    /// <summary>A length and as many bytes of UTF-8.</summary>
    public void WriteName(string name)
    {
        int length = Encoding.UTF8.GetByteCount(name);
        WriteUnsigned((uint)length);
        Encoding.UTF8.GetBytes(name, Reserve(length));
        Length += length;
    }

    /// <summary>A length and the bytes.</summary>
    public void WriteSized(ReadOnlySpan<byte> bytes)
    {
        WriteUnsigned((uint)bytes.Length);
        WriteBytes(bytes);
    }

    private Span<byte> Reserve(int count)
    {
        if (buffer.Length - Length < count)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, Length + count));
        }

        return buffer.AsSpan(Length);
    }
}
