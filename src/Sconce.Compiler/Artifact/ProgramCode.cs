using Sconce.Compiler.Kernels;
using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>A method's functions in a module: one function per step, which finds its buffers and hands out tiles, and <c>plan</c> and <c>run</c>.</summary>
internal sealed class ProgramCode
{
    private readonly TensorProgram program;
    private readonly MemoryPlan plan;
    private readonly ContextLayout layout;
    private readonly Module module;
    private readonly KernelModule kernels;
    private readonly WorkSharing sharing;
    private readonly TailCode? tail;
    private readonly Global? turns;
    private readonly List<FunctionBuilder> tiles = [];
    private readonly List<CheckStep> checks;
    private readonly int firstTile;
    private readonly int table;

    /// <param name="program">The method's.</param>
    /// <param name="plan">Its memory.</param>
    /// <param name="layout">Its view of the context's header.</param>
    /// <param name="model">The module, with what all methods use.</param>
    /// <param name="table">Where in the table its functions begin.</param>
    public ProgramCode(TensorProgram program, MemoryPlan plan, ContextLayout layout, ModelCode model, int table)
    {
        (this.program, this.plan, this.layout, this.table) = (program, plan, layout, table);
        (module, kernels, sharing, turns) = (model.Module, model.Kernels, model.Sharing, model.Turns);
        tail = TailCode.Of(program, plan, layout, module);
        checks = [.. Checks(program)];
        firstTile = table + program.Steps.Count;
    }

    /// <summary>The names of the kernels, by top-level step.</summary>
    public List<string> KernelNames { get; } = [];

    /// <summary>The program's checks, in the order of their numbers.</summary>
    public static IEnumerable<CheckStep> Checks(TensorProgram program) => StepTree.Leaves(program.Steps).OfType<CheckStep>();

    /// <summary>Adds the functions; gives how many of the table they take.</summary>
    /// <param name="suffix">What follows <c>plan</c> and <c>run</c> in the names of exports.</param>
    public int Add(string suffix)
    {
        foreach (var (number, step) in program.Steps.Index())
        {
            var names = new List<string>();
            module.AppendToTable(StepFunction(step, names, number));
            KernelNames.Add(string.Join(", ", names.Distinct()));
        }

        tiles.ForEach(tile => module.AppendToTable(tile));
        module.ExportFunction($"plan{suffix}", PlanFunction($"plan{suffix}"));
        module.ExportFunction($"run{suffix}", RunLoop.Run(module, $"run{suffix}", table, layout, tail));
        return program.Steps.Count + tiles.Count;
    }

    /// <summary>(ctx): all of a step. What is one tile is done at once; the tiles of a larger step are offered to other threads.</summary>
    private FunctionBuilder StepFunction(Step step, List<string> kernelNames, int number = 0)
    {
        if (step is RegionStep region)
        {
            return RegionFunction(region, kernelNames);
        }

        var call = KernelGenerator.Generate(step, kernels);
        kernelNames.Add(call.Name);
        var f = module.Define($"step_{module.Functions.Count}", [WasmType.I32]);
        tail?.Take(f, step, new SizeCode(f, leaf => Value(f.Parameter(0, "ctx").AsI32(), leaf)), number);
        if (call.Before is { } before)
        {
            DoTiles(f, before);
        }

        DoTiles(f, call);
        if (step is CheckStep check)
        {
            Conclude(f, check);
        }

        return f;
    }

    /// <summary>Ends the run where the check found something: says which one it was.</summary>
    private void Conclude(FunctionBuilder f, CheckStep check)
    {
        var context = f.Parameter(0, "ctx").AsI32();
        f.If(Memory.LoadI64(context, ContextLayout.Fault).Ne(0), () =>
        {
            f.StoreI64(context, checks.IndexOf(check) + 1L, ContextLayout.Fault);
            f.AtomicStoreI32(context, RunError.Check, ContextLayout.Abort);
        });
    }

    private void DoTiles(FunctionBuilder f, KernelCall call)
    {
        var kernel = module.Share(call.Function);
        var context = f.Parameter(0, "ctx").AsI32();
        var count = Size(f, context, call.Tiles);
        if (count.ConstantInteger == 1)
        {
            CallKernel(f, kernel, call, context, 0);
            return;
        }

        var tile = module.Define($"{f.Name}_tile", [WasmType.I32, WasmType.I32]);
        CallKernel(tile, kernel, call, tile.Parameter(0, "ctx").AsI32(), tile.Parameter(1, "tile").AsI32());
        var place = firstTile + tiles.Count;
        tiles.Add(tile);
        f.Call(place < WorkSharing.Places ? sharing.Share : sharing.Alone, context, (I32)place, count);
    }

