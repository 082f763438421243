using System.Collections.Immutable;

namespace Sconce.Compiler.Operators.Schema;

/// <summary>The kinds of arguments that a parameter takes, as far as operators tell them apart.</summary>
public enum ParameterKind
{
    Tensor,

    /// <summary>An int or a SymInt.</summary>
    Int,
    Float,
    Bool,

    /// <summary>A number of any type.</summary>
    Scalar,
    Text,
    ScalarType,

    /// <summary>A device, layout, memory format or generator: accepted, and not looked at.</summary>
    Opaque,
}

/// <summary>The type of a parameter or result: <c>SymInt[2]</c>, <c>Tensor?[]</c>.</summary>
/// <param name="Kind">What it takes; of a list: each element.</param>
/// <param name="IsList">The parameter takes a list.</param>
/// <param name="ListLength">For <c>int[2]</c>, 2: a single number given stands for that many; 0 where the schema sets no length.</param>
/// <param name="IsOptional">The parameter (of a list: the list) may be None.</param>
/// <param name="HasOptionalElements">Of a list: an element may be None.</param>
public sealed record ParameterType(ParameterKind Kind, bool IsList = false, int ListLength = 0, bool IsOptional = false, bool HasOptionalElements = false);

/// <summary>A parameter: its default is an argument as the schema writes it, null where it must be given.</summary>
public sealed record Parameter(string Name, ParameterType Type, Lowered? Default, bool KeywordOnly);

/// <summary>An operator's signature, read from the text that PyTorch prints for it.</summary>
/// <param name="Name">Namespace and name: <c>aten::add</c>.</param>
/// <param name="Overload">As <c>Tensor</c>; empty for the default one.</param>
/// <param name="Parameters">In the order in which arguments without names are given.</param>
/// <param name="Returns">The types of the results.</param>
public sealed record OperatorSchema(
    string Name, string Overload, ImmutableArray<Parameter> Parameters, ImmutableArray<ParameterType> Returns)
{
    /// <summary>The place of a parameter; -1 where there is none of that name.</summary>
    public int IndexOf(string parameter)
    {
        for (var i = 0; i < Parameters.Length; i++)
        {
            if (Parameters[i].Name == parameter)
            {
                return i;
            }
        }

        return -1;
    }
}
