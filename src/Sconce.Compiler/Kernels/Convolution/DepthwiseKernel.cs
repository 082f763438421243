using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>
/// Depthwise convolution: each channel with its own window. Vectors go along the channels; several pixels in a row are computed at once, so that
/// what they share, the window's weights and the overlap of their inputs, is loaded once. Zeros around the image are left out of the sums.
/// </summary>
internal sealed class DepthwiseKernel
{
    private readonly ConvolutionStep step;
    private readonly int pixelsPerStrip;
    private readonly Access input;
    private readonly PaddedInput? padded;
    private readonly Dictionary<(int Side, int Tap), I32> insideRows = [];
    private readonly Access weight;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly ExprEmitter root;
    private readonly bool fuses;
    private readonly Axis lane = new(Vector.Lanes, "lane");
    private readonly Pixels rows;
    private readonly Axis width;
    private readonly Axis strip;
    private readonly Axis channels;
    private readonly Axis vector;
    private readonly Axis tile;
    private readonly Dim widthTiles;
    private readonly long stripsPerTile;

    private DepthwiseKernel(ConvolutionStep step, KernelChoice.Depthwise choice, KernelModule module)
    {
        (this.step, pixelsPerStrip) = (step, choice.Pixels);
        fuses = module.Options.FusedMultiplyAdd;
        padded = choice.IsPadded ? PaddedInput.Of(step) : null;
        (input, weight) = (padded?.Pixels ?? Access.Of(step.Input)!, Access.Of(step.Weight)!);
        rows = new Pixels(step.Axes[2..^1]);
        width = step.Axes[^1];
        channels = step.Axes[1];
        vector = new Axis(channels.Extent.FloorDiv(Vector.Lanes), "vector");
        strip = new Axis(width.Extent.CeilDiv(pixelsPerStrip), "strip");
        stripsPerTile = step.Stride.Length == 1 ? TileSizes.Depthwise.PixelsPerTile / pixelsPerStrip : strip.Extent is { IsConstant: true, Value: > 0 } all ? all.Value : 1 << 20;
        widthTiles = step.Stride.Length == 1 ? strip.Extent.CeilDiv(stripsPerTile) : Dim.One;
        tile = new Axis(widthTiles * rows.Axis.Extent * step.Axes[0].Extent, "tile");
        frame = new KernelFrame("depthwise", step, [tile.Extent, .. step.Axes.Select(axis => axis.Extent)], module, lane);
        (f, root) = (frame.Function, frame.Emitter);
        root.Bind(lane, 0);
        root.Bind(tile, frame.Tile);
    }

    public static KernelCall Generate(ConvolutionStep step, KernelChoice.Depthwise choice, KernelModule module)
    {
        var kernel = new DepthwiseKernel(step, choice, module);
        kernel.EmitTile();
        var name = $"depthwise {string.Join('x', step.WeightAxes.Skip(2).Select(axis => axis.Extent))}{(kernel.fuses ? " fused" : "")}";
        return kernel.frame.Finish(kernel.tile.Extent, name);
    }

    public static long Taps(ConvolutionStep step) => step.WeightAxes.Skip(2).Aggregate(1L, (product, tap) => product * tap.Extent.Value);

    private void EmitTile()
    {
        var rest = Dim.Of(tile);
        var firstStrip = root.Index(rest.Mod(widthTiles) * stripsPerTile);
        rest = rest.FloorDiv(widthTiles);
        root.Bind(rows.Axis, f.Let(root.Index(rest.Mod(rows.Axis.Extent)), "row"));
        root.Bind(step.Axes[0], f.Let(root.Index(rest.FloorDiv(rows.Axis.Extent)), "image"));
        if (padded is not null)
        {
            EmitPaddedRow();
            return;
        }

        var wholeStrips = f.Let(root.Index(width.Extent.FloorDiv(pixelsPerStrip)));
        var lastStrip = f.Let(firstStrip + (int)stripsPerTile);
        var number = f.I32("strip");
        f.For(number, firstStrip, f.Let(lastStrip.LtS(wholeStrips).Select(lastStrip, wholeStrips)), 1, () =>
            EmitStrip(strip, number, [.. Enumerable.Range(0, pixelsPerStrip).Select(pixel => (Dim.Of(strip) * pixelsPerStrip) + pixel)]));

        var over = width.Extent.Mod(pixelsPerStrip);
        if (over.Equals(Dim.Zero))
        {
            return;
        }

        // The last tile of a row ends with the pixels that make no whole strip.
        f.If(lastStrip.GtS(wholeStrips), () =>
        {
            if (over.IsConstant)
            {
                f.Set(number, wholeStrips);
                EmitStrip(strip, number, [.. Enumerable.Range(0, (int)over.Value).Select(pixel => (Dim.Of(strip) * pixelsPerStrip) + pixel)]);
            }
            else
            {
                var pixel = f.I32("pixel");
                f.For(pixel, wholeStrips * pixelsPerStrip, root.Nested().Index(width.Extent), 1, () => EmitStrip(width, pixel, [Dim.Of(width)]));
            }
        });
    }

