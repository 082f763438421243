namespace Sconce.Compiler.Wasm;

/// <summary>Prints code in the text format.</summary>
public static class WatPrinter
{
    public static string Print(Code code) => code.Opcode.Name;
}
