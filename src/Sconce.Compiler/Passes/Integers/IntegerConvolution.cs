using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>A convolution as one of integers. Around the image is what stands for zero.</summary>
internal sealed class IntegerConvolution(ConvolutionStep convolution, ProgramUses uses) : IntegerMatch(convolution, uses)
{
    public override IEnumerable<Step>? Rewritten()
    {
        ImmutableArray<Axis> k = convolution.WeightAxes[1..];
        if (convolution.Input.Type != DType.Float32 || convolution.Spread is not null || !IsShort(k))
        {
            return null;
        }

        var (image, conditions) = (Expanded(convolution.Input), new List<Expr>());
        while (image is GuardExpr { Outside: ConstExpr { Value: 0 } } guard)
        {
            conditions.Add(guard.Condition);
            image = Expanded(guard.Inside);
        }

        var output = convolution.WeightAxes[0];
        if (QuantisedActivation.Of(image, Expanded) is not { } activation || convolution.InputAxes.Any(axis => activation.DependsOn(axis))
            || QuantisedOperand.Of(Whole(convolution.Weight)) is not { } weight || k.Any(weight.IsScaledAlong)
            || !IntegerPanels.MultipliesBytes(weight, output.Extent.FloorDiv(convolution.Groups), k))
        {
            return null;
        }

        var (bytes, zero) = Bytes(activation);
        var input = Enumerable.Reverse(conditions).Aggregate(bytes, (inside, condition) => Expr.Guard(condition, inside, zero.As(DType.UInt8)));
        var weights = weight.Steps.As(DType.Int32);
        var scale = weight.Scale?.Substitute(new Dictionary<Atom, Dim> { [output] = convolution.Axes[1] });
        var sum = Scaled(Centred(weights, zero, [output], [convolution.Axes[1]], k), activation.Scale, scale);
        return [.. Before, convolution with { Input = input.As(DType.Int32), Weight = weights, Epilogue = Finish(convolution.Epilogue, sum) }];
    }
}
