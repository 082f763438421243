namespace Sconce.Compiler.Diagnostics;

/// <summary>The place an error is about: a file (or a part of an archive), an operator of the model, the line of Python it comes from.</summary>
public sealed record Where(string? File = null, string? Operator = null, string? Python = null)
{
    /// <summary>The known parts in one line, the file first.</summary>
    public override string ToString()
    {
        string?[] parts = [File, Operator, Python];
        return string.Join(", ", parts.Where(part => !string.IsNullOrEmpty(part)));
    }
}
