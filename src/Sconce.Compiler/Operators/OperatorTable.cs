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
        Comparison.Family,
        Activation.Family,
        Conversion.Family,
        Creation.Family,
        Views.Family,
        ShapeManipulation.Family,
        Indexing.Family,
        Reduction.Family,
        Softmax.Family,
        Matrix.Family,
        Convolution.Family,
        Pooling.Family,
        Normalisation.Family,
        Attention.Family,
        Symbolic.Family,
    ];

    private static readonly FrozenDictionary<string, ImmutableArray<Operator>> byName =
        families.SelectMany(family => family)
            .GroupBy(op => SchemaParser.ParseName(op.Signature).Name)
            .ToFrozenDictionary(group => group.Key, group => group.ToImmutableArray());

    private static readonly FrozenDictionary<string, Operator> byFullName =
        families.SelectMany(family => family).ToFrozenDictionary(op => op.FullName);

    /// <summary>All operators, family by family.</summary>
    public static IEnumerable<Operator> All => families.SelectMany(family => family);

    /// <summary>
    /// The operators that a name and overload can mean: one where the overload is known, all overloads where it is not (TorchScript records none),
    /// none where Sconce has no such operator.
    /// </summary>
    public static ImmutableArray<Operator> Find(string name, string overload)
    {
        if (overload is not ("" or "default"))
        {
            return byFullName.TryGetValue($"{name}.{overload}", out var op) ? [op] : [];
        }

        if (overload == "default")
        {
            return byFullName.TryGetValue(name, out var op) ? [op] : [];
        }

        return byName.TryGetValue(name, out var overloads) ? overloads : [];
    }
}
