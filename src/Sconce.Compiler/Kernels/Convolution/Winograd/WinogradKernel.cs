using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// Convolution with 3 x 3 taps by Winograd's algorithm: image and weights are taken to a space where the convolution of a tile is one product of channels and outputs
/// for each point, and the sums back. The products are those of <see cref="TileProduct"/>.
/// </summary>
internal sealed class WinogradKernel
{
    private readonly ConvolutionStep step;
    private readonly KernelChoice.Winograd choice;
    private readonly KernelModule module;
    private readonly WinogradPlan plan;
    private readonly int tilesPerStrip;
    private readonly PaddedInput input;
    private readonly Panels weights;
    private readonly WinogradTransforms transforms;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly ExprEmitter root;
    private readonly Axis lane = new(Vector.Lanes, "lane");
    private readonly Axis panel;
    private readonly I32 shared;
    private readonly LocalI32 own;
    private readonly I32 tiles;
    private readonly I32 groups;

    private WinogradKernel(ConvolutionStep step, KernelChoice.Winograd choice, KernelModule module, string phase)
    {
        (this.step, this.choice, this.module) = (step, choice, module);
        plan = WinogradPlan.For(step, choice.Outputs);
        tilesPerStrip = choice.Rows.For(module.Options.FusedMultiplyAdd);
        transforms = new WinogradTransforms(module, plan.Outputs);
        input = PaddedInput.Of(step)!;
        weights = Panels.In(step.Weight, choice.Weight, choice.Width);
        panel = new Axis(plan.Panels, "panel");
        frame = new KernelFrame($"winograd_{phase}", step, [plan.Tiles, .. step.Axes.Select(axis => axis.Extent)], module, lane);
        (f, root) = (frame.Function, frame.Emitter);
        root.Bind(lane, 0);
        (tiles, groups) = (root.Index(plan.Tiles), root.Index(plan.Groups));
        shared = root.Address(choice.Scratch[0], Dim.Zero).Pointer;
        own = f.Let(root.Address(choice.ThreadScratch!, Dim.Zero).Pointer, "own");
    }

    public static KernelCall Generate(ConvolutionStep step, KernelChoice.Winograd choice, KernelModule module)
    {
        var (first, second) = (new WinogradKernel(step, choice, module, "first"), new WinogradKernel(step, choice, module, "second"));
        var plan = first.plan;
        var name = $"winograd {plan.Outputs}x{plan.Outputs}{(module.Options.FusedMultiplyAdd ? " fused" : "")}";
        if (plan.WeightsFirst)
        {
            first.TransformWeights(first.frame.Tile, first.shared + (first.frame.Tile * (int)(plan.PanelFloats * 4)));
            second.TakeGroup();
            return second.frame.Finish(plan.Groups, name) with { Before = first.frame.Finish(plan.Panels, name) };
        }

        first.TransformImage();
        second.TakePanel();
        return second.frame.Finish(plan.Panels, name) with { Before = first.frame.Finish(plan.Tiles.CeilDiv(TileSizes.Winograd.TilesPerPart), name) };
    }

    private I32 Own(long floats) => own + (int)(floats * 4);

    private void TransformWeights(I32 number, I32 to)
    {
        var e = root.Nested();
        e.Bind(panel, number as LocalI32 ?? f.Let(number));
        var (pointer, offset) = e.Address(weights.Buffer, weights.Offset(step.Weight, step.WeightAxes[0], panel, [.. step.WeightAxes.Skip(1)]));
        f.Call(transforms.Weight(weights.Each), pointer + (int)offset, to, (I32)plan.Channels, (I32)plan.PanelStep);
    }

    /// <summary>The first phase where the second goes through panels: some of the image's tiles.</summary>
    private void TransformImage()
    {
        ClearZeros();
        var (tile, from) = (f.I32("tile"), f.Let(frame.Tile * TileSizes.Winograd.TilesPerPart));
        var end = f.Let(from + TileSizes.Winograd.TilesPerPart);
        f.For(tile, from, f.Let(end.LtS(tiles).Select(end, tiles)), 1, () =>
        {
            var group = f.Let(tile.DivU(plan.Group));
            var within = tile - (group * plan.Group);
            TransformTile(tile, shared + (group * (int)(plan.GroupFloats * 4)) + (within * (plan.Channels * 4)));
        });
    }

    /// <summary>The second phase: the weights of a panel, then its products with all groups.</summary>
    private void TakePanel()
    {
        TransformWeights(frame.Tile, Own(plan.Own));
        var group = f.I32("group");
        f.For(group, 0, groups, 1, () => MultiplyAndStore(group, frame.Tile, shared + (group * (int)(plan.GroupFloats * 4)), Own(plan.Own)));
    }

