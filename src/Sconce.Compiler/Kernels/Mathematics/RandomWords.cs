using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Mathematics;

/// <summary>
/// <see cref="Philox"/> of four counters at once, a function that all kernels of a module share. A function gives one vector, and this one has four: the first is
/// its result, the others stand in variables of the module, of which each thread has its own.
/// </summary>
internal static class RandomWords
{
    /// <summary>Code for the words of four counters, of which some are wanted; what it gives for others means nothing.</summary>
    public static V128?[] Of(FunctionBuilder f, KernelModule module, ReadOnlySpan<V128> operands, ReadOnlySpan<bool> wanted)
    {
        var result = new V128?[RandomExpr.Words];
        result[0] = f.Let(f.CallResult(Function(module), [.. operands]).AsV128());
        for (var word = 1; word < result.Length; word++)
        {
            // Before the next call changes it.
            result[word] = wanted[word] ? f.Let(Word(module, word).Get.AsV128()) : null;
        }

        return result;
    }

    private static Global Word(KernelModule module, int word) => module.Variable($"random{word}", WasmType.V128, V128.Zero);

    private static FunctionBuilder Function(KernelModule module) => module.Function("philox", [.. Enumerable.Repeat(WasmType.V128, RandomExpr.OperandCount)], WasmType.V128, f =>
    {
        var (a, b, c, d) = (f.Parameter(0, "a").AsV128(), f.Parameter(1, "b").AsV128(), f.Parameter(2, "c").AsV128(), f.Parameter(3, "d").AsV128());
        var (k, l) = (f.Parameter(4, "k").AsV128(), f.Parameter(5, "l").AsV128());
        var rounds = f.Let((I32)Philox.Rounds, "rounds");
        f.Loop(again =>
        {
            var (firstHigh, firstLow) = Product(f, a, Philox.FirstFactor);
            var (secondHigh, secondLow) = Product(f, c, Philox.SecondFactor);
            f.Set(a, secondHigh ^ b ^ k);
            f.Set(b, secondLow);
            f.Set(c, firstHigh ^ d ^ l);
            f.Set(d, firstLow);
            f.Set(k, I32x4.Add(k, Splat(Philox.FirstStep)));
            f.Set(l, I32x4.Add(l, Splat(Philox.SecondStep)));
            f.Set(rounds, rounds - 1);
            f.BranchIf(again, rounds);
        });
        f.Set(Word(module, 1), b);
        f.Set(Word(module, 2), c);
        f.Set(Word(module, 3), d);
        f.Return(a);
    });

    /// <summary>The upper and the lower words of four products of 64 bits.</summary>
    private static (LocalV128 High, LocalV128 Low) Product(FunctionBuilder f, V128 x, uint factor)
    {
        var low = f.Let(I64x2.ExtmulLowI32x4U(x, Splat(factor)));
        var high = f.Let(I64x2.ExtmulHighI32x4U(x, Splat(factor)));
        return (
            f.Let(I8x16.Shuffle(low, high, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31)),
            f.Let(I8x16.Shuffle(low, high, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27)));
    }

    private static V128 Splat(uint value) => unchecked(V128.Const((int)value, (int)value, (int)value, (int)value));
}
