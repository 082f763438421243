namespace Sconce.Compiler.Wasm;

/// <summary>The one table, of just the size it needs.</summary>
internal static class TableSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned(1);
        writer.WriteByte((byte)WasmType.FuncRef);
        writer.WriteByte(1);
        writer.WriteUnsigned((uint)module.Table.Count);
        writer.WriteUnsigned((uint)module.Table.Count);
        return writer;
    }
}
