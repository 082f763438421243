using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>What a <see cref="FourierStep"/> transforms into what.</summary>
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
/// <param name="targets">Of the real and the imaginary part; of <see cref="FourierForm.ComplexToReal"/> the first alone.</param>
/// <param name="axes">Those without the transformed one.</param>
/// <param name="input">Over the elements that go in.</param>
/// <param name="output">Over those that come out.</param>
/// <param name="real">Over axes and input.</param>
/// <param name="imaginary">As the real part; what it is for <see cref="FourierForm.RealToComplex"/> does not matter.</param>
/// <param name="plan">How it is done.</param>
/// <param name="scale">What results are multiplied by.</param>
/// <param name="table">A load of the first of the plan's numbers.</param>
public sealed class FourierStep(
    ImmutableArray<Target> targets, ImmutableArray<Axis> axes, Axis input, Axis output, Expr real, Expr imaginary, FourierPlan plan, double scale, Expr table) : Step
{
    public ImmutableArray<Axis> Axes { get; } = axes;

    public Axis Input { get; } = input;

    public Axis Output { get; } = output;

    public Expr Real { get; } = real;

    public Expr Imaginary { get; } = imaginary;

    public FourierPlan Plan { get; } = plan;

    public double Scale { get; } = scale;

    public Expr Table { get; } = table;

    public override ImmutableArray<Target> Targets { get; } = targets;

    public override ImmutableArray<Expr> Expressions => [Real, Imaginary, Table];

    public override Step Rewrite(Func<Expr, Expr> expr) => With(Targets, Axes, expr(Real), expr(Imaginary), expr(Table));

    public override Step Retarget(ImmutableArray<Target> targets) => With(targets, Axes, Real, Imaginary, Table);

    /// <summary>The same transforms of other operands, stored otherwise.</summary>
    public FourierStep With(ImmutableArray<Target> targets, ImmutableArray<Axis> axes, Expr real, Expr imaginary, Expr table) =>
        new(targets, axes, Input, Output, real, imaginary, Plan, Scale, table) { Origin = Origin, ThreadScratch = ThreadScratch };
}
