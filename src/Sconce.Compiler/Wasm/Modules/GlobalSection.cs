namespace Sconce.Compiler.Wasm;

/// <summary>The globals and their first values.</summary>
internal static class GlobalSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned((uint)module.Globals.Count);
        foreach (Global global in module.Globals)
        {
            writer.WriteByte((byte)global.Type);
            writer.WriteByte(global.IsMutable ? (byte)1 : (byte)0);
            CodeWriter.WriteConstant(writer, global.Initial);
            Opcode.End.WriteTo(writer);
        }

        return writer;
    }
}
