using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>
/// Fourier transforms whose length only the run knows. A <see cref="FourierTable"/> is made when the length is new; it says how they are done, and the kernel has a
/// branch for each way.
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

    /// <summary>Fills the table where that has not been done for these sizes.</summary>
    private static KernelCall MakeTable(FourierStep step, KernelModule module)
    {
        var type = step.Real.Type;
        ImmutableArray<Tensors.Buffer> buffers = [.. step.Scratch, step.ThreadScratch!];
        var symbols = new List<Symbol>();
        step.Size.VisitLeaves(leaf =>
        {
            if (leaf is Symbol symbol && !symbols.Contains(symbol))
            {
                symbols.Add(symbol);
            }
        });
        var f = new FunctionBuilder("fft_table", [.. Enumerable.Repeat(ValueType.I32, buffers.Length + symbols.Count + 1)]);
        var (table, made, first) = (f.Parameter(0, "table").AsI32(), f.Parameter(1, "made").AsI32(), f.Parameter(2, "first").AsI32());
        f.If(Memory.LoadI32(made).Eqz(), () =>
        {
            var emitter = new ExprEmitter(f, module);
            for (var i = 0; i < symbols.Count; i++)
            {
                emitter.Bind(symbols[i], f.Parameter(buffers.Length + i, symbols[i].Name).AsI32());
            }

            var size = f.Let(emitter.Index(step.Size), "size");
            f.Call(FourierTableFunction.For(module, type, step.Form), table, first, first + AreaBytes(emitter, step), size);
            f.StoreI32(made, 1);
        });
        return new(f, buffers, [.. symbols], 1, "fft");
    }

    private static I32 AreaBytes(ExprEmitter emitter, FourierStep step) => emitter.Index(FourierTable.AreaCount(step.Size) * step.Real.Type.Size());

    private KernelCall Generate()
    {
        var root = frame.Emitter;
        var table = f.Let(root.Address(step.Table.Buffer, Dim.Zero).Pointer, "table");
        var first = f.Let(root.Address(step.ThreadScratch!, Dim.Zero).Pointer, "first");
        var second = f.Let(first + AreaBytes(root, step), "second");
        var way = f.Let(Memory.LoadI32(table, FourierTable.Way), "way");
        var size = f.Let(root.Index(step.Size), "size");
        var outputs = f.Let(root.Index(step.Output.Extent), "outputs");
        var extent = f.Let(root.Index(row.Extent), "rows");
        var scale = new FourierScale(root, math, step.Scale, type);
        var split = FourierFunctions.Sizes(f, table, step.Form, isSplit: true);
        var inLanes = (FourierStep)step.Substitute(atom => ReferenceEquals(atom, row) ? Dim.Min(Dim.Of(across), row.Extent - 1) : null);
        tiles.Emit(root, frame.Tile, (remaining, from, to) => LoopNest.Over(root, remaining, from, to, [], [], (emitter, start, end) =>
        {
            f.If(way.Eq((int)FourierWay.Split), () => Rows(row, 1, at =>
                new FourierStages(f, math, step, null, split, scale).Row(at, table, first, second, Passes)));
            f.If(way.Eq((int)FourierWay.InLanes), () => Rows(across, Lanes, at =>
                new FourierStages(f, math, inLanes, across, split with { IsSplit = false }, scale).Row(at, table, first, second, Passes)));
            if (step.Form != FourierForm.Complex)
            {
                f.If(way.Eq((int)FourierWay.OddInLanes), () => Rows(across, Lanes, at => OddRow(at, inLanes)));
            }

            f.If(way.Eq((int)FourierWay.Convolution), () => Rows(row, 1, at => AnyRow(at)));

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

        (LocalI32 Result, LocalI32 Other) Passes(LocalI32 from, LocalI32 to)
        {
            var result = f.Let(f.CallResult(FourierFunctions.Passes(module, type), table, from, to).AsI32(), "result");
            return (result, f.Let(from + to - result, "other"));
        }

        // Complex numbers, of which real ones have no imaginary parts.
        void OddRow(ExprEmitter emitter, FourierStep lanes)
        {
            using var scope = f.Scope();
            var (whole, real, imaginary) = Whole(lanes);
            var n = f.I32("n");
            var pointer = f.Let(first, "pointer");
            f.For(n, 0, size, 1, () =>
            {
                using var inner = f.Scope();
                var at = emitter.Nested(across);
                at.Bind(whole, n);
                at.Expect(real, imaginary);
                math.StoreElement(pointer, new(at.Vector(real), at.Vector(imaginary)));
                f.Set(pointer, pointer + math.ElementBytes);
            });
            f.Set(pointer, Passes(first, second).Result);
            f.For(n, 0, outputs, 1, () =>
            {
                using var inner = f.Scope();
                var at = emitter.Nested(across);
                at.Bind(step.Output, n);
                var value = scale.Of(math.LoadElement(pointer));
                at.StoreVector(lanes.Targets[0], step.Form == FourierForm.ComplexToReal ? value.Imaginary : value.Real);
                if (step.Form == FourierForm.RealToComplex)
                {
                    at.StoreVector(lanes.Targets[1], value.Imaginary);
                }

                f.Set(pointer, pointer + math.ElementBytes);
            });
        }

        void AnyRow(ExprEmitter emitter)
        {
            using var scope = f.Scope();
            var (whole, real, imaginary) = Whole(step);
            var n = f.I32("n");

            // What lies behind the last must be a number.
            var pointer = f.Let(first + (((size - 1) >>> 2) * math.ElementBytes), "pointer");
            math.StoreElement(pointer, new(math.SplatVector(0), math.SplatVector(0)));
            f.For(n, 0, size, 1, () =>
            {
                using var inner = f.Scope();
                var at = emitter.Nested(null);
                at.Bind(whole, n);
                at.Expect(real, imaginary);
                var place = f.Let(math.InElements(first, n));
                math.StoreNumber(place, at.Scalar(real));
                math.StoreNumber(place + FourierArithmetic.ImaginaryPart, at.Scalar(imaginary));
            });
            f.Set(pointer, f.CallResult(FourierFunctions.Convolution(module, type), table, first, second).AsI32());
            var plane = f.Let((split.Length + Lanes) * math.NumberBytes, "plane");
            f.For(n, 0, outputs, 1, () =>
            {
                using var inner = f.Scope();
                var at = emitter.Nested(null);
                at.Bind(step.Output, n);
                var (a, b) = (scale.Of(math.LoadNumber(pointer)), scale.Of(math.LoadNumber(f.Let(pointer + plane))));
                at.StoreScalar(step.Targets[0], step.Form == FourierForm.ComplexToReal ? b : a);
                if (step.Form != FourierForm.ComplexToReal)
                {
                    at.StoreScalar(step.Targets[1], b);
                }

                f.Set(pointer, pointer + math.NumberBytes);
            });
        }
    }

    /// <summary>The complex numbers that make a transform of any form one of complex numbers: for an inverse one the parts have changed places, of results too.</summary>
    private static (Axis Axis, Expr Real, Expr Imaginary) Whole(FourierStep step)
    {
        if (step.Form == FourierForm.Complex)
        {
            return (step.Input, step.Real, step.Imaginary);
        }

        if (step.Form == FourierForm.RealToComplex)
        {
            return (step.Input, step.Real, Expr.Const(step.Real.Type, 0L));
        }

        // Backwards from the end come the conjugates.
        var axis = new Axis(step.Size, "n");
        var mirrored = (FourierStep)step.Substitute(atom => ReferenceEquals(atom, step.Input) ? Dim.Min(Dim.Of(axis), step.Size - axis) : null);
        return (axis, Expr.Select(Expr.Of(Dim.Of(axis) * 2) > Expr.Of(step.Size), -mirrored.Imaginary, mirrored.Imaginary), mirrored.Real);
    }
}
