namespace Sconce.Compiler.Diagnostics;

/// <summary>What sort of thing went wrong, for those who report errors by kind.</summary>
public enum ErrorKind
{
    /// <summary>What the user gave is wrong: a broken file, an unknown name, a shape out of range.</summary>
    Invalid,

    /// <summary>What the user gave is right, and Sconce cannot do it yet.</summary>
    Unsupported,

    /// <summary>What the user gave may be right: Sconce has a mistake, and somebody should hear of it.</summary>
    Internal,
}
