namespace Sconce.Compiler.Wasm;

/// <summary>What stands before a segment's bytes: that it is active, its address, its length.</summary>
internal static class DataSection
{
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
