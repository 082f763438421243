namespace Sconce.Cli.Pictures;

/// <summary>What a box of a picture stands for; decides its colour.</summary>
internal enum BoxKind
{
    Operator,
    Heavy,
    Input,
    Output,
}

/// <summary>A box of a picture: a title, lines under it, what shows when it is pointed at, and the boxes it gets its values from.</summary>
internal sealed class PictureNode(string title, IReadOnlyList<string> lines, string? tooltip, BoxKind kind, IReadOnlyList<PictureNode> sources)
{
    public string Title { get; } = title;

    public IReadOnlyList<string> Lines { get; } = lines;

    public string? Tooltip { get; } = tooltip;

    public BoxKind Kind { get; } = kind;

    public IReadOnlyList<PictureNode> Sources { get; } = sources;

    /// <summary>Of an operator, its full name and where it stands in Python: what the steps that it became have too.</summary>
    public string? Operator { get; init; }

    public string? Source { get; init; }
}