    private void CallKernel(FunctionBuilder f, FunctionBuilder kernel, KernelCall call, I32 context, I32 tile) => f.Call(
        kernel, [.. call.Buffers.Select((buffer, i) => Address(context, buffer, i == 0 ? call.TargetOffset : 0)), .. call.Symbols.Select(symbol => Value(context, symbol)), tile]);

    /// <summary>
    /// A loop pauses where the loader wants it to, between two turns, and so does what it lies in: each says at which of its steps it was, and when it is called again
    /// goes on there. All else that it needs stands in the context.
    /// </summary>
    private FunctionBuilder RegionFunction(RegionStep region, List<string> kernelNames)
    {
        var blocks = region.Blocks.Select(block => block.Steps.Select(inner => (Code: StepFunction(inner, kernelNames), Pauses: ContextLayout.Pauses(inner))).ToList()).ToList();
        var f = module.Define($"{(region is IfStep ? "if" : "loop")}_{module.Functions.Count}", [WasmType.I32]);
        var context = f.Parameter(0, "ctx").AsI32();
        var position = ContextLayout.Pauses(region) ? layout.PositionOf(region) : (uint?)null;
        var at = f.I32("at");
        if (position is { } own)
        {
            f.Set(at, Memory.LoadI32(context, own));
            f.StoreI32(context, 0, own);
        }

        switch (region)
        {
            case LoopStep loop:
                // The turn stands in the context, where every thread that takes a tile finds it.
                var turn = f.I32("turn");
                f.For(turn, at.Select(Memory.LoadI32(context, layout.ValueOf(loop.Counter)), (I32)0), Size(f, context, loop.Count), 1, () =>
                {
                    f.StoreI32(context, turn, layout.ValueOf(loop.Counter));
                    Run(0);
                    Pause(blocks[0].Count + 1);
                });
                break;
            case IfStep branch:
                var holds = Holds(f, context, branch.Condition);
                f.If(position is null ? holds : at.Select(at.LeS(blocks[0].Count), holds), () => Run(0), () => Run(1));
                break;
            case WhileStep loop:
                f.Block(done => f.Loop(again =>
                {
                    Run(0);
                    f.If(at.LeS(blocks[0].Count), () =>
                    {
                        f.BranchIf(done, Holds(f, context, loop.Condition).Eqz());
                        f.StoreI32(context, Memory.LoadI32(context, layout.TurnCountOf(loop)) + 1, layout.TurnCountOf(loop));
                    });
                    Run(1);

                    // A turn may have no step that could be told to end.
                    f.BranchIf(done, RunLoop.Aborted(context));
                    Pause(0);
                    f.Branch(again);
                }));
                break;
            default:
                throw new NotSupportedException($"No code for {region.GetType().Name}.");
        }

        return f;

        void Run(int block)
        {
            var before = blocks.Take(block).Sum(steps => steps.Count);
            var group = new List<FunctionBuilder>();
            var from = before;
            foreach (var (number, inner) in blocks[block].Select((inner, i) => (before + 1 + i, inner)))
            {
                if (!inner.Pauses)
                {
                    group.Add(inner.Code);
                    continue;
                }

                Call(group, from, null);
                Call([inner.Code], number, number);
                (group, from) = ([], number);
            }

            Call(group, from, null);
        }

        // Where the region goes on behind them they have run.
        void Call(List<FunctionBuilder> steps, int upTo, int? number)
        {
            if (steps.Count == 0)
            {
                return;
            }

            if (position is null)
            {
                Each();
            }
            else
            {
                f.If(at.LeS(upTo), Each);
            }

            void Each()
            {
                foreach (var step in steps)
                {
                    f.Call(step, context);
                    f.If(RunLoop.Aborted(context), () => Leave(number));
                }
            }
        }

        void Leave(int? number)
        {
            if (number is { } inside)
            {
                f.StoreI32(context, inside, position!.Value);
            }

            f.Return();
        }

        void Pause(int number)
        {
            f.Set(at, 0);
            f.If(turns!.Get.AsI32(), () =>
            {
                f.Set(turns, turns.Get.AsI32() - 1);
                f.If(turns.Get.AsI32().Eqz(), () =>
                {
                    f.AtomicStoreI32(context, RunError.Paused, ContextLayout.Abort);
                    Leave(number);
                });
            });
        }
    }

    /// <summary>A region's condition, of elements of buffers and of symbols: on one thread, between two steps.</summary>
    private I32 Holds(FunctionBuilder f, I32 context, Expr condition)
    {
        var emitter = new ExprEmitter(f, kernels);
        var nodes = condition.Nodes();
        foreach (var buffer in nodes.OfType<LoadExpr>().Select(load => load.Buffer).Distinct())
        {
            emitter.Bind(buffer, f.Let(Address(context, buffer)));
        }

        foreach (var symbol in Symbols(nodes.SelectMany(node => node is LoadExpr load ? load.Index.Concat(load.Buffer.Dims) : node.Indices())))
        {
            emitter.Bind(symbol, f.Let(Value(context, symbol)));
        }

        return emitter.Scalar(condition).AsI32();
    }

