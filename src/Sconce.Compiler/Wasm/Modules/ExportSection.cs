namespace Sconce.Compiler.Wasm;

/// <summary>The exports, in the order they were made.</summary>
internal static class ExportSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned((uint)module.Exports.Count);
        foreach (Export export in module.Exports)
        {
            writer.WriteName(export.Name);
            writer.WriteByte((byte)export.Kind);
            writer.WriteUnsigned((uint)export.Index);
        }

        return writer;
    }
}
