namespace Sconce.Compiler.Wasm;

/// <summary>The one import, the memory.</summary>
internal static class ImportSection
{
    private const byte HasMaximum = 1;
    private const byte IsShared = 2;

    /// <summary>Tells where in the section the byte lies that says whether the memory is shared.</summary>
    public static ByteWriter Encode(MemoryImport memory, out int flagsOffset)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned(1);
        writer.WriteName(memory.Module);
        writer.WriteName(memory.Name);
        writer.WriteByte((byte)ExportKind.Memory);
        flagsOffset = writer.Length;
        writer.WriteByte(memory.Shared ? (byte)(HasMaximum | IsShared) : HasMaximum);
        writer.WriteUnsigned(memory.Minimum);
        writer.WriteUnsigned(memory.Maximum);
        return writer;
    }
}
