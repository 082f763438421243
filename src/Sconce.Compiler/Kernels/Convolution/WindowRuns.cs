using System.Collections.Immutable;
using Sconce.Compiler.Kernels.Contraction;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>
/// How direct convolution goes through a window: runs of elements that lie one after the other, and loops around them. A row of the window is one run where its pixels are
/// neighbours and there is one group.
/// </summary>
/// <param name="Loops">Around the runs, outermost first.</param>
/// <param name="Taps">Axes of taps around the runs.</param>
/// <param name="Inner">Axes within a run: taps, and the channels last.</param>
internal sealed record WindowRuns(ImmutableArray<TapLoop> Loops, ImmutableArray<Axis> Taps, ImmutableArray<Axis> Inner)
{
    /// <summary>Elements of a run.</summary>
    public Dim Run => Dim.Product(Inner.Select(axis => axis.Extent));

    /// <summary>Where the element at these axes lies within its run.</summary>
    public Dim Place => Axis.PlaceIn(Inner);

    /// <param name="step">The convolution.</param>
    /// <param name="input">Where its input lies.</param>
    public static WindowRuns Of(ConvolutionStep step, Access input)
    {
        ImmutableArray<Axis> taps = step.WeightAxes[2..];
        ImmutableArray<TapLoop> loops = [.. taps.Select((tap, i) => new TapLoop(tap.Extent, input.StrideOf(step.InputAxes[i + 2])! * step.Dilation[i]))];
        var (run, outside) = (step.WeightAxes[1].Extent, taps.Length);

        // Taps that go on where the run before them ended are part of the run.
        while (outside > 0 && (loops[outside - 1].Step.Equals(run) || loops[outside - 1].Count.Equals(Dim.One)))
        {
            run *= loops[--outside].Count;
        }

        return new([.. loops.Take(outside).Where(loop => !loop.Count.Equals(Dim.One))], taps[..outside], [.. taps[outside..], step.WeightAxes[1]]);
    }
}
