using Sconce.Compiler.Tensors;

namespace Sconce.Compiler.Kernels.Convolution.Winograd;

/// <summary>
/// Whether Winograd's algorithm pays for a layer, and with which tiles: estimates in nanoseconds of one thread. Fitted to the sweep of windows in bench/kernels (24
/// shapes, with relaxed SIMD and without): nowhere does it choose what was more than 12 % slower than the best.
/// </summary>
internal static class WinogradCost
{
    private const double PerDirectMultiplyAdd = 0.0385;
    private const double PerMultiplyAdd = 0.042;

    // A vector at one point of the transformed space.
    private const double PerInputVector = 0.42;
    private const double PerWeightVector = 0.64;
    private const double PerOutputVector = 0.65;

    /// <summary>Another phase for threads to share; on one thread it is nothing.</summary>
    private const double PerStep = 1500;

    public static ConvolutionForm Cheapest(ConvolutionStep step)
    {
        if (!WinogradPlan.Accepts(step))
        {
            return ConvolutionForm.Direct;
        }

        var (two, four) = (Of(WinogradPlan.For(step, 2)), Of(WinogradPlan.For(step, 4)));
        return Direct(step) <= Math.Min(two, four) ? ConvolutionForm.Direct : two < four ? ConvolutionForm.Winograd2x2 : ConvolutionForm.Winograd4x4;
    }

    private static double Direct(ConvolutionStep step) =>
        PerDirectMultiplyAdd * 9 * step.Axes[2].Extent.Value * step.Axes[3].Extent.Value * step.WeightAxes[1].Extent.Value * WinogradPlan.PanelWidth
        * step.WeightAxes[0].Extent.CeilDiv(WinogradPlan.PanelWidth).Value;

    /// <summary>For one image: more of them share the weights.</summary>
    private static double Of(WinogradPlan plan)
    {
        double tiles = plan.Rows * plan.Columns;
        return PerStep + (plan.Points * ((PerMultiplyAdd * tiles * plan.Channels * plan.Panels * WinogradPlan.PanelWidth)
            + (PerInputVector * tiles * plan.Channels / 4) + (PerWeightVector * plan.Channels * plan.Panels * 2) + (PerOutputVector * tiles * plan.Panels * 2)));
    }
}
