using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// Fourier transforms whose length only the run knows, from its inputs or when a step has found it. A <see cref="FourierTable"/> is made when the length is new; it says how they are done, and
/// the kernel has a branch for each way.
/// </summary>
internal sealed class RunTimeFourierKernel
{
    private const int Lanes = Vector.Lanes;

    private readonly KernelModule module;
    private readonly DType type;
    private readonly FourierStep step;
    private readonly KernelFrame frame;
    private readonly FunctionBuilder f;
    private readonly FourierArithmetic math;
    private readonly TilePlan tiles;

    /// <summary>The innermost of the axes, and the same in fours: what is left over do the last one again.</summary>
    private readonly Axis row;
    private readonly Axis across;

    private RunTimeFourierKernel(FourierStep given, KernelModule module)
    {
        (this.module, type) = (module, given.Real.Type);
        var ordered = IterationSpace.InMemoryOrder(given.Axes, given.Targets[0]);
        var (groups, collapsed) = IterationSpace.Collapse([ordered], given);
        step = collapsed;
        row = groups[0].IsEmpty ? new Axis(1, "row") : groups[0][^1];
        across = new Axis(row.Extent.CeilDiv(Lanes) * Lanes, "row");
        ImmutableArray<Axis> rows = [.. groups[0].IsEmpty ? [] : groups[0][..^1], across];
        var size = TilePlan.Estimate(given.Size);
        tiles = TilePlan.For(rows, 2 * size * Math.Log2(size + 1), Lanes);
        frame = new KernelFrame("fft", step, [.. tiles.Dims, row.Extent, given.Size], module);
        f = frame.Function;
        math = new(f, module, type);
    }

    public static KernelCall Generate(FourierStep step, KernelModule module) =>
        new RunTimeFourierKernel(step, module).Generate() with { Before = MakeTable(step, module) };

    /// <summary>Fills the table where that has not been done for this size.</summary>
    private static KernelCall MakeTable(FourierStep step, KernelModule module)
    {
        var type = step.Real.Type;
        ImmutableArray<TensorBuffer> buffers = [.. step.Scratch, step.ThreadScratch!];
        var symbols = new List<Symbol>();
        step.Size.VisitLeaves(leaf =>
        {
            if (leaf is Symbol symbol && !symbols.Contains(symbol))
            {
                symbols.Add(symbol);
            }
        });
        var f = new FunctionBuilder("fft_table", [.. Enumerable.Repeat(WasmType.I32, buffers.Length + symbols.Count + 1)]);
        var (table, first) = (f.Parameter(0, "table").AsI32(), f.Parameter(buffers.Length - 1, "first").AsI32());
        var emitter = new ExprEmitter(f, module);
        for (var i = 0; i < symbols.Count; i++)
        {
            emitter.Bind(symbols[i], f.Parameter(buffers.Length + i, symbols[i].Name).AsI32());
        }

        var size = f.Let(emitter.Index(step.Size), "size");
        if (step.Made is null)
        {
            Make();
        }
        else
        {
            var made = f.Parameter(1, "made").AsI32();
            f.If(Memory.LoadI32(made).Ne(size), () =>
            {
                Make();
                f.StoreI32(made, size);
            });
        }

        return new(f, buffers, [.. symbols], 1, "fft");

        void Make() => f.Call(FourierTableFunction.For(module, type, step.Form), table, first, first + AreaBytes(emitter, step), size);
    }

    private static I32 AreaBytes(ExprEmitter emitter, FourierStep step) => emitter.Index(FourierTable.AreaCount(step.Size) * step.Real.Type.Size());

    private KernelCall Generate()
    {
        var root = frame.Emitter;
        var table = f.Let(root.Address(step.Table.Buffer, Dim.Zero).Pointer, "table");
        var first = f.Let(root.Address(step.ThreadScratch!, Dim.Zero).Pointer, "first");
        var second = f.Let(first + AreaBytes(root, step), "second");
        var way = f.Let(Memory.LoadI32(table, FourierTable.Way), "way");
        var outputs = f.Let(root.Index(step.Output.Extent), "outputs");
        var extent = f.Let(root.Index(row.Extent), "rows");
        var scale = new FourierScale(root, math, step.Scale, type);
        var sizes = FourierFunctions.Sizes(f, table, step.Form, LaneUse.Quarters);
        var single = sizes with { Use = LaneUse.Single, Length = f.Let(Memory.LoadI32(table, FourierTable.Given), "given"), PlaneLength = sizes.Length };
        var inLanes = (FourierStep)step.Substitute(atom => ReferenceEquals(atom, row) ? Dim.Min(Dim.Of(across), row.Extent - 1) : null);
        tiles.Emit(root, frame.Tile, (remaining, from, to) => LoopNest.Over(root, remaining, from, to, [], [], (emitter, start, end) =>
        {
            var one = new FourierStages(f, math, step, null, single, scale);
            var four = new FourierStages(f, math, inLanes, across, sizes with { Use = LaneUse.Rows }, scale);
            f.If(way.Eq((int)FourierWay.Split), () => Rows(row, 1, at => new FourierStages(f, math, step, null, sizes, scale).Row(at, table, first, second, Passes)));
            f.If(way.Eq((int)FourierWay.InLanes), () => Rows(across, Lanes, at => four.Row(at, table, first, second, Passes)));
            f.If(way.Eq((int)FourierWay.Convolution), () => Rows(row, 1, at => one.Row(at, table, first, second, Convolution)));
            if (step.Form != FourierForm.Complex)
            {
                f.If(way.Eq((int)FourierWay.OddInLanes), () => Rows(across, Lanes, at => four.OddRow(at, first, second, outputs, Passes)));
                f.If(way.Eq((int)FourierWay.OddConvolution), () => Rows(row, 1, at => one.OddRow(at, first, second, outputs, Convolution)));
            }

            void Rows(Axis axis, int count, Action<ExprEmitter> body)
            {
                var counter = f.I32("row");
                f.For(counter, start, count == 1 ? f.Let(end.LtS(extent).Select(end, extent), "end") : end, count, () =>
                {
                    using var scope = f.Scope();
                    var inside = emitter.Nested();
                    inside.Bind(axis, counter);
                    body(inside);
                });
            }
        }));
        return frame.Finish(tiles.Tiles, "fft of any length");

        (LocalI32 Result, LocalI32 Other) Passes(LocalI32 from, LocalI32 to) => Through(FourierFunctions.Passes(module, type), from, to);

        (LocalI32 Result, LocalI32 Other) Convolution(LocalI32 from, LocalI32 to) => Through(FourierFunctions.Convolution(module, type), from, to);

        (LocalI32 Result, LocalI32 Other) Through(FunctionBuilder function, LocalI32 from, LocalI32 to)
        {
            var result = f.Let(f.CallResult(function, table, from, to).AsI32(), "result");
            return (result, f.Let(from + to - result, "other"));
        }
    }
}
