using System.Collections.Immutable;
using Sconce.Compiler.Graphs;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Frontends;

/// <summary>
/// What the caller says of one input of a model that records no shapes (TorchScript): its dtype and sizes, where a size may be a <see cref="Symbol"/> that each run decides. The name is the
/// parameter's, with dots for what lies within (<c>boxes.0</c>); or <c>in0</c>, <c>in1</c> and so on, by place among all inputs, as arrays of a .npz are called.
/// <see cref="InputSpecParser"/> reads them from text.
/// </summary>
/// <param name="Name">The input's.</param>
/// <param name="Type">Of a tensor.</param>
/// <param name="Shape">Of a tensor; default where the input is none.</param>
public sealed record InputSpec(string Name, DType Type, ImmutableArray<Dim> Shape)
{
    /// <summary>
    /// The number, text, bool or None that the input always is, so that it is no input of a run. An integer alone is this for a parameter that is a number, and the only size of a parameter
    /// that is a tensor: which of them, the parameter's type tells.
    /// </summary>
    public Argument? Fixed { get; init; }

    /// <summary>The inputs of one of several methods, without its name: those of methods beside the main one are called <c>METHOD.NAME</c>.</summary>
    /// <param name="inputs">Of all methods.</param>
    /// <param name="methods">Those beside the main one.</param>
    /// <param name="method">Whose; null for the main one.</param>
    public static IEnumerable<InputSpec> Of(IEnumerable<InputSpec> inputs, IEnumerable<string> methods, string? method) => inputs
        .Where(input => methods.FirstOrDefault(other => input.Name.StartsWith($"{other}.", StringComparison.Ordinal)) == method)
        .Select(input => method is null ? input : input with { Name = input.Name[(method.Length + 1)..] });

    /// <summary>A number that is an example of the input: what a parameter that is a number always is, where nothing else is said.</summary>
    public Argument? Example { get; init; }
}
