using System.Globalization;
using System.Net;

namespace Sconce.Cli.Pictures;

/// <summary>Draws boxes and the edges between them as an SVG picture, which follows the reader's light or dark colours.</summary>
internal static class Svg
{
    private const double CharacterWidth = 7.3, LineHeight = 16, Padding = 8;
    private const int LongestLine = 60;

    private const string Style = """
        <style>
          text { font: 12px ui-monospace, Menlo, Consolas, monospace; fill: #1c2733 } .title { font-weight: 700 }
          rect { fill: #eef2f6; stroke: #90a0b0 } .heavy { fill: #fde8c8; stroke: #d08a2e } .input { fill: #d9eefd; stroke: #3d87bd }
          .output { fill: #dcf3dd; stroke: #4d9a52 } path { fill: none; stroke: #90a0b0 } svg { background: #fff }
          @media (prefers-color-scheme: dark) {
            svg { background: #14181d } text { fill: #e4eaf0 } rect { fill: #262e37; stroke: #66788a } .heavy { fill: #4d3717 }
            .input { fill: #173a52 } .output { fill: #1d4021 } path { stroke: #66788a }
          }
        </style>
        """;

    public static void Write(TextWriter output, IReadOnlyList<PictureNode> nodes)
    {
        var layout = new LayeredLayout(nodes, Size);
        output.WriteLine(Text($"""<svg xmlns="http://www.w3.org/2000/svg" width="{layout.Width:0}" height="{layout.Height:0}" viewBox="0 0 {layout.Width:0} {layout.Height:0}">"""));
        output.WriteLine(Style);
        foreach (var edge in layout.Places.SelectMany(place => place.Below.Select(below => Edge(place, below))))
        {
            output.WriteLine(edge);
        }

        foreach (var place in layout.Places.Where(place => place.Node is not null))
        {
            Box(output, place, place.Node!);
        }

        output.WriteLine("</svg>");
    }

    /// <summary>How large a box has to be for what stands in it.</summary>
    public static (double Width, double Height) Size(PictureNode node) => (
        (2 * Padding) + (CharacterWidth * node.Lines.Append(node.Title).Max(line => Math.Min(line.Length, LongestLine))),
        (2 * Padding) + (LineHeight * (node.Lines.Count + 1)) - 4);

    private static string Edge(Place above, Place below)
    {
        var (from, to) = (above.Y + above.Height, below.Y);
        var middle = (from + to) / 2;
        return Text($"""<path d="M{above.X:0.#} {from:0.#}C{above.X:0.#} {middle:0.#} {below.X:0.#} {middle:0.#} {below.X:0.#} {to:0.#}"/>""");
    }

    private static void Box(TextWriter output, Place place, PictureNode node)
    {
        var left = place.X - (place.Width / 2);
        output.WriteLine(Text($"""<g><rect class="{node.Kind.ToString().ToLowerInvariant()}" x="{left:0.#}" y="{place.Y:0.#}" width="{place.Width:0.#}" height="{place.Height:0.#}" rx="6"/>"""));
        if (node.Tooltip is { Length: > 0 } tooltip)
        {
            output.WriteLine($"<title>{WebUtility.HtmlEncode(tooltip)}</title>");
        }

        var baseline = place.Y + Padding + LineHeight - 5;
        Line("""class="title" """, node.Title);
        foreach (var line in node.Lines)
        {
            baseline += LineHeight;
            Line("", line);
        }

        output.WriteLine("</g>");

        void Line(string attributes, string line)
        {
            var shown = line.Length <= LongestLine ? line : line[..(LongestLine - 1)] + "…";
            output.WriteLine(Text($"""<text {attributes}x="{left + Padding:0.#}" y="{baseline:0.#}">{WebUtility.HtmlEncode(shown)}</text>"""));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
