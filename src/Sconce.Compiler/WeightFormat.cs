using System.Collections.Immutable;
using Sconce.Compiler.Diagnostics;

namespace Sconce.Compiler;

/// <summary>How weights are kept in the artifact.</summary>
public enum WeightFormat
{
    /// <summary>As the model file has them.</summary>
    AsIs,

    /// <summary>16 bits each.</summary>
    Float16,

    /// <summary>8 bits each, and a scale for each row.</summary>
    Int8,

    /// <summary>4 bits each, and a scale for each 32 along a row.</summary>
    Int4,
}

/// <summary>Formats of weights by the names that users give.</summary>
public static class WeightFormats
{
    /// <exception cref="SconceException">There is no such format.</exception>
    public static WeightFormat Parse(string? name) => name switch
    {
        null => WeightFormat.AsIs,
        "int8" => WeightFormat.Int8,
        "int4" => WeightFormat.Int4,
        "float16" => WeightFormat.Float16,
        _ => throw SconceException.Expected("int8, int4 or float16 for --weights", $"'{name}'"),
    };
}

/// <summary>A weight that was made smaller, or why it was not.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Format">What it is now.</param>
/// <param name="Before">Bytes in float32.</param>
/// <param name="After">Bytes now, scales among them.</param>
/// <param name="Error">How far it is from what it was: the length of the difference by the length of the weight (2-norms).</param>
/// <param name="Kept">Why it stayed as it was; null where it did not.</param>
public sealed record CompressedWeight(string Name, ImmutableArray<long> Shape, WeightFormat Format, long Before, long After, double Error, string? Kept = null);