    /// <summary>The second phase: a group of the image's tiles, then its products with all panels.</summary>
    private void TakeGroup()
    {
        ClearZeros();
        var (group, tile) = (frame.Tile, f.I32("tile"));
        f.For(tile, 0, Count(group), 1, () => TransformTile(f.Let(tile + (group * plan.Group)), Own(plan.Own) + (tile * (plan.Channels * 4))));
        var number = f.I32("panel");
        f.For(number, 0, plan.Panels, 1, () => MultiplyAndStore(group, number, Own(plan.Own), shared + (number * (int)(plan.PanelFloats * 4))));
    }

    private void ClearZeros()
    {
        var at = f.I32("at");
        f.For(at, 0, plan.Channels * 4, 16, () => f.StoreV128(Own(plan.Zeros) + at, V128.Zero));
    }

    /// <summary>Tiles in a group: the last may have fewer.</summary>
    private I32 Count(I32 group)
    {
        if (plan.Tiles.IsConstant && plan.Tiles.Value % plan.Group == 0)
        {
            return plan.Group;
        }

        var left = f.Let(tiles - (group * plan.Group));
        return f.Let(left.LtS(plan.Group).Select(left, plan.Group), "count");
    }

    /// <summary>Image, row and column of a tile: the emitter knows the image.</summary>
    private (ExprEmitter Emitter, I32 Row, I32 Column) Locate(LocalI32 tile)
    {
        var e = root.Nested();
        var rest = f.Let(tile.DivU(plan.Columns));
        var column = f.Let(tile - (rest * plan.Columns), "column");
        var image = f.Let(rest.DivU(plan.Rows), "image");
        e.Bind(step.Axes[0], image);
        return (e, f.Let(rest - (image * plan.Rows), "row"), column);
    }

    private void TransformTile(LocalI32 tile, I32 to)
    {
        using (f.Scope())
        {
            var (outer, row, column) = Locate(tile);
            outer.Bind(step.InputAxes[0], f.Let(outer.Index(step.Axes[0])));
            var (y, x, table) = (f.I32("y"), f.I32("x"), f.Let(Own(plan.PixelTable), "pixel"));
            var (firstRow, firstColumn) = (f.Let(row * plan.Outputs), f.Let(column * plan.Outputs));
            var offset = input.Pixels.Offset.Substitute(new Dictionary<Atom, Dim> { [step.InputAxes[1]] = Dim.Zero });
            var zeros = f.Let(Own(plan.Zeros), "zeros");
            f.ForAtLeastOnce(y, firstRow, f.Let(firstRow + plan.Side), 1, () => f.ForAtLeastOnce(x, firstColumn, f.Let(firstColumn + plan.Side), 1, () =>
            {
                var e = outer.Nested();
                e.Bind(step.InputAxes[2], y);
                e.Bind(step.InputAxes[3], x);
                var (pointer, constant) = e.Address(input.Pixels.Buffer, offset);
                f.StoreI32(table, (Within(y, input.Ranges[0]) & Within(x, input.Ranges[1])).Select(pointer + (int)constant, zeros));
                f.Set(table, table + 4);
            }));
            f.Call(transforms.Input, Own(plan.PixelTable), to, (I32)(plan.Channels * 4), (I32)plan.GroupStep);
        }
    }

    private static I32 Within(I32 index, (long From, long To) range) => (index - (int)range.From).LtU((int)(range.To - range.From));

    private void MultiplyAndStore(LocalI32 group, LocalI32 number, I32 image, I32 panelWeights)
    {
        using (f.Scope())
        {
            var count = Count(group);
            f.Call(Product(), image, panelWeights, Own(plan.Sums), count);
            f.Call(transforms.Output, Own(plan.Sums), Own(plan.Pixels), count, (I32)plan.SumStep);
            var (tile, pixels) = (f.I32("tile"), f.Let(Own(plan.Pixels), "pixels"));
            f.For(tile, 0, count, 1, () =>
            {
                StoreTile(f.Let(tile + (group * plan.Group)), number, pixels);
                f.Set(pixels, pixels + (plan.Outputs * plan.Outputs * WinogradPlan.PanelWidth * 4));
            });
        }
    }

