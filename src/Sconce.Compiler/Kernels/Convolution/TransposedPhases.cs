using System.Collections.Immutable;
using Sconce.Compiler.Tensors;
using Sconce.Compiler.Types;

namespace Sconce.Compiler.Kernels.Convolution;

/// <summary>
/// Leaves out the zeros of a convolution whose input is spread (a transposed one): outputs whose place has the same remainder by the spread's step meet the
/// input with the same taps of the window. For each remainder that is a convolution of the input as it was, with those taps, and an output with gaps.
/// A U-Net's windows of 2 x 2 with stride 2 become four pointwise products: 19.5 ms → 5 ms a layer.
/// </summary>
internal static class TransposedPhases
{
    /// <summary>Each phase is a kernel of its own: beyond this many the code outweighs what it saves. Images by 4, sound by 16.</summary>
    private const int MaxPhases = 16;

    /// <summary>The steps that take the step's place, which write parts of its target; null for one that has to stay as it is.</summary>
    public static ImmutableArray<Step>? Split(ConvolutionStep step)
    {
        if (step.Spread is not { } spread || step.Stride.Any(stride => stride != 1)
            || spread.Step.Aggregate(1L, (product, stride) => product * stride) is not (> 1 and <= MaxPhases))
        {
            return null;
        }

        IEnumerable<ImmutableArray<Phase>> phases = [[]];
        for (var i = 0; i < spread.Step.Length; i++)
        {
            var dim = i;
            phases = phases.SelectMany(outer => Enumerable.Range(0, spread.Step[dim]).Select(remainder => outer.Add(Phase.Of(step, spread, dim, remainder))));
        }

        return [.. phases.Where(phase => !phase.Any(dim => dim.Output.Extent.Equals(Dim.Zero))).Select(phase => PhaseStep(step, spread, phase))];
    }

    private static Step PhaseStep(ConvolutionStep step, SpreadInput spread, ImmutableArray<Phase> phases)
    {
        var (place, position, tap) = (new Dictionary<Atom, Dim>(), new Dictionary<Atom, Dim>(), new Dictionary<Atom, Dim>());
        for (var i = 0; i < phases.Length; i++)
        {
            var phase = phases[i];
            place.Add(step.Axes[i + 2], (Dim.Of(phase.Output) * spread.Step[i]) + phase.Remainder);
            position.Add(step.InputAxes[i + 2], (Dim.Of(phase.Input) * spread.Step[i]) + phase.FirstPosition);
            tap.Add(step.WeightAxes[i + 2], (Dim.Of(phase.Taps) * phase.TapStep) + phase.FirstTap);
        }

        ImmutableArray<Axis> axes = [.. step.Axes[..2], .. phases.Select(phase => phase.Output)];
        var target = step.Target.Substitute(place);
        var epilogue = step.Epilogue.Substitute(place);
        if (phases.Any(phase => phase.Taps.Extent.Equals(Dim.Zero)))
        {
            var nothing = new ExprRewriter(accumulators: sum => Expr.Const(sum.Type, 0L)).Rewrite(epilogue);
            return new MapStep(target, axes, nothing) { Origin = step.Origin };
        }

        return new ConvolutionStep(
            target, axes, [.. step.InputAxes[..2], .. phases.Select(phase => phase.Input)], step.Input.Substitute(position),
            [.. step.WeightAxes[..2], .. phases.Select(phase => phase.Taps)], step.Weight.Substitute(tap),
            step.Stride, [.. phases.Select(phase => phase.Dilation)], step.Groups, epilogue) { Origin = step.Origin };
    }

    /// <summary>
    /// One remainder (of the outputs' places) in one spatial dim. The taps that meet the input are the first and then every so many; the first output's first
    /// tap meets a position of the spread input; from tap to tap there are so many (dilation) elements of the input as it was.
    /// </summary>
    private sealed record Phase(int Remainder, Axis Output, Axis Input, Axis Taps, int FirstTap, int TapStep, int FirstPosition, int Dilation)
    {
        public static Phase Of(ConvolutionStep step, SpreadInput spread, int dim, int remainder)
        {
            var (stride, dilation, count) = (spread.Step[dim], step.Dilation[dim], (int)step.WeightAxes[dim + 2].Extent.Value);
            int[] taps = [.. Enumerable.Range(0, count).Where(tap => (remainder + (tap * dilation) - spread.First[dim]) % stride == 0)];
            var (first, every) = (taps.FirstOrDefault(), taps.Length > 1 ? taps[1] - taps[0] : 1);
            var between = taps.Length > 1 ? every * dilation / stride : 1;
            var output = new Axis((step.Axes[dim + 2].Extent - remainder).CeilDiv(stride), step.Axes[dim + 2].Name);
            var input = new Axis(output.Extent + ((taps.Length - 1) * between), step.InputAxes[dim + 2].Name);
            return new(remainder, output, input, new Axis(taps.Length, step.WeightAxes[dim + 2].Name), first, every, remainder + (first * dilation), between);
        }
    }
}
