using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// What an engine makes of <c>i32x4.relaxed_dot_i8x16_i7x16_add_s</c> where numbers of its second operand need all 8 bits, which WebAssembly leaves open: x86 reads them without a
/// sign, Arm with one, and both may sum pairs in 16 bits first. All that it does it does always, so a few numbers tell, and the function that asks costs a few instructions.
/// </summary>
internal static class ByteDot
{
    /// <summary>The name of the function that asks.</summary>
    public const string Name = "byte_dot";

    /// <summary>The second operand is from 0 to 255, and any sum is exact.</summary>
    public const int Unsigned = 1;

    /// <summary>The second operand is from -128 to 127, and any sum is exact.</summary>
    public const int Signed = 2;

    /// <summary>From 0 to 255, exact where the first operand is from -8 to 7.</summary>
    public const int UnsignedOfNibbles = 3;

    /// <summary>From -128 to 127, exact where the first operand is from -8 to 7.</summary>
    public const int SignedOfNibbles = 4;

    /// <summary>The kind of this engine as a number; 0 where it is none of them. Asked once in each instance.</summary>
    public static I32 Kind(KernelModule module, FunctionBuilder f) => f.CallResult(
        module.Function(Name, [], WasmType.I32, asked =>
        {
            var known = module.Variable(Name, WasmType.I32, I32.Const(-1));
            asked.If(known.Get.AsI32().Eq(-1), () => asked.Set(known, Asked(asked)));
            asked.Return(known.Get);
        })).AsI32();

    private static I32 Asked(FunctionBuilder f)
    {
        var kind = f.I32("kind");
        f.Set(kind, Gives(-8, 128, 4 * -8 * -128).Select(SignedOfNibbles, 0));
        f.Set(kind, Gives(-8, 255, 4 * -8 * 255).Select(UnsignedOfNibbles, kind));
        f.Set(kind, (Gives(-128, 128, 4 * 128 * 128) & Gives(127, 128, 4 * 127 * -128)).Select(Signed, kind));
        f.Set(kind, (Gives(127, 255, 4 * 127 * 255) & Gives(-128, 255, 4 * -128 * 255)).Select(Unsigned, kind));
        return kind;
    }

    /// <summary>
    /// Nothing that is added up is a variable: the baseline compiler of V8 11.3, which has the instruction behind a flag, then loses the sum that is added to. Engines with that fault
    /// are none of the kinds.
    /// </summary>
    private static I32 Gives(int a, int b, int sum)
    {
        const int Before = 1000;
        var added = V128.Const(Before, Before, Before, Before);
        return I32x4.ExtractLane(I32x4.RelaxedDotI8x16I7x16AddS(Bytes(a), Bytes(b), added), 0).Eq(Before + sum);
    }

    private static V128 Bytes(int value) => V128.Const(Enumerable.Repeat(unchecked((byte)value), 16).ToArray());
}
