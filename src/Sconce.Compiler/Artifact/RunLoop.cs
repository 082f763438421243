using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Artifact;

/// <summary>The functions that take threads through the steps: the barrier, <c>run</c> and the helper threads' <c>work</c>.</summary>
internal static class RunLoop
{
    /// <summary>
    /// How often a thread looks at the barrier before it sleeps: some tens of microseconds. Steps that share work are about that long, waking takes longer.
    /// </summary>
    private const int Spins = 4096;

    private const long Forever = -1;

    private static readonly FunctionType StepType = new([ValueType.I32], ValueType.None);

    /// <summary>barrier(ctx) → error: returns when all threads have called it. The last to come resets the tile counter and looks at the abort flag.</summary>
    public static FunctionBuilder Barrier(Module module)
    {
        var f = module.Define("barrier", [ValueType.I32], ValueType.I32);
        var context = f.Parameter(0, "ctx").AsI32();
        var generation = f.I32("generation");
        f.Set(generation, Atomic.LoadI32(context, ContextLayout.Generation));
        var last = Memory.LoadI32(context, ContextLayout.Threads) - 1;
        f.If(
            Atomic.AddI32(context, 1, ContextLayout.Arrivals).Eq(last),
            () =>
            {
                f.AtomicStoreI32(context, 0, ContextLayout.Arrivals);
                f.AtomicStoreI32(context, 0, ContextLayout.TileCounter);
                f.StoreI32(context, Atomic.LoadI32(context, ContextLayout.Abort).Ne(0) * RunError.Aborted, ContextLayout.Error);
                f.AtomicStoreI32(context, generation + 1, ContextLayout.Generation);
                f.If(last.Ne(0), () => f.Drop(Atomic.Notify(context, -1, ContextLayout.Generation)));
            },
            () =>
            {
                var spins = f.I32("spins");
                f.Set(spins, Spins);
                f.Block(passed =>
                {
                    f.Loop(again =>
                    {
                        f.BranchIf(passed, Atomic.LoadI32(context, ContextLayout.Generation).Ne(generation));
                        f.Set(spins, spins - 1);
                        f.BranchIf(again, spins);
                    });
                    f.Loop(again =>
                    {
                        f.Drop(Atomic.Wait32(context, generation, Forever, ContextLayout.Generation));
                        f.BranchIf(again, Atomic.LoadI32(context, ContextLayout.Generation).Eq(generation));
                    });
                });
            });
        f.Return(Memory.LoadI32(context, ContextLayout.Error));
        return f;
    }

    /// <summary>run(ctx, first, last) → error: the steps of the table in order, a barrier after each.</summary>
    public static FunctionBuilder Run(Module module, FunctionBuilder barrier)
    {
        var f = module.Define("run", [ValueType.I32, ValueType.I32, ValueType.I32], ValueType.I32);
        var (context, step, last) = (f.Parameter(0, "ctx").AsI32(), f.Parameter(1, "first").AsI32(), f.Parameter(2, "last").AsI32());
        var error = f.I32("error");
        f.While(step.LtS(last), () =>
        {
            f.CallIndirect(StepType, step, context);
            f.Set(error, f.CallResult(barrier, context).AsI32());
            f.If(error, () => f.Return(error));
            f.Set(step, step + 1);
        });
        f.Return((I32)0);
        return f;
    }

    /// <summary>work(ctx): a helper thread sleeps until the command changes, runs what it says, and so on until it is told to leave.</summary>
    public static FunctionBuilder Work(Module module, FunctionBuilder run)
    {
        var f = module.Define("work", [ValueType.I32]);
        var context = f.Parameter(0, "ctx").AsI32();
        var seen = f.I32("seen");
        f.Loop(again =>
        {
            f.While(Atomic.LoadI32(context, ContextLayout.Command).Eq(seen), () =>
                f.Drop(Atomic.Wait32(context, seen, Forever, ContextLayout.Command)));
            f.Set(seen, Atomic.LoadI32(context, ContextLayout.Command));
            f.If(Atomic.LoadI32(context, ContextLayout.Exit), () => f.Return());
            f.Call(run, context, Memory.LoadI32(context, ContextLayout.FirstStep), Memory.LoadI32(context, ContextLayout.LastStep));
            f.Drop(Atomic.AddI32(context, 1, ContextLayout.Finished));
            f.Drop(Atomic.Notify(context, -1, ContextLayout.Finished));
            f.Branch(again);
        });
        return f;
    }
}
