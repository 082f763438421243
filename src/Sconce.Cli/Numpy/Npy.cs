using System.Buffers.Binary;
using System.Text;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Numpy;

/// <summary>Reads and writes one array in NumPy's .npy format.</summary>
internal static class Npy
{
    private static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>
    /// Reads an array, row-major and little-endian whatever the file's order. <paramref name="available"/> is the most the
    /// stream can hold; nothing is allocated that would not fit in it.
    /// </summary>
    public static TensorData Read(Stream stream, long available, string file)
    {
        Span<byte> start = stackalloc byte[12];
        Fill(stream, start[..8], file);
        if (!start.StartsWith(Magic))
        {
            throw SconceException.Expected("a NumPy .npy array", "other bytes at its beginning", new Where(file));
        }

        var version = start[6];
        if (version is 0 or > 3)
        {
            throw SconceException.Expected("version 1, 2 or 3 of the .npy format", $"version {version}", new Where(file));
        }

        var sizeBytes = version == 1 ? 2 : 4;
        Fill(stream, start.Slice(8, sizeBytes), file);
        var headerSize = version == 1
            ? BinaryPrimitives.ReadUInt16LittleEndian(start[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        if (headerSize > NpyHeader.LongestText)
        {
            throw SconceException.Expected($"a header of at most {NpyHeader.LongestText} bytes", $"one of {headerSize}", new Where(file));
        }

        var text = new byte[headerSize];
        Fill(stream, text, file);
        var header = NpyHeader.Parse(text, file);

        var size = header.ElementCount(file) * header.Type.Size();
        var left = available - 8 - sizeBytes - headerSize;
        if (size > left)
        {
            throw SconceException.Expected(
                $"{size} bytes of {header.Type.Name()} {NpyHeader.ShapeText(header.Shape)}", $"at most {Math.Max(left, 0)}", new Where(file),
                "the file is truncated or its header is wrong: write it again");
        }

        var data = new byte[size];
        Fill(stream, data, file);
        if (header.BigEndian)
        {
            SwapBytes(data, header.Type.IsComplex() ? header.Type.Size() / 2 : header.Type.Size());
        }

        if (!header.FortranOrder)
        {
            return TensorData.Dense(header.Type, header.Shape, data);
        }

        var strides = TensorData.RowMajorStrides([.. header.Shape.Reverse()]).Reverse();
        var view = new TensorData(header.Type, header.Shape, [.. strides], 0, data);
        return TensorData.Dense(header.Type, header.Shape, view.ToDense());
    }

    /// <summary>Writes an array row-major; half precision as float32, since NumPy has no bfloat16 and files of cases keep both alike.</summary>
    public static void Write(Stream stream, TensorData tensor)
    {
        tensor = HalfPrecision.Widen(tensor);
        var text = new NpyHeader(tensor.Type, BigEndian: false, FortranOrder: false, tensor.Shape).ToText();

        // The data begins at a multiple of 64 bytes, as NumPy has it for those that map the file.
        var padded = (Magic.Length + 4 + text.Length + 1 + 63) / 64 * 64;
        var start = new byte[padded];
        Magic.CopyTo(start);
        start[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(start.AsSpan(8), checked((ushort)(padded - 10)));
        start.AsSpan(10).Fill((byte)' ');
        Encoding.Latin1.GetBytes(text, start.AsSpan(10));
        start[^1] = (byte)'\n';

        stream.Write(start);
        stream.Write(tensor.ToDense().Span);
    }

    private static void SwapBytes(Span<byte> data, int width)
    {
        for (var at = 0; width > 1 && at < data.Length; at += width)
        {
            data.Slice(at, width).Reverse();
        }
    }

    private static void Fill(Stream stream, Span<byte> buffer, string file)
    {
        var read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        if (read < buffer.Length)
        {
            throw new SconceException($"the array ends {buffer.Length - read} bytes too early", new Where(file), "write it again: the file is truncated");
        }
    }
}
