using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>Matrix product: for each point of batch × M × N, the sum over K of left (over batch, M, K) times right (over batch, K, N), then the epilogue.</summary>
/// <param name="Target">What is written.</param>
/// <param name="Batch">Axes of both operands and of the result.</param>
/// <param name="M">Rows.</param>
/// <param name="N">Columns.</param>
/// <param name="K">What is summed over.</param>
/// <param name="Left">Over batch, M and K.</param>
/// <param name="Right">Over batch, K and N.</param>
/// <param name="Epilogue">Over batch, M and N, with <see cref="AccumulatorExpr"/> 0 for the sum.</param>
public sealed record ContractionStep(Target Target, ImmutableArray<Axis> Batch, Axis M, Axis N, Axis K, Expr Left, Expr Right, Expr Epilogue) : Step
{
    public ImmutableArray<Axis> Axes => [.. Batch, M, N];

    public override ImmutableArray<Target> Targets => [Target];

    public override ImmutableArray<Expr> ReadInPlace => [Left, Right];

    public override ImmutableArray<Computation> Computations =>
    [
        new(Role.Element, Left, [.. Batch, M]) { Over = [K] },
        new(Role.Element, Right, [.. Batch, N]) { Over = [K] },
        new(Role.Epilogue, Epilogue, Axes) { Accumulators = [Left.Type], Target = Target },
    ];

    public override bool JoinsAxes => false;

    public override Dim MultiplyAdds => Dim.Product(Axes.Select(axis => axis.Extent)) * K.Extent;

    public override Step With(ImmutableArray<Expr> values, ImmutableArray<Target> targets) =>
        this with { Target = targets[0], Left = values[0], Right = values[1], Epilogue = values[2] };

    public override Step Along(Axis axis) => this with { Batch = [axis, .. Batch] };
}
