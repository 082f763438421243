using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Wasm;

namespace Sconce.Cli.Artifacts;

/// <summary>Reads the parts that WebAssembly's sections are made of, and says at which byte of the file something is wrong.</summary>
internal sealed class WasmReader(ReadOnlyMemory<byte> bytes, long offset, string file)
{
    private int position;

    public bool AtEnd => position == bytes.Length;

    public byte PeekByte() => position < bytes.Length ? bytes.Span[position] : throw Broken("the end of a section");

    public byte Byte()
    {
        var value = PeekByte();
        position++;
        return value;
    }

    public uint U32() =>
        Leb128.TryReadUnsigned(bytes.Span[position..], 32, out var value, out var length)
            ? (uint)Advance(value, length)
            : throw Broken("a number that is no 32-bit integer");

    public long Signed(int bits) =>
        Leb128.TryReadSigned(bytes.Span[position..], bits, out var value, out var length)
            ? Advance(value, length)
            : throw Broken($"a number that is no {bits}-bit integer");

    public ReadOnlyMemory<byte> Bytes(uint count)
    {
        if (count > bytes.Length - position)
        {
            throw Broken($"{bytes.Length - position} bytes where {count} belong");
        }

        var slice = bytes.Slice(position, (int)count);
        position += (int)count;
        return slice;
    }

    public ReadOnlyMemory<byte> Rest() => Bytes((uint)(bytes.Length - position));

    /// <summary>A part with its size before it.</summary>
    public WasmReader Sized()
    {
        var size = U32();
        var start = offset + position;
        return new(Bytes(size), start, file);
    }

    public string Name() => Encoding.UTF8.GetString(Bytes(U32()).Span);

    /// <summary>Reads a list: its count, and then so many items. No count is believed that the bytes left could not hold.</summary>
    public IEnumerable<T> List<T>(Func<T> item)
    {
        var count = U32();
        if (count > bytes.Length - position)
        {
            throw Broken($"a list of {count} items");
        }

        for (var i = 0; i < count; i++)
        {
            yield return item();
        }
    }

    public SconceException Broken(string what) =>
        SconceException.Expected("a WebAssembly module", $"{what} at byte {offset + position}", new Where(file));

    private T Advance<T>(T value, int length)
    {
        position += length;
        return value;
    }
}
