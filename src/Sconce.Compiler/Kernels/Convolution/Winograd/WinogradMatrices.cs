using System.Collections.Immutable;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// The matrices of Winograd's algorithm F(m, 3): m outputs of a window of three taps by m + 2 multiplications instead of 3m,
/// output · ((weight · g) ∘ (input · d)). A polynomial product is found from its values at m + 1 points and infinity.
/// </summary>
/// <param name="Input">From m + 2 inputs.</param>
/// <param name="Weight">From three taps.</param>
/// <param name="Output">To m outputs.</param>
internal sealed record WinogradMatrices(ImmutableArray<ImmutableArray<double>> Input, ImmutableArray<ImmutableArray<double>> Weight, ImmutableArray<ImmutableArray<double>> Output)
{
    private const int Taps = 3;

    private static readonly WinogradMatrices Two = At(0, 1, -1);

    // Points whose products lie around 1, and whose powers floats hold exactly. Largest error of a layer with 256 channels, relative to its largest
    // output: 2.2e-6, with the usual points (1, 2) 1.1e-5; direct sums have 1.4e-6.
    private static readonly WinogradMatrices Four = At(0, 5.0 / 8, -5.0 / 8, 3.0 / 2, -3.0 / 2);

    /// <summary>Outputs at once.</summary>
    public int Outputs => Output.Length;

    /// <summary>Multiplications.</summary>
    public int Points => Input.Length;

    /// <summary>The matrices for 2 or 4 outputs.</summary>
    public static WinogradMatrices For(int outputs) => outputs switch
    {
        2 => Two,
        4 => Four,
        _ => throw new ArgumentOutOfRangeException(nameof(outputs), outputs, "Winograd's tiles have 2 or 4 outputs a side."),
    };

    /// <summary>What makes the product right could stand in either matrix. The weights', of which there is more to do in small images, is the simple one.</summary>
    private static WinogradMatrices At(params double[] points)
    {
        var outputs = points.Length - 1;
        var input = new List<ImmutableArray<double>>();
        var weight = new List<ImmutableArray<double>>();
        foreach (var point in points)
        {
            var others = points.Where(other => other != point).ToArray();
            var scale = others.Aggregate(1.0, (product, other) => product * (point - other));
            input.Add([.. WithRoots(others).Select(coefficient => coefficient / scale), 0]);
            weight.Add([.. Enumerable.Range(0, Taps).Select(power => Math.Pow(point, power))]);
        }

        input.Add(WithRoots(points));
        weight.Add([.. Enumerable.Repeat(0.0, Taps - 1), 1]);
        var output = Enumerable.Range(0, outputs).Select(power =>
            (ImmutableArray<double>)[.. points.Select(point => Math.Pow(point, power)), power == outputs - 1 ? 1 : 0]);
        return new([.. input], [.. weight], [.. output]);
    }

    /// <summary>The coefficients, the constant one first, of the product of x - root.</summary>
    private static ImmutableArray<double> WithRoots(IEnumerable<double> roots)
    {
        double[] result = [1];
        foreach (var root in roots)
        {
            result = [.. Enumerable.Range(0, result.Length + 1).Select(i =>
                (i > 0 ? result[i - 1] : 0) - (i < result.Length ? root * result[i] : 0))];
        }

        return [.. result];
    }
}
