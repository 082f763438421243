using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Frontends.TorchScript.Archive;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Language;

/// <summary>Places in a unit's text, as people look them up.</summary>
internal static class Positions
{
    public static int LineOf(this ScriptSource source, int at) => 1 + source.Text.AsSpan(0, Math.Min(at, source.Text.Length)).Count('\n');

    /// <summary>The original line of Python, and where the archive does not say it, the line of TorchScript.</summary>
    public static SourceLocation LocationOf(this ScriptSource source, int at) => source.Original(at) ?? new SourceLocation(FileOf(source), source.LineOf(at), null, CodeAt(source, at), null);

    /// <summary>The file and line of TorchScript, with the original line of Python where the archive says it.</summary>
    public static Where WhereOf(this ScriptSource source, int at) => source.Place with
    {
        File = $"{source.Place.File ?? FileOf(source)}:{source.LineOf(at)}",
        Python = (source.Original(at) is { } original ? original.ToString() : CodeAt(source, at)) is { Length: > 0 } text ? text : null,
    };

    public static SconceException Damaged(this ScriptSource source, int at, string problem) => new(
        $"the TorchScript code cannot be read: {problem}", source.WhereOf(at), "the file is damaged: save it again with torch.jit.save");

    /// <summary>The line's text, cut where it is long.</summary>
    private static string CodeAt(ScriptSource source, int at)
    {
        const int Longest = 120;
        at = Math.Min(at, source.Text.Length);
        var start = source.Text.AsSpan(0, at).LastIndexOf('\n') + 1;
        var line = source.Text.AsSpan(start);
        line = line.IndexOf('\n') is >= 0 and var end ? line[..end].Trim() : line.Trim();
        return line.Length <= Longest ? line.ToString() : $"{line[..Longest]}…";
    }

    private static string FileOf(ScriptSource source) => $"{source.QualifiedName.Replace('.', '/')}.py";
}
