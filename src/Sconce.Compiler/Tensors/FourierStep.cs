using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>What a <see cref="FourierStep"/> transforms into what.</summary>
public enum FourierForm
{
    Complex,

    /// <summary>Real elements into the first half of their spectrum, the middle included.</summary>
    RealToComplex,

    /// <summary>Such a half back to real elements: the inverse, unscaled. Its elements that are their own mirror images have imaginary parts of 0.</summary>
    ComplexToReal,
}

/// <summary>
/// Discrete Fourier transforms, one for each point of the axes: output k is the scaled sum over n of input n · e^(-2πi·n·k / size). An inverse transform
/// is the same with real and imaginary parts exchanged, of input and output both.
/// </summary>
/// <param name="targets">Of the real and the imaginary part; of <see cref="FourierForm.ComplexToReal"/> the first alone.</param>
/// <param name="axes">Those without the transformed one.</param>
/// <param name="input">Over the elements that go in.</param>
/// <param name="output">Over those that come out.</param>
/// <param name="real">Over axes and input.</param>
/// <param name="imaginary">As the real part; what it is for <see cref="FourierForm.RealToComplex"/> does not matter.</param>
/// <param name="form">What is transformed into what.</param>
/// <param name="plan">How it is done; null where only the run knows how many elements there are.</param>
/// <param name="scale">What results are multiplied by: a float64.</param>
/// <param name="table">A load of the first of the plan's numbers, or (where there is none) of the first of two scratch buffers that outlive the run, for the table and for whether it has been made.</param>
public sealed class FourierStep(
    ImmutableArray<Target> targets, ImmutableArray<Axis> axes, Axis input, Axis output, Expr real, Expr imaginary, FourierForm form, FourierPlan? plan, Expr scale, LoadExpr table) : Step
{
    public FourierForm Form { get; } = form;

    public ImmutableArray<Axis> Axes { get; } = axes;

    public Axis Input { get; } = input;

    public Axis Output { get; } = output;

    public Expr Real { get; } = real;

    public Expr Imaginary { get; } = imaginary;

    /// <summary>How many elements a whole transform has.</summary>
    public Dim Size => Form == FourierForm.ComplexToReal ? Output.Extent : Input.Extent;

    public FourierPlan? Plan { get; } = plan;

    public Expr Scale { get; } = scale;

    public LoadExpr Table { get; } = table;

    public override ImmutableArray<Target> Targets { get; } = targets;

    public override ImmutableArray<Expr> Expressions => [Real, Imaginary, Scale, Table];

    public override Step Rewrite(Func<Expr, Expr> expr) => With(Targets, Axes, expr(Real), expr(Imaginary), expr(Scale), (LoadExpr)expr(Table));

    public override Step Retarget(ImmutableArray<Target> targets) => With(targets, Axes, Real, Imaginary, Scale, Table);

    /// <summary>The same transforms of other operands, stored otherwise.</summary>
    public FourierStep With(ImmutableArray<Target> targets, ImmutableArray<Axis> axes, Expr real, Expr imaginary, Expr scale, LoadExpr table) =>
        new(targets, axes, Input, Output, real, imaginary, Form, Plan, scale, table) { Origin = Origin, Scratch = Scratch, ThreadScratch = ThreadScratch };
}
