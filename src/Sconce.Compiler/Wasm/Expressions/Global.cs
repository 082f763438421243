namespace Sconce.Compiler.Wasm;

/// <summary>A variable of a module.</summary>
public sealed class Global : INamed
{
    internal Global(string name, WasmType type, bool mutable, Code initial)
    {
        if (initial.Type != type || initial.Operands.Length > 0)
        {
            throw new ArgumentException($"global {name} starts with a constant of type {type.Name()}, not {initial}", nameof(initial));
        }

        Name = name;
        Type = type;
        IsMutable = mutable;
        Initial = initial;
    }

    public string Name { get; }

    public WasmType Type { get; }

    public bool IsMutable { get; }

    /// <summary>The constant it starts with.</summary>
    public Code Initial { get; }

    /// <summary>Its value, as an expression.</summary>
    public Code Get => Code.Create(Opcode.GlobalGet, new Immediate { Target = this }, Type, []);

    internal int Index { get; init; }
}