    private static IEnumerable<Symbol> Symbols(IEnumerable<Dim> dims)
    {
        var found = new HashSet<Symbol>();
        foreach (var dim in dims)
        {
            dim.VisitLeaves(leaf => found.UnionWith(leaf is Symbol symbol ? [symbol] : []));
        }

        return found;
    }

    /// <summary>A size, of the symbols' values in the context.</summary>
    private I32 Size(FunctionBuilder f, I32 context, Dim dim)
    {
        var emitter = new ExprEmitter(f, kernels);
        dim.VisitLeaves(leaf => emitter.Bind(leaf, f.Let(Value(context, leaf))));
        return emitter.Index(dim);
    }

    private I32 Value(I32 context, Atom leaf) => ReferenceEquals(leaf, KernelCall.Threads) ? Memory.LoadI32(context, ContextLayout.Threads)
        : leaf is Symbol symbol ? Memory.LoadI32(context, layout.ValueOf(symbol))
        : throw new InvalidOperationException($"{leaf} is not known outside of a kernel.");

    private I32 Address(I32 context, TensorBuffer buffer, long offset = 0) => plan[buffer] switch
    {
        Place.Absolute place => (uint)(place.Address + offset),
        Place.InContext place => context + (I32)(uint)(place.Offset + offset),
        Place.InTable place when offset == 0 => Memory.LoadI32(context, SlotField(place.Slot)),
        Place.InTable place => Memory.LoadI32(context, SlotField(place.Slot)) + (I32)(uint)offset,
        Place.InTail place => tail!.Address(context, place.Slot) + (I32)(uint)offset,
        Place.OfThread { IsOpen: true } => tail!.OfThreads(context) is var (start, each) ? start + (sharing.Thread.Get.AsI32() * each) : throw new InvalidOperationException(),
        Place.OfThread => Memory.LoadI32(context, SlotField(plan.SlotCount))
            + (sharing.Thread.Get.AsI32() * Memory.LoadI32(context, SlotField(plan.SlotCount + 1))),
        _ => throw new InvalidOperationException(),
    };

    private uint SlotField(int slot) => (uint)(layout.Slots + (4 * slot));

    private FunctionBuilder PlanFunction(string name)
    {
        var f = module.Define(name, [WasmType.I32], WasmType.I32);
        var context = f.Parameter(0, "ctx").AsI32();
        var sizes = new SizeCode(f, leaf => Value(context, leaf));
        F64[] regions = [.. plan.Regions.Select(region => Largest(region.Sizes))];
        var ofThread = Largest(plan.ThreadSizes);
        var total = regions.Aggregate(
            F64.ConvertI32U(context) + F64.Const(plan.FixedEnd + MemoryPlan.ReadSlack) + (ofThread * F64.ConvertI32U(Memory.LoadI32(context, ContextLayout.Threads))), (sum, size) => sum + size);

        // Before anything is written: what cannot be is told by a size of 0.
        var fits = MemoryLimit.OpenCounts(program).Aggregate(total.Lt(F64.Const(MemoryLimit.Bytes)), (all, count) => all & sizes.Of(count).Le(F64.Const(MemoryLimit.Count)));
        f.If(fits.Eqz(), () => f.Return(0));

        var at = f.Let(context + (I32)(uint)plan.FixedEnd, "at");
        foreach (var (region, largest) in plan.Regions.Zip(regions))
        {
            foreach (var (slot, offset) in region.Slots)
            {
                f.StoreI32(context, at + I32.TruncSatF64U(sizes.Of(offset)), SlotField(slot));
            }

            f.Set(at, at + I32.TruncSatF64U(largest));
        }

        f.StoreI32(context, at, SlotField(plan.SlotCount));
        f.StoreI32(context, I32.TruncSatF64U(ofThread), SlotField(plan.SlotCount + 1));
        f.Set(at, at + (I32.TruncSatF64U(ofThread) * Memory.LoadI32(context, ContextLayout.Threads)));

        foreach (var (offset, bytes) in plan.KeptFlags)
        {
            f.MemoryFill(context + (I32)(uint)offset, 0, (uint)bytes);
        }

        tail?.Forget(f, context);
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

        F64 Largest(List<Dim> all) => all.Count == 0 ? F64.Const(0) : f.Let(all.Select(sizes.Of).Aggregate((a, b) => a.Max(b)), "largest");
    }
}
