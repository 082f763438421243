namespace Sconce.Compiler.Wasm;

/// <summary>The types of functions, each once.</summary>
internal static class TypeSection
{
    public static ByteWriter Encode(Module module)
    {
        var writer = new ByteWriter();
        List<FunctionType> types = [.. module.Types];
        writer.WriteUnsigned((uint)types.Count);
        types.ForEach(t => t.WriteTo(writer));
        return writer;
    }
}
