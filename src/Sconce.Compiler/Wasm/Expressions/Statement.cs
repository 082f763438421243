namespace Sconce.Compiler.Wasm;

/// <summary>Code that gives no value: a store, a branch, a call without result, or a <see cref="Region"/>.</summary>
public class Statement : Code
{
    internal Statement(Opcode opcode, in Immediate immediate, Code[] operands) : base(opcode, immediate, WasmType.None, operands)
    {
    }

    /// <summary>Whether what follows it is never reached.</summary>
    internal virtual bool Diverts =>
        Opcode == Opcode.Br || Opcode == Opcode.BrTable || Opcode == Opcode.Return || Opcode == Opcode.Unreachable;
}
