namespace Sconce.Compiler.Wasm;

/// <summary>The names of functions, for debuggers and profilers.</summary>
internal static class NameSection
{
    private const byte FunctionNames = 1;

    public static ByteWriter Encode(Module module)
    {
        var names = new ByteWriter();
        names.WriteUnsigned((uint)module.Functions.Count);
        foreach (FunctionBuilder function in module.Functions)
        {
            names.WriteUnsigned((uint)function.Index);
            names.WriteName(function.Name);
        }

        var writer = new ByteWriter();
        writer.WriteByte(FunctionNames);
        writer.WriteSized(names.Written);
        return writer;
    }
}