    private void StoreTile(LocalI32 tile, LocalI32 number, LocalI32 pixels)
    {
        using (f.Scope())
        {
            var (height, width) = ((int)step.Axes[2].Extent.Value, (int)step.Axes[3].Extent.Value);
            var (outer, tileRow, tileColumn) = Locate(tile);
            outer.Bind(panel, number);
            var first = new Axis(width, "first");
            outer.Bind(first, f.Let(tileColumn * plan.Outputs, "first"));
            var firstRow = f.Let(tileRow * plan.Outputs);
            var (row, from) = (f.I32("row"), f.Let(pixels));
            var end = f.Let(firstRow + plan.Outputs);
            f.For(row, firstRow, height % plan.Outputs == 0 ? end : f.Let(end.LtS(height).Select(end, height)), 1, () =>
            {
                var e = outer.Nested();
                e.Bind(step.Axes[2], row);
                var rest = width % plan.Outputs;
                if (rest == 0)
                {
                    StorePixels(e, from, first, plan.Outputs);
                }
                else
                {
                    f.If(
                        outer.Index(first).LeS(width - plan.Outputs),
                        () => StorePixels(e.Nested(), from, first, plan.Outputs),
                        () => StorePixels(e.Nested(), from, first, rest));
                }

                f.Set(from, from + (plan.Outputs * Vector.Lanes * 4));
            });
        }
    }

    /// <summary>Neighbouring pixels of a row: they are to the panel what rows are to a matrix product's.</summary>
    private void StorePixels(ExprEmitter e, LocalI32 from, Axis first, int count)
    {
        using (f.Scope())
        {
            var half = plan.Outputs * plan.Outputs * Vector.Lanes * 4;
            var sums = Enumerable.Range(0, count).Select(pixel => Enumerable.Range(0, WinogradPlan.PanelWidth / Vector.Lanes).Select(vector =>
                f.Let(Memory.LoadV128(from, (uint)((vector * half) + (pixel * 16))), "sum")).ToArray()).ToArray();
            var product = new PanelProduct(
                step, [], step.Axes[3], step.Axes[1], input.Pixels, [], plan.Channels, weights, Dim.Zero, panel, step.Target, step.Epilogue, choice.Sums);
            new PanelStore(f, product, lane).Emit(e, (row, vector) => sums[row][vector], [.. Enumerable.Range(0, count).Select(pixel => Dim.Of(first) + pixel)]);
        }
    }

    /// <summary>Tiles of the last group that make no whole strip; null where the number of tiles is not known.</summary>
    private int? Rest => plan.Tiles.IsConstant ? (int)(((plan.Tiles.Value - 1) % plan.Group) + 1) % tilesPerStrip : null;

    /// <summary>(image, weights, sums, tiles): for each point the tiles' channels times the panel's.</summary>
    private FunctionBuilder Product() => module.Function(
        $"winograd_{plan.Outputs}_product_{plan.Channels}_{plan.Group}_{Rest}", [WasmType.I32, WasmType.I32, WasmType.I32, WasmType.I32], WasmType.None, g =>
        {
            var (image, panels) = (g.Parameter(0, "image").AsI32(), g.Parameter(1, "weights").AsI32());
            var (sums, count) = (g.Parameter(2, "sums").AsI32(), g.Parameter(3, "tiles").AsI32());
            var (strips, rest) = (g.Let(count.DivU(tilesPerStrip)), g.Let(count.RemU(tilesPerStrip)));
            g.ForAtLeastOnce(g.I32("point"), 0, plan.Points, 1, () =>
            {
                var (rows, to) = (g.Let(image, "rows"), g.Let(sums, "to"));
                Strips(strips, tilesPerStrip);
                if (Rest is not { } tiles)
                {
                    Strips(rest, 1);
                }
                else if (tiles > 0)
                {
                    g.If(rest, () => Strips(1, tiles));
                }

                g.Set(image, image + plan.GroupStep);
                g.Set(panels, panels + plan.PanelStep);
                g.Set(sums, sums + plan.SumStep);

                void Strips(I32 number, int tiles)
                {
                    var product = new TileProduct(g, module.Options.FusedMultiplyAdd, tiles, WinogradPlan.PanelWidth / Vector.Lanes);
                    g.For(g.I32("strip"), 0, number, 1, () =>
                    {
                        using (g.Scope())
                        {
                            var (left, right) = (g.Let(rows, "left"), g.Let(panels, "panel"));
                            product.Emit(
                                [.. Enumerable.Range(0, tiles).Select(tile => new RowAddress(left, (uint)(tile * plan.Channels * 4)))],
                                [], plan.Channels, right, WinogradPlan.PanelWidth, Storage.Plain.Float32);
                            for (var tile = 0; tile < tiles; tile++)
                            {
                                for (var vector = 0; vector < WinogradPlan.PanelWidth / Vector.Lanes; vector++)
                                {
                                    g.StoreV128(to, product.Sum(tile, vector), (uint)((tile * WinogradPlan.PanelWidth * 4) + (vector * 16)));
                                }
                            }

                            g.Set(rows, rows + (tiles * plan.Channels * 4));
                            g.Set(to, to + (tiles * WinogradPlan.PanelWidth * 4));
                        }
                    });
                }
            });
        });
}
