using Sconce.Cli.Artifacts;
using Sconce.Cli.Terminal;
using Sconce.Compiler.Types;

namespace Sconce.Cli.Projects;

/// <summary>The input of a model that takes one picture and nothing else, as far as its shape tells.</summary>
/// <param name="Port">The input.</param>
/// <param name="Layout">The order of its dims, as sconce/image calls it.</param>
/// <param name="Channels">3 or 1.</param>
/// <param name="Width">In pixels; one that the model takes, where it takes several.</param>
/// <param name="Height">In pixels.</param>
internal sealed record PictureInput(Port Port, string Layout, int Channels, long Width, long Height)
{
    /// <summary>What is smaller is a window of a series, or one-hot.</summary>
    private const long Smallest = 8;

    /// <summary>How large a picture is where the model leaves it open: what most networks were trained on.</summary>
    private const long Usual = 224, MostTried = 4096;

    /// <summary>Null where the model takes something else.</summary>
    public static PictureInput? Of(ManifestView manifest)
    {
        if (manifest.Inputs is not [var port] || !Dtypes.Contains(port.Type))
        {
            return null;
        }

        var values = new Dictionary<Symbol, long>();
        var dims = port.Shape;
        if (dims.Length == 4)
        {
            if (SizeOf(dims[0], 1, values) != 1)
            {
                return null;
            }

            dims = dims[1..];
        }

        if (dims.Length != 3)
        {
            return null;
        }

        var batch = port.Shape.Length == 4 ? "n" : "";
        return dims[0] is { IsConstant: true, Value: 1 or 3 } first ? Sized(first, dims[1], dims[2], "chw")
            : dims[2] is { IsConstant: true, Value: 1 or 3 } last ? Sized(last, dims[0], dims[1], "hwc")
            : null;

        PictureInput? Sized(Dim channels, Dim height, Dim width, string layout)
        {
            var (h, w) = (SizeOf(height, Usual, values), SizeOf(width, Usual, values));
            return h >= Smallest && w >= Smallest ? new(port, batch + layout, (int)channels.Value, w, h) : null;
        }
    }

    /// <summary>Those that sconce/image makes.</summary>
    private static DType[] Dtypes { get; } = [DType.Float32, DType.Float64, DType.Float16, DType.BFloat16, DType.UInt8];

    /// <summary>A size that is open gets a value: that which comes nearest to the wanted one.</summary>
    private static long SizeOf(Dim dim, long wanted, Dictionary<Symbol, long> values)
    {
        dim.VisitLeaves(leaf =>
        {
            if (leaf is Symbol symbol && !values.ContainsKey(symbol))
            {
                var least = UsualSizes.Least(symbol);
                var tried = Math.Clamp((symbol.Max ?? MostTried) - least + 1, 1, MostTried);
                values[symbol] = Enumerable.Range(0, (int)tried).Select(step => least + step).MinBy(value => Math.Abs(At(value) - wanted));

                long At(long value) => UsualSizes.At(dim, other => other.Equals(symbol) ? value : values.GetValueOrDefault(other, UsualSizes.Least(other)));
            }
        });
        return UsualSizes.At(dim, symbol => values.GetValueOrDefault(symbol, UsualSizes.Least(symbol)));
    }
}
