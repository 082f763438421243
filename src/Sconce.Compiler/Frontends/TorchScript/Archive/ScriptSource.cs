using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>A unit of TorchScript code, one file of the archive: classes and functions with one qualifier.</summary>
/// <param name="QualifiedName">What stands before a class's own name: <c>__torch__.torch.nn.modules.linear</c>.</param>
/// <param name="Text">The code, as TorchScript's printer wrote it.</param>
/// <param name="Place">The file, for messages.</param>
internal sealed record ScriptSource(string QualifiedName, string Text, Where Place)
{
    /// <summary>Which original line each part of the text comes from; empty where the archive does not say.</summary>
    public SourceRanges Ranges { get; init; } = SourceRanges.None;

    /// <summary>The original line of Python that the code at a place of the text comes from.</summary>
    public SourceLocation? Original(int offset) => Ranges.At(offset);
}
