using System.Text.Json.Serialization;

namespace Sconce.Compiler.Frontends.Pt2;

/// <summary>The schema's union <c>Argument</c>, and the smaller unions inside it, as a tree: references by name, constants, and lists of these.</summary>
[JsonConverter(typeof(ArgumentConverter))]
internal abstract record ArgumentJson
{
    private ArgumentJson()
    {
    }

    public sealed record None : ArgumentJson;

    /// <summary>A tensor, or a symbolic number, of the graph.</summary>
    public sealed record Reference(string Name, ReferenceKind Kind) : ArgumentJson;

    public sealed record Int(long Value) : ArgumentJson;

    public sealed record Float(double Value) : ArgumentJson;

    public sealed record Bool(bool Value) : ArgumentJson;

    public sealed record Complex(double Real, double Imaginary) : ArgumentJson;

    public sealed record Text(string Value) : ArgumentJson;

    public sealed record ScalarType(int Value) : ArgumentJson;

    /// <summary>A device, layout or memory format: for messages.</summary>
    public sealed record Opaque(string Value) : ArgumentJson;

    public sealed record List(List<ArgumentJson> Items) : ArgumentJson;

    public sealed record Graph(string Name, GraphJson Body) : ArgumentJson;

    /// <summary>A kind that this version of Sconce does not know.</summary>
    public sealed record Unknown(string Kind) : ArgumentJson;
}

/// <summary>The kinds of things that a name refers to.</summary>
internal enum ReferenceKind
{
    Tensor,
    Int,
    Float,
    Bool,
    CustomObject,
}
