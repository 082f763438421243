namespace Sconce.Compiler.Wasm;

// The binary form.
public sealed partial class FunctionBuilder
{
    private byte[]? encoded;

    /// <summary>Whether the checker has seen it as it is.</summary>
    internal bool IsChecked { get; set; }

    /// <summary>
    /// Bytes that two functions share where type and body are the same, whatever their names. The functions that it calls must be in
    /// the module already.
    /// </summary>
    public byte[] Signature()
    {
        var writer = new ByteWriter();
        var types = new List<FunctionType>();
        Type.WriteTo(writer);
        int head = writer.Length;
        int number = Index;
        Index = -1;
        var code = new CodeWriter(writer, this, Intern);
        code.WriteBody();
        Index = number;

        // The functions that it calls have their numbers: unless it calls itself, or by a type, this is how it will be written too.
        if (types.Count == 0 && !code.CallsItself)
        {
            encoded = writer.Written[head..].ToArray();
        }

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

    /// <summary>Writes it for the module that has it. A module is measured before it is written: the second time the bytes are there.</summary>
    internal void WriteTo(ByteWriter writer, Func<FunctionType, uint> typeIndex)
    {
        if (encoded is null)
        {
            var bytes = new ByteWriter();
            new CodeWriter(bytes, this, typeIndex).WriteBody();
            encoded = bytes.ToArray();
        }

        writer.WriteSized(encoded);
    }

    private void Change() => (encoded, IsChecked) = (null, false);
}
