using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// How Winograd's algorithm goes through a layer. Weights and image are transformed when they are needed: the one of which that takes less memory as a whole, in a
/// phase of its own; the other bit by bit in the second phase, which works off groups of tiles and panels of eight output channels.
/// </summary>
internal sealed class WinogradPlan
{
    public const int PanelWidth = TileSizes.Strip.WidePanel;

    private WinogradPlan(ConvolutionStep step, int outputs)
    {
        Outputs = outputs;
        var (height, width) = (step.Axes[2].Extent, step.Axes[3].Extent);
        (Rows, Columns) = ((int)height.CeilDiv(outputs).Value, (int)width.CeilDiv(outputs).Value);
        Tiles = step.Axes[0].Extent * Rows * Columns;
        Channels = (int)step.WeightAxes[1].Extent.Value;
        Panels = (int)step.WeightAxes[0].Extent.CeilDiv(PanelWidth).Value;

        var tiles = Tiles.IsConstant ? Tiles.Value : Rows * Columns;
        WeightsFirst = Panels * PanelWidth <= tiles;
        var strips = WeightsFirst
            ? Math.Clamp(TileSizes.Winograd.GroupElements / (Points * Channels * TileSizes.Winograd.GroupStrip), 1, TileSizes.Winograd.MostStrips)
            : TileSizes.Winograd.MostStrips - 1;
        Group = strips * TileSizes.Winograd.GroupStrip;
        if (Tiles.IsConstant && tiles < Group)
        {
            Group = (int)Math.Max(tiles, 1);
        }

        Groups = Tiles.CeilDiv(Group);
        GroupFloats = Points * ((Group * Channels) + TileSizes.Winograd.Spread);
        PanelFloats = Points * ((Channels * PanelWidth) + TileSizes.Winograd.Spread);

        PixelTable = 0;
        Zeros = Rounding.RoundUp(PixelTable + Points, TileSizes.Winograd.Spread);
        Sums = Rounding.RoundUp(Zeros + Channels, TileSizes.Winograd.Spread);
        Pixels = Sums + (Points * ((Group * PanelWidth) + TileSizes.Winograd.Spread));
        Own = Pixels + (Group * outputs * outputs * PanelWidth);
        ThreadFloats = Own + (WeightsFirst ? GroupFloats : PanelFloats);
    }

    /// <summary>Outputs of a tile, along each side.</summary>
    public int Outputs { get; }

    /// <summary>Inputs of a tile, along each side.</summary>
    public int Side => Outputs + 2;

    /// <summary>Points of the transformed space: the products that a tile takes, of channels and outputs.</summary>
    public int Points => Side * Side;

    /// <summary>Rows of tiles in an image.</summary>
    public int Rows { get; }

    /// <summary>Tiles in a row.</summary>
    public int Columns { get; }

    /// <summary>Of all images.</summary>
    public Dim Tiles { get; }

    public int Channels { get; }

    public int Panels { get; }

    /// <summary>Tiles in a group.</summary>
    public int Group { get; }

    public Dim Groups { get; }

    /// <summary>Whether the first phase transforms the weights; else the image.</summary>
    public bool WeightsFirst { get; }

    /// <summary>A group of the transformed image: [point, tile, channel].</summary>
    public long GroupFloats { get; }

    /// <summary>A panel of the transformed weights: [point, channel, output].</summary>
    public long PanelFloats { get; }

    public int GroupStep => ((Group * Channels) + TileSizes.Winograd.Spread) * 4;

    public int PanelStep => ((Channels * PanelWidth) + TileSizes.Winograd.Spread) * 4;

    public int SumStep => ((Group * PanelWidth) + TileSizes.Winograd.Spread) * 4;

    // What a thread has for itself, in floats from its start: the table of a tile's pixels, a pixel of zeros, a group's sums [point, tile, output], its
    // outputs [tile, half, pixel, output], and what it transforms itself.
    public long PixelTable { get; }

    public long Zeros { get; }

    public long Sums { get; }

    public long Pixels { get; }

    public long Own { get; }

    public long ThreadFloats { get; }

    /// <summary>Whether the algorithm can compute the layer: 3 x 3 taps one after the other, sizes known but for the batch, vectors of channels.</summary>
    public static bool Accepts(ConvolutionStep step) =>
        step.Stride.Length == 2 && step.Groups == 1 && step.Stride.All(s => s == 1) && step.Dilation.All(d => d == 1)
        && step.WeightAxes.Skip(2).All(tap => tap.Extent is { IsConstant: true, Value: 3 })
        && step.WeightAxes[1].Extent is { IsConstant: true, Value: > 0 } channels && channels.Value % 4 == 0
        && step.WeightAxes[0].Extent is { IsConstant: true, Value: > 12 }
        && step.Axes.Skip(2).All(axis => axis.Extent is { IsConstant: true, Value: > 0 });

    public static WinogradPlan For(ConvolutionStep step, int outputs) => new(step, outputs);

    /// <summary>The results of the first phase.</summary>
    public TensorBuffer Transformed() => new("winograd", DType.Float32, [WeightsFirst ? Panels * PanelFloats : Groups * GroupFloats]);

    public TensorBuffer OfThread() => new("winograd.thread", DType.Float32, [ThreadFloats]);
}
