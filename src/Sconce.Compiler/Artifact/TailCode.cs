using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// The memory of values whose sizes nothing bounds: a step that writes such a value takes it from the context's tail first, when the size is known. Where the tail is too
/// small the run ends, tells the loader how large it should be, and goes on when it is. Programs with bounds have no tail, and none of this.
/// </summary>
internal sealed class TailCode
{
    // Words of the tail's table, before its entries.
    private const uint Start = 0;
    private const uint End = 4;
    private const uint Next = 8;
    private const uint OfThread = 12;
    private const uint Entries = 16;

    private readonly TensorProgram program;
    private readonly MemoryPlan plan;
    private readonly ContextLayout layout;
    private readonly uint table;
    private readonly FunctionBuilder take;

    private TailCode(TensorProgram program, MemoryPlan plan, ContextLayout layout, Module module)
    {
        (this.program, this.plan, this.layout) = (program, plan, layout);
        table = (uint)layout.Tail(plan.SlotCount);
        take = DefineTake(module);
    }

    /// <summary>Null where everything has a bound.</summary>
    public static TailCode? Of(TensorProgram program, MemoryPlan plan, ContextLayout layout, Module module) =>
        plan.OpenCount == 0 ? null : new(program, plan, layout, module);

    /// <summary>Where an open buffer is in this run.</summary>
    public I32 Address(I32 context, int slot) => Memory.LoadI32(context, Entry(slot));

    /// <summary>Where the threads' own open memory begins, and how much each has.</summary>
    public (I32 Address, I32 Each) OfThreads(I32 context) => (Address(context, plan.OpenCount - 1), Memory.LoadI32(context, table + OfThread));

    /// <summary>A context that has been planned anew has no tail yet.</summary>
    public void Forget(FunctionBuilder f, I32 context) => f.MemoryFill(context + (I32)table, 0, OfThread);

    /// <summary>As a run begins all of the tail is free.</summary>
    public void Rewind(FunctionBuilder f, I32 context)
    {
        f.StoreI32(context, Memory.LoadI32(context, table + Start), table + Next);
        f.MemoryFill(context + (I32)Entry(0), 0, (uint)(8 * plan.OpenCount));
    }

    /// <summary>Takes memory for all that a step writes and that has no bound; returns from the step's function where there is none.</summary>
    /// <param name="f">The step's function.</param>
    /// <param name="step">The step.</param>
    /// <param name="sizes">The code of sizes.</param>
    /// <param name="number">Its place in the program; 0 where it lies in a region, which a run cannot go on from.</param>
    public void Take(FunctionBuilder f, Step step, SizeCode sizes, int number)
    {
        var context = f.Parameter(0, "ctx").AsI32();
        var counts = MemoryLimit.UnboundedCounts(step).Select(count => sizes.Of(count).Gt(F64.Const(MemoryLimit.Count))).ToList();
        var tooMany = counts.Count == 0 ? null : f.Let(counts.Aggregate((a, b) => a | b), "tooMany");
        var taken = false;
        foreach (var buffer in step.Targets.Select(target => target.Buffer).Concat(step.Scratch).Distinct<TensorBuffer>(ReferenceEqualityComparer.Instance))
        {
            if (plan.Find(buffer) is Place.InTail place)
            {
                Call(place.Slot, sizes.Of(buffer.ByteCount));
                foreach (var output in Enumerable.Range(0, program.Outputs.Count).Where(i => ReferenceEquals(program.Outputs[i].Buffer, buffer)))
                {
                    f.StoreI32(context, Address(context, place.Slot), (uint)(layout.Outputs + (4 * output)));
                }
            }
        }

        if (step.ThreadScratch is { } own && plan.Find(own) is Place.OfThread { IsOpen: true })
        {
            var each = f.Let(sizes.Of(own.ByteCount.RoundUp(MemoryPlan.Alignment)), "each");
            f.StoreI32(context, I32.TruncSatF64U(each), table + OfThread);
            Call(plan.OpenCount - 1, each * F64.ConvertI32U(Memory.LoadI32(context, ContextLayout.Threads)));
        }

        if (tooMany is not null && !taken)
        {
            Call(0, F64.Const(0));
        }

        if (taken)
        {
            f.If(RunLoop.Aborted(context).Eq(RunError.Tail), () => f.Return());
        }

        void Call(int slot, F64 bytes)
        {
            taken = true;
            f.Call(take, context, context + (I32)Entry(slot), tooMany is null ? bytes : tooMany.Select(F64.Const(2.0 * MemoryLimit.Bytes), bytes), (I32)number);
        }
    }

    private uint Entry(int slot) => table + Entries + (uint)(8 * slot);

    /// <summary>take(ctx, entry, bytes, step): finds memory for an entry that has less.</summary>
    private FunctionBuilder DefineTake(Module module)
    {
        var f = module.Define("take", [WasmType.I32, WasmType.I32, WasmType.F64, WasmType.I32]);
        var (context, entry, bytes, step) = (f.Parameter(0, "ctx").AsI32(), f.Parameter(1, "entry").AsI32(), f.Parameter(2, "bytes").AsF64(), f.Parameter(3, "step").AsI32());
        var has = f.Let(F64.ConvertI32U(Memory.LoadI32(entry, 4)), "has");
        var wanted = f.Let((bytes.Max(F64.Const(1)) / F64.Const(MemoryPlan.Alignment)).Ceil() * F64.Const(MemoryPlan.Alignment), "wanted");
        f.If(wanted.Le(has), () => f.Return());

        // What grows from turn to turn of a loop would leave all that it had before.
        f.Set(wanted, wanted.Max(step.Eqz().Select(has * F64.Const(2), F64.Const(0))));
        var start = f.Let(Memory.LoadI32(context, table + Start), "start");
        var next = f.Let(Memory.LoadI32(context, table + Next), "next");
        f.Set(next, next.LtU(start).Select(start, next));
        var end = f.Let(F64.ConvertI32U(next) + wanted + F64.Const(MemoryPlan.ReadSlack), "end");
        f.If(end.Gt(F64.ConvertI32U(Memory.LoadI32(context, table + End))), () =>
        {
            f.StoreI64(context, I64.TruncSatF64U(end - F64.ConvertI32U(start)), ContextLayout.Fault + 8);
            f.StoreI64(context, I64.ExtendI32U(step), ContextLayout.Fault + 16);
            f.AtomicStoreI32(context, RunError.Tail, ContextLayout.Abort);
            f.Return();
        });
        f.StoreI32(entry, next);
        f.StoreI32(entry, I32.TruncSatF64U(wanted), 4);
        f.StoreI32(context, next + I32.TruncSatF64U(wanted), table + Next);
        return f;
    }
}
