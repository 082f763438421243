using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// A few rows of bytes times a panel of quantised weights, in integers: four bytes of a row, which follow one another along K, are multiplied with the four of each column at once,
/// and the sums are exact. The second operand of the engine's dot product is the one that may have all 8 bits, and that is the row; what the engine makes of it has been asked
/// (<see cref="ByteDot"/>). Where none of it helps, and without relaxed SIMD, bytes are widened to 16 bits.
/// </summary>
/// <param name="f">The function that is written.</param>
/// <param name="module">The module that it is written for.</param>
/// <param name="vectors">Vectors of columns in a panel.</param>
/// <param name="run">Bytes that follow one another in a row.</param>
/// <param name="taps">Loops around the runs.</param>
/// <param name="elements">How codes are stored.</param>
/// <param name="zero">The code that stands for zero.</param>
internal sealed class ByteProduct(FunctionBuilder f, KernelModule module, int vectors, long run, TapRun[] taps, Storage.Integers elements, int zero)
{
    private readonly LocalI32? kind = module.Options.RelaxedSimd ? f.Let(ByteDot.Kind(module, f), "dot") : null;

    /// <summary>
    /// The sums of each row and vector of columns: int32, or where there are scales float32, each group's times its scale. Pointers of rows are left as they are. A function of the module
    /// makes them, which all products share whose runs end alike: of a network's layers, that is nearly all. The first sum is its result, the others are in variables.
    /// </summary>
    /// <param name="rows">Where they begin.</param>
    /// <param name="panel">Where words and scales begin.</param>
    /// <param name="isFloat">Whether the sums are float32.</param>
    public LocalV128[,] Emit(RowAddress[] rows, IntegerPanelAt panel, bool isFloat)
    {
        var words = (int)Rounding.CeilDiv(elements.Group == 0 ? run : elements.Group, elements.PerWord);
        var rounds = words / TileSizes.Bytes.Unroll;
        var shape = new ByteTileShape(
            rows.Length, vectors, elements, zero, isFloat, panel.Scales is not null, [.. taps.Select(tap => (int?)tap.Count.ConstantInteger)], rounds > 0,
            words % TileSizes.Bytes.Unroll, (int)(elements.Group == 0 ? run : elements.Group) - (rounds * TileSizes.Bytes.Unroll * elements.PerWord));
        var none = I32.Const(0);
        var result = f.CallResult(
            ByteTile.In(module, shape),
            [
                .. rows.Select(row => (Code)(row.Pointer + (int)row.Offset)), panel.Words, panel.Scales ?? none, kind ?? none, I32.Const(rounds),
                I32.Const(elements.Group == 0 ? 1 : (int)(run / elements.Group)), .. taps.SelectMany(tap => new Code[] { tap.Count, tap.Step }),
            ]);
        var sums = new LocalV128[rows.Length, vectors];
        for (var row = 0; row < rows.Length; row++)
        {
            for (var v = 0; v < vectors; v++)
            {
                var number = (row * vectors) + v;
                sums[row, v] = f.Let(number == 0 ? result.AsV128() : ByteTile.Sum(module, number).Get.AsV128(), $"sum{row}_{v}");
            }
        }

        return sums;
    }
}
