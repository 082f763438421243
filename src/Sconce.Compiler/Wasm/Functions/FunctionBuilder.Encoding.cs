namespace Sconce.Compiler.Wasm;

// The binary form.
public sealed partial class FunctionBuilder
{
    /// <summary>
    /// Bytes that two functions share where type and body are the same, whatever their names. The functions that it calls must be in
    /// the module already.
    /// </summary>
    public byte[] Signature()
    {
        var writer = new ByteWriter();
        var types = new List<FunctionType>();
        Type.WriteTo(writer);
        int number = Index;
        Index = -1;
        new CodeWriter(writer, this, Intern).WriteBody();
        Index = number;
        types.ForEach(t => t.WriteTo(writer));
        return writer.ToArray();

        uint Intern(FunctionType type)
        {
            int index = types.IndexOf(type);
            if (index < 0)
            {
                index = types.Count;
                types.Add(type);
            }

            return (uint)index;
        }
    }

    /// <summary>
    /// Whether the last statement is a block none of whose paths reaches its end. The format asks for a result there all the same, and
    /// takes an unreachable for one.
    /// </summary>
    internal bool EndsInRegion => Type.Result != WasmType.None && body is [.., Region];

    internal void WriteTo(ByteWriter writer, Func<FunctionType, uint> typeIndex)
    {
        var bytes = new ByteWriter();
        new CodeWriter(bytes, this, typeIndex).WriteBody();
        writer.WriteSized(bytes.Written);
    }
}
