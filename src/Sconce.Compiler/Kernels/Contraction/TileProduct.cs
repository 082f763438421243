using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>Where a row of the left operand lies: rows a known distance apart share a pointer.</summary>
internal readonly record struct RowAddress(LocalI32 Pointer, uint Offset)
{
    /// <summary>Where these points of an axis lie, by pointers of their own.</summary>
    public static RowAddress[] Along(Axis axis, IEnumerable<Dim> points, Access access, FunctionBuilder f, ExprEmitter emitter)
    {
        var copies = new Dictionary<Local, LocalI32>();
        return [.. points.Select(point =>
        {
            var (pointer, offset) = emitter.Address(access.Buffer, access.Offset.Substitute(leaf => ReferenceEquals(leaf, axis) ? point : null));
            var local = pointer as LocalI32 ?? f.Let(pointer);
            if (!copies.TryGetValue(local, out var copy))
            {
                copies.Add(local, copy = f.Let(local, axis.Name));
            }

            return new RowAddress(copy, offset);
        })];
    }

    /// <summary>The same rows by other pointers, which may be moved.</summary>
    public static RowAddress[] Copied(IReadOnlyList<RowAddress> rows, FunctionBuilder f)
    {
        var copies = rows.Select(row => row.Pointer).DistinctBy(pointer => pointer.Local).ToDictionary(pointer => pointer.Local, pointer => f.Let(pointer));
        return [.. rows.Select(row => row with { Pointer = copies[row.Pointer.Local] })];
    }

    /// <summary>The pointers of rows, each once.</summary>
    public static LocalI32[] Pointers(IEnumerable<RowAddress> rows) => [.. rows.Select(row => row.Pointer).DistinctBy(pointer => pointer.Local)];
}

/// <summary>A loop around the runs of consecutive elements that a sum goes through: over the rows of a convolution's window, say. <paramref name="Step"/> is in bytes.</summary>
internal readonly record struct TapRun(I32 Count, I32 Step);

/// <summary>
/// The inner loop of matrix products and convolutions: some rows of the left operand times a panel of the right one, the sums in
/// registers. Where rows and vectors make fewer than there is room for, the sum is split into several that take turns.
/// </summary>
internal sealed class TileProduct
{
    private const int Unroll = TileSizes.Strip.Unroll;

    private readonly FunctionBuilder f;
    private readonly bool relaxed;
    private readonly bool wide;
    private readonly int vectors;
    private readonly LocalV128[] panelVectors;
    private readonly LocalV128[][] sums;
    private readonly LocalV128 element;

    /// <summary>A tile of so many rows and so many vectors of columns, four of float32 or two of float64 each; the panel may hold more.</summary>
    public TileProduct(FunctionBuilder f, bool relaxed, int rows, int panelVectors, DType sumType = DType.Float32)
    {
        (this.f, this.relaxed, Rows, vectors, wide) = (f, relaxed, rows, panelVectors, sumType == DType.Float64);
        var splits = Math.Clamp(TileSizes.Strip.Sums.For(relaxed) / (rows * vectors), 1, Unroll);
        splits = splits == 3 ? 2 : splits;
        this.panelVectors = [.. Enumerable.Range(0, vectors).Select(v => f.V128($"b{v}"))];
        sums = [.. Enumerable.Range(0, splits).Select(s => Enumerable.Range(0, rows * vectors).Select(i => f.V128($"sum{s}_{i / vectors}_{i % vectors}")).ToArray())];
        element = f.V128("a");
    }

    public int Rows { get; }

    private int ElementBytes => wide ? 8 : 4;

    /// <summary>The part of a run that whole rounds of the loop go through.</summary>
    public static long WithoutRest(long run) => run / Unroll * Unroll;

    /// <summary>The sum of a row and a vector of columns, after <see cref="Emit"/>.</summary>
    public LocalV128 Sum(int row, int vector) => sums[0][(row * vectors) + vector];

    /// <summary>
    /// Computes all sums over runs of <paramref name="run"/> elements that lie one after the other, within loops (outermost first). The
    /// panel is read from front to end. Pointers and panel are moved on.
    /// </summary>
    public void Emit(
        ReadOnlySpan<RowAddress> rows, ReadOnlySpan<TapRun> loops, I32 run, LocalI32 panel, int panelWidth, Storage.Elementwise elements,
        (PanelAhead Plan, LocalI32 Pointer)? ahead = null)
    {
        // Copies of the first zero: an immediate vector takes eighteen bytes.
        f.Set(sums[0][0], V128.Zero);
        foreach (var local in sums.SelectMany(split => split).Skip(1))
        {
            f.Set(local, sums[0][0]);
        }

        var walk = new Walk(this, [.. rows], panel, panelWidth * elements.Size, elements.Size, StorageReader.For(f, elements), ahead);
        walk.Loops([.. loops], run);
        for (var width = sums.Length / 2; width > 0; width /= 2)
        {
            for (var s = 0; s < width; s++)
            {
                for (var i = 0; i < sums[s].Length; i++)
                {
                    f.Set(sums[s][i], Add(sums[s][i], sums[s + width][i]));
                }
            }
        }
    }

