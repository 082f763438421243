using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Artifact;

/// <summary>
/// How threads share the tiles of a step. One thread, the owner, goes through the steps and offers each one's tiles in one atomic word; helpers
/// take from it what they find there. The owner waits only for tiles that somebody has taken, never for a helper that sleeps or has no core:
/// such a one loses nothing but its own part. The owner takes tiles from the front and helpers from the back, so that most of what a
/// thread reads lies in its own cache from the step before.
/// </summary>
internal sealed class WorkSharing
{
    /// <summary>
    /// A thread that waits within a run looks so often before it sleeps: some 400 µs. A step lasts 20 to 500, waking takes 50 and more, and in a
    /// virtual machine a thread that another one woke may stay on that one's core while its own idles (MobileNetV2 in Node 26, two threads, runs
    /// 50 ms apart: 14 to 18 ms with 1 &lt;&lt; 15, 8 to 9 with 1 &lt;&lt; 18; one thread 13.3).
    /// </summary>
    private const int MostSpins = 1 << 18;

    /// <summary>
    /// Where looking was in vain, for want of a free core mostly, it is halved, down to this (both threads on one core: 18.8 ms with
    /// 1 &lt;&lt; 14, 16.3 with this).
    /// </summary>
    private const int FewestSpins = 1 << 10;

    /// <summary>Where a run is announced, its first step is waited for so often: the inputs are on their way from another thread.</summary>
    private const int AnnouncedSpins = 1 << 20;

    private const long Forever = -1;

    // The word: the step's place in the table, tiles that the owner has taken, tiles that nobody has taken (negative when asked for too often).
    private const int TakenBit = 16;
    private const int LeftBit = 40;

    /// <summary>Functions of the table beyond these cannot be offered.</summary>
    public const int Places = 1 << TakenBit;

    /// <summary>A part of a step: (ctx, tile).</summary>
    private static readonly FunctionType TileType = new([WasmType.I32, WasmType.I32], WasmType.None);

    private const int MostTiles = (1 << (63 - LeftBit)) - 1;

    private readonly Global patience;

    public WorkSharing(Module module)
    {
        patience = module.DefineGlobal("patience", WasmType.I32, mutable: true, (I32)MostSpins);
        Thread = module.DefineGlobal("thread", WasmType.I32, mutable: true, (I32)0);
        Alone = DefineAlone(module);
        Share = DefineShare(module);
        Work = DefineWork(module);
    }

    /// <summary>The number of the thread whose instance this is, among those of its context: 0 is the owner's.</summary>
    public Global Thread { get; }

    /// <summary>alone(ctx, step, tiles): all tiles, on this thread.</summary>
    public FunctionBuilder Alone { get; }

    /// <summary>share(ctx, step, tiles): all tiles, with the help of whoever is awake.</summary>
    public FunctionBuilder Share { get; }

    /// <summary>work(ctx, thread): the life of a helper thread, whose number among its context's threads this is, until it is told to leave.</summary>
    public FunctionBuilder Work { get; }

    private static FunctionBuilder DefineAlone(Module module)
    {
        var f = module.Define("alone", [WasmType.I32, WasmType.I32, WasmType.I32]);
        var (context, step, tiles) = (f.Parameter(0, "ctx").AsI32(), f.Parameter(1, "step").AsI32(), f.Parameter(2, "tiles").AsI32());
        var tile = f.I32("tile");
        f.For(tile, 0, tiles, 1, () => f.CallIndirect(TileType, step, context, tile));
        return f;
    }

    private FunctionBuilder DefineShare(Module module)
    {
        var f = module.Define("share", [WasmType.I32, WasmType.I32, WasmType.I32]);
        var (context, step, tiles) = (f.Parameter(0, "ctx").AsI32(), f.Parameter(1, "step").AsI32(), f.Parameter(2, "tiles").AsI32());
        f.If(Memory.LoadI32(context, ContextLayout.Threads).LtS(2) | (tiles - 2).GtU(MostTiles - 2), () =>
        {
            f.Call(Alone, context, step, tiles);
            f.Return();
        });
        f.AtomicStoreI32(context, tiles, ContextLayout.Pending);
        f.AtomicStoreI64(context, (I64.ExtendI32U(tiles) << LeftBit) | I64.ExtendI32U(step), ContextLayout.Offer);
        f.Drop(Atomic.AddI32(context, 1, ContextLayout.Generation));
        f.If(Atomic.LoadI32(context, ContextLayout.Sleepers), () => f.Drop(Atomic.Notify(context, -1, ContextLayout.Generation)));
        var (word, done) = (f.I64("word"), f.I32("done"));
        f.Block(empty => f.Loop(again =>
        {
            f.Set(word, Atomic.AddI64(context, (1L << TakenBit) - (1L << LeftBit), ContextLayout.Offer));
            f.BranchIf(empty, (word >> LeftBit).LeS(0));
            f.CallIndirect(TileType, step, context, I32.WrapI64(word >> TakenBit) & ((1 << (LeftBit - TakenBit)) - 1));
            f.Set(done, done + 1);
            f.Branch(again);
        }));
        f.If(Atomic.SubI32(context, done, ContextLayout.Pending).Ne(done), () => AwaitHelpers(f, context));
        return f;
    }

