namespace Sconce.Compiler.Wasm;

/// <summary>The data section: how many segments there are, then each one's head and bytes.</summary>
internal static class DataSection
{
    /// <summary>Bytes of its contents.</summary>
    public static long Measure(IReadOnlyList<DataSegment> segments) =>
        EncodeCount(segments).Length + segments.Sum(segment => EncodeHead(segment).Length + (long)segment.Bytes.Length);

    public static ByteWriter EncodeCount(IReadOnlyList<DataSegment> segments)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned((uint)segments.Count);
        return writer;
    }

    /// <summary>The head of a segment: that it is active, its address, its length.</summary>
    public static ByteWriter EncodeHead(DataSegment segment)
    {
        var writer = new ByteWriter();
        writer.WriteByte(0);
        CodeWriter.WriteConstant(writer, I32.Const(unchecked((int)segment.Offset)));
        Opcode.End.WriteTo(writer);
        writer.WriteUnsigned((uint)segment.Bytes.Length);
        return writer;
    }
}
