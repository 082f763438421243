namespace Sconce.Compiler.Wasm;

/// <summary>The type of each function.</summary>
internal static class FunctionSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        writer.WriteUnsigned((uint)module.Functions.Count);
        foreach (FunctionBuilder function in module.Functions)
        {
            writer.WriteUnsigned(module.TypeIndex(function.Type));
        }

        return writer;
    }
}