    private void Step(RowAddress[] rows, Func<int, V128> panel, int k)
    {
        for (var v = 0; v < vectors; v++)
        {
            f.Set(panelVectors[v], panel(v));
        }

        var split = sums[k % sums.Length];
        for (var row = 0; row < Rows; row++)
        {
            var (pointer, offset) = (rows[row].Pointer, rows[row].Offset + (uint)(k * ElementBytes));
            f.Set(element, wide ? Memory.Load64Splat(pointer, offset) : Memory.Load32Splat(pointer, offset));
            for (var v = 0; v < vectors; v++)
            {
                var sum = split[(row * vectors) + v];
                f.Set(sum, MultiplyAdd(panelVectors[v], sum));
            }
        }
    }

    private V128 Add(V128 a, V128 b) => wide ? F64x2.Add(a, b) : F32x4.Add(a, b);

    private V128 MultiplyAdd(V128 column, V128 sum) => (relaxed, wide) switch
    {
        (true, false) => F32x4.RelaxedMadd(element, column, sum),
        (true, true) => F64x2.RelaxedMadd(element, column, sum),
        (false, false) => Add(sum, F32x4.Mul(element, column)),
        _ => Add(sum, F64x2.Mul(element, column)),
    };

    /// <summary>The way through the operands for one tile.</summary>
    private sealed class Walk(
        TileProduct tile, RowAddress[] rows, LocalI32 panel, int panelStep, int elementSize, Func<I32, uint, V128> read, (PanelAhead Plan, LocalI32 Pointer)? ahead)
    {
        private readonly FunctionBuilder f = tile.f;
        private readonly LocalI32[] pointers = RowAddress.Pointers(rows);

        public void Loops(ReadOnlySpan<TapRun> loops, I32 run)
        {
            if (loops.IsEmpty)
            {
                Run(run);
                return;
            }

            var (loop, inner) = (loops[0], loops[1..].ToArray());
            if (loop.Count.ConstantInteger == 1)
            {
                Loops(inner, run);
                return;
            }

            using (f.Scope())
            {
                var starts = pointers.Select(pointer => f.I32()).ToArray();
                f.For(f.I32("tap"), 0, loop.Count, 1, () =>
                {
                    for (var i = 0; i < pointers.Length; i++)
                    {
                        f.Set(starts[i], pointers[i]);
                    }

                    Loops(inner, run);
                    for (var i = 0; i < pointers.Length; i++)
                    {
                        f.Set(pointers[i], starts[i] + loop.Step);
                    }
                });
            }
        }

        private void Run(I32 run)
        {
            if (run.ConstantInteger is not { } length)
            {
                using (f.Scope())
                {
                    var rounds = f.Let(run >>> 2, "rounds");
                    f.If(rounds, () => Rounds(rounds));
                    f.For(f.I32("rest"), 0, run & 3, 1, () => Steps(1));
                }

                return;
            }

            if (length <= TileSizes.Strip.LongestWithoutLoop)
            {
                Steps((int)length);
                return;
            }

            using (f.Scope())
            {
                if (ahead is var (plan, pointer))
                {
                    var end = f.Let(panel + ((int)WithoutRest(length) * panelStep), "runEnd");
                    f.Loop(again =>
                    {
                        plan.Touch(f, pointer);
                        Rounds(plan.Segment / Unroll);
                        f.BranchIf(again, panel.Ne(end));
                    });
                }
                else
                {
                    Rounds((int)(length / Unroll));
                }
            }

            Steps((int)(length % Unroll));
        }

        private void Rounds(I32 rounds)
        {
            var end = f.Let(panel + (rounds * (Unroll * panelStep)), "end");
            f.Loop(again =>
            {
                Steps(Unroll);
                f.BranchIf(again, panel.Ne(end));
            });
        }

        private void Steps(int count)
        {
            for (var k = 0; k < count; k++)
            {
                var start = k * panelStep;
                tile.Step(rows, v => read(panel, (uint)(start + (v * (16 / tile.ElementBytes) * elementSize))), k);
            }

            if (count > 0)
            {
                foreach (var pointer in pointers)
                {
                    f.Set(pointer, pointer + (count * tile.ElementBytes));
                }

                f.Set(panel, panel + (count * panelStep));
            }
        }
    }
}
