namespace Sconce.Cli.Terminal;

/// <summary>Rows of text in aligned columns; numbers to the right, plain enough to be cut and grepped.</summary>
internal sealed class Grid(params string[] headings)
{
    /// <summary>Names come from files, and may have any length.</summary>
    private const int LongestCell = 400;

    private readonly List<string[]> rows = [];

    public void Add(params string[] cells) => rows.Add([.. cells.Select(cell => OneLine(cell.Length <= LongestCell ? cell : cell[..LongestCell] + "…"))]);

    /// <summary>A name with a line's end in it would look like a row of its own.</summary>
    private static string OneLine(string cell) => cell.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    /// <summary>The lines; a column is set to the right where its heading ends in '>'.</summary>
    public IEnumerable<string> Lines()
    {
        var right = headings.Select(heading => heading.EndsWith('>')).ToArray();
        var names = headings.Select(heading => heading.TrimEnd('>')).ToArray();
        var widths = names.Select((name, column) => rows.Select(row => row[column].Length).Append(name.Length).Max()).ToArray();
        if (names.Any(name => name.Length > 0))
        {
            yield return Paint.Faint(Line(names));
        }

        foreach (var row in rows)
        {
            yield return Line(row);
        }

        string Line(string[] cells) => string.Join("  ", cells.Select((cell, column) =>
            right[column] ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]))).TrimEnd();
    }

    public void Print(TextWriter output, string indent = "")
    {
        foreach (var line in Lines())
        {
            output.WriteLine(indent + line);
        }
    }
}
