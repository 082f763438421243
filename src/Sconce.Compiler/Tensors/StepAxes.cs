using System.Collections.Immutable;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Tensors;

/// <summary>The axes that a step's expressions and targets may use, each with a range of its own.</summary>
internal static class StepAxes
{
    /// <summary>Of a loop none: its body's steps have their own.</summary>
    public static ImmutableArray<Axis> Of(Step step) => step switch
    {
        MapStep s => s.Axes,
        ReduceStep s => [.. s.Axes, .. s.Reduced],
        ScanStep s => [.. s.Axes, s.Scanned],
        ScatterStep s => s.Axes,
        SortStep s => [.. s.Axes, s.Sorted, s.Kept],
        ContractionStep s => [.. s.Axes, s.K],
        AttentionStep s => [.. s.Axes, s.Space.Keys, s.Space.Depth],
        FourierStep s => [.. s.Axes, s.Input, s.Output],
        CheckStep s => s.Axes,
        ConvolutionStep s => [.. s.Axes, .. s.InputAxes, .. s.WeightAxes],
        _ => [],
    };
}
