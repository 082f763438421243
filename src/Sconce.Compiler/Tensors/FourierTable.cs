using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>How a transform is done whose length only a run knows.</summary>
public enum FourierWay
{
    /// <summary>The lanes hold a quarter of one transform each: a multiple of four elements, and no large prime factor.</summary>
    Split,

    /// <summary>Each lane has a transform of its own. As in <see cref="Split"/>, an even number of real elements is half as many complex ones.</summary>
    InLanes,

    /// <summary>The same for an odd number of real elements, which are complex ones without imaginary parts.</summary>
    OddInLanes,

    /// <summary>By a convolution, whose length is a better one: a prime factor is too large for a pass. Of an even number of real elements half as many are convolved.</summary>
    Convolution,

    /// <summary>The same for an odd number of real elements.</summary>
    OddConvolution,
}

/// <summary>
/// The table that a run makes for transforms of a length: at its head (i32) how they are done, then for each pass a record, then numbers as in
/// <see cref="FourierPlan.Table"/>; for a convolution also the chirp and its spectrum, as elements of four lanes.
/// </summary>
internal static class FourierTable
{
    /// <summary>A <see cref="FourierWay"/>.</summary>
    public const uint Way = 0;

    /// <summary>Elements of the complex transform, or of the convolution.</summary>
    public const uint Length = 4;

    /// <summary>Elements of four lanes that the passes go through.</summary>
    public const uint Points = 8;

    /// <summary>Bytes of all records.</summary>
    public const uint RecordBytes = 12;

    /// <summary>Bytes from the table's start to the numbers of the pass that joins the lanes.</summary>
    public const uint Combining = 16;

    /// <summary>To those that make a real transform of the complex one.</summary>
    public const uint Reals = 20;

    /// <summary>To the chirp.</summary>
    public const uint Chirp = 24;

    /// <summary>To the chirp's spectrum.</summary>
    public const uint Spectrum = 28;

    /// <summary>Elements of what a convolution transforms.</summary>
    public const uint Given = 32;

    /// <summary>Where the records begin.</summary>
    public const uint Records = 64;

    // Of a record: which pass it is, how often its butterfly is done, the stride, and bytes from the table's start to its roots.
    public const uint Pass = 0;
    public const uint Repeats = 4;
    public const uint Stride = 8;
    public const uint Roots = 12;
    public const int RecordSize = 16;

    /// <summary>More passes than 2^31 has factors of 3.</summary>
    public const int MostRecords = 24;

    /// <summary>Where the numbers begin.</summary>
    public const uint Numbers = Records + (MostRecords * RecordSize);

    /// <summary>Numbers that a table for a size has room for: a convolution has up to 2.5 · size + 32 elements, with 2 numbers each for passes and spectrum, and the chirp.</summary>
    public static Dim Count(Dim size) => (size * 12) + 160 + (Numbers / sizeof(float));

    /// <summary>Numbers of one of the two areas that passes go between: an element of four lanes for each complex one, and one more; a convolution's elements fill no more.</summary>
    public static Dim AreaCount(Dim size) => (size * 8) + 96;

    /// <summary>The factors of a convolution's length, times powers of 2: each some eighth more than the one before.</summary>
    public static ReadOnlySpan<int> LengthFactors => [8, 9, 10, 12, 15];
}
