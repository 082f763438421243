using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>The spatial axes of an image as one axis over its pixels.</summary>
internal sealed class Pixels
{
    public Pixels(ImmutableArray<Axis> spatial)
    {
        Axis = new Axis(Dim.Product(spatial.Select(axis => axis.Extent)), "pixel");
        var coordinates = new Dim[spatial.Length];
        var rest = Dim.Of(Axis);
        for (var i = spatial.Length - 1; i > 0; i--)
        {
            coordinates[i] = rest.Mod(spatial[i].Extent);
            rest = rest.FloorDiv(spatial[i].Extent);
        }

        if (spatial.Length > 0)
        {
            coordinates[0] = rest;
        }

        Coordinates = [.. coordinates];
        Map = spatial.Select((axis, i) => (Key: (Atom)axis, Value: coordinates[i])).ToDictionary(pair => pair.Key, pair => pair.Value);
    }

    public Axis Axis { get; }

    /// <summary>A pixel's place along each spatial axis.</summary>
    public ImmutableArray<Dim> Coordinates { get; }

    /// <summary>From the spatial axes to the coordinates.</summary>
    public IReadOnlyDictionary<Atom, Dim> Map { get; }
}
