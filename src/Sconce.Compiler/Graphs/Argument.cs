using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Graphs;

/// <summary>An argument of a node: a value of the graph, a constant, or a list of these.</summary>
public abstract record Argument
{
    private Argument()
    {
    }

    public sealed record OfValue(Value Value) : Argument;

    /// <summary>An integer: a constant, or an expression over the graph's symbols.</summary>
    public sealed record Int(Dim Value) : Argument;

    public sealed record Float(double Value) : Argument;

    public sealed record Complex(double Real, double Imaginary) : Argument;

    public sealed record Bool(bool Value) : Argument;

    public sealed record Text(string Value) : Argument;

    public sealed record ScalarType(DType Value) : Argument;

    /// <summary>A device, layout or memory format: kept for messages; no operator computes with one.</summary>
    public sealed record Opaque(string Value) : Argument;

    public sealed record List(ImmutableArray<Argument> Items) : Argument;

    public sealed record None : Argument;

    public static Argument Nothing { get; } = new None();

    public static implicit operator Argument(Value value) => new OfValue(value);
}

/// <summary>An argument and the name of the parameter of the operator's schema it is for; null where it is given by position.</summary>
public sealed record NamedArgument(string? Name, Argument Argument);
