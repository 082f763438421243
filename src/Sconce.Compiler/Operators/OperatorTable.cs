using System.Collections.Frozen;
using System.Collections.Immutable;
using Sconce.Compiler.Operators.Families;
using Sconce.Compiler.Operators.Schema;

namespace Sconce.Compiler.Operators;

/// <summary>Every operator that Sconce compiles. What <c>sconce ops</c> and the documentation list is read from here.</summary>
public static class OperatorTable
{
    private static readonly ImmutableArray<OperatorFamily> families =
    [
        Arithmetic.Family,
        Pointwise.Family,
        Special.Family,
        Bessel.Family,
        Gamma.Family,
        Polynomials.Family,
        Comparison.Family,
        Activation.Family,
        Dropout.Family,
        Conversion.Family,
        Assertion.Family,
        Creation.Family,
        RandomNumbers.Family,
        Windows.Family,
        Views.Family,
        Joining.Family,
        Splitting.Family,
        Rearrangement.Family,
        Indexing.Family,
        Selection.Family,
        Scatter.Family,
        Sorting.Family,
        Scan.Family,
        Reduction.Family,
        Softmax.Family,
        Matrix.Family,
        LinearAlgebra.Family,
        Factorisation.Family,
        Spectral.Family,
        Convolution.Family,
        Pooling.Family,
        Padding.Family,
        Upsampling.Family,
        Sampling.Family,
        Normalisation.Family,
        Attention.Family,
        Recurrent.Family,
        Fold.Family,
        Distance.Family,
        Vision.Family,
        Quantisation.Family,
        AffineQuantisation.Family,
        Histogram.Family,
        Segments.Family,
        Loss.Family,
        Backward.Family,
        Complex.Family,
        Fourier.Family,
        Symbolic.Family,
        Vmap.Family,
    ];

    private static readonly FrozenDictionary<string, ImmutableArray<Operator>> byName =
        families.SelectMany(family => family)
            .GroupBy(op => SchemaParser.ParseName(op.Signature).Name)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());

    /// <summary>All operators, family by family.</summary>
    public static IEnumerable<Operator> All => families.SelectMany(family => family);

    /// <summary>
    /// The operators that a name and overload can mean: first the one of that overload, then the others of that name, for TorchScript records no
    /// overloads, and in-place operators call theirs otherwise than the pure ones. Empty where Sconce has no such operator.
    /// </summary>
    public static ImmutableArray<Operator> Find(string name, string overload)
    {
        if (!byName.TryGetValue(name, out var overloads) || overload.Length == 0)
        {
            return overloads.IsDefault ? [] : overloads;
        }

        var full = overload == "default" ? name : $"{name}.{overload}";
        return [.. overloads.OrderBy(op => op.FullName == full ? 0 : 1)];
    }
}
