using System.Runtime.InteropServices;

namespace Sconce.Cli.Pictures;

/// <summary>A place in a layer: of a box, or (without one) of an edge that passes through.</summary>
internal sealed class Place(PictureNode? node, int layer, double width, double height)
{
    public PictureNode? Node { get; } = node;

    public int Layer { get; } = layer;

    public double Width { get; } = width;

    public double Height { get; } = height;

    public List<Place> Above { get; } = [];

    public List<Place> Below { get; } = [];

    /// <summary>The centre.</summary>
    public double X { get; set; }

    /// <summary>The upper edge.</summary>
    public double Y { get; set; }
}

/// <summary>
/// Lays a graph without cycles out in layers from top to bottom: each box below all its sources, long edges through places of
/// their own, the order within layers chosen so that few edges cross. After Sugiyama.
/// </summary>
internal sealed class LayeredLayout
{
    private const double ColumnGap = 24, RowGap = 34, PassingWidth = 8;
    private const int Sweeps = 6;

    /// <summary>An edge across more layers than this is not drawn through all of them: it would cost more to look at than it tells.</summary>
    private const int LongestEdge = 60;

    private readonly List<List<Place>> layers = [];

    public LayeredLayout(IReadOnlyList<PictureNode> nodes, Func<PictureNode, (double Width, double Height)> size)
    {
        var places = new Dictionary<PictureNode, Place>();
        foreach (var node in nodes)
        {
            var layer = node.Sources.Select(source => places[source].Layer + 1).DefaultIfEmpty(0).Max();
            var (width, height) = size(node);
            places[node] = AddTo(layer, new Place(node, layer, width, height));
            foreach (var source in node.Sources)
            {
                Connect(places[source], places[node]);
            }
        }

        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            Sweep(down: sweep % 2 == 0);
        }

        PlaceRows();
    }

    public IEnumerable<Place> Places => layers.SelectMany(layer => layer);

    public double Width { get; private set; }

    public double Height { get; private set; }

    private Place AddTo(int layer, Place place)
    {
        while (layers.Count <= layer)
        {
            layers.Add([]);
        }

        layers[layer].Add(place);
        return place;
    }

    private void Connect(Place from, Place to)
    {
        if (to.Layer - from.Layer > LongestEdge)
        {
            return;
        }

        for (var layer = from.Layer + 1; layer < to.Layer; layer++)
        {
            var passing = AddTo(layer, new Place(null, layer, PassingWidth, 0));
            Join(from, passing);
            from = passing;
        }

        Join(from, to);
    }

    private static void Join(Place above, Place below)
    {
        above.Below.Add(below);
        below.Above.Add(above);
    }

    /// <summary>Sorts each layer by where its neighbours stand, and sets it out around them without overlaps.</summary>
    private void Sweep(bool down)
    {
        foreach (var layer in down ? layers : layers.AsEnumerable().Reverse())
        {
            var wanted = layer.ToDictionary(place => place, place => Centre(down ? place.Above : place.Below, place.X));
            Place[] sorted = [.. layer.OrderBy(place => wanted[place])];
            sorted.CopyTo(CollectionsMarshal.AsSpan(layer));
            Spread(layer, wanted);
        }
    }

    private static double Centre(List<Place> neighbours, double otherwise) =>
        neighbours.Count == 0 ? otherwise : neighbours.Average(neighbour => neighbour.X);

    /// <summary>From left to right as near to the wanted centres as the widths allow, and then all moved by what they are off on average.</summary>
    private static void Spread(List<Place> layer, Dictionary<Place, double> wanted)
    {
        var edge = double.NegativeInfinity;
        foreach (var place in layer)
        {
            place.X = Math.Max(wanted[place], edge + (place.Width / 2));
            edge = place.X + (place.Width / 2) + ColumnGap;
        }

        var shift = layer.Average(place => wanted[place] - place.X);
        layer.ForEach(place => place.X += shift);
    }

    private void PlaceRows()
    {
        var y = RowGap / 2;
        foreach (var layer in layers)
        {
            var height = layer.Max(place => place.Height);
            foreach (var place in layer)
            {
                place.Y = y + ((height - place.Height) / 2);
            }

            y += height + RowGap;
        }

        Height = y;
        var left = Places.Select(place => place.X - (place.Width / 2)).DefaultIfEmpty(0).Min() - ColumnGap;
        foreach (var place in Places)
        {
            place.X -= left;
        }

        Width = Places.Select(place => place.X + (place.Width / 2)).DefaultIfEmpty(0).Max() + ColumnGap;
    }
}
