using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// The function that computes a tile of a <see cref="PanelProduct"/>: for each of its panels, for each strip of rows, the sums in registers, then
/// the epilogue and the stores. Sizes that are known stand as constants in the code, others are computed from the symbols.
/// </summary>
internal sealed class PanelKernel
{
    private const int Lanes = Vector.Lanes;

    private readonly PanelProduct product;
    private readonly bool fuses;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly ExprEmitter root;
    private readonly Axis lane = new(Lanes, "lane");
    private readonly Axis strip;
    private readonly Axis firstOfStrip;
    private readonly bool overlaps;
    private readonly int rowsPerStrip;
    private readonly int width;
    private readonly Tiling tiling;
    private readonly Dim rowTiles;
    private readonly Dim columnTiles;
    private readonly Axis tile;
    private readonly TapRun[] taps;
    private readonly I32 run;
    private readonly I32 rows;
    private readonly I32 wholeStrips;
    private readonly I32 lastRowTile;
    private readonly LocalI32? widened;
    private readonly IntegerProduct? integers;
    private readonly ByteProduct? bytes;

    private PanelKernel(PanelProduct product, StripRows rowsOfStrip, KernelModule module, string name)
    {
        this.product = product;
        var isOfBytes = product.Left.Buffer.Type == DType.UInt8;
        fuses = isOfBytes ? module.Options.RelaxedSimd : module.Options.FusedMultiplyAdd;
        width = product.Right.Width;
        rowsPerStrip = rowsOfStrip.For(fuses);
        overlaps = Overlaps(product, rowsPerStrip);
        Name = $"{name} {rowsPerStrip}x{width}{(isOfBytes ? $" int{product.Right.Elements.Bits}" : "")}{(fuses ? isOfBytes ? " dot" : " fused" : "")}";
        tiling = Tiling.For(product, rowsPerStrip);
        var strips = product.Rows.Extent.CeilDiv(rowsPerStrip);
        strip = new Axis(strips, "strip");
        firstOfStrip = new Axis(product.Rows.Extent, "first");
        rowTiles = strips.CeilDiv(tiling.StripsPerTile);
        columnTiles = product.Panel.Extent.CeilDiv(tiling.PanelsPerTile);
        Tiles = rowTiles * columnTiles * Dim.Product(product.Batch.Select(axis => axis.Extent));
        tile = new Axis(Tiles, "tile");

        frame = new KernelFrame(name, product.Step, [Tiles, .. product.Sizes], module, lane);
        (f, root) = (frame.Function, frame.Emitter);
        root.Bind(lane, 0);
        root.Bind(tile, frame.Tile);
        taps = [.. product.Taps.Select(tap => new TapRun(root.Index(tap.Count), root.Index(tap.Step * product.Left.Buffer.Type.Size())))];
        run = root.Index(product.Run);
        rows = root.Index(product.Rows.Extent);
        wholeStrips = root.Index(product.Rows.Extent.FloorDiv(rowsPerStrip));
        lastRowTile = root.Index(rowTiles - 1);
        bytes = isOfBytes ? new(f, module, product.Vectors, product.Run.Value, taps, (Storage.Integers)product.Right.Elements, (int)product.Groups.Zero) : null;
        integers = !isOfBytes && product.Right.Elements is Storage.Integers codes ? new(f, fuses, product.Vectors, (int)product.Depth.Value, codes, product.Groups.Zero) : null;
        widened = product.Step.ThreadScratch is { } own ? f.Let(root.Address(own, Dim.Zero).Pointer, "widened") : null;
    }

    private string Name { get; }

    private Dim Tiles { get; }

    public static KernelCall Generate(PanelProduct product, StripRows rows, KernelModule module, string name)
    {
        var kernel = new PanelKernel(product, rows, module, name);
        kernel.EmitTile();
        return kernel.frame.Finish(kernel.Tiles, kernel.Name);
    }

    private void EmitTile()
    {
        // Neighbouring tiles share their panels.
        var rest = Dim.Of(tile);
        var rowTile = root.Index(rest.Mod(rowTiles));
        rest = rest.FloorDiv(rowTiles);
        var firstPanel = rest.Mod(columnTiles) * tiling.PanelsPerTile;
        rest = rest.FloorDiv(columnTiles);
        foreach (var axis in product.Batch.Reverse())
        {
            root.Bind(axis, f.Let(root.Index(rest.Mod(axis.Extent)), axis.Name));
            rest = rest.FloorDiv(axis.Extent);
        }

        var panel = f.I32("panel");
        f.For(panel, root.Index(firstPanel), root.Index(Dim.Min(firstPanel + tiling.PanelsPerTile, product.Panel.Extent)), 1, () =>
        {
            var e = root.Nested();
            e.Bind(product.Panel, panel);
            var (panelStart, offset) = e.Address(product.Right.Buffer, product.RightOffset);
            var start = f.Let(panelStart + (int)offset, "panelStart");
            EmitRows(e, rowTile, new(start, Start(e, product.Groups.Scales, "scales"), Start(e, product.Groups.Zeros, "zeros")), panel);
        });
    }

    private LocalI32? Start(ExprEmitter e, Access? numbers, string name)
    {
        if (numbers is null)
        {
            return null;
        }

        var (pointer, offset) = e.Address(numbers.Buffer, numbers.Offset);
        return f.Let(pointer + (int)offset, name);
    }

