using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Kernels.Loops;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels;

/// <summary>
/// Sorts rows by merging. Keys become integers of the same order; one of up to 32 bits is joined with its place to a single number, so that
/// equal keys stay in order by themselves; a longer one has its place beside it. Where only the first few are kept, a row goes through a small
/// room: once it is full it is sorted and cut to those, and from then on nothing enters that comes behind the last of them.
/// </summary>
internal static class SortKernel
{
    /// <summary>
    /// A room for fewer records would be sorted too often, one for more takes longer to sort. By four, 300 of 25,200 took 0.23 ms instead of 1.33 ms for sorting all
    /// (PyTorch 0.08); other factors were not tried.
    /// </summary>
    private const int RoomPerKept = 4, SmallestRoom = 64;

    /// <summary>With room for two copies of a row's records, or of those that are looked at together.</summary>
    public static KernelChoice.Sort Choose(SortStep step)
    {
        var (words, selects) = (Vector.IsWide(step.Key.Type) ? 2 : 1, Selects(step));
        return new(words, selects) { Scratch = [new TensorBuffer("sort", DType.Int64, [.. step.Axes.Select(axis => axis.Extent), Room(step, selects) * (2 * words)])] };
    }

    /// <summary>How many records are in memory at once: all of a row, or some times as many as are kept.</summary>
    private static Dim Room(SortStep step, bool selects) => selects
        ? Dim.Min(step.Sorted.Extent, Dim.Max(step.Kept.Extent * RoomPerKept, SmallestRoom))
        : step.Sorted.Extent;

    /// <summary>Whether a row may be longer than its room.</summary>
    private static bool Selects(SortStep step) =>
        Dim.Max(step.Kept.Extent * RoomPerKept, SmallestRoom).Bounds.Min < step.Sorted.Extent.Bounds.Max && !step.Kept.Extent.Equals(step.Sorted.Extent);

    public static KernelCall Generate(SortStep step, KernelChoice.Sort choice, KernelModule module)
    {
        var rows = TilePlan.Estimate(step.Sorted.Extent);
        var records = Room(step, choice.Selects);
        var sorted = choice.Selects ? TilePlan.Estimate(records) : rows;
        var plan = TilePlan.For(step.Axes, rows * (Cost.Of(step.Key) + (8 * Math.Log2(sorted + 2))), 1);
        var frame = new KernelFrame("sort", step, [.. plan.Dims, step.Sorted.Extent, step.Kept.Extent], module);
        var f = frame.Function;
        plan.Emit(frame.Emitter, frame.Tile, (remaining, from, to) =>
        {
            if (remaining.IsEmpty)
            {
                Row(frame.Emitter);
                return;
            }

            LoopNest.Over(frame.Emitter, remaining, from, to, [], [step.Key], (emitter, start, end) =>
            {
                var counter = f.I32("row");
                f.For(counter, start, end, 1, () =>
                {
                    var inside = emitter.Nested();
                    inside.Bind(remaining[^1], counter);
                    Row(inside);
                });
            });
        });
        return frame.Finish(plan.Tiles, "merge sort");

        void Row(ExprEmitter at)
        {
            var row = new SortedRow(f, step, choice, module, at, records);
            row.Fill();
            row.Keep();
        }
    }

    /// <summary>A row while it is sorted: its records stand one after the other from <c>data</c> to <c>end</c>.</summary>
    private sealed class SortedRow
    {
        private readonly FunctionBuilder f;
        private readonly SortStep step;
        private readonly KernelModule module;
        private readonly ExprEmitter at;
        private readonly bool selects;
        private readonly bool wide;
        private readonly int record;
        private readonly LocalI32 data;
        private readonly LocalI32 room;
        private readonly LocalI32 count;
        private readonly LocalI32 end;
        private readonly LocalI64 limit;

        public SortedRow(FunctionBuilder f, SortStep step, KernelChoice.Sort choice, KernelModule module, ExprEmitter at, Dim records)
        {
            (this.f, this.step, this.module, this.at) = (f, step, module, at);
            (selects, wide, record) = (choice.Selects, choice.Words == 2, 8 * choice.Words);
            ImmutableArray<Dim> start = [.. step.Axes.Select(axis => Dim.Of(axis)), 0];
            var (pointer, offset) = at.Address(choice.Scratch[0], choice.Scratch[0].Offset(start));
            data = f.Let(pointer + (int)offset, "data");
            room = f.Let(at.Index(records) * record, "room");
            // Before any branch: what the emitter has computed once it takes for there from then on.
            count = f.Let(at.Index(step.Kept.Extent), "count");
            end = f.Let(data, "end");
            limit = f.Let(I64.Const(long.MaxValue), "limit");
        }

        /// <summary>Makes a record of each element, or of each that may be among the first.</summary>
        public void Fill()
        {
            at.Hoist(step.Key);
            var i = f.I32("i");
            f.For(i, 0, at.Index(step.Sorted.Extent), 1, () =>
            {
                var inside = at.Nested();
                inside.Bind(step.Sorted, i);
                var key = f.Let(Ordered(f, step.Key.Type, inside.Scalar(step.Key), step.Descending));
                var entry = wide ? key : f.Let((key << 32) | I64.ExtendI32U(i));
                if (!selects)
                {
                    Append(entry, i);
                    return;
                }

                // A later element with an equal key comes behind: the limit itself does not enter. Before there is one, all do.
                f.If(entry.LtS(limit) | limit.Eq(I64.Const(long.MaxValue)), () =>
                {
                    f.If((end - data).Eq(room), Cut);
                    Append(entry, i);
                });
            });
        }

