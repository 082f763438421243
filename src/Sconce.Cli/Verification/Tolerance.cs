using Sconce.Compiler.Types;

namespace Sconce.Cli.Verification;

/// <summary>
/// How far a number may be from PyTorch's: |actual - expected| ≤ Relative * |expected| + Absolute * scale, where the scale is the
/// largest finite magnitude in the expected output, and at least <see cref="SmallestScale"/>.
/// </summary>
internal sealed record Tolerance(double Relative = 1e-3, double Absolute = 1e-4)
{
    /// <summary>
    /// An output of zeros has no scale of its own, yet what should cancel out leaves the rounding errors of ordinary
    /// numbers: with the usual absolute tolerance this allows 1e-7, one float32 rounding of a number near one.
    /// </summary>
    public const double SmallestScale = 1e-3;

    /// <summary>The unit in the last place of 1: float16 keeps 10 bits behind the point, bfloat16 7.</summary>
    private const double HalfUnit = 1.0 / (1 << 10), BrainUnit = 1.0 / (1 << 7);

    /// <summary>
    /// For outputs of half precision: two units in the last place relatively and one of the scale, for a single rounding the
    /// other way is no mistake.
    /// </summary>
    public Tolerance For(DType type) => type switch
    {
        DType.Float16 => new(Math.Max(Relative, 2 * HalfUnit), Math.Max(Absolute, HalfUnit)),
        DType.BFloat16 => new(Math.Max(Relative, 2 * BrainUnit), Math.Max(Absolute, BrainUnit)),
        _ => this,
    };
}
