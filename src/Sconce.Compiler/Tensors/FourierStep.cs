using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>The kinds of numbers that a <see cref="FourierStep"/> takes and gives.</summary>
public enum FourierForm
{
    Complex,

    /// <summary>An even number of real elements into the first half of their spectrum, the middle included.</summary>
    RealToComplex,

    /// <summary>Such a half back to real elements: the inverse, unscaled. The imaginary parts of its first and last element are 0.</summary>
    ComplexToReal,
}

/// <summary>
/// Discrete Fourier transforms, one for each point of the axes: output k is the scaled sum over n of input n · e^(-2πi·n·k / size). An inverse transform
/// is the same with real and imaginary parts exchanged, of input and output both.
/// </summary>
/// <param name="Writes">The real and the imaginary part; of <see cref="FourierForm.ComplexToReal"/> the first alone.</param>
/// <param name="Axes">Those without the transformed one.</param>
/// <param name="Input">Over the elements that go in.</param>
/// <param name="Output">Over those that come out.</param>
/// <param name="Real">Over axes and input.</param>
/// <param name="Imaginary">As the real part; what it is for <see cref="FourierForm.RealToComplex"/> does not matter.</param>
/// <param name="Form">What is transformed into what.</param>
/// <param name="Plan">How it is done; null where only the run knows how many elements there are.</param>
/// <param name="Scale">What results are multiplied by: a float64.</param>
/// <param name="Table">A load of the first of the plan's numbers, or (where there is none) of a table that is made when the length is another than before.</param>
public sealed record FourierStep(
    ImmutableArray<Target> Writes, ImmutableArray<Axis> Axes, Axis Input, Axis Output, Expr Real, Expr Imaginary, FourierForm Form, FourierPlan? Plan, Expr Scale, LoadExpr Table) : Step
{
    /// <summary>Of a transform whose size only the run knows: as if it had 1024 elements.</summary>
    private const int UsualLog = 10;

    /// <summary>Where it says for how many elements the table has been made; null where there is a plan, or where nothing bounds them: then the table is made each time.</summary>
    public TensorBuffer? Made { get; init; }

    /// <summary>How many elements a whole transform has.</summary>
    public Dim Size => Form == FourierForm.ComplexToReal ? Output.Extent : Input.Extent;

    public override ImmutableArray<Target> Targets => Writes;

    public override ImmutableArray<Computation> Computations =>
    [
        new(Read, Real, Axes) { Over = [Input] }, new(Read, Imaginary, Axes) { Over = [Input] },
        new(Role.Operand, Scale, []), new(Role.Operand, Table, []),
    ];

    public override ImmutableArray<Axis> Points => [.. Axes, Input, Output];

    public override ImmutableArray<Axis> AllAxes => Points;

    public override bool JoinsAxes => false;

    public override Dim OwnFlops => Dim.Product(Axes.Select(axis => axis.Extent)) * (Plan is null
        ? Size * (Form == FourierForm.Complex ? 5 : 3) * UsualLog
        : (long)(5 * Plan.Length * Math.Log2(Plan.Length)));

    /// <summary>Of half a spectrum each element is read twice, and brought into the kernel's order before where it is more than a load.</summary>
    private Role Read => Form == FourierForm.ComplexToReal ? Role.Operand : Role.Element;

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Writes = targets, Real = values[0], Imaginary = values[1], Scale = values[2], Table = (LoadExpr)values[3] };
}
