using System.Globalization;
using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>Reads a node's metadata: the Python stack it was traced under, and the path of its module.</summary>
internal static class SourceLocations
{
    public static SourceLocation? Of(IReadOnlyDictionary<string, string> metadata)
    {
        var module = metadata.GetValueOrDefault("nn_module_stack") is { } stack ? InnermostModule(stack) : null;
        var frame = metadata.GetValueOrDefault("stack_trace") is { } trace ? InnermostFrame(trace) : null;
        return frame is null ? (module is null ? null : new(null, 0, null, null, module)) : frame with { Module = module };
    }

    /// <summary>Entries are <c>key,path,class</c>, outermost first.</summary>
    private static string? InnermostModule(string stack)
    {
        var last = stack[(stack.LastIndexOf(';') + 1)..].Split(',');
        return last.Length >= 2 && last[1].Length > 0 ? last[1].Replace("L['self'].", "", StringComparison.Ordinal) : null;
    }

    /// <summary>Lines are those of a Python traceback, outermost frame first.</summary>
    private static SourceLocation? InnermostFrame(string trace)
    {
        var lines = trace.Split('\n');
        return PythonFrames.Choose(lines.Index().Reverse().Select(line => ParseFrame(line.Item) is { File: not null } frame
            ? frame with { Code = line.Index + 1 < lines.Length ? lines[line.Index + 1].Trim() : null }
            : null).OfType<SourceLocation>());
    }

    /// <summary><c>File "x.py", line 3, in forward</c>.</summary>
    private static SourceLocation? ParseFrame(string line)
    {
        const string start = "File \"";
        const string middle = "\", line ";
        const string end = ", in ";
        var text = line.AsSpan().Trim();
        if (!text.StartsWith(start, StringComparison.Ordinal) || text.IndexOf(middle, StringComparison.Ordinal) is not (>= 0 and var quote))
        {
            return null;
        }

        var file = text[start.Length..quote].ToString();
        var rest = text[(quote + middle.Length)..];
        var comma = rest.IndexOf(end, StringComparison.Ordinal);
        var function = comma < 0 ? null : rest[(comma + end.Length)..].ToString();
        return int.TryParse(comma < 0 ? rest : rest[..comma], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new(file, number, function, null, null)
            : null;
    }
}
