using System.Xml.Linq;
using FsCheck.Xunit;
using Sconce.Cli.Pictures;

namespace Sconce.Tests.Cli.Pictures;

public sealed class LayeredLayoutTests
{
    /// <summary>A graph whose box i gets values from boxes before it, as the numbers say.</summary>
    private static List<PictureNode> Graph(int[] numbers)
    {
        var nodes = new List<PictureNode>();
        foreach (var number in numbers)
        {
            PictureNode[] sources = nodes.Count == 0 ? [] : [nodes[(int)((uint)number % nodes.Count)], nodes[(int)((uint)(number / 7) % nodes.Count)]];
            nodes.Add(new PictureNode($"box <{nodes.Count}>", [new string('x', (int)((uint)number % 30))], "\"tip\"", BoxKind.Operator, [.. sources.Distinct()]));
        }

        return nodes;
    }

    private static LayeredLayout Layout(List<PictureNode> nodes) => new(nodes, node => (20 + node.Lines[0].Length, 30));

    [Property(MaxTest = 50)]
    public bool EveryBoxStandsBelowItsSourcesAndNoTwoOverlap(int[] numbers)
    {
        var layout = Layout(Graph(numbers));
        var boxes = layout.Places.Where(place => place.Node is not null).ToDictionary(place => place.Node!);
        var below = boxes.Values.All(box => box.Node!.Sources.All(source => boxes[source].Y + boxes[source].Height < box.Y));
        var inside = layout.Places.All(place => place.X - (place.Width / 2) >= 0 && place.X + (place.Width / 2) <= layout.Width
            && place.Y + place.Height <= layout.Height);
        var apart = layout.Places.GroupBy(place => place.Layer).All(layer => layer.OrderBy(place => place.X).Aggregate(
            (Edge: double.NegativeInfinity, Apart: true),
            (sum, place) => (place.X + (place.Width / 2), sum.Apart && place.X - (place.Width / 2) >= sum.Edge)).Apart);
        return boxes.Count == numbers.Length && below && inside && apart;
    }

    [Fact]
    public void ThePictureIsXmlWithABoxForEachNodeAndAnEdgeForEachUse()
    {
        var nodes = Graph([5, 8, 13, 21, 34]);
        var text = new StringWriter();
        Svg.Write(text, nodes);
        var picture = XDocument.Parse(text.ToString());
        XNamespace svg = "http://www.w3.org/2000/svg";
        Assert.Equal(nodes.Select(node => node.Title), picture.Descendants(svg + "text").Where(line => line.Attribute("class") is not null).Select(line => line.Value).Order());
        Assert.Equal(Layout(nodes).Places.Sum(place => place.Below.Count), picture.Descendants(svg + "path").Count());
    }
}
