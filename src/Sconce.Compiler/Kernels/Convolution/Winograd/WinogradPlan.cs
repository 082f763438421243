using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// How Winograd's algorithm goes through a layer. Weights and image are transformed when they are needed: the one of which that takes less memory as a whole, in a
/// phase of its own; the other bit by bit in the second phase, which works off groups of tiles and panels of eight output channels.
/// </summary>
internal sealed class WinogradPlan
{
    public const int PanelWidth = 8;

    /// <summary>Strangers in a cache line: points of the transformed space lie a line further apart than they must, or powers of two would meet in one set of the cache.</summary>
    private const int Spread = 16;

    /// <summary>Elements of a group's transformed image: with a panel's weights it is to stay in the second-level cache.</summary>
    private const int GroupElements = 1 << 16;

    /// <summary>Tiles in a group are a multiple of what the products take at once, 6 with relaxed SIMD and 4 without.</summary>
    private const int GroupStrip = 12;

    private const int MostStrips = 3;

    /// <summary>Tiles of the image in a part of the first phase: some microseconds.</summary>
    public const int TilesPerPart = 4;

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
        var strips = WeightsFirst ? Math.Clamp(GroupElements / (Points * Channels * GroupStrip), 1, MostStrips) : MostStrips - 1;
        Group = strips * GroupStrip;
        if (Tiles.IsConstant && tiles < Group)
        {
            Group = (int)Math.Max(tiles, 1);
        }

        Groups = Tiles.CeilDiv(Group);
        GroupFloats = Points * ((Group * Channels) + Spread);
        PanelFloats = Points * ((Channels * PanelWidth) + Spread);

        PixelTable = 0;
        Zeros = Rounding.RoundUp(PixelTable + Points, Spread);
        Sums = Rounding.RoundUp(Zeros + Channels, Spread);
        Pixels = Sums + (Points * ((Group * PanelWidth) + Spread));
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

    public int GroupStep => ((Group * Channels) + Spread) * 4;

    public int PanelStep => ((Channels * PanelWidth) + Spread) * 4;

    public int SumStep => ((Group * PanelWidth) + Spread) * 4;

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

    /// <summary>What the first phase makes.</summary>
    public TensorBuffer Transformed() => new("winograd", DType.Float32, [WeightsFirst ? Panels * PanelFloats : Groups * GroupFloats]);

    public TensorBuffer OfThread() => new("winograd.thread", DType.Float32, [ThreadFloats]);
}
