using Sconce.Compiler.Tensors;
using Sconce.Compiler.Wasm;

namespace Sconce.Compiler.Kernels.Fourier;

/// <summary>The meanings of a vector's lanes.</summary>
internal enum LaneUse
{
    /// <summary>Quarters of one transform while passes go through it; before and after them numbers in a row.</summary>
    Quarters,

    /// <summary>Four transforms.</summary>
    Rows,

    /// <summary>The same number four times: one by one they go into elements of four, and come from planes.</summary>
    Single,
}

/// <summary>The sizes of a <see cref="FourierPlan"/> as code: numbers where it was made when compiling, variables where the run makes it.</summary>
/// <param name="Form">What is transformed into what.</param>
/// <param name="Use">What the lanes are.</param>
/// <param name="Length">Elements of the complex transform.</param>
/// <param name="Points">Elements of four lanes that the passes go through.</param>
/// <param name="Combining">Bytes from the table's start to the numbers of the pass that joins the lanes.</param>
/// <param name="Reals">To those that make a real transform of the complex one.</param>
internal sealed record FourierSizes(FourierForm Form, LaneUse Use, I32 Length, I32 Points, I32 Combining, I32 Reals)
{
    public bool IsSplit => Use == LaneUse.Quarters;

    /// <summary>How many numbers of the last there are, real parts and as many imaginary ones.</summary>
    public I32 RealCount => Form == FourierForm.RealToComplex ? (Length >>> 1) + FourierPlan.Lanes : Length;

    /// <summary>Numbers of a plane of results, but for those that come again behind them.</summary>
    public I32 PlaneLength { get; init; } = Length;

    public static FourierSizes Of(FourierPlan plan, int numberBytes) => new(
        plan.Form, plan.IsSplit ? LaneUse.Quarters : LaneUse.Rows, plan.Length, plan.Points, plan.CombiningStart * numberBytes, plan.RealStart * numberBytes);
}
