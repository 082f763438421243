namespace Sconce.Compiler.Tensors;

/// <summary>
/// Philox4x32-10, a counter-based random generator (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", 2011): ten rounds that make
/// four words of 32 bits from a counter of four words and a key of two. Nothing is carried from number to number, so that every thread and every lane
/// computes its own, in whatever order.
/// </summary>
public static class Philox
{
    public const int Rounds = 10;

    /// <summary>What each round multiplies the first and the third word by.</summary>
    internal const uint FirstFactor = 0xD2511F53;

    /// <inheritdoc cref="FirstFactor"/>
    internal const uint SecondFactor = 0xCD9E8D57;

    /// <summary>What is added to the key after each round: parts of the golden ratio and of √3 - 1.</summary>
    internal const uint FirstStep = 0x9E3779B9;

    /// <inheritdoc cref="FirstStep"/>
    internal const uint SecondStep = 0xBB67AE85;

    /// <summary>The four words of a counter and a key.</summary>
    public static (uint, uint, uint, uint) Words((uint, uint, uint, uint) counter, (uint, uint) key)
    {
        var (a, b, c, d) = counter;
        var (k, l) = key;
        for (var round = 0; round < Rounds; round++)
        {
            var (first, second) = ((ulong)a * FirstFactor, (ulong)c * SecondFactor);
            (a, b, c, d) = ((uint)(second >> 32) ^ b ^ k, (uint)second, (uint)(first >> 32) ^ d ^ l, (uint)first);
            (k, l) = unchecked((k + FirstStep, l + SecondStep));
        }

        return (a, b, c, d);
    }
}
