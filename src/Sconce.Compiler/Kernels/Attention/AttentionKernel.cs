using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Attention;

/// <summary>
/// Attention block by block: a tile is a block of rows at a point of the batch. Its scores against all keys are made, turned into weights and multiplied
/// with the values while they lie in the cache, in memory of the thread's own. The weights are divided by their sum at the end, in the result.
/// </summary>
internal sealed class AttentionKernel
{
    private readonly AttentionStep step;
    private readonly KernelChoice.Attention choice;
    private readonly AttentionBlock block;
    private readonly TensorBuffer own;
    private readonly int rowsPerStrip;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly ExprEmitter root;
    private readonly KernelModule module;
    private readonly Axis lane = new(Vector.Lanes, "lane");
    private readonly Axis tile;
    private readonly Axis number;
    private readonly Axis row;
    private readonly Axis strip;
    private readonly Dim blocks;
    private readonly Dim? visible;

    private AttentionKernel(AttentionStep step, KernelChoice.Attention choice, KernelModule module)
    {
        (this.step, this.choice, this.module, own) = (step, choice, module, choice.ThreadScratch!);
        var (space, operands) = (step.Space, step.Operands);
        block = AttentionBlock.Of(step, choice.Block);
        rowsPerStrip = choice.Rows.For(module.Options.FusedMultiplyAdd);
        blocks = space.Rows.Extent.CeilDiv(block.Rows);
        Tiles = blocks * Dim.Product(space.Batch.Select(axis => axis.Extent));
        (tile, number) = (new Axis(Tiles, "tile"), new Axis(blocks, "block"));
        (row, strip) = (new Axis(block.Rows, "row"), new Axis(block.Rows / rowsPerStrip, "strip"));
        visible = VisibleKeys.Bound(operands.Score, space.Rows, space.Keys);
        frame = new KernelFrame(
            "attention", step,
            [Tiles, .. space.Batch.Select(axis => axis.Extent), space.Rows.Extent, space.Keys.Extent, space.Depth.Extent, space.Columns.Extent, visible ?? 0],
            module, lane);
        (f, root) = (frame.Function, frame.Emitter);
        root.Bind(lane, 0);
        root.Bind(tile, frame.Tile);
    }

    private Dim Tiles { get; }

    public static KernelCall Generate(AttentionStep step, KernelChoice.Attention choice, KernelModule module)
    {
        var kernel = new AttentionKernel(step, choice, module);
        kernel.EmitTile();
        return kernel.frame.Finish(kernel.Tiles, $"attention {kernel.block.Rows} rows{(module.Options.FusedMultiplyAdd ? " fused" : "")}");
    }

    private void EmitTile()
    {
        var rest = Dim.Of(tile);
        root.Bind(number, f.Let(root.Index(rest.Mod(blocks)), "block"));
        rest = rest.FloorDiv(blocks);
        foreach (var axis in step.Space.Batch.Reverse())
        {
            root.Bind(axis, f.Let(root.Index(rest.Mod(axis.Extent)), axis.Name));
            rest = rest.FloorDiv(axis.Extent);
        }

        var start = Dim.Of(number) * block.Rows;
        var rows = Dim.Min(block.Rows, step.Space.Rows.Extent - start);
        var (strips, keys) = (Known(rows.CeilDiv(rowsPerStrip), "strips"), Known(KeysOfBlock(start), "keys"));
        CopyQueries(strips);
        MakeScores(strips, keys);
        new AttentionSoftmax(f, module, step.HiddenRowsAreZero).Emit(
            Address(block.ScoresStart), Known(block.ScoreStride * 4, "stride"), Address(block.SumsStart), strips * rowsPerStrip, keys);
        MakeResult(strips, keys);
    }

    private I32 Known(Dim dim, string name) => root.Index(dim) is var value && value.ConstantInteger is null ? f.Let(value, name) : value;

    private I32 Address(Dim element)
    {
        var (pointer, offset) = root.Address(own, element);
        return f.Let(pointer + (int)offset);
    }

    /// <summary>How many keys any row of the block may see.</summary>
    private Dim KeysOfBlock(Dim start)
    {
        if (visible is null)
        {
            return step.Space.Keys.Extent;
        }

        var last = Dim.Min(start + block.Rows, step.Space.Rows.Extent) - 1;
        return Dim.Min(visible.Substitute(leaf => ReferenceEquals(leaf, step.Space.Rows) ? last : null), step.Space.Keys.Extent);
    }

    /// <summary>The number of a row of the block among all rows. Rows past the last are that one again: what they compute is the same, and stored in the same place.</summary>
    private Dim Global(Dim local)
    {
        var at = (Dim.Of(number) * block.Rows) + local;
        var count = step.Space.Rows.Extent;
        return count.IsConstant && count.Value % rowsPerStrip == 0 ? at : Dim.Min(at, count - 1);
    }

    private Dictionary<Atom, Dim> InBlock => new() { [step.Space.Rows] = Global(row) };

    private void CopyQueries(I32 strips)
    {
        var depth = step.Space.Depth;
        var target = new Target(own, [(Dim.Of(row) * block.QueryStride) + depth]);
        var query = step.Operands.Query.Substitute(InBlock);
        var vectors = !(depth.Extent.IsConstant && depth.Extent.Value < Vector.Lanes);
        LoopNest.Over(root.Nested(vectors ? depth : null), [row, depth], 0, strips * rowsPerStrip, [target], [query], (emitter, from, to) =>
            VectorLoop.Emit(emitter, depth, from, to, VectorLoop.Unrolling(query), vectors, (at, shifts, asVector) =>
            {
                foreach (var shift in shifts)
                {
                    var (place, element) = (target.Shift(depth, shift), query.Shift(depth, shift));
                    at.Expect(element);
                    if (asVector)
                    {
                        at.StoreVector(place, element);
                    }
                    else
                    {
                        at.Store(place, element);
                    }
                }
            }));
    }

