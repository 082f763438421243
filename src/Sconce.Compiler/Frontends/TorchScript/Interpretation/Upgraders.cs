using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends.TorchScript.Interpretation;

/// <summary>What operators meant in files of older versions, said in the words of today's.</summary>
internal static class Upgraders
{
    /// <summary>The arguments of today's operator for a call in a file of a version.</summary>
    public static ImmutableArray<NamedArgument> Apply(int version, string op, ImmutableArray<NamedArgument> arguments)
    {
        switch (op)
        {
            // Integers were divided as C divides them.
            case "aten::div" or "aten::div_" when version < 4 && arguments.Length == 2 && arguments.All(argument => IsInteger(argument.Argument)):
                return arguments.Add(new("rounding_mode", new Argument.Text("trunc")));

            // The dtype did not hang on the number.
            case "aten::full" when version < 5 && arguments.Length >= 2 && IsInteger(arguments[1].Argument) && !Gives(arguments, "dtype"):
                return [.. arguments.Where(argument => argument.Name != "dtype"), new("dtype", new Argument.ScalarType(DType.Float32))];

            case "aten::linspace" when version < 8:
            case "aten::logspace" when version < 9:
                return arguments.Length == 2 || arguments[2].Name is not (null or "steps") ? [.. arguments[..2], new("steps", new Argument.Int(100)), .. arguments[2..]]
                    : arguments[2].Argument is Argument.None ? arguments.SetItem(2, new("steps", new Argument.Int(100)))
                    : arguments;
            default:
                return arguments;
        }
    }

    private static bool Gives(ImmutableArray<NamedArgument> arguments, string name) => arguments.Any(argument => argument.Name == name && argument.Argument is not Argument.None);

    private static bool IsInteger(Argument argument) => argument is Argument.Int or Argument.Bool or Argument.OfValue { Value.Type: GraphType.Int or GraphType.Bool }
        || (argument is Argument.OfValue { Value.Type: GraphType.Tensor { Type: { } type } } && (type.IsInteger() || type == DType.Bool));
}
