namespace Sconce.Compiler.Wasm;

/// <summary>The bodies of functions.</summary>
internal static class CodeSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned((uint)module.Functions.Count);
        foreach (FunctionBuilder function in module.Functions)
        {
            function.WriteTo(writer, module.TypeIndex);
        }

        return writer;
    }
}