    private void MakeScores(I32 strips, I32 keys)
    {
        var (space, operands) = (step.Space, step.Operands);
        var panels = Operand(operands.Key, choice.Keys, choice.KeyWidth, choice.KeyStep);

        // Whole panels: what lies past the last key is overwritten afterwards.
        var columns = new Axis(space.Keys.Extent.RoundUp(panels.Width), "key");
        var panel = new Axis(space.Keys.Extent.CeilDiv(panels.Width), "panel");
        var score = operands.Score.Substitute(new Dictionary<Atom, Dim>(InBlock) { [space.Keys] = columns });
        Multiply(
            new PanelProduct(
                step, space.Batch, row, columns, new Access(own, Dim.Of(row) * block.QueryStride), [], space.Depth.Extent, panels,
                panels.Offset(operands.Key, space.Keys, panel, [space.Depth]), panel,
                new Target(own, [block.ScoresStart + (Dim.Of(row) * block.ScoreStride) + columns]), score, choice.Sums),
            root.Index(space.Depth.Extent), strips, Whole(keys, panels.Width), choice.KeyStep is null ? null : Access.Of(operands.Key));
    }

    private void MakeResult(I32 strips, I32 keys)
    {
        var (space, operands) = (step.Space, step.Operands);
        var panels = Operand(operands.Value, choice.Values, choice.ValueWidth, choice.ValueStep);
        var panel = new Axis(space.Columns.Extent.CeilDiv(panels.Width), "panel");
        var weighed = new AccumulatorExpr(0, DType.Float32) * new LoadExpr(own, [block.SumsStart + row]);
        var epilogue = new ExprRewriter(dims: dim => dim.Substitute(InBlock), accumulators: _ => weighed).Rewrite(step.Epilogue);
        Multiply(
            new PanelProduct(
                step, space.Batch, row, space.Columns, new Access(own, block.ScoresStart + (Dim.Of(row) * block.ScoreStride)), [], space.Keys.Extent,
                panels, panels.Offset(operands.Value, space.Columns, panel, [space.Keys]), panel, step.Target.Substitute(InBlock), epilogue, choice.Sums),
            keys, strips, root.Index(panel.Extent));
    }

    private static Panels Operand(Expr operand, Storage elements, int width, int? step) =>
        Panels.In(operand, elements, width) is var packed && step is { } apart ? packed with { Apart = apart } : packed;

    private static I32 Whole(I32 keys, int width) => keys.ConstantInteger is { } known ? (int)((known + width - 1) / width) : (keys + (width - 1)) >>> (width == 8 ? 3 : 2);

    /// <summary>The first so many panels, each times all strips of the block: a panel stays in the first-level cache meanwhile.</summary>
    /// <param name="product">Queries times keys, or weights times values.</param>
    /// <param name="run">How much is summed over.</param>
    /// <param name="strips">Strips in the block.</param>
    /// <param name="panels">So many.</param>
    /// <param name="keysInPlace">Where keys lie, if they are in no panels.</param>
    private void Multiply(PanelProduct product, I32 run, I32 strips, I32 panels, Access? keysInPlace = null)
    {
        using var scope = f.Scope();
        var store = new PanelStore(f, product, lane);
        var panel = f.I32("panel");
        f.For(panel, 0, panels, 1, () =>
        {
            var e = root.Nested();
            e.Bind(product.Panel, panel);
            var multiply = keysInPlace is null ? InPanels(e) : InPlace(e, keysInPlace);
            var position = f.I32("strip");
            f.For(position, 0, strips, 1, () => Strip(e.Nested(), position, multiply));
        });

        Func<RowAddress[], Func<int, int, V128>> InPanels(ExprEmitter e)
        {
            var (pointer, offset) = e.Address(product.Right.Buffer, product.RightOffset);
            var start = f.Let(pointer + (int)offset, "panelStart");
            var sums = new TileProduct(f, module.Options.FusedMultiplyAdd, rowsPerStrip, product.Vectors, product.Sums);
            return rows =>
            {
                sums.Emit(rows, [], run, f.Let(start, "panel"), product.Right.Apart, product.Right.Each);
                return sums.Sum;
            };
        }

        // Past the last key it is that one again: what it gives is overwritten.
        Func<RowAddress[], Func<int, int, V128>> InPlace(ExprEmitter e, Access access)
        {
            var points = Enumerable.Range(0, product.Right.Width).Select(key => Dim.Min((Dim.Of(product.Panel) * product.Right.Width) + key, step.Space.Keys.Extent - 1));
            var keys = RowAddress.Along(step.Space.Keys, points, access with { Offset = access.Offset.Substitute(leaf => ReferenceEquals(leaf, step.Space.Depth) ? Dim.Zero : null) }, f, e);
            var sums = new KeysInPlace(f, module.Options.FusedMultiplyAdd, rowsPerStrip, product.Right.Width, (int)product.Run.Value);
            return rows =>
            {
                sums.Emit(rows, keys);
                return sums.Sum;
            };
        }

        void Strip(ExprEmitter e, LocalI32 position, Func<RowAddress[], Func<int, int, V128>> multiply)
        {
            e.Bind(strip, position);
            var rows = Enumerable.Range(0, rowsPerStrip).Select(r => (Dim.Of(strip) * rowsPerStrip) + r).ToArray();
            store.Emit(e, multiply(product.RowAddresses(f, e, rows)), rows);
        }
    }
}
