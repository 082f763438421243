using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Passes.Integers;

/// <summary>A matrix product as one of integers.</summary>
internal sealed class IntegerContraction(ContractionStep product, ProgramUses uses) : IntegerMatch(product, uses)
{
    public override IEnumerable<Step>? Rewritten() =>
        !IsShort([product.K]) ? null
        : product.Left.Type == DType.Float32 ? OfFloats()
        : product.Left.Type == DType.Int32 ? OfIntegers()
        : null;

    private List<Step>? OfFloats()
    {
        if (QuantisedActivation.Of(product.Left, Expanded) is not { } activation || activation.DependsOn(product.K)
            || QuantisedOperand.Of(Whole(product.Right)) is not { } weight || !IntegerPanels.MultipliesBytes(weight, product.N.Extent, [product.K]))
        {
            return null;
        }

        var (bytes, zero) = Bytes(activation);
        var inGroups = weight.IsScaledAlong(product.K);
        var weights = inGroups ? weight.Steps.As(DType.Float32) * weight.Scale! : weight.Steps.As(DType.Int32);
        return Of(bytes.As(weights.Type), weights, Scaled(Centred(weights, zero), activation.Scale, inGroups ? null : weight.Scale));
    }

    /// <summary>Integers as they are.</summary>
    private List<Step>? OfIntegers()
    {
        if (QuantisedActivation.Converted(product.Left, Expanded) is not { } integers || QuantisedOperand.OfIntegers(Whole(product.Right)) is not { } weight
            || !IntegerPanels.MultipliesBytes(weight, product.N.Extent, [product.K]))
        {
            return null;
        }

        var (bytes, zero) = Bytes(new(integers, null, null));
        var weights = weight.Steps.As(DType.Int32);
        return Of(bytes.As(DType.Int32), weights, Centred(weights, zero));
    }

    private List<Step> Of(Expr left, Expr right, Expr sum) => [.. Before, product with { Left = left, Right = right, Epilogue = Finish(product.Epilogue, sum) }];

    private Expr Centred(Expr weights, Expr zero)
    {
        ImmutableArray<Axis> columns = [.. product.Batch.Where(axis => weights.DependsOn(axis)), product.N];
        return Centred(weights, zero, columns, [.. columns.Select(axis => Dim.Of(axis))], [product.K]);
    }
}
