using System.Collections.Immutable;

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

/// <summary>A weight that was made smaller, or why it was not.</summary>
/// <param name="Name">Its name in the model.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Format">What it is now.</param>
/// <param name="Before">Bytes in float32.</param>
/// <param name="After">Bytes now, scales among them.</param>
/// <param name="Error">How far it is from what it was: the length of the difference by the length of the weight (2-norms).</param>
/// <param name="Kept">Why it stayed as it was; null where it did not.</param>
public sealed record CompressedWeight(string Name, ImmutableArray<long> Shape, WeightFormat Format, long Before, long After, double Error, string? Kept = null);
