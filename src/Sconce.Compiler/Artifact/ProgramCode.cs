using Sconce.Compiler.Kernels;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;
using ValueType = Sconce.Compiler.Wasm.ValueType;

namespace Sconce.Compiler.Artifact;

/// <summary>A program's functions in a module: one function per step, which finds its buffers and hands out tiles, and <c>plan</c>, <c>reset</c>, <c>run</c>, <c>work</c>.</summary>
internal sealed class ProgramCode
{
    private readonly TensorProgram program;
    private readonly MemoryPlan plan;
    private readonly ContextLayout layout;
    private readonly Module module;
    private readonly KernelModule kernels;
    private readonly FunctionBuilder barrier;
    private readonly Dictionary<Symbol, Global> counters = [];
    private readonly List<FunctionBuilder> steps = [];

    private ProgramCode(TensorProgram program, MemoryPlan plan, ContextLayout layout, KernelOptions options)
    {
        (this.program, this.plan, this.layout) = (program, plan, layout);
        module = new Module();
        module.ImportMemory("env", "memory", MinimumPages(plan), MaximumPages);
        kernels = new KernelModule(module, options);
        barrier = RunLoop.Barrier(module);
    }

    /// <summary>All that 32 bits can address. The loader may lower it in the file.</summary>
    public const uint MaximumPages = 65536;

    private const int PageBytes = 65536;

    /// <summary>The names of the kernels, by top-level step.</summary>
    private List<string> KernelNames { get; } = [];

    /// <summary>Pages for the constants and, where its size is known, one context.</summary>
    public static uint MinimumPages(MemoryPlan plan) => checked((uint)((plan.ConstantsEnd + plan.FixedEnd + PageBytes - 1) / PageBytes));

    /// <summary>A module without data and custom sections, and each step's kernel by name.</summary>
    public static (Module Module, IReadOnlyList<string> KernelNames) Build(TensorProgram program, MemoryPlan plan, ContextLayout layout, KernelOptions options)
    {
        var code = new ProgramCode(program, plan, layout, options);
        foreach (var step in program.Steps)
        {
            var names = new List<string>();
            code.module.AppendToTable(code.StepFunction(step, names));
            code.KernelNames.Add(string.Join(", ", names.Distinct()));
        }

        var run = RunLoop.Run(code.module, code.barrier);
        code.module.ExportFunction("plan", code.PlanFunction());
        code.module.ExportFunction("reset", code.ResetFunction());
        code.module.ExportFunction("run", run);
        code.module.ExportFunction("work", RunLoop.Work(code.module, run));
        code.module.ExportTable("steps");
        code.module.ExportMemory("memory");
        return (code.module, code.KernelNames);
    }

    private FunctionBuilder StepFunction(Step step, List<string> kernelNames)
    {
        if (step is LoopStep loop)
        {
            return LoopFunction(loop, kernelNames);
        }

        var call = KernelGenerator.Generate(step, kernels);
        kernelNames.Add(call.Name);
        var kernel = module.Share(call.Function);
        var f = module.Define($"step_{steps.Count}", [ValueType.I32]);
        steps.Add(f);
        var context = f.Parameter(0, "ctx").AsI32();
        var arguments = new List<Code>();
        foreach (var buffer in call.Buffers)
        {
            arguments.Add(Address(context, buffer) is var address && address.ConstantInteger is null ? f.Let(address) : address);
        }

        foreach (var symbol in call.Symbols)
        {
            arguments.Add(f.Let(Value(context, symbol)));
        }

        var tiles = DimCode.Emit(call.Tiles, leaf => Value(context, leaf));
        var next = Atomic.AddI32(context, 1, ContextLayout.TileCounter);
        if (tiles.ConstantInteger == 1)
        {
            f.If(next.Eqz(), () => f.Call(kernel, [.. arguments, (I32)0]));
            return f;
        }

        var (tile, count) = (f.I32("tile"), tiles.ConstantInteger is null ? f.Let(tiles, "tiles") : tiles);
        f.Block(done => f.Loop(again =>
        {
            f.Set(tile, next);
            f.BranchIf(done, tile.GeS(count));
            f.Call(kernel, [.. arguments, tile]);
            f.Branch(again);
        }));
        return f;
    }