    private void AwaitHelpers(FunctionBuilder f, I32 context)
    {
        var (spins, pending) = (f.I32("spins"), f.I32("pending"));
        f.Set(spins, patience.Get.AsI32());
        f.Loop(again =>
        {
            f.If(Atomic.LoadI32(context, ContextLayout.Pending).Eqz(), () =>
            {
                MorePatience(f);
                f.Return();
            });
            f.Set(spins, spins - 1);
            f.BranchIf(again, spins);
        });
        LessPatience(f);
        f.AtomicStoreI32(context, 1, ContextLayout.OwnerSleeps);
        f.Block(done => f.Loop(again =>
        {
            f.Set(pending, Atomic.LoadI32(context, ContextLayout.Pending));
            f.BranchIf(done, pending.Eqz());
            f.Drop(Atomic.Wait32(context, pending, Forever, ContextLayout.Pending));
            f.Branch(again);
        }));
        f.AtomicStoreI32(context, 0, ContextLayout.OwnerSleeps);
    }

    private FunctionBuilder DefineWork(Module module)
    {
        var f = module.Define("work", [WasmType.I32, WasmType.I32]);
        var context = f.Parameter(0, "ctx").AsI32();
        var (seen, word, done) = (f.I32("seen"), f.I64("word"), f.I32("done"));
        f.Set(Thread, f.Parameter(1, "thread").AsI32());
        f.Loop(again =>
        {
            AwaitOffer(f, context, seen);
            f.Set(seen, Atomic.LoadI32(context, ContextLayout.Generation));
            f.If(Atomic.LoadI32(context, ContextLayout.Exit), () =>
            {
                f.Set(Thread, (I32)0);
                f.Return();
            });
            f.Set(done, 0);
            f.Block(empty => f.Loop(more =>
            {
                // Whoever has taken a tile and not yet said that it is done keeps the owner at this step: the word stays this step's.
                f.Set(word, Atomic.SubI64(context, 1L << LeftBit, ContextLayout.Offer));
                f.BranchIf(empty, (word >> LeftBit).LeS(0));
                f.CallIndirect(
                    TileType, I32.WrapI64(word) & ((1 << TakenBit) - 1), context,
                    (I32.WrapI64(word >> TakenBit) & ((1 << (LeftBit - TakenBit)) - 1)) + I32.WrapI64(word >> LeftBit) - 1);
                f.Set(done, done + 1);
                f.Branch(more);
            }));
            f.BranchIf(again, done.Eqz());
            f.BranchIf(again, Atomic.SubI32(context, done, ContextLayout.Pending).Ne(done));
            f.If(Atomic.LoadI32(context, ContextLayout.OwnerSleeps), () => f.Drop(Atomic.Notify(context, 1, ContextLayout.Pending)));
            f.Branch(again);
        });
        return f;
    }

    private void AwaitOffer(FunctionBuilder f, I32 context, I32 seen)
    {
        var spins = f.I32("spins");
        f.Set(spins, patience.Get.AsI32());
        f.If(Atomic.LoadI32(context, ContextLayout.Announced), () =>
        {
            f.Set(patience, (I32)MostSpins);
            f.Set(spins, AnnouncedSpins);
        });
        f.Block(offered =>
        {
            f.Loop(again =>
            {
                f.If(Atomic.LoadI32(context, ContextLayout.Generation).Ne(seen), () =>
                {
                    MorePatience(f);
                    f.Branch(offered);
                });
                f.Set(spins, spins - 1);
                f.BranchIf(again, spins);
            });
            LessPatience(f);
            f.Drop(Atomic.AddI32(context, 1, ContextLayout.Sleepers));
            f.While(Atomic.LoadI32(context, ContextLayout.Generation).Eq(seen), () =>
                f.Drop(Atomic.Wait32(context, seen, Forever, ContextLayout.Generation)));
            f.Drop(Atomic.SubI32(context, 1, ContextLayout.Sleepers));
        });
    }

    private void MorePatience(FunctionBuilder f) => SetPatience(f, patience.Get.AsI32() << 1, more => more.LtS(MostSpins), MostSpins);

    private void LessPatience(FunctionBuilder f) => SetPatience(f, patience.Get.AsI32() >>> 1, less => less.GtS(FewestSpins), FewestSpins);

    private void SetPatience(FunctionBuilder f, I32 value, Func<I32, I32> within, int limit)
    {
        var spins = f.Let(value);
        f.Set(patience, within(spins).Select(spins, limit));
    }
}
