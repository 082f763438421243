namespace Sconce.Compiler.Diagnostics;

/// <summary>The kinds of errors, for those who report errors by kind.</summary>
public enum ErrorKind
{
    /// <summary>The user's input is wrong: a broken file, an unknown name, a shape out of range.</summary>
    Invalid,

    /// <summary>The user's input is right, and Sconce cannot compile it yet.</summary>
    Unsupported,

    /// <summary>The user's input may be right: Sconce has a mistake, which its authors should hear of.</summary>
    Internal,
}