    /// <summary>Every thread counts the turns itself, in a global of its own instance; a barrier stands after each step of the body.</summary>
    private FunctionBuilder LoopFunction(LoopStep loop, List<string> kernelNames)
    {
        var counter = module.DefineGlobal(loop.Counter.Name, ValueType.I32, mutable: true, (I32)0);
        counters.Add(loop.Counter, counter);
        var body = loop.Body.Select(inner => StepFunction(inner, kernelNames)).ToList();
        var f = module.Define($"loop_{steps.Count}", [ValueType.I32]);
        steps.Add(f);
        var context = f.Parameter(0, "ctx").AsI32();
        var turn = f.I32("turn");
        f.For(turn, 0, DimCode.Emit(loop.Count, leaf => Value(context, leaf)), 1, () =>
        {
            foreach (var inner in body)
            {
                // An inner step may have run a loop of its own kind; the counter is set before each.
                f.Set(counter, turn);
                f.Call(inner, context);
                f.If(f.CallResult(barrier, context).AsI32(), () => f.Return());
            }
        });
        return f;
    }

    private I32 Value(I32 context, Atom leaf)
    {
        if (leaf is Symbol symbol)
        {
            return counters.TryGetValue(symbol, out var counter)
                ? counter.Get.AsI32()
                : Memory.LoadI32(context, (uint)(ContextLayout.Symbols + (4 * program.Symbols.IndexOf(symbol))));
        }

        throw new InvalidOperationException($"{leaf} is not known outside of a kernel.");
    }

    private I32 Address(I32 context, Tensors.Buffer buffer) => plan[buffer] switch
    {
        Place.Absolute place => (uint)place.Address,
        Place.InContext place => context + (I32)(uint)place.Offset,
        Place.InTable place => Memory.LoadI32(context, SlotField(place.Slot)),
        _ => throw new InvalidOperationException(),
    };

    private uint SlotField(int slot) => (uint)(layout.Slots + (4 * slot));

    private FunctionBuilder PlanFunction()
    {
        var f = module.Define("plan", [ValueType.I32], ValueType.I32);
        var context = f.Parameter(0, "ctx").AsI32();
        var at = f.Let(context + (I32)(uint)plan.FixedEnd, "at");
        var (size, largest) = (f.I32("size"), f.I32("largest"));
        for (var slot = 0; slot < plan.Slots.Count; slot++)
        {
            f.StoreI32(context, at, SlotField(slot));
            f.Set(largest, 0);
            foreach (var bytes in plan.Slots[slot])
            {
                f.Set(size, DimCode.Emit(bytes, leaf => Value(context, leaf)));
                f.Set(largest, largest.GtU(size).Select(largest, size));
            }

            f.Set(at, at + largest);
        }

        for (var i = 0; i < program.Inputs.Count; i++)
        {
            f.StoreI32(context, Address(context, program.Inputs[i].Buffer), (uint)(layout.Inputs + (4 * i)));
        }

        for (var i = 0; i < program.Outputs.Count; i++)
        {
            f.StoreI32(context, Address(context, program.Outputs[i].Buffer), (uint)(layout.Outputs + (4 * i)));
        }

        f.Return(at - context + MemoryPlan.ReadSlack);
        return f;
    }

    private FunctionBuilder ResetFunction()
    {
        var f = module.Define("reset", [ValueType.I32]);
        var context = f.Parameter(0, "ctx").AsI32();
        foreach (var (buffer, initial) in plan.InitialStates)
        {
            f.MemoryCopy(Address(context, buffer), (uint)initial, (uint)buffer.ByteCount.Value);
        }

        return f;
    }
}