    /// <summary>A row whose first and last strips know which of their columns lie outside of the image.</summary>
    private void EmitPaddedRow()
    {
        for (var side = 0; side < step.Stride.Length - 1; side++)
        {
            for (var tap = 0; tap < step.WeightAxes[side + 2].Extent.Value; tap++)
            {
                var at = (rows.Coordinates[side] * step.Stride[side]) + (tap * step.Dilation[side]);
                var (top, bottom) = padded!.Ranges[side];
                if (IndexConditions.Decide(IndexConditions.InRange(at, top, bottom)) is not true)
                {
                    insideRows.Add((side, tap), f.Let((root.Index(at) - (int)top).LtU((int)(bottom - top)), "inside"));
                }
            }
        }

        var (from, to) = padded!.Ranges[^1];
        var (stride, reach, all) = (step.Stride[^1], (step.WeightAxes[^1].Extent.Value - 1) * step.Dilation[^1], (int)width.Extent.Value);
        var inside = (int)Math.Min((from + stride - 1) / stride, all);
        var end = to > reach ? (int)Math.Min(((to - 1 - reach) / stride) + 1, all) : 0;
        var strips = (inside + pixelsPerStrip - 1) / pixelsPerStrip;
        var lastStrip = Math.Max(end / pixelsPerStrip, strips);
        Edges(0, Math.Min(strips * pixelsPerStrip, all));
        if (lastStrip > strips)
        {
            var number = f.I32("strip");
            f.For(number, strips, lastStrip, 1, () =>
                EmitStrip(strip, number, [.. Enumerable.Range(0, pixelsPerStrip).Select(pixel => (Dim.Of(strip) * pixelsPerStrip) + pixel)]));
        }

        Edges(lastStrip * pixelsPerStrip, all);

        void Edges(int first, int last)
        {
            for (; first < last; first += pixelsPerStrip)
            {
                EmitStrip(strip, first / pixelsPerStrip, [.. Enumerable.Range(first, Math.Min(pixelsPerStrip, last - first)).Select(pixel => (Dim)pixel)]);
            }
        }
    }

    private void EmitStrip(Axis position, I32 value, Dim[] pixels)
    {
        using (f.Scope())
        {
            var e = root.Nested();
            e.Bind(position, value);
            var (vectors, all) = ((int)vector.Extent.Value, (int)channels.Extent.Value);
            var number = f.I32("vector");
            f.For(number, 0, vectors, 1, () => EmitChannels(e, vector, number, pixels, (Dim.Of(vector) * Vector.Lanes) + lane));
            var single = f.I32("channel");
            f.For(single, vectors * Vector.Lanes, all, 1, () => EmitChannels(e, channels, single, pixels, Dim.Of(channels)));
        }
    }

    /// <summary>The pixels of four channels, or of one.</summary>
    private void EmitChannels(ExprEmitter outer, Axis position, LocalI32 value, Dim[] pixels, Dim channel)
    {
        using (f.Scope())
        {
            var isVector = ReferenceEquals(position, vector);
            var e = isVector ? outer.Nested() : outer.Nested(along: null);
            e.Bind(position, value);
            var window = new DepthwiseWindow(f, fuses, isVector, pixels.Length);
            EmitTaps(e, window, pixels, channel);
            Store(e, window, pixels, channel, isVector);
        }
    }

    private void EmitTaps(ExprEmitter e, DepthwiseWindow window, Dim[] pixels, Dim channel)
    {
        var taps = step.WeightAxes[2..];
        var counts = taps.Select(tap => (int)tap.Extent.Value).ToArray();
        if (counts.Aggregate(1L, (a, b) => a * b) > TileSizes.Depthwise.MostTapsWithoutLoop)
        {
            EmitTapLoops(e, window, pixels, channel, taps);
            return;
        }

        foreach (var row in Points(counts[..^1]))
        {
            var map = taps[..^1].Zip(row).ToDictionary(pair => (Atom)pair.First, pair => (Dim)pair.Second);
            var conditions = row.Index().Where(tap => insideRows.ContainsKey((tap.Index, tap.Item))).Select(tap => insideRows[(tap.Index, tap.Item)]);
            f.If(conditions.Aggregate((I32)1, (all, one) => all.ConstantInteger == 1 ? one : all & one), () =>
            {
                var inside = e.Nested();
                for (var first = 0; first < counts[^1]; first += TileSizes.Depthwise.MostWeights)
                {
                    EmitTapRow(inside, window, pixels, channel, map, first, Math.Min(first + TileSizes.Depthwise.MostWeights, counts[^1]));
                }
            });
        }
    }

