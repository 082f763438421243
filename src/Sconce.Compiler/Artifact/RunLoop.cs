using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>The function that goes through the steps, on the thread that was asked to run the model.</summary>
internal static class RunLoop
{
    /// <summary>A step: (ctx), does all of it before it returns.</summary>
    private static readonly FunctionType StepType = new([WasmType.I32], WasmType.None);

    /// <summary>run(ctx, first, last) → error: the steps of the table in order. Between two of them it looks at the abort flag.</summary>
    /// <param name="module">The module.</param>
    /// <param name="name">The function's.</param>
    /// <param name="table">Where in the table the first step is.</param>
    /// <param name="layout">The context's.</param>
    /// <param name="tail">Where the program has one.</param>
    public static FunctionBuilder Run(Module module, string name, int table, ContextLayout layout, TailCode? tail)
    {
        var f = module.Define(name, [WasmType.I32, WasmType.I32, WasmType.I32], WasmType.I32);
        var (context, step, last) = (f.Parameter(0, "ctx").AsI32(), f.Parameter(1, "first").AsI32(), f.Parameter(2, "last").AsI32());
        var error = f.I32("error");
        f.AtomicStoreI32(context, 0, ContextLayout.Announced);
        f.StoreI64(context, 0L, ContextLayout.Fault);
        if (layout.PositionBytes > 0)
        {
            f.If(Aborted(context).Eq(RunError.Paused), () => f.AtomicStoreI32(context, 0, ContextLayout.Abort), Begin);
        }
        else
        {
            Begin();
        }

        f.While(step.LtS(last), () =>
        {
            f.CallIndirect(StepType, table == 0 ? step : step + table, context);
            f.Set(error, Aborted(context));
            f.If(error, () =>
            {
                // What the loader sets it takes back itself.
                f.If(tail is null ? error.Eq(RunError.Check) : error.Eq(RunError.Check) | error.Eq(RunError.Tail), () => f.AtomicStoreI32(context, 0, ContextLayout.Abort));
                f.Return(error);
            });
            f.Set(step, step + 1);
        });
        f.Return((I32)0);
        return f;

        void Begin()
        {
            if (layout.PositionBytes > 0)
            {
                f.MemoryFill(context + (I32)layout.Positions, 0, (uint)layout.PositionBytes);
            }

            if (tail is not null || layout.Turns.Count > 0)
            {
                f.If(step.Eqz(), () =>
                {
                    tail?.Rewind(f, context);
                    if (layout.Turns.Count > 0)
                    {
                        f.MemoryFill(context + (I32)layout.TurnCounts, 0, (uint)(4 * layout.Turns.Count));
                    }
                });
            }
        }
    }

    public static I32 Aborted(I32 context) => Atomic.LoadI32(context, ContextLayout.Abort);
}
