using Sconce.Compiler.Kernels.Expressions;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Contraction;

/// <summary>
/// A thread's own copy, in float32, of the panel of 16-bit elements or codes that it works with. Where many rows read a panel, it is widened once for all of a tile. Few rows
/// widen what they load.
/// </summary>
internal static class WidenedPanel
{
    /// <summary>The memory for it; null where rows widen what they load, or there is nothing to widen.</summary>
    public static TensorBuffer? For(Panels panels, Dim rows, Dim depth) =>
        panels.Elements.Type == panels.Elements.Computed || rows.IsConstant && rows.Value <= (panels.Elements is Storage.Integers ? TileSizes.Integers.FewRows : TileSizes.Widening.FewRows)
            ? null
            : Of(panels, depth);

    /// <summary>The memory, however many rows there are.</summary>
    public static TensorBuffer Of(Panels panels, Dim depth) => new($"{panels.Buffer.Name}.widened", DType.Float32, [(depth * panels.Width).RoundUp(TileSizes.Widening.Round)]);

    /// <summary>Whether a tile of so many strips makes the copy: where the number of rows is known, that has been settled.</summary>
    public static I32 IsWorthwhile(Dim rows, I32 strips) => rows.IsConstant ? 1 : strips.GeS(TileSizes.Widening.FewestStrips);

    /// <summary>Widens the panel at an address into the thread's memory.</summary>
    public static void Fill(FunctionBuilder f, Storage.Elementwise elements, I32 panel, I32 to, I32 bytes)
    {
        using var scope = f.Scope();
        var read = StorageReader.For(f, elements);
        var (from, at, end) = (f.Let(panel, "from"), f.Let(to, "at"), f.Let(to + bytes, "end"));
        f.While(at.LtU(end), () =>
        {
            for (var i = 0; i < TileSizes.Widening.Round; i += Vector.Lanes)
            {
                f.StoreV128(at, read(from, (uint)(i * elements.Size)), (uint)(i * 4));
            }

            f.Set(from, from + (TileSizes.Widening.Round * elements.Size));
            f.Set(at, at + (TileSizes.Widening.Round * 4));
        });
    }
}