        /// <summary>Sorts the records, and stores the elements that are kept.</summary>
        public void Keep()
        {
            var sorted = Sorted();
            var kept = f.I32("kept");
            f.For(kept, 0, count, 1, () =>
            {
                var inside = at.Nested();
                var found = f.Let(Memory.LoadI32(sorted + (kept * record), wide ? 8u : 0u), "found");
                inside.Bind(step.Kept, kept);
                inside.Bind(step.Sorted, found);
                inside.Store(step.Values, step.Key);
                inside.StoreScalar(step.Indices, I64.ExtendI32U(found));
            });
        }

        private void Append(I64 entry, I32 place)
        {
            f.StoreI64(end, entry);
            if (wide)
            {
                f.StoreI64(end, I64.ExtendI32U(place), 8);
            }

            f.Set(end, end + record);
        }

        /// <summary>Leaves as many of the sorted records as are kept.</summary>
        private void Cut()
        {
            var first = Sorted();
            var length = f.Let(count * record);
            f.MemoryCopy(data, first, length);
            f.Set(end, data + length);
            f.If(length.Ne(0), () => f.Set(limit, Memory.LoadI64(end - record)));
        }

        private LocalI32 Sorted() => f.Let(f.CallResult(MergeSort(module, record), data, data + room, (end - data) >> (wide ? 4 : 3)).AsI32(), "sorted");
    }

    /// <summary>An integer that orders as the key does: NaN last, -0 equal to 0; for descending order, the other way round.</summary>
    private static I64 Ordered(FunctionBuilder f, DType type, Code key, bool descending)
    {
        I64 ordered;
        switch (type.ScalarType())
        {
            case WasmType.F32:
                var x = f.Let(key.AsF32() + 0f);
                var bits = f.Let(I32.ReinterpretF32(x));
                ordered = I64.ExtendI32S(x.Ne(x).Select(int.MaxValue, bits ^ ((bits >> 31) & int.MaxValue)));
                break;
            case WasmType.F64:
                var y = f.Let(key.AsF64() + 0d);
                var longBits = f.Let(I64.ReinterpretF64(y));
                ordered = y.Ne(y).Select(I64.Const(long.MaxValue), longBits ^ ((longBits >> 63) & long.MaxValue));
                break;
            case WasmType.I64:
                ordered = type == DType.UInt64 ? key.AsI64() ^ long.MinValue : key.AsI64();
                break;
            default:
                // A number that fills its 32 bits keeps its order among those with a sign by its highest bit the other way round.
                ordered = I64.ExtendI32S(type == DType.UInt32 ? key.AsI32() ^ int.MinValue : key.AsI32());
                break;
        }

        return descending ? ~ordered : ordered;
    }

    /// <summary>Sorts <c>count</c> records at <c>data</c> by the signed 64-bit number they start with; gives where the result lies: there or at <c>room</c>.</summary>
    private static FunctionBuilder MergeSort(KernelModule module, int record) => module.Function(
        $"merge_sort_{record}", [WasmType.I32, WasmType.I32, WasmType.I32], WasmType.I32, f =>
        {
            var from = f.Parameter(0, "data").AsI32();
            var to = f.Parameter(1, "room").AsI32();
            var end = f.Let(f.Parameter(2, "count").AsI32() * record, "end");
            var (width, left, middle, right, a, b, at) =
                (f.Let(I32.Const(record), "width"), f.I32("left"), f.I32("middle"), f.I32("right"), f.I32("a"), f.I32("b"), f.I32("at"));
            f.While(width.LtU(end), () =>
            {
                f.Set(left, 0);
                f.While(left.LtU(end), () =>
                {
                    f.Set(middle, Least(left + width, end));
                    f.Set(right, Least(middle + width, end));
                    f.Set(a, left);
                    f.Set(b, middle);
                    f.Set(at, left);
                    f.While(at.LtU(right), () =>
                    {
                        // From the left run while its head is not greater, so that equal keys keep their order.
                        var takeLeft = f.Let(b.GeU(right));
                        f.If(takeLeft.Eqz(), () => f.Set(takeLeft, a.LtU(middle) & Memory.LoadI64(from + a).LeS(Memory.LoadI64(from + b))));
                        var source = f.Let(from + takeLeft.Select(a, b));
                        f.StoreI64(to + at, Memory.LoadI64(source));
                        if (record > 8)
                        {
                            f.StoreI64(to + at, Memory.LoadI64(source, 8), 8);
                        }

                        f.Set(a, a + (takeLeft * record));
                        f.Set(b, b + (takeLeft.Eqz() * record));
                        f.Set(at, at + record);
                    });
                    f.Set(left, right);
                });
                f.Set(at, from);
                f.Set(from, to);
                f.Set(to, at);
                f.Set(width, width << 1);
            });
            f.Return(from);

            I32 Least(I32 x, I32 y)
            {
                var kept = f.Let(x);
                return kept.LtU(y).Select(kept, y);
            }
        });
}
