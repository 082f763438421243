using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;
using Sconce.Compiler.Operators.Schema;

namespace Sconce.Compiler.Operators;

/// <summary>Puts a node's arguments, named or by position, in the order of a schema's parameters.</summary>
public static class ArgumentBinding
{
    /// <summary>
    /// The first of several overloads (at least one) that takes the arguments, and the arguments in the order of its parameters. Where nothing says which overload is meant, one that takes
    /// them as they are goes before those that take a number for a tensor.
    /// </summary>
    public static (Operator Operator, ImmutableArray<Lowered> Arguments) Choose(
        ReadOnlySpan<Operator> overloads, ImmutableArray<(string? Name, Lowered Value)> arguments, bool isNamed = true)
    {
        for (var asTheyAre = !isNamed && overloads.Length > 1; ; asTheyAre = false)
        {
            foreach (var candidate in overloads)
            {
                if (Bind(candidate.Schema, arguments, asTheyAre, out _) is { } bound)
                {
                    return (candidate, bound);
                }
            }

            if (!asTheyAre)
            {
                break;
            }
        }

        Bind(overloads[0].Schema, arguments, asTheyAre: false, out var problem);
        throw SconceException.Unsupported(
            overloads.Length == 1
                ? $"the arguments of {overloads[0].FullName} do not fit its schema: {problem}"
                : $"no overload of {overloads[0].Schema.Name} that Sconce has takes ({string.Join(", ", arguments.Select(a => a.Value.Kind))}): {problem}",
            hint: $"The schema is {overloads[0].Signature}.");
    }

    private static ImmutableArray<Lowered>? Bind(OperatorSchema schema, ImmutableArray<(string? Name, Lowered Value)> arguments, bool asTheyAre, out string? problem)
    {
        var values = new Lowered?[schema.Parameters.Length];
        var position = 0;
        foreach (var (name, value) in arguments)
        {
            var place = name is null ? position++ : schema.IndexOf(name);
            if (place < 0 || place >= values.Length)
            {
                problem = name is null ? $"at most {values.Length} arguments were expected" : $"there is no parameter '{name}'";
                return null;
            }

            var parameter = schema.Parameters[place];
            if (asTheyAre && name is null && parameter.KeywordOnly)
            {
                problem = $"'{parameter.Name}' is given by its name alone";
                return null;
            }

            if (Convert(parameter.Type, value, asTheyAre) is not { } converted)
            {
                problem = $"'{parameter.Name}' cannot be {value.Kind}";
                return null;
            }

            values[place] = converted;
        }

        for (var i = 0; i < values.Length; i++)
        {
            if ((values[i] ??= schema.Parameters[i].Default ?? (schema.Parameters[i].Type.IsOptional ? Lowered.Nothing : null)) is null)
            {
                problem = $"'{schema.Parameters[i].Name}' is missing";
                return null;
            }
        }

        problem = null;
        return [.. values!];
    }

    /// <summary>The value as the parameter takes it; null where it does not.</summary>
    private static Lowered? Convert(ParameterType type, Lowered value, bool asTheyAre)
    {
        if (value is Lowered.None)
        {
            return type.IsOptional || type.HasOptionalElements || type.Kind == ParameterKind.Opaque ? value : null;
        }

        if (!type.IsList)
        {
            return Fits(type.Kind, value, asTheyAre) ? value : null;
        }

        var element = type with { IsList = false, IsOptional = type.HasOptionalElements };
        if (value is Lowered.List list)
        {
            return list.Items.All(item => Convert(element, item, asTheyAre) is not null) ? value : null;
        }

        return type.ListLength > 0 && Fits(type.Kind, value, asTheyAre)
            ? new Lowered.List([.. Enumerable.Repeat(value, type.ListLength)])
            : null;
    }

    private static bool Fits(ParameterKind kind, Lowered value, bool asTheyAre) => kind switch
    {
        ParameterKind.Tensor when asTheyAre => value is Lowered.Tensor or Lowered.Complex,
        ParameterKind.Int when asTheyAre => value is Lowered.Int,
        ParameterKind.Float when asTheyAre => value is Lowered.Float,
        ParameterKind.Scalar when asTheyAre => value is Lowered.Float or Lowered.Int or Lowered.Bool || (value is Lowered.Complex { Real.Rank: 0 }),
        ParameterKind.Bool when asTheyAre => value is Lowered.Bool,

        // A number is taken for a tensor without dims, and such a tensor for a number, as PyTorch does.
        ParameterKind.Tensor => value is Lowered.Tensor or Lowered.Complex or Lowered.Int or Lowered.Float or Lowered.Bool,
        ParameterKind.Int => value is Lowered.Int or Lowered.Bool || IsScalarTensor(value),
        ParameterKind.Float => value is Lowered.Float or Lowered.Int || IsScalarTensor(value),
        ParameterKind.Scalar => value is Lowered.Complex or Lowered.Float or Lowered.Int or Lowered.Bool || IsScalarTensor(value),
        ParameterKind.Bool => value is Lowered.Bool or Lowered.Int,
        ParameterKind.Text => value is Lowered.Text,
        ParameterKind.ScalarType => value is Lowered.ScalarType or Lowered.Int,
        _ => value is Lowered.Opaque or Lowered.Text or Lowered.Int or Lowered.Bool,
    };

    private static bool IsScalarTensor(Lowered value) => value is Lowered.Tensor { Buffer.Dims.Length: 0 };
}
