using Sconce.Compiler.Graphs;

namespace Sconce.Compiler.Frontends.TorchScript.Archive;

/// <summary>The original lines of Python of a unit of code, by places in its text; read when first asked for.</summary>
internal sealed class SourceRanges(Func<IReadOnlyList<(int Offset, SourceLocation? Location)>> read)
{
    private IReadOnlyList<(int Offset, SourceLocation? Location)>? ranges;

    public static SourceRanges None { get; } = new(() => []);

    /// <summary>Where the code at an offset comes from; null where nothing is known.</summary>
    public SourceLocation? At(int offset)
    {
        ranges ??= read();
        var (low, high) = (0, ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = ranges[middle].Offset <= offset ? (middle + 1, high) : (low, middle);
        }

        return low == 0 ? null : ranges[low - 1].Location;
    }
}