    private void EmitRows(ExprEmitter outer, I32 rowTile, IntegerPanelAt panelStart, LocalI32 panel)
    {
        var first = f.Let(rowTile * (int)tiling.StripsPerTile);
        var end = f.Let(first + (int)tiling.StripsPerTile);
        var strips = overlaps ? wholeStrips + 1 : wholeStrips;

        // Codes are read where they lie by rows that are one run.
        var widensAll = integers is not null && !product.Taps.IsEmpty;
        if (widensAll)
        {
            integers!.Widen(panelStart, widened!);
        }

        if (strips.ConstantInteger != 0)
        {
            if (widened is null || widensAll)
            {
                EmitStrips(outer, first, end, strips, panelStart, panel, widensAll);
            }
            else
            {
                f.If(
                    WidenedPanel.IsWorthwhile(product.Rows.Extent, f.Let(end.LtS(strips).Select(end, strips)) - first),
                    () =>
                    {
                        if (integers is not null)
                        {
                            integers.Widen(panelStart, widened);
                        }
                        else
                        {
                            WidenedPanel.Fill(f, product.Right.Each, panelStart.Words, widened, root.Index(product.Depth) * (width * 4));
                        }

                        EmitStrips(outer.Nested(), first, end, strips, panelStart, panel, useWidened: true);
                    },
                    () => EmitStrips(outer.Nested(), first, end, strips, panelStart, panel, useWidened: false));
            }
        }

        var rest = product.Rows.Extent.Mod(rowsPerStrip);
        if (overlaps || rest.Equals(Dim.Zero))
        {
            return;
        }

        f.If(rowTile.Eq(lastRowTile), () =>
        {
            if (rest.IsConstant)
            {
                var sums = Sums((int)rest.Value);
                EmitStrip(outer, strip, f.Let(wholeStrips), [.. Enumerable.Range(0, sums.Rows).Select(r => (Dim.Of(strip) * rowsPerStrip) + r)], sums, panelStart, widensAll);
            }
            else
            {
                var row = f.I32("row");
                var sums = Sums(1);
                f.For(row, wholeStrips * rowsPerStrip, rows, 1, () => EmitStrip(outer, product.Rows, row, [Dim.Of(product.Rows)], sums, panelStart, widensAll));
            }
        });
    }

    private TileProduct Sums(int count) => new(f, fuses, count, product.Vectors, product.Sums);

    private void EmitStrips(ExprEmitter outer, LocalI32 first, LocalI32 end, I32 strips, IntegerPanelAt panelStart, LocalI32 panel, bool useWidened)
    {
        using var scope = f.Scope();
        var number = f.I32("strip");
        var sums = Sums(rowsPerStrip);
        (PanelAhead, LocalI32)? next = PanelAhead.For(product, tiling) is { } ahead ? (ahead, ahead.Start(f, panel, panelStart.Words)) : null;
        f.For(number, first, f.Let(end.LtS(strips).Select(end, strips)), 1, () =>
        {
            using (f.Scope())
            {
                var (axis, value, firstRow) = overlaps ? (firstOfStrip, FirstRow(number), Dim.Of(firstOfStrip)) : (strip, number, Dim.Of(strip) * rowsPerStrip);
                EmitStrip(outer, axis, value, [.. Enumerable.Range(0, rowsPerStrip).Select(r => firstRow + r)], sums, panelStart, useWidened, next);
            }
        });
    }

    /// <summary>The strip's first row, or where it would not be whole, that of the last rows.</summary>
    private LocalI32 FirstRow(I32 number)
    {
        var (row, last) = (f.Let(number * rowsPerStrip), rows - rowsPerStrip);
        return f.Let(row.LtS(last).Select(row, last), "row");
    }

    /// <summary>
    /// Rows that make no whole strip are computed with some that have been before, where these are few: so the inner loop and the epilogue need no second copy
    /// for them, nearly half of a kernel's code. Not where the product adds to its own target.
    /// </summary>
    private static bool Overlaps(PanelProduct product, int rowsPerStrip) =>
        product.Rows.Extent is { IsConstant: true, Value: var count } && count % rowsPerStrip != 0
        && (rowsPerStrip - (count % rowsPerStrip)) * TileSizes.Product.MostRepeated <= count
        && product.Left.StrideOf(product.Rows) is not null
        && !product.Epilogue.Reads(product.Target.Buffer);

    /// <summary>One strip of rows, whose numbers are given in terms of an axis that has this value.</summary>
    private void EmitStrip(
        ExprEmitter outer, Axis axis, LocalI32 value, Dim[] numbers, TileProduct sums, IntegerPanelAt panelStart, bool useWidened, (PanelAhead, LocalI32)? ahead = null)
    {
        using (f.Scope())
        {
            var e = outer.Nested();
            e.Bind(axis, value);
            var addresses = product.RowAddresses(f, e, numbers);
            if ((bytes is not null || integers is not null) && !useWidened)
            {
                var made = bytes?.Emit(addresses, panelStart, product.Sums == DType.Float32) ?? integers!.Emit(addresses, panelStart);
                new PanelStore(f, product, lane).Emit(e, (row, vector) => made[row, vector], numbers);
                return;
            }

            var (start, elements) = useWidened && widened is not null ? (widened, Storage.Plain.Float32) : (panelStart.Words, product.Right.Each);
            sums.Emit(addresses, taps, run, f.Let(start, "panel"), width, elements, ahead);
            new PanelStore(f, product, lane).Emit(e, sums.Sum, numbers);
        }
    }
}