    /// <summary>Taps from first to end of a row of the window: each input that they need is loaded once and used for all pixels.</summary>
    private void EmitTapRow(ExprEmitter e, DepthwiseWindow window, Dim[] pixels, Dim channel, Dictionary<Atom, Dim> row, int first, int end)
    {
        var tap = step.WeightAxes[^1];
        window.LoadWeights([.. Enumerable.Range(first, end - first).Select(t =>
            e.Address(weight.Buffer, weight.Offset.Substitute(new Dictionary<Atom, Dim>(row) { [tap] = t, [step.WeightAxes[0]] = channel })))]);
        var (stride, dilation) = (step.Stride[^1], step.Dilation[^1]);
        (LocalI32 Pointer, int Column)? start = null;
        for (var column = first * dilation; column <= ((pixels.Length - 1) * stride) + ((end - 1) * dilation); column++)
        {
            var uses = Enumerable.Range(0, pixels.Length)
                .Select(pixel => (Pixel: pixel, Distance: column - (pixel * stride)))
                .Where(use => use.Distance % dilation == 0 && use.Distance / dilation >= first && use.Distance / dilation < end && use.Distance >= 0)
                .Select(use => (use.Pixel, Weight: (use.Distance / dilation) - first)).ToArray();
            if (uses.Length == 0)
            {
                continue;
            }

            if (padded is null)
            {
                window.Multiply(e.Address(input.Buffer, InputAt(pixels[0], row, column, channel)), uses);
            }
            else if (!(pixels[0].IsConstant && IsOutside((pixels[0].Value * stride) + column)))
            {
                // The window may begin before the image, where no address may point: the first place that is read is where the others are counted from.
                if (start is null)
                {
                    var (pointer, offset) = e.Address(input.Buffer, InputAt(pixels[0], row, column, channel));
                    start = (f.Let(pointer + (int)offset, "row"), column);
                }

                window.Multiply((start.Value.Pointer, (uint)((column - start.Value.Column) * input.StrideOf(step.InputAxes[^1])!.Value * 4)), uses);
            }
        }
    }

    private bool IsOutside(long column) => column < padded!.Ranges[^1].From || column >= padded.Ranges[^1].To;

    private void EmitTapLoops(ExprEmitter outer, DepthwiseWindow window, Dim[] pixels, Dim channel, ImmutableArray<Axis> taps)
    {
        if (taps is [var tap, .. var inner])
        {
            var number = f.I32("tap");
            f.For(number, 0, (int)tap.Extent.Value, 1, () =>
            {
                using (f.Scope())
                {
                    var e = outer.Nested();
                    e.Bind(tap, number);
                    EmitTapLoops(e, window, pixels, channel, inner);
                }
            });
            return;
        }

        window.LoadWeights([outer.Address(weight.Buffer, weight.Offset.Substitute(new Dictionary<Atom, Dim> { [step.WeightAxes[0]] = channel }))]);
        for (var pixel = 0; pixel < pixels.Length; pixel++)
        {
            var column = (Dim.Of(step.WeightAxes[^1]) * step.Dilation[^1]) + (pixel * step.Stride[^1]);
            window.Multiply(outer.Address(input.Buffer, InputAt(pixels[0], [], column, channel)), [(pixel, 0)]);
        }
    }

    /// <summary>The input's place for a row of the window, so many columns right of the first pixel's.</summary>
    private Dim InputAt(Dim pixel, Dictionary<Atom, Dim> row, Dim column, Dim channel)
    {
        var map = new Dictionary<Atom, Dim> { [step.InputAxes[0]] = step.Axes[0], [step.InputAxes[1]] = channel };
        for (var i = 0; i < step.Stride.Length - 1; i++)
        {
            var tap = step.WeightAxes[i + 2];
            map[step.InputAxes[i + 2]] = (rows.Coordinates[i] * step.Stride[i]) + (row.GetValueOrDefault(tap, tap) * step.Dilation[i]);
        }

        map[step.InputAxes[^1]] = (pixel * step.Stride[^1]) + column;
        return input.Offset.Substitute(map);
    }

    private void Store(ExprEmitter e, DepthwiseWindow window, Dim[] pixels, Dim channel, bool isVector)
    {
        var map = new Dictionary<Atom, Dim>(rows.Map) { [channels] = channel };
        var shared = e.Nested();
        // What does not change from pixel to pixel (a bias) is computed once.
        if (isVector)
        {
            shared.Hoist(step.Epilogue.Substitute(map));
        }

        var points = Enumerable.Range(0, pixels.Length).Select(pixel =>
        {
            var at = new Dictionary<Atom, Dim>(map) { [width] = pixels[pixel] };
            var here = shared.Nested();
            if (isVector)
            {
                here.BindAccumulator(0, new Vector(window.Sum(pixel).Get.AsV128()));
            }
            else
            {
                here.BindAccumulator(0, window.Sum(pixel).Get);
            }

            return (At: here, Expr: step.Epilogue.Substitute(at), Target: step.Target.Substitute(at));
        }).ToArray();
        foreach (var pair in points.Chunk(2))
        {
            if (isVector)
            {
                ExprEmitter.Together([.. pair.Select(point => (point.At, point.Expr))]);
            }

            foreach (var (here, epilogue, target) in pair)
            {
                if (isVector)
                {
                    here.StoreVector(target, epilogue);
                }
                else
                {
                    here.Store(target, epilogue);
                }
            }
        }
    }

    private static IEnumerable<int[]> Points(int[] counts) =>
        counts.Length == 0 ? [[]] : Points(counts[..^1]).SelectMany(outer => Enumerable.Range(0, counts[^1]).Select(last => (int[])[.. outer, last]));
}
