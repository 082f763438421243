namespace Sconce.Compiler.Wasm;

/// <summary>The functions of the table, from its start.</summary>
internal static class ElementSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned(1);
        writer.WriteByte(0);
        CodeWriter.WriteConstant(writer, I32.Const(0));
        Opcode.End.WriteTo(writer);
        writer.WriteUnsigned((uint)module.Table.Count);
        foreach (FunctionBuilder function in module.Table)
        {
            writer.WriteUnsigned((uint)function.Index);
        }

        return writer;
    }
}
