using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>
/// Convolution without padding (pads are guards in the input expression), in 1 to 3 spatial dims:
/// out[n, o, s…] = Σ over c in the group and taps t… of input(n, g·C + c, s·stride + t·dilation) · weight(o, c, t…), then the epilogue.
/// </summary>
/// <param name="Target">What is written.</param>
/// <param name="Axes">N, O and the spatial output axes.</param>
/// <param name="InputAxes">N, C (of all groups) and the spatial axes of the padded input.</param>
/// <param name="Input">Over its axes.</param>
/// <param name="WeightAxes">O, C / groups and the taps.</param>
/// <param name="Weight">Over its axes.</param>
/// <param name="Stride">By spatial dim.</param>
/// <param name="Dilation">By spatial dim.</param>
/// <param name="Groups">Of channels.</param>
/// <param name="Epilogue">Over the output axes, with <see cref="AccumulatorExpr"/> 0 for the sum.</param>
public sealed record ConvolutionStep(
    Target Target, ImmutableArray<Axis> Axes, ImmutableArray<Axis> InputAxes, Expr Input, ImmutableArray<Axis> WeightAxes, Expr Weight,
    ImmutableArray<int> Stride, ImmutableArray<int> Dilation, int Groups, Expr Epilogue) : Step
{
    /// <summary>Set where the input is zero but for a grid of places, as in transposed convolutions.</summary>
    public SpreadInput? Spread { get; init; }

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> ReadInPlace => [Input, Weight];

    public override ImmutableArray<Computation> Computations =>
    [
        new(Role.Operand, Input, InputAxes),
        new(Role.Operand, Weight, WeightAxes),
        new(Role.Epilogue, Epilogue, Axes) { Accumulators = [Input.Type], Target = Target },
    ];

    public override ImmutableArray<Axis> Points => [.. Axes, .. WeightAxes[1..]];

    public override bool JoinsAxes => false;

    public override Dim MultiplyAdds => Dim.Product(Points.Select(axis => axis.Extent));

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Target = targets[0], Input = values[0], Weight = values[1], Epilogue = values[2] };
}

/// <summary>
/// Elements of a convolution's padded input that may be other than zero: in each spatial dim, those at <paramref name="First"/> plus a multiple of
/// <paramref name="Step"/>.
/// </summary>
public sealed record SpreadInput(ImmutableArray<int> Step, ImmutableArray<int> First);
